package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// file is one Go file of the tree.
type file struct {
	room    string // folder from the root: "internal/panel"
	name    string // "store.go"
	imports []string
	tree    *ast.File
	set     *token.FileSet
}

func (f file) test() bool      { return strings.HasSuffix(f.name, "_test.go") }
func (f file) generated() bool { return strings.HasSuffix(f.name, "_templ.go") }

// order is the storeys of the house, from the top; a room imports only what stands
// on a lower storey, or a room of its own storey that the table beside allows.
var order = [][]string{
	{"cmd", "e2e/bench"}, // bench starts what cmd builds, and speaks to the services beneath
	{"web/webtest"},      // for tests alone: a site on every service
	{"internal/apptest"}, // for tests alone: every service on a database of its own
	{"internal/app"},     // the composition root
	{"web"},
	{"internal/verify"}, // who checks a record stands above those who write it
	{"internal/demo", "internal/polis", "internal/rehearsal"},
	{"internal/report"},
	{"internal/consultation", "internal/forum"},
	{"internal/panel"},
	{"internal/library", "internal/moderation", "internal/search"}, // what consultation and forum need and neither owns: they know a subject
	{"internal/space"},
	{"internal/login", "internal/account", "internal/pseudonym", "internal/ledger", "internal/notify"},
	{"internal/platform/postgres/testdb"}, // for tests alone; it migrates what it gives
	{"migrations"},
	{"internal/platform/blob", "internal/platform/cache", "internal/platform/changes", "internal/platform/job", "internal/platform/mail", "internal/platform/postgres"},
	{"internal/platform/batch"}, // a transaction forbids batches inside it
	{"internal/study"},          // a researcher's file, measured
	{"internal/delphi", "internal/richtext"},
	{"internal/prose"}, // all free text
	{"internal/civiltime", "internal/fault", "internal/gf32", "internal/unzip"},
	{"internal/peak"}, // for tests alone
}

// neighbours may import each other although they stand on one storey.
var neighbours = map[string][]string{
	"internal/library":          {"internal/search"},                                       // a document is found
	"internal/login":            {"internal/account"},                                      // a sign-in becomes an account's claims
	"internal/notify":           {"internal/account"},                                      // a notice goes to an account's address
	"internal/platform/blob":    {"internal/platform/cache", "internal/platform/postgres"}, // a blob is used in the caller's transaction
	"internal/platform/job":     {"internal/platform/postgres"},                            // a job is stored in the caller's transaction
	"internal/platform/changes": {"internal/platform/postgres"},                            // it listens to the database
}

// grounds are rooms on which rooms beneath their name stand: those import the
// ground, never the reverse.
var grounds = []string{"internal/consultation", "internal/forum", "internal/platform/postgres", "internal/login"}

// levels are rooms beneath one name in the order in which they stand on each other, the
// lowest first: a room imports those before it. Rooms of one line do not import each other.
var levels = [][]string{
	{"internal/consultation"},
	{"internal/consultation/draft/form", "internal/consultation/feedback"},
	{"internal/consultation/lifecycle"},
	{"internal/consultation/access", "internal/consultation/draft", "internal/consultation/draft/template", "internal/consultation/brief", "internal/consultation/feedback/archive", "internal/consultation/scope", "internal/consultation/translation"},
	{"internal/consultation/joined", "internal/consultation/oversight", "internal/consultation/strongest"},
	{"internal/consultation/steering"},
	{"internal/consultation/contribution", "internal/consultation/ballot", "internal/consultation/correction", "internal/consultation/facilitation"},
	{"internal/consultation/tabulation", "internal/consultation/joining"},
}

// level gives the place of a room among the levels, or -1.
func level(room string) int {
	return slices.IndexFunc(levels, func(rooms []string) bool { return slices.Contains(rooms, room) })
}

// inner are rooms that are imported beneath another alone.
var inner = map[string]string{"internal/consultation/lifecycle": "internal/consultation"}

// pure are rooms without SQL: they import no library of it and no transaction.
var pure = []string{"internal/consultation", "internal/consultation/feedback", "internal/consultation/draft/form", "internal/panel/draw"}

// unlinked are rooms that link no database, whatever they import: a verifier runs them.
var unlinked = []string{"internal/consultation", "internal/consultation/feedback", "internal/consultation/ballot/answer", "internal/consultation/ballot/payload", "internal/account/office", "internal/account/claim", "internal/report/schema", "internal/panel/draw"}

// linkless are rooms that unlinked ones may import beside each other.
var linkless = []string{"internal/delphi", "internal/ledger/leaf", "internal/richtext", "internal/prose", "internal/civiltime", "internal/fault"}

// homes says where each library lives; a prefix that ends in "/" holds what is beneath.
var homes = map[string][]string{
	"github.com/go-chi/chi/v5":           {"web", "e2e/bench"}, // there as the limit that pages are held against
	"github.com/a-h/templ":               {"web"},
	"github.com/danielgtaylor/huma/v2":   {"web"},
	"github.com/go-chi/httprate":         {"web"},
	"github.com/alexedwards/scs":         {"web"},
	"github.com/unrolled/secure":         {"web"},
	"github.com/prometheus":              {"web"},
	"github.com/pressly/goose":           {"migrations"},
	"github.com/riverqueue/river":        {"internal/platform/job", "migrations"},
	"github.com/coreos/go-oidc":          {"internal/login"},
	"github.com/zitadel/oidc":            {"internal/login/devidp"},
	"github.com/yuin/goldmark":           {"internal/richtext"},
	"github.com/microcosm-cc/bluemonday": {"internal/richtext"},
	"golang.org/x/mod/sumdb":             {"internal/ledger", "internal/panel/draw"}, // a draw's files have the record's tree
	"github.com/cloudflare/circl":        {"internal/panel/draw"},
	"github.com/wneessen/go-mail":        {"internal/platform/mail"},
	"github.com/alecthomas/kong":         {"cmd"},
	"gonum.org/v1/gonum":                 {"internal/delphi/stat"},
	"github.com/nicksnyder/go-i18n":      {"web/i18n"},
	"github.com/thedatashed/xlsxreader":  {"internal/study"},
}

// kernel is what the method may import: no I/O, no clock, no randomness of its own.
var kernel = []string{
	"bytes", "cmp", "container/heap", "crypto/hmac", "crypto/sha256", "encoding/base64", "encoding/binary", "encoding/hex", "encoding/json", "errors", "fmt",
	"encoding", "hash", "iter", "maps", "math", "math/big", "math/bits", "reflect", "slices", "sort", "strconv", "strings", "sync", "time", "unicode", "unicode/utf16", "unicode/utf8", "io",
	"delfi/internal/fault", "delfi/internal/prose", "delfi/internal/delphi", "delfi/internal/delphi/canonical", "delfi/internal/delphi/claim",
	"delfi/internal/delphi/protocol", "delfi/internal/delphi/table", "delfi/internal/delphi/verdict", "delfi/internal/delphi/stat",
	"delfi/internal/delphi/stat/reliability", "delfi/internal/delphi/stat/resample",
}

func storey(room string) (int, string) {
	for i, rooms := range order {
		for _, r := range rooms {
			if room == r || strings.HasPrefix(room, r+"/") {
				return i, r
			}
		}
	}
	return -1, ""
}

func within(room, home string) bool { return room == home || strings.HasPrefix(room, home+"/") }

// audiences are the rooms of web that do not know each other.
func audience(room string) string {
	rest, ok := strings.CutPrefix(room, "web/")
	if !ok {
		return ""
	}
	first, _, _ := strings.Cut(rest, "/")
	switch first {
	case "page", "middleware", "cookie", "session", "i18n", "pagecache", "ui", "dossier", "static", "webtest":
		return ""
	}
	return first
}

// imports gives the broken import rules of one file.
func imports(f file) []string {
	var out []string
	bad := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }
	at, mine := storey(f.room)
	for _, imp := range f.imports {
		room, ours := strings.CutPrefix(imp, "delfi/")
		if slices.Contains(pure, f.room) && !f.test() && (imp == "database/sql" || within(imp, "github.com/jmoiron/sqlx") ||
			within(imp, "github.com/lib/pq") || ours && within(room, "internal/platform")) {
			bad("%s imports %s: the room is pure", f.room, imp)
		}
		if ours && slices.Contains(unlinked, f.room) && !f.test() && !slices.Contains(unlinked, room) &&
			!slices.ContainsFunc(linkless, func(home string) bool { return within(room, home) }) {
			bad("%s imports %s, which may link a database", f.room, room)
		}
		if ours {
			if beneath := inner[room]; beneath != "" && !f.test() && !within(f.room, beneath) {
				bad("%s imports %s, which is for the rooms beneath %s", f.room, room, beneath)
			}
			if from, to := level(f.room), level(room); from >= 0 && to >= from && f.room != room && !f.test() {
				bad("%s imports %s, which does not stand beneath it", f.room, room)
			}
			to, theirs := storey(room)
			switch {
			case f.room == "e2e" || f.test() && !strings.HasPrefix(f.room, "internal/delphi"): // tests may look down and sideways
			case at < 0 || to < 0:
				bad("%s imports %s, and one of the two has no storey", f.room, room)
			case to < at:
				bad("%s imports %s, which stands above it", f.room, room)
			case within(room, f.room) && room != f.room && slices.Contains(grounds, f.room):
				bad("%s imports %s, a room that stands on it", f.room, room)
			case to == at && mine != theirs && !slices.Contains(neighbours[mine], theirs):
				bad("%s imports %s on its own storey", f.room, room)
			}
			if room == "internal/peak" && !f.test() {
				bad("%s imports peak outside a test", f.room)
			}
			if room == "internal/platform/postgres/testdb" && !f.test() && f.room != "internal/platform/postgres/testdb" && f.room != "internal/apptest" {
				bad("%s imports testdb outside a test", f.room)
			}
			if room == "internal/apptest" && !f.test() && f.room != "web/webtest" || room == "web/webtest" && !f.test() {
				bad("%s imports %s outside a test", f.room, room)
			}
			if room == "internal/login/devidp" && !f.test() && !within(f.room, "cmd") && f.room != "e2e/bench" && !within(f.room, "internal/login/devidp") {
				bad("%s imports the built-in provider", f.room)
			}
			if a, b := audience(f.room), audience(room); within(f.room, "web") && b != "" && a != b && f.room != "web" {
				bad("%s knows the audience %s", f.room, room)
			}
		}
		for library, rooms := range homes {
			if within(imp, library) && !f.test() && !slices.ContainsFunc(rooms, func(home string) bool { return within(f.room, home) }) {
				bad("%s imports %s, whose home is %s", f.room, imp, strings.Join(rooms, ", "))
			}
		}
		if !f.test() && (imp == "github.com/jmoiron/sqlx" || within(imp, "github.com/lib/pq")) &&
			!within(f.room, "internal/platform/postgres") && !strings.HasSuffix(f.name, "store.go") {
			bad("%s/%s imports %s: SQL libraries live in postgres and in store files", f.room, f.name, imp)
		}
		if within(f.room, "internal/delphi") && !f.test() && !slices.Contains(kernel, imp) &&
			!(within(f.room, "internal/delphi/stat") && within(imp, "gonum.org/v1/gonum")) {
			bad("%s imports %s: the method is pure", f.room, imp)
		}
	}
	return out
}

var (
	writes  = regexp.MustCompile(`(?is)^\s*(WITH\b.*)?\b(INSERT\s+INTO|UPDATE\s+\w+[.\w]*\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|SCHEMA|INDEX)|DROP\s+(TABLE|SCHEMA)|ALTER\s+TABLE|TRUNCATE)\b`)
	queries = regexp.MustCompile(`(?is)^\s*(SELECT\s.*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+[\w.]+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s*\()`)
	people  = regexp.MustCompile(`(?i)\baccount\b|\bcivic\.(enrolment|account)\b`)
	panels  = regexp.MustCompile(`(?i)\bpanelist\b|\bpanel\.(ballot|panelist)\b`)
)

// trees gives the broken rules about what stands in one file.
func trees(f file) []string {
	var out []string
	bad := func(n ast.Node, format string, a ...any) {
		out = append(out, fmt.Sprintf("%s/%s:%d: %s", f.room, f.name, f.set.Position(n.Pos()).Line, fmt.Sprintf(format, a...)))
	}
	if f.test() || f.generated() {
		return nil
	}
	store := strings.HasSuffix(f.name, "store.go") || within(f.room, "internal/platform/postgres") || f.room == "migrations"
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind != token.STRING {
				return true
			}
			s, err := strconv.Unquote(n.Value)
			if err != nil {
				return true
			}
			if writes.MatchString(s) && !store {
				bad(n, "SQL that writes stands in store files and migrations")
			}
			if s == "Europe/Rome" && f.room != "internal/civiltime" {
				bad(n, "Rome's clock is civiltime's")
			}
			if queries.MatchString(s) && within(f.room, "web") {
				bad(n, "web holds no SQL")
			}
			if queries.MatchString(s) && people.MatchString(s) && panels.MatchString(s) && !within(f.room, "internal/pseudonym") {
				bad(n, "a statement names both an account and a panelist")
			}
		case *ast.FuncDecl:
			if within(f.room, "internal/pseudonym") {
				return true
			}
			// panel asks pseudonym for an enrolled person's seat, in one place.
			crossing := f.room == "internal/panel" && n.Name.Name == "Seat"
			if account, panelist := named(n.Type.Params, n.Type.Results); account && panelist && !crossing {
				bad(n, "%s names both an account and a panelist", n.Name.Name)
			}
		case *ast.StructType:
			if account, panelist := named(n.Fields); account && panelist && !within(f.room, "internal/pseudonym") {
				bad(n, "a struct names both an account and a panelist")
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Sleep"}, n.Sel.Name) && within(f.room, "internal/delphi") {
				bad(n, "the method has no clock")
			}
		}
		return true
	})
	return out
}

// named tells whether fields name an account and a panelist, by their own names
// or by types that stand for one: an actor is an account, a seat is a panelist.
func named(lists ...*ast.FieldList) (account, panelist bool) {
	for _, list := range lists {
		if list == nil {
			continue
		}
		for _, field := range list.List {
			for _, id := range field.Names {
				name := strings.ToLower(id.Name)
				account = account || strings.Contains(name, "account")
				panelist = panelist || strings.Contains(name, "panelist")
			}
			ast.Inspect(field.Type, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok {
						account = account || (x.Name == "account" || x.Name == "office") && n.Sel.Name == "Actor"
						panelist = panelist || x.Name == "pseudonym" && n.Sel.Name == "Seat"
					}
				case *ast.FuncType, *ast.StructType, *ast.InterfaceType:
					return false // what they name is their own
				}
				return true
			})
		}
	}
	return account, panelist
}

// read gives the Go files beneath root.
func read(t *testing.T, root string) []file {
	t.Helper()
	var out []file
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"node_modules", "testdata", ".git", ".data", "vendor"}, d.Name()) {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		tree, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		out = append(out, fileOf(path.Dir(filepath.ToSlash(rel)), path.Base(rel), tree, set))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func fileOf(room, name string, tree *ast.File, set *token.FileSet) file {
	f := file{room: room, name: name, tree: tree, set: set}
	for _, i := range tree.Imports {
		f.imports = append(f.imports, strings.Trim(i.Path.Value, `"`))
	}
	return f
}

func TestTheHouseKeepsItsRules(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	files := read(t, root)
	if len(files) < 100 {
		t.Fatalf("only %d files were read", len(files))
	}
	for _, f := range files {
		for _, fault := range append(imports(f), trees(f)...) {
			t.Error(fault)
		}
	}
}

// Each rule is tried on a file that breaks it.
func TestEachRuleCanFail(t *testing.T) {
	for _, c := range []struct{ room, name, source, want string }{
		{"internal/panel", "a.go", `import _ "delfi/internal/consultation"`, "stands above"},
		{"internal/moderation", "a.go", `import _ "delfi/internal/consultation"`, "stands above"},
		{"web/staff", "a.go", `import _ "delfi/internal/app"`, "stands above"},
		{"internal/report", "a.go", `import _ "delfi/internal/app"`, "stands above"},
		{"internal/consultation", "a.go", `import _ "delfi/internal/forum"`, "own storey"},
		{"internal/forum", "a.go", `import _ "delfi/internal/consultation/ballot"`, "own storey"},
		{"internal/ledger", "a.go", `import _ "delfi/internal/account"`, "own storey"},
		{"internal/delphi", "a.go", `import _ "os"`, "the method is pure"},
		{"internal/delphi/verdict", "a.go", `import _ "database/sql"`, "the method is pure"},
		{"internal/delphi/table", "a.go", `import _ "math/rand/v2"`, "the method is pure"},
		{"internal/delphi/stat", "a.go", `import "time"; var _ = time.Now()`, "no clock"},
		{"internal/delphi", "a.go", `import _ "gonum.org/v1/gonum/stat"`, "whose home is"},
		{"web/participate", "a.go", `import _ "delfi/web/staff"`, "knows the audience"},
		{"web/ui", "a.go", `import _ "delfi/web/participate"`, "knows the audience"},
		{"internal/platform/job", "a.go", `import _ "github.com/go-chi/chi/v5"`, "whose home is"},
		{"web/page", "a.go", `import _ "github.com/riverqueue/river"`, "whose home is"},
		{"web/record", "a.go", `import _ "golang.org/x/mod/sumdb/tlog"`, "whose home is"},
		{"cmd/delfi", "a.go", `import _ "golang.org/x/mod/sumdb/note"`, "whose home is"},
		{"internal/ledger", "a.go", `import _ "delfi/internal/pseudonym"`, "own storey"},
		{"internal/panel", "panel.go", `import _ "github.com/jmoiron/sqlx"`, "store files"},
		{"internal/notify", "a.go", `const zone = "Europe/Rome"`, "civiltime's"},
		{"internal/panel", "panel.go", "const q = `INSERT INTO civic.enrolment (account) VALUES ($1)`", "SQL that writes"},
		{"internal/panel", "store.go", "const q = `SELECT e.account FROM civic.enrolment e JOIN panel.panelist p ON true`", "both an account and a panelist"},
		{"web/participate", "a.go", "const q = `SELECT title FROM civic.consultation`", "no SQL"},
		{"internal/consultation/ballot", "a.go", `func join(account, panelist string) {}`, "both an account and a panelist"},
		{"internal/consultation/ballot", "a.go", `func cast(who account.Actor, seat *pseudonym.Seat) {}`, "both an account and a panelist"},
		{"internal/consultation", "a.go", `import _ "delfi/internal/consultation/ballot"`, "stands on it"},
		{"internal/consultation", "a.go", `import _ "database/sql"`, "the room is pure"},
		{"internal/consultation", "a.go", `import _ "delfi/internal/platform/postgres"`, "the room is pure"},
		{"internal/consultation", "a.go", `import _ "delfi/internal/account"`, "may link a database"},
		{"internal/consultation/feedback", "a.go", `import _ "delfi/internal/ledger"`, "may link a database"},
		{"internal/consultation/feedback", "a.go", `import _ "github.com/jmoiron/sqlx"`, "the room is pure"},
		{"internal/report", "a.go", `import _ "delfi/internal/consultation/lifecycle"`, "for the rooms beneath"},
		{"web/staff", "a.go", `import _ "delfi/internal/consultation/lifecycle"`, "for the rooms beneath"},
		{"internal/consultation/lifecycle", "a.go", `import _ "delfi/internal/consultation/steering"`, "does not stand beneath"},
		{"internal/consultation/ballot", "a.go", `import _ "delfi/internal/consultation/tabulation"`, "does not stand beneath"},
		{"internal/consultation/ballot", "a.go", `import _ "delfi/internal/consultation/contribution"`, "does not stand beneath"},
		{"internal/platform/postgres", "a.go", `import _ "delfi/internal/platform/postgres/private"`, "stands on it"},
		{"internal/consultation/ballot", "a.go", `func cast(who office.Actor, seat *pseudonym.Seat) {}`, "both an account and a panelist"},
		{"internal/consultation/ballot", "a.go", `type row struct { Account, Panelist string }`, "both an account and a panelist"},
		{"web/participate", "a.go", `import _ "delfi/internal/login/devidp"`, "built-in provider"},
		{"web/participate", "a.go", `import _ "delfi/internal/platform/postgres/testdb"`, "testdb"},
		{"internal/verify", "a.go", `import _ "delfi/internal/peak"`, "peak outside a test"},
		{"cmd/delfi", "a.go", `import _ "delfi/internal/apptest"`, "outside a test"},
		{"e2e/bench", "a.go", `import _ "delfi/web/webtest"`, "outside a test"},
	} {
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, c.name, "package x\n"+c.source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%s: %v", c.source, err)
		}
		f := fileOf(c.room, c.name, tree, set)
		found := strings.Join(append(imports(f), trees(f)...), "\n")
		if !strings.Contains(found, c.want) {
			t.Errorf("%s in %s: want %q, found %q", c.source, c.room, c.want, found)
		}
	}
}
