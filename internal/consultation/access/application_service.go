package access

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel/application"
	"delfi/internal/platform/postgres"
)

// Applications are those of a group, as its secretary sees them. Who of the admitted has enrolled
// is nowhere in it.
type Applications struct {
	consultation.Consultation
	Group  protocol.GroupPlan
	Counts application.Counts
	application.Found
	Came   int  // people in the group
	Exact  bool // else at least so many, in steps of 5
	Closed bool // nobody can enrol any more: applications are only read
}

// Decider names who decided about an application: the secretary whose office it was.
func (a Applications) Decider(id account.OfficeID) string {
	at := slices.IndexFunc(a.Secretaries, func(m consultation.Member) bool { return m.ID == id })
	if at < 0 {
		return ""
	}
	return a.Secretaries[at].Name
}

// Applications gives a page of those of a group to its secretary; NotFound to all others.
func (s *Service) Applications(ctx context.Context, actor account.Actor, slug, id string, q application.Query) (Applications, error) {
	return s.applied(ctx, actor, slug, id, func(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (application.Found, error) {
		return s.applications.Find(ctx, tx, c.ID, id, q)
	})
}

// Chosen gives some applications of a group that an act fits, to its secretary; faults as
// Applications' and Decide's.
func (s *Service) Chosen(ctx context.Context, actor account.Actor, slug, id string, act application.Act, chosen []uuid.UUID) (Applications, error) {
	return s.applied(ctx, actor, slug, id, func(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (application.Found, error) {
		if err := consultation.CanAdmit(actor, c, id, tx.Now); err != nil {
			return application.Found{}, err
		}
		all, err := s.applications.Some(ctx, tx, c.ID, id, chosen)
		if err != nil {
			return application.Found{}, err
		}
		all = slices.DeleteFunc(all, func(a application.Application) bool { return !act.Applies(a.State) })
		if len(all) == 0 {
			err = application.ErrChanged
		}
		return application.Found{List: all, Page: 1, Pages: 1}, err
	})
}

// applied reads what a secretary sees of a group, with the applications that find gives.
func (s *Service) applied(ctx context.Context, actor account.Actor, slug, id string, find func(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (application.Found, error)) (Applications, error) {
	if err := consultation.SignedIn(actor); err != nil {
		return Applications{}, err
	}
	c, err := lifecycle.Find(ctx, s.db, actor, slug)
	if err != nil {
		return Applications{}, err
	}
	out := Applications{Consultation: c, Closed: c.Full()}
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := consultation.CanSeeApplicants(actor, c, id, tx.Now); err != nil {
			return err
		}
		if out.Group, err = declaredGroup(c, id); err != nil {
			return err
		}
		all, err := s.applications.Count(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		out.Counts = all[id]
		out.Found, err = find(ctx, tx, c)
		return err
	})
	if err != nil {
		return out, err
	}
	figure, err := s.panel.Enrolled(ctx, c.ID)
	out.Came, out.Exact = figure.Groups[id], figure.Exact
	return out, err
}

// Decide does an act of a group's secretary about some of its applications; faults as
// consultation.CanAdmit's and application.Service.Decide's.
func (s *Service) Decide(ctx context.Context, actor account.Actor, slug, id string, act application.Act, chosen []uuid.UUID, reason string) (application.Done, error) {
	var out application.Done
	err := lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := consultation.CanAdmit(actor, *c, id, tx.Now); err != nil {
			return err
		}
		if !act.Known() {
			return fault.New(fault.NotFound, "no_act", "there is no such act")
		}
		var err error
		out, err = s.applications.Decide(ctx, tx, c.ID, id, chosen, act, reason, actor)
		return err
	})
	return out, err
}

// Office is a group of which the actor is the secretary.
type Office struct {
	consultation.Consultation
	Group   protocol.GroupPlan
	Waiting int // applications that wait for them
	Closed  bool
}

// Offices gives the groups of which the actor is the secretary now, of consultations that the
// caller has loaded.
func (s *Service) Offices(ctx context.Context, actor account.Actor, all []consultation.Consultation) ([]Office, error) {
	var out []Office
	now := s.db.Now()
	for _, c := range all {
		for _, g := range c.Declared() {
			if consultation.CanSeeApplicants(actor, c, g.ID, now) == nil {
				out = append(out, Office{Consultation: c, Group: g, Closed: c.Full()})
			}
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		for i, o := range out {
			counts, err := s.applications.Count(ctx, tx, o.ID)
			if err != nil {
				return err
			}
			out[i].Waiting = counts[o.Group.ID][application.Waiting]
		}
		return nil
	})
	return out, err
}
