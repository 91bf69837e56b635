package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// called is a component's call that templ took for text: it draws one only at the start of
// a line, after an element or after another.
var called = regexp.MustCompile(`@[a-z]\w*(\.[A-Z]\w*)?\(`)

// spelled gives the calls that a page of generated code shows instead of what they draw.
func spelled(f file) []string {
	var out []string
	if !f.generated() {
		return nil
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && called.MatchString(text) {
			out = append(out, fmt.Sprintf("%s/%s shows %q: write the component on a line of its own", f.room, strings.Replace(f.name, "_templ.go", ".templ", 1), called.FindString(text)))
		}
		return true
	})
	return out
}

func TestPagesDrawTheirComponents(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, f := range read(t, root) {
		if f.generated() {
			pages++
		}
		for _, fault := range spelled(f) {
			t.Error(fault)
		}
	}
	if pages < 20 {
		t.Fatalf("only %d generated files were read", pages)
	}
}

func TestASpelledComponentIsFound(t *testing.T) {
	for source, want := range map[string]bool{
		`var a = "<p>«@ui.Said(ui.In(lang, e.Reason))»</p>"`: true,
		`var a = "</strong>. @member(v, m)"`:                 true,
		`var a = "write to urp@comune.example (office)"`:     false,
		`var a = "<span>@</span>"`:                           false,
	} {
		set := token.NewFileSet()
		if found := spelled(fileOf("web/record", "a_templ.go", parsed(t, set, source), set)); (len(found) > 0) != want {
			t.Errorf("%s: %v", source, found)
		}
	}
}
