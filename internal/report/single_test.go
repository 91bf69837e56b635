package report

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
	w.must(w.consultations.Conclude(ctx, w.facilitator, slug, "fine"))
	w.drain()
	w.forgo()
	texts := consultation.OpinionTexts{Summary: "In breve."}
	var all errgroup.Group
	for range 4 {
		all.Go(func() error { _, err := w.reports.Preview(ctx, w.administrator, slug, texts); return err })
		all.Go(func() error { _, err := w.reports.Dissent(ctx, w.facilitator, slug); return err })
	}
	all.Go(func() error { return w.consultations.Publish(ctx, w.administrator, slug, texts) })
	w.must(all.Wait())
	if _, _, err := w.reports.Of(ctx, w.consultation().ID); err != nil {
		t.Error(err)
	}
}
