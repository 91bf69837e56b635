package consultation

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Create stores a draft (administrator). Invalid names every field that cannot be stored.
func (s *Service) Create(ctx context.Context, actor account.Actor, administration uuid.UUID, f DraftForm) (Consultation, error) {
	if err := signedIn(actor); err != nil {
		return Consultation{}, err
	}
	if !CanDraft(actor, administration) {
		return Consultation{}, fault.New(fault.Forbidden, "wrong_role", "only administrators draft consultations").With("act", string(ActCreate))
	}
	d, err := f.read()
	if err != nil {
		return Consultation{}, err
	}
	stage, _, err := step(ofConsultation, Stage(nothing), ActCreate, account.Administrator)
	if err != nil {
		return Consultation{}, err
	}
	var c Consultation
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c = Consultation{ID: uuid.New(), Administration: administration, Stage: stage}
		c.fill(f, d)
		if err := insertConsultation(ctx, tx, c); err != nil {
			return err
		}
		if err := s.around(ctx, tx, c, d); err != nil {
			return err
		}
		c, err = whole(ctx, tx, c.ID)
		return err
	})
	if before, e := s.Find(ctx, actor, d.slug); fault.KindOf(err) == fault.Invalid && e == nil && before.Stage == Draft && before.Administration == administration {
		// The button was pressed twice: what it stored stands.
		if before.form.unchanged("another", f) == nil {
			return before, nil
		}
	}
	return c, err
}

// fill takes over what a form says.
func (c *Consultation) fill(f DraftForm, d draft) {
	c.form = f
	c.Slug, c.Language, c.Title, c.Question, c.Background = d.slug, d.language, d.title, d.question, d.background
	c.StartsAt = d.startsAt()
}

// colleagues gives, of the accounts in ids, those who hold an office in the
// administration, with their names and roles as they are now.
func (s *Service) colleagues(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]person, error) {
	people, err := holders(ctx, tx, administration, ids)
	if err != nil {
		return nil, err
	}
	names, err := s.accounts.Names(ctx, tx, slices.Collect(maps.Keys(people)))
	if err != nil {
		return nil, err
	}
	for id, p := range people {
		p.name = names[id]
		people[id] = p
	}
	return people, nil
}

// around stores a draft's commitment and staff.
func (s *Service) around(ctx context.Context, tx *postgres.Tx, c Consultation, d draft) error {
	people, err := s.colleagues(ctx, tx, c.Administration, slices.Concat(d.moderators, d.facilitators))
	if err != nil {
		return err
	}
	if err := d.strangers(people); err != nil {
		return err
	}
	if err := putCommitment(ctx, tx, c.ID, d.commitment); err != nil {
		return err
	}
	return putStaff(ctx, tx, c.ID, d.members(people))
}

// Edit stores a draft again; Form gives the draft as its form. version is of the draft
// that the edit was begun from ("" skips the comparison): Conflict "draft_changed" when
// another stands by now, and not the same one.
func (s *Service) Edit(ctx context.Context, actor account.Actor, slug string, f DraftForm, version string) (Consultation, error) {
	var out Consultation
	err := s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		if _, err := c.move(ActEdit, actor); err != nil {
			return err
		}
		d, err := f.read()
		if err != nil {
			return err
		}
		if err := c.form.unchanged(version, f); err != nil {
			return err
		}
		c.fill(f, d)
		if err := updateDraft(ctx, tx, *c); err != nil {
			return err
		}
		if err := s.around(ctx, tx, *c, d); err != nil {
			return err
		}
		out, err = whole(ctx, tx, c.ID)
		return err
	})
	return out, err
}

// unchanged refuses to store told over a draft that is no longer of a version.
func (f DraftForm) unchanged(version string, told DraftForm) error {
	now, err := f.Version()
	if err != nil || version == "" || version == now {
		return err
	}
	same, err := told.Version()
	if err != nil || same == now {
		return err
	}
	return fault.New(fault.Conflict, "draft_changed", "somebody has changed this draft meanwhile")
}

// Form gives a draft as the form that made it.
func (s *Service) Form(ctx context.Context, actor account.Actor, slug string) (DraftForm, error) {
	c, err := s.Desk(ctx, actor, slug)
	if err != nil {
		return DraftForm{}, err
	}
	if c.Stage != Draft {
		return DraftForm{}, fault.New(fault.Conflict, "wrong_stage", "it was announced, and is frozen since").With("state", string(c.Stage))
	}
	return c.form, nil
}

// Missing lists what still stands between a draft and its announcement, one
// fault.Field each (commitment sentence, staff, protocol), so that the desk can say which.
func (s *Service) Missing(ctx context.Context, actor account.Actor, slug string) ([]Missing, error) {
	c, err := s.Desk(ctx, actor, slug)
	if err != nil || c.Stage != Draft {
		return nil, err
	}
	var out []Missing
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, _, _, out, err = s.gate(ctx, tx, c)
		return err
	})
	return out, err
}

// gate checks a draft for its announcement: what it says, its staff as they are
// today, its protocol, and what is missing.
func (s *Service) gate(ctx context.Context, tx *postgres.Tx, c Consultation) (draft, []Member, protocol.Protocol, []Missing, error) {
	d, err := c.form.read()
	if err != nil {
		return draft{}, nil, protocol.Protocol{}, nil, err
	}
	people, err := s.colleagues(ctx, tx, c.Administration, slices.Concat(d.moderators, d.facilitators))
	if err != nil {
		return draft{}, nil, protocol.Protocol{}, nil, err
	}
	missing := slices.Concat(d.required(), d.dated(tx.Now), d.staffed(people))
	var p protocol.Protocol
	if d.complete() {
		if p, err = d.protocol(); err != nil {
			invalid, err := unfit(err)
			if err != nil {
				return draft{}, nil, protocol.Protocol{}, nil, err
			}
			missing = append(missing, invalid...)
		}
	}
	return d, d.members(people), p, missing, nil
}

// Delete removes a draft (administrator). A draft was never public: no record. For an
// administrator one that is gone is deleted.
func (s *Service) Delete(ctx context.Context, actor account.Actor, slug string) error {
	err := s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		if _, err := c.move(ActDelete, actor); err != nil {
			return err
		}
		return deleteDraft(ctx, tx, c.ID)
	})
	if errors.Is(err, errNoSlug) && slices.ContainsFunc(actor.Grants, func(g account.Grant) bool { return CanDraft(actor, g.Administration) }) {
		return nil
	}
	return err
}
