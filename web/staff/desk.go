package staff

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/space"
	"delfi/web/page"
	"delfi/web/staff/queue"
	"delfi/web/ui"
)

// deskLine is one consultation in the list of desks.
type deskLine struct {
	Consultation consultation.Consultation
	Office       []account.Role // what the reader is there
}

// deskView is one desk.
type deskView struct {
	Consultation  consultation.Consultation
	Version       string // of what the desk shows, for its forms
	Administrator bool
	Moderator     bool
	Facilitator   bool
	Lost          []account.Role                     // for which the reader is named, and that they no longer hold
	Idle          []protocol.GroupPlan               // whose secretary no longer holds the role, for administrators
	Missing       []draft.Missing                    // of a draft
	Rounds        []feedback.Document                // of the released answer rounds, oldest first
	Decisions     []decisionView                     // undecided items, strongest disagreement first
	Stable        []decisionView                     // those that the engine proposes to settle
	Wordless      []decisionView                     // decided to be reworded, without new words yet
	Done          []decisionView                     // decided since the last released round, by number
	Items         []consultation.Item                // all statements, between rounds
	Editor        *editorView                        // of the statement whose new words are written
	Brief         bool                               // the last round has the facilitator's words
	Just          string                             // what the reader has just decided: a statement's id, "all" or ""
	Untranslated  []int                              // numbers of the statements that lack words in some language
	Counts        contribution.Counts                // of the gather round, once it is closed
	Appeals       int                                // that wait
	Current       *consultation.Round                // open, closing or closed and not yet released
	Next          *consultation.Round                // the next planned one
	Decided       map[uuid.UUID]consultation.Decided // by statement, since the last released round
	Stale         *ui.Staleness                      // of a decision that came after another
	Minority      consultation.Minority              // of a concluded one
	Dissent       bool                               // whether its reasons go against its verdicts
	Fault         *fault.Fault                       // of the act that was just refused
	Typed         map[string]string                  // what its form held
	TypedAt       string                             // address of that form
}

// decisionView is one item between two rounds.
type decisionView struct {
	Item     consultation.Item
	Feedback feedback.ItemResult
}

func (d room) desks(q *page.Request) error {
	all, err := d.Consultations.Listed(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	var lines []deskLine
	for _, c := range all {
		if o := consultation.Offices(q.Actor, c); len(o) > 0 {
			lines = append(lines, deskLine{c, o})
		}
	}
	offices, err := d.Access.Offices(q.Context(), q.Actor, all)
	if err != nil {
		return err
	}
	if len(lines) == 0 && !holdsOffice(q.Actor) {
		return fault.New(fault.Forbidden, "staff_needed", "the desk is for administrators, moderators and facilitators: ask your administration for the role")
	}
	var own []account.Administration
	if administers(q.Actor) {
		if own, err = d.Accounts.Administrations(q.Context()); err != nil {
			return err
		}
		own = slices.DeleteFunc(own, func(a account.Administration) bool { return !account.CanAdminister(q.Actor, a.ID) })
	}
	return q.Render(200, desksPage(lines, offices, own))
}

func (d room) desk(q *page.Request) error { return d.renderDesk(q, nil) }

// renderDesk shows the desk, with the fault of the act that was refused.
func (d room) renderDesk(q *page.Request, f *fault.Fault) error {
	v, err := d.view(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return err
	}
	if f == nil {
		v.Just = q.Query("decided")
		return q.Render(200, deskPage(v))
	}
	v.Fault, v.TypedAt, v.Typed = f, q.R.URL.Path, map[string]string{}
	form, err := q.Form()
	if err != nil {
		return err
	}
	for _, name := range []string{"reason", "decision", "summary", "limitations"} {
		v.Typed[name] = form.Value(name)
	}
	if f.Kind != fault.Conflict && v.offers(v.TypedAt) {
		return q.Render(422, deskPage(v))
	}
	if f.Kind != fault.Conflict { // there is no form left in which to mend anything
		v.Fault = fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").With("state", string(v.Consultation.Stage))
	}
	if now, mine, twice := v.other(q); twice && v.offers(v.TypedAt) {
		v.Stale = &ui.Staleness{Fault: f, Lang: v.Consultation.Language, Theirs: v.path(""), Changes: ui.Changes(
			ui.Changed{Label: q.T("staff.decide.decision"), Theirs: now, Mine: mine},
			ui.Changed{Label: q.T("staff.reason"), Theirs: v.Decided[v.item()].Reason, Mine: v.Typed["reason"]})}
		v.Fault = nil
	}
	if lost := v.lost(q); !v.offers(v.TypedAt) && len(lost.Texts) > 0 {
		return q.Render(409, ui.LostPage(lost))
	}
	return q.Render(409, deskPage(v))
}

func (d room) view(ctx context.Context, actor account.Actor, slug string) (deskView, error) {
	c, err := d.Consultations.Desk(ctx, actor, slug)
	if err != nil {
		return deskView{}, err
	}
	mine := consultation.Offices(actor, c)
	v := deskView{
		Consultation: c, Administrator: slices.Contains(mine, account.Administrator),
		Moderator: slices.Contains(mine, account.Moderator), Facilitator: slices.Contains(mine, account.Facilitator),
		Lost: consultation.Lost(actor, c),
	}
	if v.Version, err = d.Consultations.StateVersion(ctx, c); err != nil {
		return v, err
	}
	if c.Stage == consultation.Draft {
		v.Missing, err = d.Drafts.Missing(ctx, actor, slug)
		return v, err
	}
	if v.Idle, err = d.Access.Idle(ctx, actor, c); err != nil {
		return v, err
	}
	for i, r := range c.Rounds {
		switch r.State {
		case consultation.RoundOpen, consultation.RoundClosing, consultation.RoundClosed:
			v.Current = &c.Rounds[i]
		case consultation.RoundPlanned:
			if v.Next == nil {
				v.Next = &c.Rounds[i]
			}
		case consultation.RoundReleased:
			if r.Kind != delphi.Gather {
				fb, err := d.Archive.Feedback(ctx, c.ID, r.Number)
				if err != nil {
					return v, err
				}
				v.Rounds = append(v.Rounds, fb)
			}
		}
	}
	if len(c.Further()) > 0 {
		items, err := d.Consultations.Items(ctx, c.ID)
		if err != nil {
			return v, err
		}
		v.Untranslated = c.Lacking(items)
	}
	if v.Moderator && gatherClosed(c) {
		pleas, err := d.Moderation.Pleas(ctx, actor, space.Contribution, c.Space)
		if err != nil {
			return v, err
		}
		v.Appeals = queue.Waiting(pleas)
		if c.Stage == consultation.Running {
			if _, v.Counts, err = d.Contributions.Queue(ctx, actor, slug); err != nil {
				return v, err
			}
		}
	}
	if c.Stage == consultation.Concluded {
		dissent, err := d.Reports.Dissent(ctx, actor, slug)
		if err != nil {
			return v, err
		}
		v.Dissent = len(dissent) > 0
		if v.Minority, err = d.Consultations.Minority(ctx, c.ID); err != nil {
			return v, err
		}
	}
	return v, d.decisions(ctx, &v)
}

// between tells whether the consultation stands between two rounds, or after the last.
func (v deskView) between() bool {
	return v.Consultation.Stage == consultation.Running && v.Current == nil && len(v.Rounds) > 0
}

// offers tells whether the desk still has the form of an address.
func (v deskView) offers(path string) bool {
	act := path[strings.LastIndex(path, "/")+1:]
	switch {
	case act == "decide":
		return v.decides(path)
	case slices.ContainsFunc(abouts, func(a about) bool { return a.act == act }):
		return false // its form stands on its own page, which is shown as long as it is possible
	}
	return true
}

// lost is the page of an act whose form the desk has no more, with what was typed.
func (v deskView) lost(q *page.Request) ui.Lost {
	l := ui.Lost{Frame: v.frame(q), Fault: v.Fault, Next: v.path("")}
	if now, mine, twice := v.other(q); twice {
		l.Texts = append(l.Texts, ui.Typed{Label: q.T("staff.decide.theirs"), Text: strings.TrimSpace(now + "\n" + v.Decided[v.item()].Reason)},
			ui.Typed{Label: q.T("staff.decide.mine"), Text: mine})
	}
	for _, t := range []struct{ name, key string }{{"reason", "staff.reason"}, {"summary", "staff.publish.summary"}, {"limitations", "staff.publish.limitations"}} {
		if v.Typed[t.name] != "" {
			l.Texts = append(l.Texts, ui.Typed{Label: q.T(t.key), Text: v.Typed[t.name]})
		}
	}
	return l
}

func holdsOffice(a account.Actor) bool {
	return slices.ContainsFunc(a.Grants, func(g account.Grant) bool { return g.Role == office.Secretary || a.Staff(g.Administration, g.Scope) })
}

func administers(a account.Actor) bool {
	return slices.ContainsFunc(a.Grants, func(g account.Grant) bool { return g.Role == account.Administrator })
}

func gatherClosed(c consultation.Consultation) bool {
	return slices.ContainsFunc(c.Rounds, func(r consultation.Round) bool {
		return r.Kind == delphi.Gather && (r.State == consultation.RoundClosed || r.State == consultation.RoundReleased)
	})
}
