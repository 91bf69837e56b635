package archtest

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tree is the text of the repository by path, and the names of all its files and
// folders.
type tree struct {
	texts map[string]string
	names map[string]bool
}

// texts are the ends of names of files in which citations are followed.
var texts = []string{".go", ".templ", ".sql", ".md", ".toml", ".css", ".js", ".yml", "own.json", "Makefile"}

// plant reads the tree beneath root.
func plant(root string) (tree, error) {
	t := tree{texts: map[string]string{}, names: map[string]bool{}}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"node_modules", ".git", ".data", "vendor", "bin"}, d.Name()) {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		t.names[rel] = true
		if d.IsDir() || strings.HasSuffix(rel, "_templ.go") || rel == "internal/archtest/papers_test.go" ||
			!slices.ContainsFunc(texts, func(end string) bool { return strings.HasSuffix(rel, end) }) {
			return nil
		}
		b, err := os.ReadFile(name)
		t.texts[rel] = string(b)
		return err
	})
	return t, err
}

var (
	// cited is a paper by its name in capitals, with the path before it and a title
	// after it; sections, of which there may be several, are read from what follows.
	cited    = regexp.MustCompile(`([\w./-]*/)?\b([A-Z]{4,}\.md)\b( "([^"]+)")?`)
	sections = regexp.MustCompile(`^(?:,| and| or)? §(\d+)(?:\.(\d+))?`)
	loose    = regexp.MustCompile(`^(?:, |,? section |,? point )(?:section|point|§|\d)`)
	adr      = regexp.MustCompile(`\bdocs/adr/[\w.-]*\w`)
	folded   = regexp.MustCompile(`\n[ \t]*(?://|--|#)?[ \t]*`)
	link     = regexp.MustCompile(`\]\(([^)\s]*)\)`)
	quoted   = regexp.MustCompile("`((?:cmd|internal|web|e2e|migrations|docs)/[\\w./-]*)`")
	heading  = regexp.MustCompile(`(?m)^#{1,4} (?:(\d+)\. )?(.+)$`)
	fence    = regexp.MustCompile("(?ms)^```.*?^```$")
)

// follow gives the citations and links of one file that lead nowhere.
func (t tree) follow(name string) []string {
	var out []string
	bad := func(format string, a ...any) { out = append(out, name+": "+fmt.Sprintf(format, a...)) }
	text := t.texts[name]
	line := folded.ReplaceAllString(text, " ")
	for _, m := range cited.FindAllStringSubmatchIndex(line, -1) {
		dir, paper, title, rest := "", line[m[4]:m[5]], "", line[m[1]:]
		if m[2] >= 0 {
			dir = line[m[2]:m[3]]
		}
		if m[8] >= 0 {
			title = line[m[8]:m[9]]
		}
		at, ok := t.resolve(name, dir+paper)
		if !ok {
			bad("cites %s%s, which is not there: a paper is named from the root, as docs/METHOD.md", dir, paper)
			continue
		}
		if loose.MatchString(rest) {
			bad("cites %s by %q: write %s §2.4", at, rest[:min(len(rest), 20)], at)
		}
		if title != "" && !t.section(at, title) {
			bad("cites %s %q, and no heading there has these words", at, title)
		}
		for {
			s := sections.FindStringSubmatch(rest)
			if s == nil {
				break
			}
			rest = rest[len(s[0]):]
			if !t.section(at, s[1]) {
				bad("cites %s §%s, and there is no such section", at, s[1])
			} else if s[2] != "" && !t.point(at, s[1], s[2]) {
				bad("cites %s §%s.%s, and the section has no such point", at, s[1], s[2])
			}
		}
	}
	for _, at := range adr.FindAllString(line, -1) {
		if !t.names[at] {
			bad("names %s, which is not there", at)
		}
	}
	if path.Ext(name) == ".md" {
		out = append(out, t.links(name)...)
	}
	return out
}

// links gives the links and the quoted paths of a page that lead nowhere. A line of
// what is not built yet may name what is to come, and the change log what is gone.
func (t tree) links(name string) []string {
	var out []string
	bad := func(format string, a ...any) { out = append(out, name+": "+fmt.Sprintf(format, a...)) }
	for line := range strings.Lines(fence.ReplaceAllString(t.texts[name], "")) {
		for _, m := range link.FindAllStringSubmatch(line, -1) {
			to, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			at := name
			if to != "" {
				at = path.Join(path.Dir(name), to)
			}
			if !t.names[at] {
				bad("links to %s, which is not there", m[1])
			} else if anchor != "" && !slices.Contains(t.anchors(at), anchor) {
				bad("links to %s, and no heading there is called so", m[1])
			}
		}
		if strings.Contains(line, "Not built yet") || name == "CHANGELOG.md" {
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			if at := strings.TrimSuffix(m[1], "/"); !t.names[at] && !strings.Contains(at, "NNNN") {
				bad("names the path %s, which is not there", m[1])
			}
		}
	}
	return out
}

// resolve finds a paper as a file names it: from the root, or beside itself, where a
// page may leave out the folder.
func (t tree) resolve(from, name string) (string, bool) {
	if t.names[path.Clean(name)] {
		return path.Clean(name), true
	}
	beside := path.Join(path.Dir(from), name)
	return beside, (path.Ext(from) == ".md" || path.Base(name) != name) && t.names[beside]
}

// section tells whether a page has a heading of this number or of these words.
func (t tree) section(at, of string) bool {
	return slices.ContainsFunc(heading.FindAllStringSubmatch(t.texts[at], -1), func(h []string) bool {
		return h[1] == of || h[2] == of
	})
}

// point tells whether a numbered section has a numbered point.
func (t tree) point(at, section, point string) bool {
	_, rest, _ := strings.Cut("\n"+t.texts[at], "\n## "+section+". ")
	body, _, _ := strings.Cut(rest, "\n## ")
	return strings.Contains(body, "\n"+point+". ")
}

// anchors are the names of a page's headings in links.
func (t tree) anchors(at string) []string {
	var out []string
	for _, h := range heading.FindAllStringSubmatch(t.texts[at], -1) {
		words := strings.ToLower(strings.TrimSpace(strings.TrimLeft(h[0], "# ")))
		out = append(out, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127:
				return r
			}
			return -1
		}, words))
	}
	return out
}

// Each citation of a paper leads to a file and to a section of it, and each link of a
// page to a file and a heading.
func TestEachCitationIsFollowed(t *testing.T) {
	all, err := plant("../..")
	if err != nil {
		t.Fatal(err)
	}
	papers := 0
	for name := range all.texts {
		if strings.HasPrefix(name, "docs/") {
			papers++
		}
		for _, fault := range all.follow(name) {
			t.Error(fault)
		}
	}
	if papers < 8 {
		t.Fatalf("only %d papers were read", papers)
	}
}

// A broken citation of each kind is found, and a good one is not.
func TestABrokenCitationIsFound(t *testing.T) {
	paper := "# The method\n\n## 3. Measures\n1. one\n2. two\n\n## 4. The verdict\n\n## Words\n"
	for _, c := range []struct{ name, text, want string }{
		{"internal/a/a.go", "// A, see docs/METHOD.md §3.", ""},
		{"internal/a/a.go", "// A, see docs/METHOD.md\n\t// §3.2 and §4, docs/METHOD.md \"Words\".", ""},
		{"docs/OTHER.md", "As METHOD.md §3 says, [here](METHOD.md#3-measures), and `internal/a/a.go`.", ""},
		{"docs/OTHER.md", "**Not built yet**: `internal/forum`.", ""},
		{"internal/a/a.go", "// A, see METHOD.md §3.", "which is not there"},
		{"internal/a/a.go", "// A, see docs/METHODS.md.", "which is not there"},
		{"internal/a/a.go", "// A, see docs/METHOD.md §5.", "no such section"},
		{"internal/a/a.go", "// A, see docs/METHOD.md §3 and\n// §7.", "no such section"},
		{"internal/a/a.go", "// A, see docs/METHOD.md §3.3.", "no such point"},
		{"internal/a/a.go", "// A, see docs/METHOD.md, section 3.", "write docs/METHOD.md §2.4"},
		{"migrations/1.sql", "-- (docs/METHOD.md \"Wrods\")", "no heading there"},
		{"internal/a/a.go", "// A, see docs/adr/0009-nothing.md.", "names docs/adr/0009-nothing.md"},
		{"docs/OTHER.md", "[here](METHOD.md#5-nothing)", "no heading there is called so"},
		{"docs/OTHER.md", "[here](../internal/b.go)", "links to ../internal/b.go"},
		{"docs/OTHER.md", "`internal/forum` keeps topics.", "names the path internal/forum"},
	} {
		all := tree{
			texts: map[string]string{"docs/METHOD.md": paper, c.name: c.text},
			names: map[string]bool{"docs/METHOD.md": true, "internal/a/a.go": true, c.name: true},
		}
		found := strings.Join(all.follow(c.name), "\n")
		if c.want == "" && found != "" || !strings.Contains(found, c.want) {
			t.Errorf("%s: %q: want %q, found %q", c.name, c.text, c.want, found)
		}
	}
}
