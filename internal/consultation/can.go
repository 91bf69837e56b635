package consultation

import (
	"slices"
	"time"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// The rules of this file are asked by the use cases and by the pages that offer them:
// what is offered is what is accepted.

// Offices gives the roles in which the actor acts on a consultation: those for which
// they are named and that they still hold. Administrators are not named.
func Offices(actor office.Actor, c Consultation) []office.Role { return c.Roles(actor) }

// Lost gives the roles for which the actor is named and that they no longer hold.
func Lost(actor office.Actor, c Consultation) []office.Role {
	var out []office.Role
	for _, m := range c.Staff {
		if m.Is(actor) && !actor.Has(c.Administration, c.Scope(), m.Role) {
			out = append(out, m.Role)
		}
	}
	return out
}

// CanSit tells whether the actor may see the desk of a consultation: nil, or Forbidden,
// which says whether a role was lost.
func CanSit(actor office.Actor, c Consultation) error {
	switch {
	case CanSteer(actor, c):
		return nil
	case len(Lost(actor, c)) > 0:
		return fault.New(fault.Forbidden, "role_lost", "you are named for this consultation, but you no longer hold the role: ask your administration for it")
	}
	return fault.New(fault.Forbidden, "not_staff", "only its staff sit at a consultation's desk")
}

// CanShelve gives the role in which the actor may change the library of a consultation:
// that of its administrators and its facilitators, until it is withdrawn. Nobody changes that
// of one held elsewhere.
func CanShelve(actor office.Actor, c Consultation) (office.Role, error) {
	if err := SignedIn(actor); err != nil {
		return "", err
	}
	if err := CanSit(actor, c); err != nil {
		return "", err
	}
	if c.Origin != nil || c.Stage == Withdrawn {
		return "", fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").With("state", string(c.Stage))
	}
	for _, role := range c.Roles(actor) {
		if role == office.Administrator || role == office.Facilitator {
			return role, nil
		}
	}
	return "", office.Needs(office.Administrator, office.Facilitator)
}

// CanDraw gives the role in which the actor may draw a group by lot: that of its
// administrators, while people may enrol or will again.
func CanDraw(actor office.Actor, c Consultation) (office.Role, error) {
	if err := SignedIn(actor); err != nil {
		return "", err
	}
	if err := CanSit(actor, c); err != nil {
		return "", err
	}
	if !slices.Contains(c.Roles(actor), office.Administrator) {
		return "", office.Needs(office.Administrator)
	}
	if c.Stage == Draft || c.Full() {
		return "", fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").With("state", string(c.Stage))
	}
	return office.Administrator, nil
}

// CanTranslate gives the author as whom the actor may translate statements: a moderator, from
// the announcement until the consultation ends.
func CanTranslate(actor office.Actor, c Consultation) (Author, error) {
	if err := SignedIn(actor); err != nil {
		return Author{}, err
	}
	if err := CanSit(actor, c); err != nil {
		return Author{}, err
	}
	if !slices.Contains(c.Roles(actor), office.Moderator) {
		return Author{}, office.Needs(office.Moderator)
	}
	if c.Stage != Announced && c.Stage != Running || c.Origin != nil {
		return Author{}, fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").With("state", string(c.Stage))
	}
	if len(c.Further()) == 0 {
		return Author{}, fault.New(fault.Conflict, "one_language", "the consultation is held in one language")
	}
	return Author{Role: office.Moderator, Name: actor.Name}, c.NeedActive()
}

// Appoints tells whether the actor is, was or is to be of the staff, or a secretary. Who was
// has read what the panel did not.
func (c Consultation) Appoints(actor office.Actor) bool {
	is := func(m Member) bool { return m.Is(actor) }
	return slices.ContainsFunc(c.Appointed, is) || slices.ContainsFunc(c.Secretaries, is)
}

// ErrNoDeclared is what everybody but its secretary is told of a group's applicants.
var ErrNoDeclared = fault.New(fault.NotFound, "no_declared_group", "there is no group here whose applicants you may see")

// CanSeeApplicants tells whether the actor may see who applies for a group at an instant: its
// secretary alone, who holds the role still and steers nothing here. NotFound for all others:
// also for administrators and the secretaries of other groups.
func CanSeeApplicants(actor office.Actor, c Consultation, group string, now time.Time) error {
	if err := SignedIn(actor); err != nil {
		return err
	}
	m, serves := c.Secretary(group, now)
	if c.Stage == Draft || !serves || !m.Is(actor) || !slices.ContainsFunc(c.Declared(), func(g protocol.GroupPlan) bool { return g.ID == group }) {
		return ErrNoDeclared
	}
	if !actor.Has(c.Administration, c.Scope(), office.Secretary) {
		return fault.New(fault.Forbidden, "secretary_role_lost", "you are named secretary of this group, but you no longer hold the role: ask your administration for it")
	}
	if CanSteer(actor, c) {
		return fault.New(fault.Forbidden, "secretary_steers", "who steers a consultation does not see who applies for its groups: another secretary must be named")
	}
	return nil
}

// CanAdmit is CanSeeApplicants for who decides about them: while somebody can still enrol.
func CanAdmit(actor office.Actor, c Consultation, group string, now time.Time) error {
	if err := CanSeeApplicants(actor, c, group, now); err != nil {
		return err
	}
	if c.Full() {
		return fault.New(fault.Conflict, "enrolment_closed", "enrolment is not open")
	}
	return nil
}

// CanAnswer refuses staff: somebody who was enrolled and is appointed afterwards answers
// no more. What they delivered before stays, and is theirs to take back.
func CanAnswer(actor office.Actor, c Consultation) error {
	if c.Appoints(actor) {
		return fault.New(fault.Forbidden, "staff_cannot_answer", "who steers a consultation does not answer in it")
	}
	return nil
}

// Enrolling tells whether people may enrol: from the announcement until the last round
// closes, or, where the protocol takes no late joiners, until the first answering round
// opens. Nobody enrols while it is suspended, or in what was held elsewhere.
func (c Consultation) Enrolling() bool { return c.Suspended == nil && !c.Full() }

// Full tells whether nobody can enrol any more; a suspension ends.
func (c Consultation) Full() bool {
	if c.Origin != nil {
		return true
	}
	c.Suspended = nil
	switch c.Stage {
	case Announced:
		return false
	case Running:
		late := c.Protocol.Panel.LateJoiners
		begun := slices.ContainsFunc(c.Rounds, func(r Round) bool { return r.Answers() && !r.OpenedAt.IsZero() })
		return begun && !late || !c.Answerable()
	}
	return true
}

// Takes tells whether a round takes answers or contributions at an instant: nil, or
// Conflict. The deadline closes a round, not the job that says so a moment later.
func (r Round) Takes(suspended bool, now time.Time) error {
	if r.State != RoundOpen || !now.Before(r.Deadline) {
		return ErrRoundClosed
	}
	if suspended {
		return ErrSuspended
	}
	return nil
}

// Days of an open round in which nobody is reminded: its letter has just left, or that of
// the last day is about to.
const (
	remindAfter  = 3
	remindBefore = 2
)

// Remindable tells whether the panel may be reminded of a round at an instant: nil, or
// Conflict "remind_days". That it was not yet, for this deadline, is told by the record.
func (r Round) Remindable(now time.Time) error {
	if r.State != RoundOpen {
		return ErrRoundClosed
	}
	from, until := civiltime.AddDays(r.OpenedAt, remindAfter), civiltime.AddDays(r.Deadline, -remindBefore)
	if now.Before(from) || !now.Before(until) {
		return fault.New(fault.Conflict, "remind_days", "nobody is reminded in the first 3 days of a round, nor in its last 2")
	}
	return nil
}

func SignedIn(actor office.Actor) error {
	if !actor.SignedIn() {
		return fault.New(fault.Unauthenticated, "sign_in", "sign in first")
	}
	return nil
}
