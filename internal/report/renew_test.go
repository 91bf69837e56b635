package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/consultation/steering"
	"delfi/internal/platform/postgres"
)

// A text that the law wants gone is gone from the published opinion too, from its
// older version as well: the next one stands in the record, and says why.
func TestARemovedTextIsGoneFromThePublishedOpinion(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	w.play(2, 0)
	w.play(3, 0)
	w.must(w.consultations.Conclude(ctx, w.facilitator, slug, "fine"))
	w.drain()
	w.forgo()
	w.must(w.consultations.Publish(ctx, w.administrator, slug, consultation.OpinionTexts{Summary: "In breve."}))
	c := w.consultation()
	before, first, err := w.reports.Of(ctx, c.ID)
	w.must(err)
	gone := before.Contributions[0]
	if gone.Body == "" || before.Version != 1 {
		t.Fatalf("version %d, %+v", before.Version, gone)
	}
	w.must(w.contributions.Remove(ctx, w.moderator, slug, gone.ID, "GDPR art. 17"))
	w.drain()
	after, second, err := w.reports.Of(ctx, c.ID)
	w.must(err)
	text, _ := after.Contribution(gone.ID)
	if after.Version != 2 || text.Body != "" || text.Removed != "GDPR art. 17" || after.Texts.Summary != "In breve." {
		t.Errorf("version %d, %+v, %+v", after.Version, text, after.Texts)
	}
	var left []string
	w.must(w.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.SelectContext(ctx, &left, `SELECT document FROM civic.opinion ORDER BY version`)
	}))
	if strings.Contains(strings.Join(left, ""), gone.Body) {
		t.Error("an older version still has the words")
	}
	entries, err := w.record.Of(ctx, c.ID)
	w.must(err)
	last := entries[len(entries)-1]
	hash := func(document []byte) string {
		sum := sha256.Sum256(document)
		return hex.EncodeToString(sum[:])
	}
	if last.Type != "opinion" || !strings.Contains(last.Body, `"hash":"`+hash(second)+`","previous":"`+hash(first)+`","version":2`) {
		t.Errorf("the record ends with %s %s", last.Type, last.Body)
	}
	// Asked again, nothing changed and nothing is written.
	w.must(w.reports.renew(ctx, steering.Renew{Consultation: c.ID}))
	if again, _, err := w.reports.Of(ctx, c.ID); err != nil || again.Version != 2 {
		t.Errorf("version %d, %v", again.Version, err)
	}
}
