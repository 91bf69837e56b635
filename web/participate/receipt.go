package participate

import (
	"fmt"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/fault"
	"delfi/internal/pseudonym"
	"delfi/web/page"
	"delfi/web/ui"
)

// receiptView is what a panelist gets for a delivered ballot.
type receiptView struct {
	view
	ballot.Stub
	Problems ui.Problems
}

// here is an address beneath the round's.
func (r receiptView) here(more string) string {
	return r.BallotPath(r.Round.Number) + more
}

// marks is the public page on which the mark can be looked for, once the round is
// released; it is asked for by a beginning that many marks share.
func (r receiptView) marks() string {
	return fmt.Sprintf("/record/%s/rounds/%d/marks", r.Slug, r.Round.Number)
}

// changeable tells whether another ballot may still take this one's place.
func (r receiptView) changeable(q *page.Request) bool {
	return r.Round.State == consultation.RoundOpen && r.Suspended == nil && q.Now.Before(r.Round.Deadline)
}

// below names all that a receipt's end is drawn from.
func (r receiptView) below(q *page.Request) belowPart {
	return belowPart{lang: q.Reading(), here: r.here(""), back: r.Path(""), proofs: r.Proofs, changeable: r.changeable(q)}
}

type belowPart struct {
	lang, here, back   string
	proofs, changeable bool
}

// bound names the words about the part of the seed that the server did not choose.
func (r receiptView) bound() []string {
	var all []string
	if r.Part.Browser != "" {
		all = append(all, "by_browser")
	}
	if r.Part.Words != "" {
		all = append(all, "by_words")
	}
	if all == nil {
		all = append(all, "by_server")
	}
	return all
}

// left says how many statements a delivered ballot leaves out; "" for none.
func (r receiptView) left(q *page.Request) string {
	if r.Blank <= 0 {
		return ""
	}
	return ", " + q.T("consultation.receipt.blank", "n", r.Blank)
}

// stub reads the receipt of the reader's own ballot. It is made anew each time and
// never kept: whoever opens the page later on the same machine must sign in. With
// done the answer was given already.
func (c room) stub(q *page.Request) (r receiptView, seat pseudonym.Seat, done bool, err error) {
	v, round, err := c.numbered(q)
	if err != nil {
		return r, seat, false, err
	}
	if seat, err = c.seat(q, v); err != nil {
		return r, seat, true, c.unseated(q, v, err)
	}
	s, err := c.Ballots.Receipt(q.Context(), seat, round.Number)
	if fault.KindOf(err) == fault.NotFound {
		return r, seat, true, q.Redirect(v.BallotPath(round.Number))
	}
	return receiptView{view: v, Stub: s}, seat, false, err
}

// delivered leads to the receipt of a ballot that was just delivered, which is read
// from the database like every other: a later ballot may have reached another server.
func (c room) delivered(q *page.Request, v view, s ballot.Stub) error {
	return q.Redirect(receiptView{view: v, Stub: s}.here("/receipt"))
}

// receipt shows the mark of the delivered ballot and the signed text.
func (c room) receipt(q *page.Request) error {
	r, _, done, err := c.stub(q)
	if done || err != nil {
		return err
	}
	return q.Render(200, receipt(r))
}

// signed gives the signed text alone, to keep.
func (c room) signed(q *page.Request) error {
	r, _, done, err := c.stub(q)
	if done || err != nil {
		return err
	}
	note, err := r.Note()
	if err != nil {
		return err
	}
	return q.Bytes(200, "text/plain; charset=utf-8", []byte(note))
}

// proof gives the proof file, on request alone: who asks says that they understood
// whom it could be shown to.
func (c room) proof(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	r, seat, done, err := c.stub(q)
	if done || err != nil {
		return err
	}
	if form.Value("understood") != "on" {
		r.Problems = ui.ProblemsOf(fault.Bad(fault.Field{
			Name: "understood", Code: "proof_not_understood", Message: "say that you have read what the file can show others",
		})).Labelled(map[string]string{"understood": q.T("consultation.receipt.proof_understood")})
		q.StandsAt(r.here("/receipt"))
		return q.Render(422, receipt(r))
	}
	document, err := c.Ballots.Proof(q.Context(), seat, r.Round.Number)
	if err != nil {
		return err
	}
	q.W.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", fmt.Sprintf("delfi-%s-%d.json", r.Slug, r.Round.Number)))
	return q.Bytes(200, "application/json", document)
}
