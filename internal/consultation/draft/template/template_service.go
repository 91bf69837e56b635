package template

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/platform/postgres"
)

// Service has the use cases of templates, all of an administrator; none has an entry in the
// record, since a draft was never public.
type Service struct{ db *postgres.DB }

// New makes the service.
func New(db *postgres.DB) *Service { return &Service{db: db} }

// Save keeps a consultation of the actor's administration as a template; Invalid names the field
// "template_name". Again with the same name and the same content it gives the one that is there.
func (s *Service) Save(ctx context.Context, actor account.Actor, slug, typed string) (Template, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return Template{}, err
	}
	if !consultation.CanDraft(actor, c.Administration) {
		return Template{}, consultation.WrongRole(consultation.ActCreate)
	}
	t := Template{ID: uuid.New(), Administration: c.Administration}
	if t.Name, err = named(typed); err != nil {
		return Template{}, err
	}
	if t.Form, err = of(c); err != nil {
		return Template{}, err
	}
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lock(ctx, tx, t.Administration); err != nil {
			return err
		}
		all, err := list(ctx, tx, t.Administration)
		if err != nil {
			return err
		}
		for _, other := range all {
			if other.Name != t.Name {
				continue
			}
			if other.Form.Unchanged("another", t.Form) != nil {
				return taken()
			}
			t = other
			return nil
		}
		if len(all) >= Most {
			return full()
		}
		return insert(ctx, tx, t)
	})
	return t, err
}

// Listed gives the templates of an administration by name; none to who writes no drafts for it.
func (s *Service) Listed(ctx context.Context, actor account.Actor, administration uuid.UUID) ([]Template, error) {
	if !consultation.CanDraft(actor, administration) {
		return nil, nil
	}
	var all []Template
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		all, err = list(ctx, tx, administration)
		return err
	})
	return all, err
}

// Find gives a template to who writes drafts for its administration, NotFound to anybody else.
func (s *Service) Find(ctx context.Context, actor account.Actor, id uuid.UUID) (Template, error) {
	var t Template
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		t, err = find(ctx, tx, id)
		return err
	})
	if err == nil && !consultation.CanDraft(actor, t.Administration) {
		return Template{}, errGone
	}
	return t, err
}

// Form gives the form of a draft that begins with a template, under a title and an address.
func (s *Service) Form(ctx context.Context, actor account.Actor, id uuid.UUID, title, slug string) (form.Form, error) {
	t, err := s.Find(ctx, actor, id)
	if err != nil {
		return form.Form{}, err
	}
	f := t.Form
	f.Title, f.Slug = title, slug
	return f, nil
}

// Remove takes a template away; again it does nothing for who could.
func (s *Service) Remove(ctx context.Context, actor account.Actor, administration, id uuid.UUID) error {
	if !consultation.CanDraft(actor, administration) {
		return errGone
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return remove(ctx, tx, administration, id) })
}
