package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestAWholeRecordHolds, with receipts, a proof and a kept checkpoint, and counts
// what was looked at.
func TestAWholeRecordHolds(t *testing.T) {
	b := press(t, nil)
	r, err := Run(t.Context(), b.files, Options{
		Key: b.log.key, Cosigners: []string{b.witness.key}, Checkpoint: b.checkpoint(9),
		Receipts: map[string][]byte{"replaced": b.replaced, "proof": b.proof},
	})
	if err != nil {
		t.Fatal(err)
	}
	leaves := int64(0)
	for name, f := range b.files {
		if strings.Contains(name, "/leaves/") {
			leaves += int64(bytes.Count(f.Data, []byte("\n")) - 2)
		}
	}
	if r.Entries != len(b.lines) || r.Rounds != 2 || r.Tables != 23 || r.Leaves != leaves || r.Texts != 12 || r.Figures < 1000 || r.Kept != 9 {
		t.Errorf("%+v", r)
	}
	want := []ReceiptResult{
		{File: "proof", Slug: "tigli", Round: 3, Browser: true, Words: true, Leaves: 9, LeftOut: []string{"D/" + second, "T/" + second, "M/" + second}},
		{File: "replaced", Slug: "tigli", Round: 3, Browser: true, Words: true, Superseded: true},
	}
	if d := cmp.Diff(want, r.Receipts); d != "" {
		t.Error(d)
	}
	r, err = Run(t.Context(), b.files, Options{Receipts: map[string][]byte{"receipt": b.receipt}})
	if d := cmp.Diff([]ReceiptResult{{File: "receipt", Slug: "tigli", Round: 3, Browser: true, Words: true}}, r.Receipts); d != "" || err != nil {
		t.Error(d, err)
	}
}

// TestWordsRemovedByLawAreListed: the record holds, and says which are gone.
func TestWordsRemovedByLawAreListed(t *testing.T) {
	b := press(t, nil)
	b.lines[0].Words = json.RawMessage("null")
	b.entry("removal", map[string]any{"entry": 0, "ground": "art. 17 GDPR"}, nil)
	b.seal()
	r, err := Run(t.Context(), b.files, Options{})
	if err != nil || !slices.Equal(r.Removals, []int64{0}) {
		t.Errorf("%v, %v", r.Removals, err)
	}
}

// TestTheEndingSaysWhatIsNotProven, in both languages equally much.
func TestTheEndingSaysWhatIsNotProven(t *testing.T) {
	full := Result{
		Origin: "o", Size: 9, CosignedSize: 7, Kept: 3, Cosigners: []string{"garante"}, Releases: 2, Removals: []int64{4, 6}, Unread: 1, LeftOut: 1,
		Consultations: []Checked{{Slug: "tigli", Stage: "published", Title: "I tigli\x1b[2J", Waiting: 1}},
		Receipts:      []ReceiptResult{{File: "a", Waiting: true}, {File: "b", Browser: true, Superseded: true}, {File: "c", Words: true, Leaves: 3, LeftOut: []string{"D/x"}}},
	}
	for _, r := range []Result{full, {Pinned: true, CosignersPinned: true}} {
		en, it := english(r), italian(r)
		for n := range en {
			if len(en[n].lines) != len(it[n].lines) {
				t.Errorf("%q says %d things, %q %d", en[n].title, len(en[n].lines), it[n].title, len(it[n].lines))
			}
		}
	}
	for lang, say := range map[string][]string{
		"en": {"Checked:", "4, 6", "left out by rule: D/x", "superseded", "real people", "kept silent", "not checked here", "its browser is said", "own words", "that 1 of the receipts", "what the person's own page drew", "copy of a destroyed key", "pressure", "taken on trust"},
		"it": {"Controllato:", "4, 6", "lasciate fuori per regola: D/x", "sostituita", "persone vere", "in silenzio", "non controllate qui", "copia di una chiave distrutta", "pressione", "prese per buone", "pubblicata"},
	} {
		var b bytes.Buffer
		if err := full.Write(&b, lang); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s obeys a title:\n%s", lang, b.String())
		}
		for _, words := range say {
			if !strings.Contains(b.String(), words) {
				t.Errorf("%s does not say %q:\n%s", lang, words, b.String())
			}
		}
	}
}

// TestNothingCheckedProvesNothing: a record whose files are not there holds, and says
// nothing of rules and figures.
func TestNothingCheckedProvesNothing(t *testing.T) {
	b := press(t, nil)
	maps.DeleteFunc(b.files, func(name string, _ *fstest.MapFile) bool { return strings.HasPrefix(name, "tigli/") })
	r, err := Run(t.Context(), b.files, Options{})
	if err != nil || len(r.Consultations) > 0 {
		t.Fatalf("%v, %v", r.Consultations, err)
	}
	for lang, words := range map[string][2]string{"en": {"frozen beforehand", "the files of no consultation"}, "it": {"congelate prima", "i file di nessuna consultazione"}} {
		var out strings.Builder
		if err := r.Write(&out, lang); err != nil || strings.Contains(out.String(), words[0]) || !strings.Contains(out.String(), words[1]) {
			t.Errorf("%v: %s", err, out.String())
		}
	}
}

// TestWhatIsNoRecordIsRefused, and options that make no sense.
func TestWhatIsNoRecordIsRefused(t *testing.T) {
	if _, err := Run(t.Context(), fstest.MapFS{}, Options{}); !errors.Is(err, ErrNoRecord) {
		t.Errorf("an empty folder: %v", err)
	}
	b := press(t, nil)
	var misuse *Misuse
	for what, o := range map[string]Options{
		"a key":      {Key: "no key"},
		"a cosigner": {Cosigners: []string{"no key"}},
		"a receipt":  {Receipts: map[string][]byte{"x": []byte("no receipt")}},
		"a proof":    {Receipts: map[string][]byte{"x": []byte("{}")}},
	} {
		if _, err := Run(t.Context(), b.files, o); err == nil {
			t.Errorf("%s that is none was taken", what)
		} else if !errors.As(err, &misuse) {
			t.Errorf("%s that is none: %v", what, err)
		}
	}
}

// TestProgressIsTold step by step.
func TestProgressIsTold(t *testing.T) {
	b := press(t, nil)
	steps := map[int]bool{}
	last := Progress{}
	_, err := Run(t.Context(), b.files, Options{Progress: func(p Progress) {
		steps[p.Step] = true
		if p.Files < last.Files || p.Leaves < last.Leaves {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
	}})
	if err != nil || len(steps) != 8 {
		t.Errorf("%v, %v", steps, err)
	}
}
