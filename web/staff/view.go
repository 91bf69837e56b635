package staff

import (
	"slices"
	"strconv"
	"strings"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/web/dossier"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// problems names each field as the form does.
func problems(q *page.Request, f *fault.Fault) ui.Problems {
	if f == nil {
		return ui.Problems{}
	}
	labels := map[string]string{"reason": q.T("staff.reason"), "days": q.T("staff.round.days"), "summary": q.T("staff.publish.summary"), "limitations": q.T("staff.publish.limitations"), "ground": q.T("staff.removal.ground"), "decision": q.T("staff.decide.decision")}
	for _, d := range f.Fields {
		if key := "staff.field." + d.Name; i18n.Known(key) {
			labels[d.Name] = q.T(key)
		}
	}
	return ui.ProblemsOf(f).Labelled(labels)
}

// of is the case of an item between two rounds, from which its words are drawn.
func (d decisionView) of(c consultation.Consultation) ui.Case {
	final := slices.ContainsFunc(d.Feedback.Proposal.Grounds, func(g verdict.Ground) bool { return g.Code == "last_round" && g.Holds })
	return ui.Case{Protocol: c.Protocol, Kind: d.Feedback.Kind, Verdict: d.Feedback.Verdict, Figures: d.Feedback.Figures, Final: final}
}

// grounds are those that a proposal stands on: gates and tests of the verdict, then
// the proposal's own. That another round is left is no ground for anything.
func (d decisionView) grounds() []verdict.Ground {
	var all []verdict.Ground
	for _, g := range d.Feedback.Verdict.Grounds {
		if !g.Holds || slices.Contains(told, g.Code) {
			all = append(all, g)
		}
	}
	for _, g := range d.Feedback.Proposal.Grounds {
		if g.Code == "cannot_judge" || g.Code == "last_round" && g.Holds {
			all = append(all, g)
		}
	}
	return all
}

// told are the grounds of a verdict that a desk lists though they hold.
var told = []string{"scheibe", "unchanged", "within", "wilcoxon", "sign", "w_rising", "no_earlier_round", "no_stability_gate", "test_dropped", "left_out"}

// asks is the statement as a question of its own in the last round: an entry of a list stands
// alone.
func (v deskView) asks(q *page.Request, d decisionView) dossier.Question {
	in := dossier.In(q, v.Consultation)
	return dossier.Question{Kind: in.ItemKind(d.Feedback.Kind), Form: in.FormIn(d.Feedback.Kind, v.lastRound()), Items: []feedback.ItemResult{d.Feedback}}
}

// lastRound is the number of the last released round.
func (v deskView) lastRound() int { return v.Rounds[len(v.Rounds)-1].Round }

func (d decisionView) distribution(q *page.Request, c consultation.Consultation) chart.Distribution {
	k, _ := c.Protocol.Kind(d.Feedback.Kind)
	title := q.T("staff.decide.picture", "number", d.Item.Number)
	picture := ui.Distribution("item-"+strconv.Itoa(d.Item.Number)+"-picture", title, d.Feedback.Figures,
		ui.Scale{Points: k.Points, Low: k.Low[c.Language], High: k.High[c.Language], Classes: k.Classes}, 0)
	if d.Feedback.Figures.Camps(d.Feedback.Verdict) {
		return ui.WithoutMiddle(picture)
	}
	return picture
}

// kept says how many kept their answer, within a point of it where that is the
// protocol's tolerance, "at least" where the tables tell no more.
func (d decisionView) kept(q *page.Request) string {
	f := d.Feedback.Figures
	value, least := f.Unchanged, f.Bound.Unchanged
	if f.Within.Defined() {
		value, least = f.Within, f.Bound.Within
	}
	share := ui.Proportion(q, ui.Plain, value, least)
	if least && value.Defined() {
		return q.T("staff.decide.at_least", "share", share)
	}
	return share
}

// problems are those of the form that was sent; what a draft lacks is mended on its own page, as
// the lists and secretaries of its groups are.
func (v deskView) problems(q *page.Request) ui.Problems {
	return problems(q, v.Fault).In(idOf(v.TypedAt)).Lead("rolls", v.at(q, "/rolls"))
}

func (v deskView) typedAt(path, name string) string {
	if v.TypedAt != path {
		return ""
	}
	return v.Typed[name]
}

func (v deskView) at(q *page.Request, act string) string {
	return q.URL("/desk/" + v.Consultation.Slug + act)
}

// idOf makes an element's id of a form's address.
func idOf(path string) string { return strings.Trim(strings.ReplaceAll(path, "/", "-"), "-") }

// lack is the address of a field in which a draft is mended.
func (v deskView) lack(q *page.Request, field string) string {
	i := slices.IndexFunc(v.Missing, func(m draft.Missing) bool { return m.Field == field })
	if i < 0 {
		return v.at(q, "/draft/summary")
	}
	return v.at(q, "/draft/"+string(v.Missing[i].Step)) + "#" + ui.ID(field)
}

func missing(q *page.Request, m draft.Missing) string {
	return q.Field(fault.Field{Name: m.Field, Code: m.Code, Message: m.Message, Args: m.Args})
}

func (l deskLine) roles(q *page.Request) string {
	words := make([]string, len(l.Office))
	for i, r := range l.Office {
		words[i] = role(q, r)
	}
	return strings.Join(words, ", ")
}

func role(q *page.Request, r account.Role) string { return q.T("staff.role." + string(r)) }

// sentence says where a consultation stands and what comes next, in one line.
func sentence(q *page.Request, c consultation.Consultation) string {
	if c.Suspended != nil {
		return q.T("staff.state.suspended", "since", q.Day(c.Suspended.Since))
	}
	switch c.Stage {
	case consultation.Announced:
		return q.T("staff.state.announced", "starts", q.Day(c.StartsAt))
	case consultation.Running:
		return running(q, c)
	default:
		return q.T("staff.state." + string(c.Stage))
	}
}

func running(q *page.Request, c consultation.Consultation) string {
	for _, r := range c.Rounds {
		switch {
		case r.State == consultation.RoundOpen:
			return q.T("staff.state.open", "number", r.Number, "deadline", q.Moment(r.Deadline))
		case r.State == consultation.RoundClosing:
			return q.T("staff.state.closing", "number", r.Number)
		case r.State == consultation.RoundClosed && r.Kind == delphi.Gather:
			return q.T("staff.state.synthesis", "number", r.Number)
		case r.State == consultation.RoundPlanned && r.Number > 1:
			return q.T("staff.state.between", "number", r.Number, "opens", q.Day(r.PlannedAt))
		}
	}
	return q.T("staff.state.last")
}

// wrote says how many people have written in an open gather round.
func wrote(q *page.Request, r consultation.Round) string {
	if r.Turnout < 5 {
		return q.T("staff.synthesis.wrote_small")
	}
	return q.T("staff.synthesis.wrote_more", "n", r.Turnout)
}

// kind names a round by what it asks for.
func kind(q *page.Request, c consultation.Consultation, r consultation.Round) string {
	if r.Kind == delphi.Gather {
		return q.T("staff.round.gather")
	}
	for _, earlier := range c.Rounds {
		if earlier.Number < r.Number && earlier.Kind == r.Kind {
			return q.T("staff.round.revise")
		}
	}
	return q.T("staff.round.answer")
}

func (v deskView) path(act string) string { return "/desk/" + v.Consultation.Slug + act }

func (v deskView) roundPath(r *consultation.Round, act string) string {
	return v.path("/rounds/" + strconv.Itoa(r.Number) + act)
}

// live tells whether there is anything left to stop.
func (v deskView) live() bool {
	switch v.Consultation.Stage {
	case consultation.Announced, consultation.Running, consultation.Concluded:
		return v.Consultation.Origin == nil
	}
	return false
}

// last ends the keys of what is said where no round is left to open.
func (v deskView) last() string {
	if v.Next == nil {
		return "_last"
	}
	return ""
}

// stops tells whether the reader has an act that stops something.
func (v deskView) stops() bool {
	return v.live() && (v.Administrator || v.Moderator && v.Consultation.Stage != consultation.Concluded || v.concludes())
}

// extends tells whether the reader can move the deadline of the open round now.
func (v deskView) extends() bool {
	r := v.Current
	return v.Facilitator && r != nil && r.State == consultation.RoundOpen && r.Extensions < v.Consultation.Protocol.Round(r.Number).MaxExtensions
}

// corrects tells whether the reader can correct a text now.
func (v deskView) corrects() bool {
	_, _, err := v.Consultation.Stage.Step(consultation.ActCorrect, account.Administrator)
	return v.Administrator && err == nil
}

// suspends tells whether the reader can suspend now.
func (v deskView) suspends() bool {
	return v.live() && v.Consultation.Suspended == nil && (v.Administrator || v.Moderator) && v.Consultation.Stage != consultation.Concluded
}

// resumes tells whether the reader can end a suspension.
func (v deskView) resumes() bool {
	return v.live() && v.Consultation.Suspended != nil && (v.Administrator || v.Moderator)
}

// opensNext tells whether the reader can open the next round now.
func (v deskView) opensNext() bool {
	return v.Facilitator && v.Current == nil && v.Next != nil && v.Next.Number > 1 && v.Consultation.Stage == consultation.Running
}

// finishes tells whether the reader can finish examining contributions now.
func (v deskView) finishes() bool {
	r := v.Current
	return v.Moderator && r != nil && r.Kind == delphi.Gather && r.State == consultation.RoundClosed && v.Counts.Pending == 0
}

// concludes tells whether the reader can conclude now.
func (v deskView) concludes() bool {
	return v.Facilitator && v.between()
}

func (v deskView) kicker(q *page.Request) string {
	switch {
	case v.Facilitator:
		return q.T("staff.desk.of_facilitator")
	case v.Moderator:
		return q.T("staff.desk.of_moderator")
	default:
		return q.T("staff.desk.of_administrator")
	}
}

// lap is the class of a round in the timeline.
func lap(r consultation.Round) string {
	switch r.State {
	case consultation.RoundReleased:
		return "done"
	case consultation.RoundOpen, consultation.RoundClosing, consultation.RoundClosed:
		return "now"
	}
	return ""
}

func (v deskView) span(q *page.Request, r consultation.Round) string {
	from := r.PlannedAt
	if !r.OpenedAt.IsZero() {
		from = r.OpenedAt
	}
	to := r.Deadline
	if !r.ClosedAt.IsZero() {
		to = r.ClosedAt
	}
	return q.T("staff.round.span", "from", q.Day(from), "to", q.Day(to))
}

// lapNote says what came of a round: people, never answers, and nothing while it is open.
func (v deskView) lapNote(q *page.Request, r consultation.Round) string {
	for _, f := range v.Rounds {
		if f.Round == r.Number {
			return q.T("staff.round.answered", "answered", f.Answered, "enrolled", f.Enrolled, "percent", ui.Part(q, ui.Plain, f.Answered, f.Enrolled))
		}
	}
	return q.T("staff.round.state_" + string(r.State))
}

func (d decisionView) kicker(q *page.Request) string {
	if a := d.Feedback.Figures.Agreement; a.Defined() {
		return q.T("staff.decide.agreement", "number", d.Item.Number, "a", ui.Decimal(q, a, 2))
	}
	return q.T("staff.decide.no_agreement", "number", d.Item.Number)
}

// others are the decisions but one; after a select round, which gives no verdict, whether it
// goes on.
func (d decisionView) others(but verdict.Action) []verdict.Action {
	all := []verdict.Action{verdict.Settle, verdict.GoOn, verdict.Reword}
	if slices.ContainsFunc(d.Feedback.Proposal.Grounds, func(g verdict.Ground) bool { return g.Code == "narrowed" }) {
		all = []verdict.Action{verdict.GoOn, verdict.Drop}
	}
	var out []verdict.Action
	for _, b := range all {
		if b != but {
			out = append(out, b)
		}
	}
	return out
}

func desksFrame(q *page.Request) ui.Frame {
	return ui.Frame{Title: q.T("staff.desks.title"), Section: ui.Desk, Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title")}}}
}

func (v deskView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: v.Consultation.Title, Lang: v.Consultation.Language}},
	}
}
