package public

import (
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/web/page"
	"delfi/web/ui"
)

// action is the one call to action of a consultation; no Path, nothing to do.
type action struct{ Words, Path string }

// act says what the reader can do now. It never depends on whether they answered: a screen
// may have a second pair of eyes. That stands folded beside it (dossier.OwnBallot).
func (v view) act(q *page.Request) action {
	if !v.PublishedAt.IsZero() {
		return action{q.T("consultation.act.opinion"), v.Path("/opinion")}
	}
	if v.Over() || v.Suspended != nil || v.Steers(q.Actor) {
		return action{}
	}
	if v.Group == "" {
		if v.Enrolling() {
			return action{q.T("consultation.act.enrol"), v.Path("/enrol")}
		}
		return action{}
	}
	r, open := v.OpenRound(q.Now)
	switch {
	case open && r.Kind == delphi.Gather:
		return action{q.T("consultation.act.write"), v.Path("/contributions")}
	case v.Coded() && !v.Issued:
		return action{q.T("consultation.act.get_code"), v.Path("/get-code")}
	case !open:
		return action{}
	case v.Coded():
		return action{q.T("consultation.act.code"), v.CodePath("")}
	case v.RoundKind(r) == "revised":
		return action{q.T("consultation.act.revise"), v.BallotPath(r.Number)}
	}
	return action{q.T("consultation.act.answer"), v.BallotPath(r.Number)}
}

// call is the heading and the sentence above the button.
func (v view) call(q *page.Request, items int) (heading, text string) {
	r, open := v.OpenRound(q.Now)
	next, planned := v.NextRound()
	switch {
	case v.Stage == consultation.Withdrawn:
		return q.T("consultation.call.withdrawn"), ui.In(v.First(), v.Reason)
	case !v.PublishedAt.IsZero():
		return q.T("consultation.call.published"), q.T("consultation.call.published_text", "day", ui.Date(q, ui.The, v.PublishedAt))
	case v.Stage == consultation.Concluded:
		return q.T("consultation.call.concluded"), q.T("consultation.call.concluded_text")
	case v.Suspended != nil:
		return q.T("consultation.suspended.since", "day", q.Day(v.Suspended.Since)), q.T("consultation.suspended.text", "reason", ui.In(v.First(), v.Suspended.Reason))
	case v.Steers(q.Actor):
		return q.T("consultation.call.staff"), q.T("consultation.call.staff_text")
	case v.Stage == consultation.Announced:
		return q.T("consultation.call.announced", "day", q.Day(v.StartsAt)), q.T("consultation.call.announced_text")
	case open && v.Group == "":
		return q.T("consultation.call.enrol"), q.T("consultation.call.enrol_text", "until", q.Moment(r.Deadline))
	case open && r.Kind == delphi.Gather:
		return q.T("consultation.call.gather"), q.T("consultation.call.gather_text", "until", q.Moment(r.Deadline))
	case open && v.RoundKind(r) == "revised":
		return q.T("consultation.call.revise"), q.T("consultation.call.revise_text", "until", q.Moment(r.Deadline), "n", items, "minutes", minutes(items))
	case open:
		return q.T("consultation.call.answer"), q.T("consultation.call.answer_text", "until", q.Moment(r.Deadline), "n", items, "minutes", minutes(items))
	case planned:
		return q.T("consultation.call.between"), q.T("consultation.call.between_text", "round", next.Number, "day", q.Day(next.PlannedAt))
	}
	return q.T("consultation.call.waiting"), q.T("consultation.call.waiting_text")
}

// minutes is about how long a form of that many statements takes: a quarter of a
// minute each, never less than one.
func minutes(items int) int { return max(1, (items+3)/4) }
