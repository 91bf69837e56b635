package archtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// lone are rooms, with those beneath them, that link no database, no web and no job,
// however far behind: whoever checks a record need not run the server's code.
var lone = []string{"internal/verify", "internal/report/schema", "cmd/delfi-verify", "cmd/internal/command"}

// heavy are the imports that a lone room may not reach.
var heavy = []string{
	"database/sql", "github.com/jmoiron/sqlx", "github.com/lib/pq", "github.com/riverqueue/river", "github.com/go-chi/chi",
	"github.com/a-h/templ", "github.com/wneessen/go-mail", "delfi/web", "delfi/migrations", "delfi/internal/platform",
}

// reached gives, for each lone room, the first chain of imports to each heavy one.
func reached(files []file) []string {
	imports := map[string][]string{} // by room, tests apart
	for _, f := range files {
		if !f.test() {
			imports["delfi/"+f.room] = append(imports["delfi/"+f.room], f.imports...)
		}
	}
	var out []string
	for from := range imports {
		if !slices.ContainsFunc(lone, func(l string) bool { return within(from, "delfi/"+l) }) {
			continue
		}
		by, queue := map[string]string{from: ""}, []string{from}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			for _, to := range imports[at] {
				if _, met := by[to]; met {
					continue
				}
				by[to], queue = at, append(queue, to)
				// google/uuid imports database/sql/driver, which is the interface alone.
				if to == "database/sql/driver" || !slices.ContainsFunc(heavy, func(h string) bool { return within(to, h) }) {
					continue
				}
				chain := to
				for n := at; n != ""; n = by[n] {
					chain = n + " → " + chain
				}
				out = append(out, fmt.Sprintf("%s links %s: %s", from, to, chain))
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestTheVerifierStandsAlone(t *testing.T) {
	files := read(t, "../..")
	for _, l := range lone {
		if !slices.ContainsFunc(files, func(f file) bool { return f.room == l }) {
			t.Errorf("%s is not there", l)
		}
	}
	for _, fault := range reached(files) {
		t.Error(fault)
	}
}

// A chain is found however long, and beneath a lone room; tests may import anything.
func TestAChainToADatabaseIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string // source by room and file
		want  string
	}{
		"a database, two rooms away": {map[string]string{
			"internal/verify/replay/a.go": `import _ "delfi/internal/ledger"`, "internal/ledger/a.go": `import _ "delfi/internal/platform/postgres"`,
		}, "delfi/internal/verify/replay → delfi/internal/ledger → delfi/internal/platform/postgres"},
		"a job queue, at once": {map[string]string{"cmd/delfi-verify/a.go": `import _ "github.com/riverqueue/river"`}, "links github.com/riverqueue/river"},
		"the web":              {map[string]string{"cmd/internal/command/a.go": `import _ "delfi/web/page"`}, "links delfi/web/page"},
		"in a ring": {map[string]string{
			"internal/verify/a.go": `import _ "delfi/internal/a"`, "internal/a/a.go": `import _ "delfi/internal/b"`, "internal/b/a.go": "import _ \"delfi/internal/a\"\nimport _ \"database/sql\"",
		}, "links database/sql: delfi/internal/verify → delfi/internal/a → delfi/internal/b → database/sql"},
		"the interface alone": {map[string]string{"internal/verify/a.go": `import _ "database/sql/driver"`}, ""},
		"a test":              {map[string]string{"internal/verify/a.go": ``, "internal/verify/a_test.go": `import _ "delfi/internal/platform/postgres"`}, ""},
		"another room":        {map[string]string{"internal/ledger/a.go": `import _ "delfi/internal/platform/postgres"`}, ""},
	} {
		var files []file
		set := token.NewFileSet()
		for at, source := range c.files {
			tree, err := parser.ParseFile(set, at, "package x\n"+source, parser.SkipObjectResolution)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			cut := strings.LastIndex(at, "/")
			files = append(files, fileOf(at[:cut], at[cut+1:], tree, set))
		}
		found := strings.Join(reached(files), "\n")
		if c.want == "" && found != "" || !strings.Contains(found, c.want) {
			t.Errorf("%s: want %q, found %q", name, c.want, found)
		}
	}
}

// The compiler's own list, in which the imports of libraries are too.
func TestTheVerifierLinksNoDatabase(t *testing.T) {
	linked := strings.Fields(run(t, "../..", "go", "list", "-deps", "./cmd/delfi-verify"))
	if !slices.Contains(linked, "delfi/internal/verify") || !slices.Contains(linked, "github.com/alecthomas/kong") {
		t.Fatalf("it is no list of what the verifier links: %v", linked)
	}
	for _, p := range linked {
		if p != "database/sql/driver" && slices.ContainsFunc(heavy, func(h string) bool { return within(p, h) }) {
			t.Errorf("cmd/delfi-verify links %s", p)
		}
	}
}
