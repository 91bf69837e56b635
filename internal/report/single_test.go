package report_test

import (
	"testing"

	"golang.org/x/sync/errgroup"

	"delfi/internal/consultation"
)

// As many publishers as the pool has connections once blocked each other until their
// deadline: each took a second one inside its transaction.
func TestPublishersNeedOneConnection(t *testing.T) {
	w := newTown(t) // whose pool has one
	ctx := t.Context()
	w.play(2, 0)
	w.must(w.Consultations.Conclude(ctx, w.facilitator, slug, "fine"))
	w.Drain(w.t)
	w.forgo()
	texts := consultation.OpinionTexts{Summary: "In breve."}
	var all errgroup.Group
	for range 4 {
		all.Go(func() error { _, err := w.Reports.Preview(ctx, w.administrator, slug, texts); return err })
		all.Go(func() error { _, err := w.Reports.Dissent(ctx, w.facilitator, slug); return err })
	}
	all.Go(func() error { return w.Consultations.Publish(ctx, w.administrator, slug, texts) })
	w.must(all.Wait())
	if _, _, err := w.Reports.Of(ctx, w.consultation().ID); err != nil {
		t.Error(err)
	}
}
