package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
)

func (w *town) file(path string) []byte {
	w.t.Helper()
	var b bytes.Buffer
	w.must(w.Reports.Write(w.t.Context(), slug, path, &b))
	return b.Bytes()
}

// TestAFileIsPublicFromItsMomentOn: nothing of a round before its release, no
// opinion before its publication, and every file that is listed can be had.
func TestAFileIsPublicFromItsMomentOn(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	paths := func() []string {
		t.Helper()
		all, err := w.Reports.Files(ctx, slug)
		w.must(err)
		if !slices.IsSorted(all) {
			t.Errorf("files are not sorted: %v", all)
		}
		return all
	}
	if got := paths(); !slices.Equal(got, []string{"protocol.json"}) {
		t.Errorf("before anything was closed: %v", got)
	}
	w.refused(w.Reports.Write(ctx, slug, "rounds/2/heads", &bytes.Buffer{}), fault.NotFound, "no_file")
	_, _, err := w.Reports.Marks(ctx, slug, "2", "00")
	w.refused(err, fault.NotFound, "no_file")

	w.play(2, 0)
	items, err := w.Consultations.Items(ctx, w.consultation().ID)
	w.must(err)
	got := paths()
	for _, want := range []string{
		"protocol.json", "rounds/2/counts.json", "rounds/2/feedback.json", "rounds/2/heads", "rounds/2/items.json",
		"rounds/2/superseded", "rounds/2/tally", "rounds/2/leaves/B", "rounds/2/leaves/A/" + items[0].ID.String(),
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not listed", want)
		}
	}
	if slices.Contains(got, "opinion.json") {
		t.Error("the opinion is public before it is published")
	}
	if leaf.Digest(w.file("protocol.json")) != w.consultation().ProtocolHash {
		t.Error("protocol.json has another hash than the frozen protocol")
	}
	heads, err := leaf.ParseHeads(w.file("rounds/2/heads"))
	w.must(err)
	prefix := leaf.ID(w.consultation().ID.String(), 2, "")
	for _, h := range heads {
		r, err := leaf.Read(bytes.NewReader(w.file("rounds/2/leaves/"+strings.TrimPrefix(h.Table, prefix))), func(string, tlog.Hash) error { return nil })
		if err != nil || r.Root != h.Root || r.N != h.N || r.Table != h.Table {
			t.Errorf("%s: %+v, %v", h.Table, r, err)
		}
	}
	entries, err := w.Record.Of(ctx, w.consultation().ID)
	w.must(err)
	for _, path := range []string{"items.json", "counts.json", "heads", "tally", "superseded", "feedback.json"} {
		sum := leaf.Digest(w.file("rounds/2/" + path))
		if !slices.ContainsFunc(entries, func(e ledger.Entry) bool { return strings.Contains(e.Body, sum) }) {
			t.Errorf("the record does not name %s as it is served", path)
		}
	}

	w.must(w.Consultations.Conclude(ctx, w.facilitator, slug, "basta così"))
	w.Drain(w.t)
	w.forgo()
	w.must(w.Consultations.Publish(ctx, w.administrator, slug, consultation.OpinionTexts{}))
	_, opinion, err := w.Reports.Of(ctx, w.consultation().ID)
	w.must(err)
	if !slices.Contains(paths(), "opinion.json") || !bytes.Equal(w.file("opinion.json"), opinion) {
		t.Error("the published opinion is not in the record to the byte")
	}
	w.refused(w.Reports.Write(ctx, slug, "../protocol.json", &bytes.Buffer{}), fault.NotFound, "no_file")
	_, err = w.Reports.Files(ctx, "another")
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("files of what is not: %v", err)
	}
}

// TestMarksComeByTheirBeginning, all of them over all beginnings, each once.
func TestMarksComeByTheirBeginning(t *testing.T) {
	w := newTown(t)
	w.play(2, 0)
	all := 0
	const digits = "0123456789abcdef"
	for _, a := range digits {
		for _, b := range digits {
			prefix := string(a) + string(b)
			marks, superseded, err := w.Reports.Marks(t.Context(), slug, "2", prefix)
			w.must(err)
			for _, m := range marks {
				if !strings.HasPrefix(m, prefix) || len(m) != 64 {
					t.Errorf("%s under %s", m, prefix)
				}
			}
			if !slices.IsSorted(marks) || len(superseded) > 0 {
				t.Errorf("under %s: %v, %v", prefix, marks, superseded)
			}
			all += len(marks)
		}
	}
	if all != people {
		t.Errorf("%d marks of %d ballots", all, people)
	}
	for _, bad := range []string{"", "0", "0g", "AB", "abc"} {
		if _, _, err := w.Reports.Marks(t.Context(), slug, "2", bad); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
