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
	Undone  int     // acts that were taken back
	Acts    []Line  // those asked for, newest first; of one that was taken back that it was, and nothing else
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

// Public gives it, with at most so many acts, or with 0 all: those whose number is below
// before, or with 0 the newest.
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
		tallies, err := tallyActs(ctx, tx, kind, of)
		if err != nil {
			return err
		}
		acts, older, err := pageActs(ctx, tx, kind, of, before, most)
		if err != nil {
			return err
		}
		out.Older = older
		rules, err := cited(ctx, tx, of, append(tallied(tallies), acts...))
		if err != nil {
			return err
		}
		appeals, err := s.appeals(ctx, tx, kind, of)
		if err != nil {
			return err
		}
		appeals = slices.DeleteFunc(appeals, func(p Appeal) bool { return !p.Public(tx.Now) })
		out.count(tallies, rules, appeals, tx.Now)
		var subjects []uuid.UUID
		for _, a := range acts {
			subjects = append(subjects, a.Subjects...)
		}
		texts, err := source.Texts(ctx, tx, subjects)
		if err != nil {
			return err
		}
		for _, a := range acts {
			if a.Undone {
				out.Acts = append(out.Acts, Line{Act: Act{ID: a.ID, Number: a.Number, Verb: a.Verb, At: a.At, Undone: true}})
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
		return nil
	})
	return out, err
}

// actTally counts the acts that cite one rule, or none.
type actTally struct {
	rule                      Citation
	standing, removed, undone int
}

// tallied are acts that cite the rules of tallies, for their words.
func tallied(tallies []actTally) []Act {
	var out []Act
	for _, t := range tallies {
		out = append(out, Act{Rule: t.rule})
	}
	return out
}

// count counts acts by rule, and public appeals by how they ended.
func (p *Page) count(acts []actTally, rules map[Citation]Rule, appeals []Appeal, now time.Time) {
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
		p.Total += a.standing + a.removed
		p.Removed += a.removed
		p.Undone += a.undone
		if a.standing > 0 {
			tally(a.rule).Acts += a.standing
		}
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
