package steering

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/space"
)

// Replacement is who goes and who comes, as a form says it.
type Replacement struct {
	Place  int    // of the appointment of the one who goes (consultation.Member)
	Person string // id of the account of the one who comes
	Office string
	From   string // first day of the one who comes, "2026-03-12"
	Reason string // public
}

// ReplaceStaff puts somebody in the place and the role of one of an announced
// consultation's staff, from today or a later day on (administrator). The one who comes
// holds the role already, for the whole administration or for this consultation. Invalid
// names the fields "person", "office", "from" and "reason"; Conflict "staff_replaced" when
// the one to go serves no more. What they did stays theirs.
func (s *Service) ReplaceStaff(ctx context.Context, actor account.Actor, slug string, r Replacement) error {
	err := s.steer(ctx, actor, slug, consultation.ActReplace, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author) error {
		come, reason, err := s.replacement(ctx, tx, *c, r)
		if err != nil {
			return err
		}
		gone, come, err := space.Replace(ctx, tx, c.Space, r.Place, come)
		if err != nil {
			return err
		}
		return s.noteAct(ctx, tx, c, by, consultation.ActReplace, exchange(gone, come), reason, map[string]any{
			"from": come.Since.Format(time.DateOnly), "office": string(come.Role),
		})
	})
	if err == nil || fault.KindOf(err) != fault.Conflict {
		return err
	}
	c, e := s.Find(ctx, actor, slug)
	if e != nil {
		return err
	}
	if done, ok := replaced(c, r); ok { // the button was pressed twice
		return s.ended(ctx, actor, slug, err, consultation.ActReplace, done, r.Reason)
	}
	return err
}

// replacement reads the one who comes, and the public reason.
func (s *Service) replacement(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, r Replacement) (come consultation.Member, reason string, err error) {
	var bad []fault.Field
	person, err := uuid.Parse(r.Person)
	if come.ID = account.OfficeID(person); err != nil {
		bad = append(bad, fault.Field{Name: "person", Code: "required", Message: "is needed"})
	} else {
		people, err := s.drafts.Colleagues(ctx, tx, c, []account.OfficeID{come.ID})
		if err != nil {
			return come, "", err
		}
		come.Name = people[come.ID].Name
		if at := slices.IndexFunc(c.Appointed, func(m consultation.Member) bool { return m.Place == r.Place }); at >= 0 && !people[come.ID].Holds(c.Appointed[at].Role) {
			bad = append(bad, fault.Field{Name: "person", Code: "staff_no_role", Message: "does not hold that role in this administration, nor for this consultation"})
		}
	}
	if slices.ContainsFunc(c.Secretaries, func(m consultation.Member) bool { return m.ID == come.ID && m.Until.IsZero() }) {
		bad = append(bad, fault.Field{Name: "person", Code: "staff_secretary", Message: "is the secretary of a group, who does not steer"})
	}
	come.Office = prose.Field{Name: "office", Max: 200, Line: true}.Read(r.Office, &bad)
	if come.Since, err = time.Parse(time.DateOnly, strings.TrimSpace(r.From)); err != nil {
		bad = append(bad, fault.Field{Name: "from", Code: "not_a_date", Message: "is not a date like 2026-04-20"})
		come.Since = civiltime.Midnight(tx.Now)
	}
	_, err = space.CanReplace(c.Appointed, r.Place, come, tx.Now)
	var f *fault.Fault
	switch {
	case errors.As(err, &f) && f.Kind == fault.Invalid:
		for _, more := range f.Fields {
			if !slices.ContainsFunc(bad, func(known fault.Field) bool { return known.Name == more.Name }) {
				bad = append(bad, more)
			}
		}
	case err != nil:
		return come, "", err
	}
	reason = prose.Field{Name: "reason", Max: 2000, Needed: true}.Read(r.Reason, &bad)
	if len(bad) > 0 {
		return come, "", fault.Bad(bad...)
	}
	return come, reason, nil
}

// exchange names who goes and who comes, for the record.
func exchange(gone, come consultation.Member) string { return gone.Name + " → " + come.Name }

// replaced tells whether a consultation's staff stand as r asks for, and names who went
// and who came.
func replaced(c consultation.Consultation, r Replacement) (string, bool) {
	for _, gone := range c.Appointed {
		if gone.Place != r.Place || gone.Until.IsZero() || gone.Until.Format(time.DateOnly) != strings.TrimSpace(r.From) {
			continue
		}
		for _, come := range c.Appointed {
			if come.ID.String() == r.Person && come.Role == gone.Role && come.Since.Equal(gone.Until) {
				return exchange(gone, come), true
			}
		}
	}
	return "", false
}
