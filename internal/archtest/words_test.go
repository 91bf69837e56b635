package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// retired are names that mechanisms had before they took the field's word; each stands in
// the table of docs/GLOSSARY.md with the word that took its place.
var retired = []string{
	"Apart", "comeBack", "Crowd", "deaf", "Ear", "Entrust", "Epoch", "Glance", "Inquiry", "lastWord", "Memo", "mingle", "putBy", "Quietly", "Redeem",
	"resettle", "sentAgain", "shelf",
}

// retiredNames are those that no longer name anything, but are words of sentences too.
var retiredNames = []string{"cons", "opening", "said", "sheaf", "stood", "syn"}

var retiredWord = regexp.MustCompile(`\b(?i:` + strings.Join(retired, "|") + `)\b`)

// words gives the retired words in one file's comments and declared names.
func words(f file) []string {
	var out []string
	bad := func(n ast.Node, word string) {
		out = append(out, fmt.Sprintf("%s/%s:%d: %q was retired (docs/GLOSSARY.md)", f.room, f.name, f.set.Position(n.Pos()).Line, word))
	}
	for _, group := range f.tree.Comments {
		for _, word := range retiredWord.FindAllString(group.Text(), -1) {
			// "a crowd" is people; a mechanism's name begins with a capital.
			if slices.Contains(retired, word) {
				bad(group, word)
			}
		}
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && (slices.Contains(retired, id.Name) || slices.Contains(retiredNames, id.Name)) {
			bad(id, id.Name)
		}
		return true
	})
	return out
}

func TestNoRetiredWordComesBack(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	glossary, err := os.ReadFile(filepath.Join(root, "docs/GLOSSARY.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(glossary), "## Retired words")
	for _, word := range slices.Concat(retired, retiredNames) {
		if !strings.Contains(table, word) {
			t.Errorf("the table of retired words in docs/GLOSSARY.md lacks %q", word)
		}
	}
	for _, f := range read(t, root) {
		if f.room == "internal/archtest" || f.generated() {
			continue
		}
		for _, fault := range words(f) {
			t.Error(fault)
		}
	}
}

func TestARetiredWordIsFound(t *testing.T) {
	for source, want := range map[string]string{
		"// Find takes the Glance.\nfunc Find() {}": "Glance",
		"type Memo struct{}":                        "Memo",
		"func mingle() {}":                          "mingle",
		"// A crowd of people.\nfunc people() {}":   "",
		"var said string":                           "said",
		"// It said so.\nfunc people() {}":          "",
	} {
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, "a.go", "package x\n"+source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		found := strings.Join(words(fileOf("internal/panel", "a.go", tree, set)), "\n")
		if (want == "") != (found == "") || !strings.Contains(found, want) {
			t.Errorf("%q: found %q, want %q", source, found, want)
		}
	}
}
