package report_test

import (
	"strings"
	"testing"

	"delfi/internal/ledger/leaf"
)

// TestARemovalRecordsWhatItLeaves of a feedback document, as the record serves it.
func TestARemovalRecordsWhatItLeaves(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	w.play(2, 0)
	c := w.consultation()
	const file = "rounds/2/feedback.json"
	before := leaf.Digest(w.file(file))
	f, err := w.Archive.Feedback(ctx, c.ID, 2)
	w.must(err)
	text := ""
	for _, i := range f.Items {
		for _, r := range i.Reasons {
			text = r.Text
		}
	}
	if text == "" {
		t.Fatal("nobody gave a reason")
	}
	w.must(w.Reports.RemoveReason(ctx, w.moderator, slug, leaf.Digest([]byte(text)), "GDPR art. 17"))
	entries, err := w.Record.Of(ctx, c.ID)
	w.must(err)
	last := entries[len(entries)-1]
	want := `"afterwards":["` + leaf.Digest(w.file(file)) + `"],"digest":"` + leaf.Digest([]byte(text)) + `","documents":["` + before + `"]`
	if last.Type != "removal" || !strings.Contains(last.Body, want) {
		t.Errorf("the record ends with %s %s, want %s", last.Type, last.Body, want)
	}
}
