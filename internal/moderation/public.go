package moderation

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
	"delfi/internal/space"
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
	Total   int     // acts that stand
	Acts    []Line  // those asked for, newest first
	Older   int     // number of an act before which there are others; 0 for none
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

// Public gives it, with at most so many acts: those whose number is below before, or with 0
// the newest.
func (s *Service) Public(ctx context.Context, kind space.Kind, of uuid.UUID, before, most int) (Page, error) {
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
		acts = slices.DeleteFunc(acts, func(a Act) bool { return a.Undone || a.Verb == Undo || a.Verb == Decide })
		out.Total = len(acts)
		out.count(acts, rules, appeals, tx.Now)
		if before > 0 {
			acts = slices.DeleteFunc(acts, func(a Act) bool { return a.Number >= before })
		}
		if len(acts) > most {
			acts = acts[:most]
			out.Older = acts[most-1].Number
		}
		var subjects []uuid.UUID
		for _, a := range acts {
			subjects = append(subjects, a.Subjects...)
		}
		texts, err := source.Texts(ctx, tx, subjects)
		if err != nil {
			return err
		}
		for _, a := range acts {
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
		return nil
	})
	return out, err
}

// count counts acts by rule, and public appeals by how they ended.
func (p *Page) count(acts []Act, rules map[Citation]Rule, appeals []Appeal, now time.Time) {
	for _, r := range p.Rules.List {
		p.Tallies = append(p.Tallies, Tally{Rule: r})
	}
	tally := func(c Citation) *Tally {
		at := slices.IndexFunc(p.Tallies, func(t Tally) bool { return t.Rule.Citation == c })
		if at < 0 {
			at, p.Tallies = len(p.Tallies), append(p.Tallies, Tally{Rule: rules[c]})
		}
		return &p.Tallies[at]
	}
	for _, a := range acts {
		if a.Verb == Remove {
			p.Removed++
			continue
		}
		tally(a.Rule).Acts++
	}
	for _, a := range appeals {
		switch a.Outcome {
		case Upheld:
			p.Upheld++
			tally(a.Act.Rule).Reversed++
		case Partly:
			p.Partly++
			tally(a.Act.Rule).Partly++
		case Dismissed:
			p.Dismissed++
		default:
			p.Waiting++
			if a.Overdue(now) {
				p.Overdue++
			}
		}
	}
}
