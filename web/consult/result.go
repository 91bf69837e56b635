package consult

import (
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/web/page"
	"delfi/web/ui"
)

// resultView is what a released round brought out.
type resultView struct {
	view
	Round    consultation.Round
	Document ballot.Feedback
}

// result shows a released round from its stored document, the same for everyone.
func (c room) result(q *page.Request, v view, r consultation.Round) error {
	f, err := c.Ballots.Feedback(q.Context(), v.ID, r.Number)
	if err != nil {
		return err
	}
	return q.Render(200, result(resultView{view: v, Round: r, Document: f}))
}

// outsideFirst keeps the document's order but for the reasons from outside the
// middle half, which come first. It has no key: this page is the same for all.
func outsideFirst(reasons []ballot.Reason) []ballot.Reason {
	sorted := make([]ballot.Reason, 0, len(reasons))
	for _, outside := range []bool{true, false} {
		for _, r := range reasons {
			if r.Outside == outside {
				sorted = append(sorted, r)
			}
		}
	}
	return sorted
}

// mark is a verdict in words with the share that this protocol asks for.
func (v view) mark(q *page.Request, f ballot.ItemFeedback) ui.Mark {
	return ui.Verdict(q, f.Verdict, v.permille())
}
