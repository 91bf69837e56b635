package draft

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// Form is a draft as it was typed, Item a statement that it gives, Step a page on which a part
// of it is typed, and Missing one thing that its announcement lacks.
type (
	Form    = form.Form
	Item    = form.Item
	Step    = form.Step
	Missing = form.Missing
)

// Classical gives the protocol document of a classical consultation of one group.
func Classical(plan protocol.ClassicalPlan) string { return form.Classical(plan) }

// Service has the use cases of drafts: each is one transaction, and none of them has an
// entry in the record, since a draft was never public.
type Service struct {
	db       *postgres.DB
	jobs     *job.Queue
	accounts *account.Service
}

// New makes the service.
func New(db *postgres.DB, jobs *job.Queue, a *account.Service) *Service {
	return &Service{db: db, jobs: jobs, accounts: a}
}

// Create stores a draft (administrator). Invalid names every field that cannot be stored.
func (s *Service) Create(ctx context.Context, actor account.Actor, administration uuid.UUID, f form.Form) (consultation.Consultation, error) {
	if err := consultation.SignedIn(actor); err != nil {
		return consultation.Consultation{}, err
	}
	if !consultation.CanDraft(actor, administration) {
		return consultation.Consultation{}, consultation.WrongRole(consultation.ActCreate)
	}
	d, err := f.Read()
	if err != nil {
		return consultation.Consultation{}, err
	}
	stage, _, err := consultation.Stage(consultation.Nothing).Step(consultation.ActCreate, account.Administrator)
	if err != nil {
		return consultation.Consultation{}, err
	}
	var c consultation.Consultation
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		ground, err := space.New(ctx, tx, administration, space.Alias)
		if postgres.Constraint(err) == "space_administration" {
			return fault.New(fault.NotFound, "not_found", "there is no such administration")
		}
		if err != nil {
			return err
		}
		c = consultation.Consultation{ID: uuid.New(), Administration: administration, Space: ground.ID, Stage: stage}
		if err := form.Fill(&c, f, d); err != nil {
			return err
		}
		if err := lifecycle.InsertDraft(ctx, tx, c); err != nil {
			return err
		}
		if err := s.around(ctx, tx, &c, d); err != nil {
			return err
		}
		c, err = lifecycle.Load(ctx, tx, c.ID)
		return err
	})
	if before, e := lifecycle.Find(ctx, s.db, actor, d.Slug); fault.KindOf(err) == fault.Invalid && e == nil && before.Stage == consultation.Draft && before.Administration == administration {
		// The button was pressed twice: what it stored stands.
		if stored, err := form.Parse(before.Form); err == nil && stored.Unchanged("another", f) == nil {
			return before, nil
		}
	}
	return c, err
}

// Colleagues gives, of the people in ids, those who hold an office in the
// administration or for this consultation, with their names and roles as they are now.
func (s *Service) Colleagues(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, ids []account.OfficeID) (map[account.OfficeID]form.Person, error) {
	roles, err := account.RolesOf(ctx, tx, c.Administration, c.Scope(), ids)
	if err != nil {
		return nil, err
	}
	names, err := s.accounts.Names(ctx, tx, slices.Collect(maps.Keys(roles)))
	if err != nil {
		return nil, err
	}
	people := make(map[account.OfficeID]form.Person, len(roles))
	for id, held := range roles {
		people[id] = form.Person{Name: names[id], Roles: held}
	}
	return people, nil
}

// around stores a draft's commitment and staff.
func (s *Service) around(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, d form.Draft) error {
	people, err := s.Colleagues(ctx, tx, *c, slices.Concat(d.Moderators, d.Facilitators))
	if err != nil {
		return err
	}
	if err := d.Strangers(people); err != nil {
		return err
	}
	if err := lifecycle.SaveCommitment(ctx, tx, c.ID, d.Commitment); err != nil {
		return err
	}
	c.Staff, err = space.Appoint(ctx, tx, c.Space, d.Members(people))
	c.Appointed = c.Staff
	return err
}

// Edit stores a draft again after one of its steps was typed: Invalid names every field of the
// step that cannot be stored. Form gives the draft as its form. version is of the draft that the
// edit was begun from ("" skips the comparison): Conflict "draft_changed" when another stands by
// now, and not the same one.
func (s *Service) Edit(ctx context.Context, actor account.Actor, slug string, step form.Step, f form.Form, version string) (consultation.Consultation, error) {
	var out consultation.Consultation
	err := lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if _, err := c.Move(consultation.ActEdit, actor); err != nil {
			return err
		}
		d, err := f.Read()
		if err != nil {
			return err
		}
		if err := d.Refused(step); err != nil {
			return err
		}
		stored, err := form.Parse(c.Form)
		if err != nil {
			return err
		}
		if err := stored.Unchanged(version, f); err != nil {
			return err
		}
		if err := form.Fill(c, f, d); err != nil {
			return err
		}
		if err := lifecycle.SaveDraft(ctx, tx, *c); err != nil {
			return err
		}
		if err := s.around(ctx, tx, c, d); err != nil {
			return err
		}
		out = *c
		return nil
	})
	return out, err
}

// Form gives a draft as the form that made it.
func (s *Service) Form(ctx context.Context, actor account.Actor, slug string) (form.Form, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return form.Form{}, err
	}
	if c.Stage != consultation.Draft {
		return form.Form{}, fault.New(fault.Conflict, "wrong_stage", "it was announced, and is frozen since").With("state", string(c.Stage))
	}
	return form.Parse(c.Form)
}

// Missing lists what still stands between a draft and its announcement, one
// fault.Field each (commitment sentence, staff, protocol), so that the desk can say which.
func (s *Service) Missing(ctx context.Context, actor account.Actor, slug string) ([]form.Missing, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil || c.Stage != consultation.Draft {
		return nil, err
	}
	var out []form.Missing
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, _, _, out, err = s.Gate(ctx, tx, c)
		return err
	})
	return out, err
}

// Gate checks a draft for its announcement: what it says, its staff as they are
// today, its protocol, and what is missing.
func (s *Service) Gate(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (form.Draft, []consultation.Member, protocol.Protocol, []form.Missing, error) {
	f, err := form.Parse(c.Form)
	if err != nil {
		return form.Draft{}, nil, protocol.Protocol{}, nil, err
	}
	d, err := f.Read()
	if err != nil {
		return form.Draft{}, nil, protocol.Protocol{}, nil, err
	}
	people, err := s.Colleagues(ctx, tx, c, slices.Concat(d.Moderators, d.Facilitators))
	if err != nil {
		return form.Draft{}, nil, protocol.Protocol{}, nil, err
	}
	missing := slices.Concat(d.Required(), d.Untranslated(), d.Dated(tx.Now), d.Staffed(people))
	p, err := d.Protocol()
	if err == nil {
		missing = append(missing, d.Fitting(p)...)
	} else {
		unfit, err := d.Unfit()
		if err != nil {
			return form.Draft{}, nil, protocol.Protocol{}, nil, err
		}
		missing = append(missing, unfit...)
	}
	for i, m := range missing {
		missing[i].Step, missing[i].Field = f.Plan().Locate(m.Field)
	}
	slices.SortStableFunc(missing, func(a, b form.Missing) int {
		return slices.Index(form.Steps, a.Step) - slices.Index(form.Steps, b.Step)
	})
	return d, d.Members(people), p, missing, nil
}

// copiesMost is how many addresses are tried for a copy.
const copiesMost = 50

// Duplicate makes another draft with the words and rules of a consultation of the actor's
// administration; title gives the copy's title. Its address is the first that is free.
func (s *Service) Duplicate(ctx context.Context, actor account.Actor, slug string, title func(string) string) (consultation.Consultation, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return c, err
	}
	f, err := form.Copied(c)
	if err != nil {
		return c, err
	}
	if copied := title(f.Title); utf8.RuneCountInString(copied) <= 200 {
		f.Title = copied
	}
	for n := 2; ; n++ {
		tail := fmt.Sprintf("-%d", n)
		f.Slug = strings.TrimRight(slug[:min(len(slug), 80-len(tail))], "-") + tail
		made, err := s.Create(ctx, actor, c.Administration, f)
		if taken := isTaken(err); !taken || n > copiesMost {
			return made, err
		}
	}
}

// isTaken tells whether a draft was refused for its address.
func isTaken(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f) && slices.ContainsFunc(f.Fields, func(one fault.Field) bool { return one.Code == "slug_taken" })
}

// Delete removes a draft (administrator). A draft was never public: no record. For an
// administrator one that is gone is deleted.
func (s *Service) Delete(ctx context.Context, actor account.Actor, slug, version string) error {
	err := lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		now := c.Version(nil, consultation.Minority{}) // nothing is decided in a draft
		if _, err := c.Move(consultation.ActDelete, actor); err != nil {
			return err
		}
		if err := consultation.Unmoved(version, now); err != nil {
			return err
		}
		if err := lifecycle.DeleteDraft(ctx, tx, c.ID); err != nil {
			return err
		}
		// The keys of its registers and invitations go too, and with them what backups hold.
		if err := s.jobs.Enqueue(ctx, tx, panel.End{Consultation: c.ID}, time.Time{}); err != nil {
			return err
		}
		return space.Drop(ctx, tx, c.Space)
	})
	if errors.Is(err, consultation.ErrNoSlug) && slices.ContainsFunc(actor.Grants, func(g account.Grant) bool { return consultation.CanDraft(actor, g.Administration) }) {
		return nil
	}
	return err
}

// Staffed checks that those who were named for an announced consultation hold their
// roles still.
func (s *Service) Staffed(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	if c.Origin != nil {
		return nil // nobody steers what was held elsewhere
	}
	var d form.Draft
	for _, m := range c.Staff {
		if m.Role == account.Moderator {
			d.Moderators = append(d.Moderators, m.ID)
		} else {
			d.Facilitators = append(d.Facilitators, m.ID)
		}
	}
	people, err := s.Colleagues(ctx, tx, c, slices.Concat(d.Moderators, d.Facilitators))
	if err != nil {
		return err
	}
	if missing := d.Staffed(people); len(missing) > 0 {
		return fault.New(fault.Conflict, "staff_missing", missing[0].Message)
	}
	return nil
}
