package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	released  = regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$`)
	published = regexp.MustCompile(`(?m)^(softwareVersion|releaseDate|url): "(.*)"$`)
)

// facts are the version, its date and the repository's address in publiccode.yml;
// empty where it has none.
func facts(t *testing.T, root string) (version, day, address string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "publiccode.yml"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range published.FindAllStringSubmatch(string(b), -1) {
		found[m[1]] = m[2]
	}
	return found["softwareVersion"], found["releaseDate"], found["url"]
}

// consistent compares publiccode.yml with the newest release of the change log; a
// project that has released nothing names no version.
func consistent(t *testing.T, root string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "\n## [Unreleased]\n") {
		t.Error("CHANGELOG.md has no part for what is unreleased")
	}
	var want [2]string
	if m := released.FindStringSubmatch(string(b)); m != nil {
		want = [2]string{m[1], m[2]}
	}
	if version, day, _ := facts(t, root); version != want[0] || day != want[1] {
		t.Errorf("publiccode.yml has version %q of %q, CHANGELOG.md %q of %q: run make release", version, day, want[0], want[1])
	}
}

func TestTheVersionIsThatOfTheChangeLog(t *testing.T) { consistent(t, "../..") }

// copied is a copy of what the commands change and the compiler reads.
func copied(t *testing.T) string {
	t.Helper()
	all, err := plant("../..")
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	for name := range all.names {
		info, err := os.Stat(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() || strings.Contains(name, "testdata/") {
			continue
		}
		b, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(to, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// run runs a command in a folder and gives what it printed.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	// Another make, as of a person's own, also beneath make check.
	c.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MAKE") || strings.HasPrefix(v, "MFLAGS") })
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// A release and a move to another home, on a copy of the tree.
func TestARelease(t *testing.T) {
	root := copied(t)
	for _, version := range []string{"0.1.0", "1.2.0"} {
		run(t, root, "make", "-s", "release", "VERSION="+version)
		consistent(t, root)
		if found, _, _ := facts(t, root); found != version {
			t.Errorf("version %q, want %q", found, version)
		}
	}
}

func TestAMoveToAnotherHome(t *testing.T) {
	const address, module = "https://code.example.it/comune/delfi.git", "code.example.it/comune/delfi"
	root := copied(t)
	run(t, root, "make", "-s", "home", "REPOSITORY="+address, "MODULE="+module)
	if _, _, found := facts(t, root); found != address {
		t.Errorf("the address is %q, want %q", found, address)
	}
	if found := strings.TrimSpace(run(t, root, "go", "list", "-m")); found != module {
		t.Errorf("the module is %q, want %q", found, module)
	}
	moved := 0
	for _, f := range read(t, root) {
		for _, imp := range f.imports {
			folder, ours := strings.CutPrefix(imp, module+"/")
			if first, _, _ := strings.Cut(imp, "/"); first == "delfi" {
				t.Errorf("%s/%s imports %s, from the former home", f.room, f.name, imp)
			} else if ours {
				moved++
				if _, err := os.Stat(filepath.Join(root, folder)); err != nil {
					t.Errorf("%s/%s imports %s: %v", f.room, f.name, imp, err)
				}
			}
		}
	}
	if moved < 100 {
		t.Errorf("only %d imports moved", moved)
	}
}
