package facilitation

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/panel"
	"delfi/internal/platform/postgres"
)

// Outlook is what an act on a consultation would do now, counted by the functions that the
// act itself uses; people in steps of 5 while they enrol (docs/RECORD.md §2).
type Outlook struct {
	Invited  panel.Headcount // letters of an announcement
	Enrolled panel.Headcount // letters to the whole panel

	Live    int  // statements in play
	Settles int  // undecided ones that the next opening settles
	GoesOn  int  // undecided ones that it takes along
	Against bool // a conclusion departs from what the stopping rule asks for

	SuspendedDays int // used of consultation.MaxSuspended

	Letter     Letter // of a reminder of the open round
	Unreminded error  // why none can be sent now; nil where one can
}

// Outlook counts what acts on a consultation would do (staff).
func (s *Service) Outlook(ctx context.Context, actor account.Actor, slug string) (Outlook, error) {
	c, err := s.consultations.Desk(ctx, actor, slug)
	if err != nil {
		return Outlook{}, err
	}
	var o Outlook
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		o = Outlook{}
		var err error
		if c.Stage == consultation.Draft {
			return s.invites(ctx, tx, c, &o)
		}
		people, err := s.panel.Headcounts(ctx, tx, map[uuid.UUID]bool{c.ID: c.Full()})
		if err != nil {
			return err
		}
		o.Enrolled = people[c.ID]
		if o.SuspendedDays, err = lifecycle.SuspendedDays(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := s.reminds(ctx, tx, c, &o); err != nil {
			return err
		}
		live, err := lifecycle.LiveItems(ctx, tx, c)
		if err != nil {
			return err
		}
		o.Live = len(live)
		_, undecided, err := s.consultations.Following(ctx, tx, &c)
		if err != nil {
			return err
		}
		for _, u := range undecided {
			if u.Proposed == consultation.Settle {
				o.Settles++
			} else {
				o.GoesOn++
			}
		}
		if c.Concludable() == nil && c.Stage == consultation.Running {
			o.Against, err = s.consultations.AgainstProposal(ctx, tx, c)
		}
		return err
	})
	return o, err
}

// invites counts the letters of an announcement, for the staff that the draft names.
func (s *Service) invites(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, o *Outlook) error {
	invited, err := s.consultations.Invited(ctx, tx, c)
	if err != nil {
		return err
	}
	if _, c.Staff, _, _, err = s.drafts.Gate(ctx, tx, c); err != nil {
		return err
	}
	o.Invited = panel.Headcount{People: panel.Stepped(len(consultation.Addressees(invited)))}
	return nil
}
