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

// mark is a verdict in words with the share that this protocol asks for.
func (v view) mark(q *page.Request, f ballot.ItemFeedback) ui.Mark {
	return ui.Verdict(q, f.Verdict, v.permille())
}
