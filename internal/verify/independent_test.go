package verify

import (
	"archive/zip"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"delfi/internal/ledger/leaf"
)

// recompute runs testdata/recompute.py, which shares no code with this module, on a
// folder or an archive: what it says, and whether all was as recomputed.
func recompute(t *testing.T, record string) (string, bool) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal("python3 is missing, with which the record is recomputed by other code: run make python")
	}
	out, err := exec.Command(python, "-I", "-S", "testdata/recompute.py", record).CombinedOutput()
	var text *exec.ExitError
	if err != nil && !errors.As(err, &text) {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out)), err == nil
}

// folder writes a book's files.
func (b *book) folder() string {
	b.t.Helper()
	root := b.t.TempDir()
	for name, f := range b.files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	return root
}

// archived writes them as one archive.
func (b *book) archived() string {
	b.t.Helper()
	name := filepath.Join(b.t.TempDir(), "tigli.zip")
	file, err := os.Create(name)
	if err != nil {
		b.t.Fatal(err)
	}
	w := zip.NewWriter(file)
	if err := w.AddFS(b.files); err != nil {
		b.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.t.Fatal(err)
	}
	return name
}

// agreed is a record whose rule is van der Eijk's A, with a panel of four fifths at
// the high end.
func agreed(t *testing.T) *book {
	own := strings.Replace(rules, `{"rule": "share", "share": {"from": 7, "to": 9}}`, `{"rule": "agreement", "agreement": 600}, "disclosure": {"min_n": 20}`, 1)
	return pressed(t, own, func(b *book) {
		for i := range b.people {
			if i%5 > 0 {
				b.people[i].answers[0][first], b.people[i].answers[1][first] = 8+i%2, 8+i%2
			}
		}
	})
}

// TestTheRecordIsRecomputedByOtherCode from docs/RECORD.md alone: entries to the root
// of the checkpoint, leaves to tallies, tallies to counts, counts to figures and words.
func TestTheRecordIsRecomputedByOtherCode(t *testing.T) {
	shared, agreement := press(t, nil), agreed(t)
	for name, record := range map[string]string{
		"folder": shared.folder(), "archive": shared.archived(), "rule agreement": agreement.folder(),
	} {
		if text, ok := recompute(t, record); !ok || text != "27 entries, 2 rounds: all as recomputed" {
			t.Errorf("%s: %s", name, text)
		}
	}
	if !strings.Contains(string(agreement.files["tigli/rounds/3/feedback.json"].Data), `"key":"consensus"`) {
		t.Error("no item has a consensus by the rule agreement")
	}
}

// TestOtherCodeSeesEachChange, also where the log was signed anew to fit.
func TestOtherCodeSeesEachChange(t *testing.T) {
	const three = "tigli/rounds/3/"
	shown := func(b *book) {
		b.rewrite(b.find("feedback", 1), func(body map[string]any) { body["document"] = leaf.Digest(b.files[three+"feedback.json"].Data) })
		b.seal()
	}
	whole := press(t, nil)
	for _, c := range []struct {
		name string
		book *book
		does func(b *book)
		says string
	}{
		{"one leaf", whole, func(b *book) { value(b, 3, "A/"+first) }, "the root of the leaves is not the head's"},
		{"one leaf, with the log signed anew", whole, func(b *book) {
			within(b, "A/"+first)
			b.rehead(3, "A/"+first)
			b.record(3)
			b.seal()
		}, "is not the tally's"},
		{"one count of a tally", whole, func(b *book) { b.edit(three+"tally", "1=8 2=8", "1=9 2=7"); b.record(3); b.seal() }, "1 in A/" + first + " is 9, the leaves say 8"},
		{"one count", whole, func(b *book) {
			b.edit(three+"counts.json", `"answered":120,"enrolled":120,"groups"`, `"answered":119,"enrolled":120,"groups"`)
		}, "counts.json: is not the one that the log names"},
		{"one count, with the log signed anew", whole, func(b *book) { b.edit(three+"counts.json", `"valid":117`, `"valid":118`); b.record(3); b.seal() }, "valid is 118, its groups are 117"},
		{"one count of a group, with the log signed anew", whole, func(b *book) {
			b.edit(three+"counts.json", `"by_group":[60,57]`, `"by_group":[59,58]`)
			b.record(3)
			b.seal()
		}, "group cittadini is 59, table G has 60"},
		{"the median", whole, func(b *book) { b.edit(three+"feedback.json", `"median":7,"more"`, `"median":8,"more"`); shown(b) }, "median is 8, it should be 7.0"},
		{"the share", whole, func(b *book) {
			b.edit(three+"feedback.json", `"top":0.5333333333333333`, `"top":0.5433333333333333`)
			shown(b)
		}, "top is 0.5433333333333333, it should be 0.5333333333333333"},
		{"a verdict", whole, func(b *book) { b.edit(three+"feedback.json", `"if":"majority"`, `"if":"consensus"`); shown(b) }, "the verdict is consensus high, it should be majority high"},
		{"a verdict by the rule agreement", agreed(t), func(b *book) { b.edit(three+"feedback.json", `"key":"consensus"`, `"key":"majority"`); shown(b) }, "the verdict is majority high, it should be consensus high"},
		{"one entry", whole, func(b *book) {
			b.rewrite(b.find("round_opened", 0), func(body map[string]any) { body["enrolled"] = []int{60, 61} })
			b.entries()
		}, "their root is not the checkpoint's"},
		{"one entry less", whole, func(b *book) { b.lines = b.lines[:len(b.lines)-1]; b.entries() }, "entries: there are 26, the checkpoint has 27"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.book.copied(t)
			c.does(b)
			if text, ok := recompute(t, b.folder()); ok || !strings.Contains(text, c.says) {
				t.Errorf("%q does not say %q", text, c.says)
			}
		})
	}
}

// TestTheOtherCodeIsItsOwn: it imports the standard library alone.
func TestTheOtherCodeIsItsOwn(t *testing.T) {
	text, err := os.ReadFile("testdata/recompute.py")
	if err != nil {
		t.Fatal(err)
	}
	var imports []string
	for l := range strings.Lines(string(text)) {
		if words := strings.Fields(l); len(words) > 1 && (words[0] == "import" || words[0] == "from") {
			imports = append(imports, strings.TrimSpace(l))
		}
	}
	if len(imports) != 1 || imports[0] != "import base64, hashlib, json, math, pathlib, sys, zipfile" {
		t.Errorf("it imports %q", imports)
	}
}
