package dossier

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/web/page"
)

// Loader loads consultations for their pages; the services of the same names satisfy its
// fields.
type Loader struct {
	Consultations interface {
		Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
	}
	Panel interface {
		Group(ctx context.Context, actor account.Actor, consultation uuid.UUID) (string, error)
		Issued(ctx context.Context, actor account.Actor, consultation uuid.UUID) (bool, error)
	}
}

// Find returns the consultation that the address names, as everybody who reads in the
// reader's language sees it.
func (l Loader) Find(q *page.Request) (View, error) {
	one, err := l.Consultations.Latest(q.Context(), q.Actor, q.Param("slug"))
	return In(q, one), err
}

// In returns a consultation as the reader reads it.
func In(q *page.Request, c consultation.Consultation) View {
	v := View{Consultation: c.In(q.Reading())}
	if v.Language != c.Language {
		v.Original = &c
	}
	return v
}

// Load is Find with the reader's group.
func (l Loader) Load(q *page.Request) (View, error) {
	v, err := l.Find(q)
	if err != nil {
		return View{}, err
	}
	if !q.Actor.SignedIn() || v.Origin != nil || v.Stage == consultation.Draft {
		return v, nil
	}
	if v.Group, err = l.Panel.Group(q.Context(), q.Actor, v.ID); err != nil {
		return View{}, err
	}
	if v.Group != "" && v.Coded() {
		if v.Issued, err = l.Panel.Issued(q.Context(), q.Actor, v.ID); err != nil {
			return View{}, err
		}
	}
	return v, nil
}

// Numbered is Find with the round that the address names.
func (l Loader) Numbered(q *page.Request) (View, consultation.Round, error) {
	v, err := l.Find(q)
	if err != nil {
		return v, consultation.Round{}, err
	}
	n, err := strconv.Atoi(q.Param("n"))
	r, ok := v.RoundAt(n)
	if err != nil || !ok || strconv.Itoa(n) != q.Param("n") { // a page has one address
		return v, r, fault.New(fault.NotFound, "no_round", "there is no such round")
	}
	return v, r, nil
}
