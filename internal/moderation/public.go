package moderation

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
)

// Tally counts the acts that stand under one rule, and those of them that appeals changed.
type Tally struct {
	Rule             Rule
	Acts             int
	Reversed, Partly int
}

// Page is what everybody may know of the moderation of a space.
type Page struct {
	Rules   Rules
	Acts    []Line  // those that stand, newest first
	Tallies []Tally // of the rules in force, then of others that acts cite
	Removed int     // texts removed by law
	// Appeals that are public: one is from the day after it was raised.
	Waiting, Overdue          int
	Upheld, Partly, Dismissed int
	Agreement                 Agreement // of the moderators of the administration's spaces
}

// Line is an act as everybody sees it.
type Line struct {
	Act
	Cites   Rule
	Names   []string // aliases of its subjects
	Appeals []Appeal // that are public
}

// Raised is the number of appeals that are public.
func (p Page) Raised() int { return p.Waiting + p.Upheld + p.Partly + p.Dismissed }

// Public gives it.
func (s *Service) Public(ctx context.Context, kind Kind, of uuid.UUID) (Page, error) {
	var out Page
	source, err := s.source(kind)
	if err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		out = Page{}
		var err error
		if out.Rules, err = findRules(ctx, tx, of); err != nil {
			return err
		}
		if out.Agreement, err = agreement(ctx, tx, of); err != nil {
			return err
		}
		acts, err := listActs(ctx, tx, kind, of)
		if err != nil {
			return err
		}
		rules, err := cited(ctx, tx, of, acts)
		if err != nil {
			return err
		}
		appeals, err := s.appeals(ctx, tx, kind, of)
		if err != nil {
			return err
		}
		appeals = slices.DeleteFunc(appeals, func(p Appeal) bool { return !p.Public(tx.Now) })
		var subjects []uuid.UUID
		for _, a := range acts {
			subjects = append(subjects, a.Subjects...)
		}
		texts, err := source.Texts(ctx, tx, subjects)
		if err != nil {
			return err
		}
		for _, a := range acts {
			if a.Undone || a.Verb == Undo || a.Verb == Decide {
				continue
			}
			l := Line{Act: a, Cites: rules[a.Rule]}
			for _, id := range a.Subjects {
				l.Names = append(l.Names, texts[id].Author)
			}
			slices.Sort(l.Names)
			for _, p := range appeals {
				if p.Act.ID == a.ID {
					l.Appeals = append(l.Appeals, p)
				}
			}
			out.Acts = append(out.Acts, l)
		}
		out.count(tx)
		return nil
	})
	return out, err
}

// count counts acts by rule, and appeals by how they ended.
func (p *Page) count(tx *postgres.Tx) {
	for _, r := range p.Rules.List {
		p.Tallies = append(p.Tallies, Tally{Rule: r})
	}
	for _, l := range p.Acts {
		if l.Verb == Remove {
			p.Removed++
			continue
		}
		at := slices.IndexFunc(p.Tallies, func(t Tally) bool { return t.Rule.Citation == l.Rule })
		if at < 0 {
			at, p.Tallies = len(p.Tallies), append(p.Tallies, Tally{Rule: l.Cites})
		}
		t := &p.Tallies[at]
		t.Acts++
		for _, a := range l.Appeals {
			switch a.Outcome {
			case Upheld:
				p.Upheld++
				t.Reversed++
			case Partly:
				p.Partly++
				t.Partly++
			case Dismissed:
				p.Dismissed++
			default:
				p.Waiting++
				if a.Overdue(tx.Now) {
					p.Overdue++
				}
			}
		}
	}
}
