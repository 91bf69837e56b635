package archtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The greatest lengths, in lines, tests and generated code aside: a file that is longer
// is split by noun, and the most crowded noun of a longer room gets a room beneath it.
const (
	maxFileLines = 500
	maxRoomLines = 3000
)

// sizes gives what is too long, of the lines of each file by its path.
func sizes(lines map[string]int) []string {
	var out []string
	rooms := map[string]int{}
	for name, n := range lines {
		if n > maxFileLines {
			out = append(out, fmt.Sprintf("%s has %d lines: split it by noun", name, n))
		}
		rooms[filepath.ToSlash(filepath.Dir(name))] += n
	}
	for room, n := range rooms {
		if n > maxRoomLines {
			out = append(out, fmt.Sprintf("%s has %d lines: give its most crowded noun a room beneath it", room, n))
		}
	}
	return out
}

func TestFilesAndRoomsStayShort(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for _, f := range read(t, root) {
		if f.test() || f.generated() {
			continue
		}
		name := f.room + "/" + f.name
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		lines[name] = strings.Count(string(b), "\n")
	}
	for _, fault := range sizes(lines) {
		t.Error(fault)
	}
}

func TestALongFileAndACrowdedRoomAreFound(t *testing.T) {
	full := map[string]int{}
	for i := range 7 {
		full[fmt.Sprintf("internal/panel/%d.go", i)] = 450
	}
	for want, lines := range map[string]map[string]int{
		"internal/panel/a.go has 501 lines": {"internal/panel/a.go": 501},
		"internal/panel has 3150 lines":     full,
	} {
		if found := strings.Join(sizes(lines), "\n"); !strings.Contains(found, want) {
			t.Errorf("want %q, found %q", want, found)
		}
	}
}
