package participate

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/pseudonym"
	"delfi/web/i18n"
	"delfi/web/page"
)

// round is the form of an open round, the result of a released one, and in between
// a page that says when it goes on.
func (c room) round(q *page.Request) error {
	v, r, err := c.numbered(q)
	if err != nil {
		return err
	}
	now, open := v.OpenRound(q.Now)
	switch {
	case r.Kind == delphi.Gather:
		return q.Redirect(v.Path("/contributions"))
	case r.State == consultation.RoundReleased || v.Origin != nil:
		return c.Result(q)
	case !open || now.Number != r.Number || v.Suspended != nil || v.Over():
		return q.Render(409, closed(closedView{view: v, Round: r}))
	}
	seat, err := c.answering(q, v)
	if err != nil {
		return c.unseated(q, v, err)
	}
	p, err := c.paper(q, v, r, seat)
	if err != nil {
		return c.late(q, v, r, nil, err)
	}
	switch k, err := strconv.Atoi(q.Query("item")); {
	case q.Query("all") == "1":
		p.All = true
	case q.Query("review") == "1":
	case err == nil && k >= 1 && k <= len(p.screens()):
		p.At = k
	default:
		// Who comes back goes on where they left.
		p.At = p.undone()
	}
	p.focus = p.takeFocus(q)
	return q.Render(200, paper(p))
}

// paper reads what the panelist has before them.
func (c room) paper(q *page.Request, v view, r consultation.Round, seat pseudonym.Seat) (*paperView, error) {
	p, err := c.Ballots.Paper(q.Context(), seat, r.Number)
	if err != nil {
		return nil, err // and no sheet of a paper that is none
	}
	s := sheetOf(c.sheets, v.Consultation, p, q.Reading())
	p.Items, p.Feedback = s.Read.items, s.Read.panel
	return &paperView{view: v, Paper: p, sheet: s}, nil
}

// answer saves the draft, or delivers it.
func (c room) answer(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, r, err := c.numbered(q)
	if err != nil {
		return err
	}
	seat, err := c.answering(q, v)
	if err != nil {
		return c.unseated(q, v, err)
	}
	if !r.Answers() {
		return fault.New(fault.NotFound, "no_ballots", "this round asks for contributions, not for ballots")
	}
	all := form.Value("all") == "1"
	switch k, ok := form.Int("item"); {
	case all:
		q.StandsAt(v.BallotPath(r.Number) + "?all=1")
	case ok:
		q.StandsAt(fmt.Sprintf("%s?item=%d", v.BallotPath(r.Number), k))
	default:
		q.StandsAt(v.BallotPath(r.Number) + "?review=1")
	}
	if all && form.Value("act") == "deliver" {
		return c.cast(q, v, r, seat, form)
	}
	p, err := c.paper(q, v, r, seat)
	if err != nil {
		return c.late(q, v, r, written(form), err)
	}
	p.All = all
	if k, ok := form.Int("item"); ok {
		p.At = k
	}
	if form.Value("act") == "deliver" {
		return c.deliver(q, p, seat, sentPart(form))
	}
	return c.save(q, p, seat, form)
}

// cast saves a whole paper and delivers it in one: who answers on the one page sees
// all that a review would show. One's own earlier answers are read only if one is kept,
// or something has to be mended.
func (c room) cast(q *page.Request, v view, r consultation.Round, seat pseudonym.Seat, form page.Form) error {
	asked, codecs, err := c.Ballots.Asked(q.Context(), v.ID, r.Number)
	if err != nil {
		return c.late(q, v, r, written(form), err)
	}
	p := &paperView{view: v, Paper: ballot.Paper{Round: r, Items: asked, Codecs: codecs}, All: true, Sent: form}
	keeps := false
	for _, i := range asked {
		keeps = keeps || form.Value(answerField(i)) == keep
	}
	read := func() error {
		if p.sheet != nil {
			return nil // it was, for what is kept
		}
		whole, err := c.paper(q, v, r, seat)
		if err == nil {
			whole.All, whole.Sent, p = true, p.Sent, whole
		}
		return err
	}
	if keeps {
		if err := read(); err != nil {
			return c.late(q, v, r, written(form), err)
		}
	}
	answers, err := p.read(form, p.shown())
	var s ballot.Stub
	if err == nil {
		s, err = c.Ballots.Cast(q.Context(), seat, r.Number, answers, sentPart(form))
	}
	var f *fault.Fault
	mend := errors.As(err, &f) && (f.Kind == fault.Invalid || f.Code == "empty_ballot")
	switch {
	case mend:
		if err := read(); err != nil {
			return c.late(q, v, r, written(form), err)
		}
		p.Words = form.Value(wordsField)
		if p.Problems = p.problems(q, err); f.Kind != fault.Invalid {
			p.Trouble = q.Fault(f)
		}
		return q.Render(422, paper(p))
	case fault.KindOf(err) == fault.Conflict:
		return c.late(q, v, r, written(form), err)
	case err != nil:
		return err
	}
	return c.delivered(q, v, s)
}

// save puts what was sent into the draft and goes where the button leads.
func (c room) save(q *page.Request, p *paperView, seat pseudonym.Seat, form page.Form) error {
	answers, err := p.read(form, p.shown())
	if err == nil && len(answers.Given)+len(answers.Cleared) > 0 {
		err = c.Ballots.Save(q.Context(), seat, p.Round.Number, answers)
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		p.Sent = form
		p.Problems = p.problems(q, err)
		return q.Render(422, paper(p))
	case fault.Conflict:
		return c.late(q, p.view, p.Round, written(form), err)
	}
	if err != nil {
		return err
	}
	return p.onwards(q, pressed(form))
}

// onwards goes where the button of a saved form leads.
func (p *paperView) onwards(q *page.Request, b press) error {
	here, at := p.at(p.At), p.At+1
	if p.All {
		here, at = p.action()+"?all=1", 0
	}
	if b.moves() {
		if err := p.leaveFocus(q, b); err != nil {
			return err
		}
		return q.Redirect(here)
	}
	switch b.verb {
	case "review":
		at = 0
	case "all":
		return q.Redirect(p.action() + "?all=1")
	case "language":
		if i18n.IsReading(b.about) {
			return q.Leave(i18n.Path(b.about, here) + "&lang=" + b.about)
		}
		return q.Redirect(here)
	case keep:
		return q.Redirect(here)
	case "go":
		at, _ = strconv.Atoi(b.about)
	case "back":
		at = max(1, p.At-1)
	}
	if at < 1 || at > len(p.screens()) {
		return q.Redirect(p.action() + "?review=1")
	}
	return q.Redirect(p.at(at))
}

// at is the address of the form's page with one question.
func (p *paperView) at(question int) string { return fmt.Sprintf("%s?item=%d", p.action(), question) }

// deliver makes the draft the ballot that counts.
func (c room) deliver(q *page.Request, p *paperView, seat pseudonym.Seat, part ballot.Part) error {
	p.Words = part.Words
	s, err := c.Ballots.Deliver(q.Context(), seat, p.Round.Number, part)
	var f *fault.Fault
	if p.Problems = p.problems(q, err); p.Problems.Has(wordsField) {
		p.At, p.All = 0, false
		return q.Render(422, paper(p))
	}
	if errors.As(err, &f) && (f.Kind == fault.Invalid || f.Code == "empty_ballot") {
		p.At, p.All, p.Trouble = 0, false, q.Fault(f)
		return q.Render(422, paper(p))
	}
	if fault.KindOf(err) == fault.Conflict {
		return c.late(q, p.view, p.Round, nil, err)
	}
	if err != nil {
		return err
	}
	return c.delivered(q, p.view, s)
}

// closedView is the page of a form that is closed.
type closedView struct {
	view
	Round   consultation.Round
	Lost    bool     // something was sent that did not count
	Written []string // reasons that were sent, to be copied
}

// late answers what came while a form was closed: read-only, with the next date,
// and with what was written.
func (c room) late(q *page.Request, v view, r consultation.Round, written []string, err error) error {
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	return q.Render(409, closed(closedView{view: v, Round: r, Lost: q.R.Method == "POST", Written: written}))
}

// written are the reasons of a form that could not be stored.
func written(form page.Form) []string {
	var all []string
	for n := 1; n <= mostItems; n++ {
		if r := form.Value(fmt.Sprintf("reason_%d", n)); r != "" {
			all = append(all, r)
		}
	}
	for _, name := range form.Names(listReason) {
		if r := form.Value(name); r != "" {
			all = append(all, r)
		}
	}
	return all
}

// mostItems is how many statements a protocol may have.
const mostItems = 1000

// wordsField holds the panelist's own words for the seed of the ballot.
const wordsField = "words"

// sentPart is the part of a ballot's seed that came with a form. What no script drew is
// none: the ballot counts, with a weaker receipt.
func sentPart(form page.Form) ballot.Part {
	part := ballot.Part{Words: form.Value(wordsField)}
	if drawn, err := hex.DecodeString(form.Value(page.Drawn)); err == nil && len(drawn) == len(part.Browser) {
		part.Browser = [leaf.BrowserSize]byte(drawn)
	}
	return part
}

func answerField(i consultation.Item) string { return "answer_" + strconv.Itoa(i.Number) }
func reasonField(i consultation.Item) string { return "reason_" + strconv.Itoa(i.Number) }
func arguesField(i consultation.Item) string { return "argues_" + strconv.Itoa(i.Number) }
