package report_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
	"delfi/internal/report"
)

// published plays two rounds and publishes the opinion.
func (w *town) published() consultation.Consultation {
	w.t.Helper()
	ctx := w.t.Context()
	w.play(2, 0)
	w.play(3, 0)
	w.must(w.Consultations.Conclude(ctx, w.facilitator, slug, "fine"))
	w.Drain(w.t)
	w.forgo()
	w.must(w.Consultations.Publish(ctx, w.administrator, slug, consultation.OpinionTexts{Summary: "In breve."}))
	return w.consultation()
}

// TestARemovalAndItsOpinionAreOneTransaction: of a contribution and of a reason; where the
// opinion cannot be drawn up again nothing is removed, and no entry says so. Between the two
// the record would be false: its documents would have lost a text, its opinion not.
func TestARemovalAndItsOpinionAreOneTransaction(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	c := w.published()
	o, _, err := w.Reports.Of(ctx, c.ID)
	w.must(err)
	reason := ""
	for _, i := range o.Items {
		for _, h := range i.History {
			for _, r := range h.Reasons {
				reason = r.Text
			}
		}
	}
	for what, remove := range map[string]func() error{
		"a contribution": func() error {
			return w.Contributions.Remove(ctx, w.moderator, slug, o.Contributions[0].ID, "GDPR art. 17")
		},
		"a reason": func() error {
			return w.Reports.RemoveReason(ctx, w.moderator, slug, leaf.Digest([]byte(reason)), "GDPR art. 17")
		},
	} {
		before, err := w.Record.Of(ctx, c.ID)
		w.must(err)
		was, document, err := w.Reports.Of(ctx, c.ID)
		w.must(err)
		feedback := w.file("rounds/3/feedback.json")
		refuse := func(sql string) {
			_, err := w.DB.Pool().Exec(sql)
			w.must(err)
		}
		refuse(`ALTER TABLE civic.opinion ADD CONSTRAINT torn CHECK (false) NOT VALID`)
		if err := remove(); err == nil {
			t.Errorf("%s is removed, and no opinion is drawn up again", what)
		}
		same, again, err := w.Reports.Of(ctx, c.ID)
		w.must(err)
		if same.Version != was.Version || string(again) != string(document) || string(w.file("rounds/3/feedback.json")) != string(feedback) {
			t.Errorf("%s: something was removed", what)
		}
		after, err := w.Record.Of(ctx, c.ID)
		if w.must(err); len(after) != len(before) {
			t.Errorf("%s: the record says that it was removed", what)
		}
		refuse(`ALTER TABLE civic.opinion DROP CONSTRAINT torn`)
		w.must(remove())
		after, err = w.Record.Of(ctx, c.ID)
		if w.must(err); len(after) != len(before)+2 || after[len(before)].Type != "removal" || after[len(before)+1].Type != "opinion" {
			t.Errorf("%s: the record says %+v", what, after[len(before):])
		}
	}
}

// A text that the law wants gone is gone from the published opinion too, from its
// older version as well: the next one stands in the record, and says why.
func TestARemovedTextIsGoneFromThePublishedOpinion(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	c := w.published()
	before, first, err := w.Reports.Of(ctx, c.ID)
	w.must(err)
	gone := before.Contributions[0]
	if gone.Body == "" || before.Version != 1 {
		t.Fatalf("version %d, %+v", before.Version, gone)
	}
	w.must(w.Contributions.Remove(ctx, w.moderator, slug, gone.ID, "GDPR art. 17"))
	after, second, err := w.Reports.Of(ctx, c.ID)
	w.must(err)
	text, _ := after.Contribution(gone.ID)
	if after.Version != 2 || text.Body != "" || text.Removed != "GDPR art. 17" || after.Texts.Summary != "In breve." {
		t.Errorf("version %d, %+v, %+v", after.Version, text, after.Texts)
	}
	var left []string
	w.must(w.DB.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.SelectContext(ctx, &left, `SELECT document FROM civic.opinion ORDER BY version`)
	}))
	if strings.Contains(strings.Join(left, ""), gone.Body) {
		t.Error("an older version still has the words")
	}
	entries, err := w.Record.Of(ctx, c.ID)
	w.must(err)
	last := entries[len(entries)-1]
	hash := func(document []byte) string {
		sum := sha256.Sum256(document)
		return hex.EncodeToString(sum[:])
	}
	if last.Type != "opinion" || !strings.Contains(last.Body, `"hash":"`+hash(second)+`","previous":"`+hash(first)+`","version":2`) {
		t.Errorf("the record ends with %s %s", last.Type, last.Body)
	}
	if entries[len(entries)-2].Type != "removal" {
		t.Errorf("before it stands %+v", entries[len(entries)-2])
	}
	// Asked again, nothing changed and nothing is written.
	w.must(w.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return report.Renew(w.Reports, ctx, tx, c) }))
	if again, _, err := w.Reports.Of(ctx, c.ID); err != nil || again.Version != 2 {
		t.Errorf("version %d, %v", again.Version, err)
	}
}
