package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"

	"delfi/internal/account/office"
	"delfi/internal/fault"
)

// Every word stands in every language.
func TestNoLanguageMissesAKey(t *testing.T) {
	c, err := readWords(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages {
		if len(c.keys[lang]) == 0 {
			t.Errorf("%s has no words", lang)
		}
		for _, other := range Languages {
			for _, key := range sorted(c.keys[other]) {
				if !c.keys[lang][key] {
					t.Errorf("words/%s lacks %q, which words/%s has", lang, key, other)
				}
			}
		}
	}
}

// Every key that code names has words: in T, Flash, and as the code of a fault or a field.
func TestEveryKeyUsedHasWords(t *testing.T) {
	keys := words().keys[Languages[0]]
	used := usedKeys(t, "../..")
	if len(used) == 0 {
		t.Fatal("found no keys in the code: the search is broken")
	}
	for _, key := range sorted(used) {
		if strings.HasSuffix(key, ".") || strings.HasSuffix(key, "_") { // T("verdict." + v): at least one must stand
			if !anyPrefixed(keys, key) { // T("verdict." + v): at least one must stand
				t.Errorf("no words begin with %q, used at %s", key, used[key])
			}
			continue
		}
		if !keys[key] {
			t.Errorf("no words for %q, used at %s", key, used[key])
		}
	}
}

func TestCatalogueKnowsPluralsAndKeysThatTheLibraryReserves(t *testing.T) {
	room := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	c, err := readWords(fstest.MapFS{"words/it/a.toml": room(`
[rule]
hash = "impronta"
description = "descrizione"
[people]
one = "una persona"
other = "{{.n}} persone"
[people_words]
other = "altro"
none = "nessuno"
`)})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"people", "people_words.none", "people_words.other", "rule.description", "rule.hash"}
	if d := cmp.Diff(want, sorted(c.keys["it"])); d != "" {
		t.Error(d)
	}
	for name, bad := range map[string]string{"not TOML": "a = ", "a number": "a = 1", "twice": ""} {
		fsys := fstest.MapFS{"words/it/a.toml": room(bad)}
		if name == "twice" {
			fsys = fstest.MapFS{"words/it/a.toml": room(`a = "x"`), "words/it/b.toml": room(`a = "y"`)}
		}
		if _, err := readWords(fsys); err == nil {
			t.Errorf("%s: read without complaint", name)
		}
	}
}

// thresholds are the figures that are never one: rules of the method, lengths in
// characters and bytes, and counts that are published from five on.
var thresholds = map[string]string{
	"consultation.enrolling.more":          "in steps of five",
	"consultation.turnout.more":            "in steps of five",
	"consultation.turnout.wrote_more":      "in steps of five",
	"staff.synthesis.wrote_more":           "in steps of five",
	"consultation.enrol.group_text":        "least group",
	"consultation.enrol.groups_text":       "least group",
	"consultation.enrol.small":             "least group",
	"consultation.protocol.pairs":          "least group",
	"consultation.protocol.extremes":       "least number of answers",
	"consultation.protocol.share_fraction": "one in so many is said as a share",
	"ui.stability.few_moved":               "least group",
	"ui.stability.kept":                    "least group",
	"ui.stability.kept_least":              "least group",
	"ui.stability.kept_asked":              "least group",
	"ui.stability.kept_least_asked":        "least group",
	"ui.stability.within":                  "least group",
	"ui.stability.within_least":            "least group",
	"ui.stability.within_asked":            "least group",
	"ui.stability.within_least_asked":      "least group",
	"ui.stability.chance":                  "least group",
	"consultation.write.hint":              "characters",
	"consultation.paper.why_hint":          "characters",
	"moderation.own.hint":                  "characters",
	"field.too_long":                       "characters",
	"field.reasons_too_long":               "bytes",
	"field.words_too_long":                 "bytes",
	"fault.contributions_full":             "a fixed number",
	"fault.too_large":                      "bytes",
	"field.code_length":                    "characters",
	"staff.reword.text_hint":               "characters",
	"membership.words_hint":                "characters",
	"secretary.decide.reason_hint":         "characters",
	"facilitator.joining.text_hint":        "characters",
	"facilitator.brief.text_hint":          "characters",
}

// counted finds a figure with a thing in the plural behind it.
var counted = regexp.MustCompile(`\{\{\.(\w+)\}\} (?:altre |altri |more |other )?(` +
	`persone|risposte|affermazioni|contributi|voci|giorni|ore|minuti|giri|ragioni|testi|schede|gruppi|membri|iscritti|iscritte|fatte|atti|caratteri|byte|parole|documenti|copie|lettere|codici|` +
	`people|answers|ballots|statements|contributions|entries|days|hours|minutes|rounds|reasons|texts|groups|members|acts|characters|bytes|words|documents|copies|letters|codes|others)\b`)

// Whatever is counted is said for none, for one and for two: no "1 affermazioni".
func TestCountsHaveTheirForms(t *testing.T) {
	met := map[string]bool{}
	for _, lang := range Languages {
		for _, m := range messages(t, lang) {
			if counted.MatchString(m.One) {
				t.Errorf("%s: %q says %q of one", lang, m.ID, m.One)
			}
			for _, found := range counted.FindAllStringSubmatch(m.Other, -1) {
				switch {
				case thresholds[m.ID] != "":
					met[m.ID] = true
				case found[1] != "n" || m.One == "":
					t.Errorf("%s: %q says %q of one too", lang, m.ID, found[0])
				}
			}
			if m.One == "" {
				continue
			}
			// A form with other figures too says a gap here, as both do.
			for n, want := range []string{m.Other, m.One, m.Other} {
				want = strings.ReplaceAll(want, "{{.n}}", strconv.Itoa(n))
				if strings.Contains(want, "{{") {
					want = gap.ReplaceAllString(want, "<no value>")
				}
				if got := Words(lang, m.ID, "n", n); got != want {
					t.Errorf("%s: %q of %d is %q, want %q", lang, m.ID, n, got, want)
				}
			}
		}
	}
	for key := range thresholds {
		if !met[key] {
			t.Errorf("%q counts nothing: take it off the list", key)
		}
	}
}

var gap = regexp.MustCompile(`\{\{\.\w+\}\}`)

// messages reads the words of a language as they stand.
func messages(t *testing.T, lang string) []*goi18n.Message {
	t.Helper()
	rooms, err := fs.Glob(files, "words/"+lang+"/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	var all []*goi18n.Message
	for _, room := range rooms {
		b, err := fs.ReadFile(files, room)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := toml.Unmarshal(b, &tree); err != nil {
			t.Fatal(err)
		}
		some, err := flatten("", tree)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	return all
}

// A sentence with a gap is never shown: the fault's own English stands instead.
func TestWordsOfAFaultWithoutItsFigures(t *testing.T) {
	q := Printer{Lang: "it"}
	f := fault.Field{Code: "out_of_range", Message: "is 0: give 1 to 9"}
	if got := q.Field(f); got != f.Message {
		t.Errorf("%q", got)
	}
	f.Args = map[string]any{"min": 1, "max": 9}
	if got := q.Field(f); got != "Dai un valore da 1 a 9." {
		t.Errorf("%q", got)
	}
	if got := q.Fault(fault.New(fault.Conflict, "never_heard_of", "in English")); got != "in English" {
		t.Errorf("%q", got)
	}
}

// A fault of roles names them, in the reader's language.
func TestWordsOfRoles(t *testing.T) {
	for _, c := range []struct {
		roles []office.Role
		lang  string
		want  string
	}{
		{[]office.Role{office.Moderator}, "it", "Questo atto spetta al ruolo di moderatore/-trice, che qui non hai."},
		{[]office.Role{office.Administrator, "system", office.Facilitator, office.Administrator}, "it", "Questo atto spetta al ruolo di amministratore/-trice o facilitatore/-trice, che qui non hai."},
		{[]office.Role{office.Facilitator, "system"}, "en", "This act belongs to the role of facilitator, which you do not hold here."},
	} {
		f := office.Needs(c.roles...)
		if got := (Printer{Lang: c.lang}).Fault(f); got != c.want {
			t.Errorf("%v: %q", c.roles, got)
		}
	}
}

func TestWords(t *testing.T) {
	for _, tc := range []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"it", "status.404.title", nil, "Questa pagina non c’è"},
		{"en", "status.404.title", nil, "There is no such page"},
		{"en", "fault.too_large", []any{"max", 1048576}, "More arrived than we accept (1,048,576 bytes)."},
		{"it", "fault.too_large", []any{"max", int64(1048576)}, "È arrivato più di quanto accettiamo (1.048.576 byte)."},
		{"it", "no.such.key", nil, "no.such.key"},
		{"de", "status.404.title", nil, "Questa pagina non c’è"},
	} {
		if got := Words(tc.lang, tc.key, tc.args...); got != tc.want {
			t.Errorf("Words(%s, %s) = %q, want %q", tc.lang, tc.key, got, tc.want)
		}
	}
}

// Words that were said before are those that would be said anew, whatever stands in them.
func TestWordsSaidAgain(t *testing.T) {
	for _, lang := range Languages {
		for _, n := range []any{0, 1, 2, 7, "7", 999, 1000, 1000000, -1, int64(1), "una parola", strings.Repeat("lunga ", 20), 1.5, nil} {
			for _, args := range [][]any{{"n", n, "kind", "voto"}, {"n", 3, "kind", n}, {"kind", n}, {"n", n}, {"n"}} {
				anew := words().say(lang, "consultation.round.named", args)
				for range 2 {
					if got := Words(lang, "consultation.round.named", args...); got != anew {
						t.Errorf("%s, %v: %q instead of %q", lang, args, got, anew)
					}
				}
			}
		}
	}
}

var spoken = regexp.MustCompile(`\b(?:T|Flash)\(\s*"([a-z0-9_.]+)"`)

// usedKeys gives the keys that the sources name, with the place of each.
func usedKeys(t *testing.T, root string) map[string]string {
	t.Helper()
	used := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".") && name != ".." {
				return fs.SkipDir
			}
			if filepath.ToSlash(path) == root+"/internal/study" { // a program, with a catalogue and a test of its own
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		ext := filepath.Ext(path)
		if ext != ".go" && ext != ".templ" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasPrefix(filepath.ToSlash(path), root+"/web/") {
			for _, m := range spoken.FindAllSubmatch(b, -1) {
				if key := string(m[1]); strings.Contains(key, ".") {
					used[key] = path
				}
			}
		}
		if ext == ".go" {
			faultCodes(t, path, b, used)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

// faultCodes finds fault.New(kind, "code", …) and fault.Field{Code: "code"}.
func faultCodes(t *testing.T, path string, src []byte, used map[string]string) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, src, 0)
	if err != nil {
		return // a file that another hand is writing does not compile either
	}
	literal := func(e ast.Expr) string {
		l, ok := e.(*ast.BasicLit)
		if !ok || l.Kind != token.STRING {
			return ""
		}
		s, err := strconv.Unquote(l.Value)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	inFault := f.Name.Name == "fault"
	of := func(e ast.Expr, name string) bool {
		if s, ok := e.(*ast.SelectorExpr); ok {
			x, ok := s.X.(*ast.Ident)
			return ok && x.Name == "fault" && s.Sel.Name == name
		}
		x, ok := e.(*ast.Ident)
		return ok && inFault && x.Name == name
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if of(n.Fun, "New") && len(n.Args) == 3 {
				if code := literal(n.Args[1]); code != "" {
					used["fault."+code] = set.Position(n.Pos()).String()
				}
			}
			// The readers of forms collect fields by a helper: r.fail(name, "code", …).
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "fail" && len(n.Args) > 2 {
				if code := literal(n.Args[1]); code != "" {
					used["field."+code] = set.Position(n.Pos()).String()
				}
			}
		case *ast.CompositeLit:
			// What a draft lacks is shown as fields: Missing{field, "code", message}.
			if x, ok := n.Type.(*ast.Ident); ok && x.Name == "Missing" && len(n.Elts) == 3 {
				if code := literal(n.Elts[1]); code != "" {
					used["field."+code] = set.Position(n.Pos()).String()
				}
			}
			for _, e := range n.Elts {
				pair, ok := e.(*ast.KeyValueExpr)
				if !ok || !of(n.Type, "Field") && !of(n.Type, "Fault") {
					continue
				}
				if k, ok := pair.Key.(*ast.Ident); ok && k.Name == "Code" {
					if code := literal(pair.Value); code != "" {
						prefix := "field."
						if of(n.Type, "Fault") {
							prefix = "fault."
						}
						used[prefix+code] = set.Position(n.Pos()).String()
					}
				}
			}
		}
		return true
	})
}

func anyPrefixed(keys map[string]bool, prefix string) bool {
	for k := range keys {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
