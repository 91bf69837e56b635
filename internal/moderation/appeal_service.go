package moderation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

// Fate is an act as the author of one of its subjects sees it.
type Fate struct {
	Act      Act
	Subject  uuid.UUID
	Rule     Rule
	Appeal   *Appeal   // nil when none was raised
	Until    time.Time // for an appeal; zero while its days have not begun
	Appeals  bool      // an appeal can be raised now
	Deciders []Staff   // who may decide it: the moderators but the one who acted
}

// Fates lists the acts that stand on subjects of a space, the newest first: those of one's
// own are shown to whoever wrote them.
func (s *Service) Fates(ctx context.Context, kind space.Kind, of uuid.UUID, subjects []uuid.UUID) ([]Fate, error) {
	source, err := s.source(kind)
	if err != nil {
		return nil, err
	}
	k, err := s.appealSeal(ctx)
	if err != nil {
		return nil, err
	}
	var out []Fate
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		out = nil
		g, err := source.Ground(ctx, tx, of)
		if err != nil {
			return err
		}
		acts, err := aboutSubjects(ctx, tx, subjects)
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
		waiting, err := s.sealedAbout(ctx, tx, k, acts, subjects)
		if err != nil {
			return err
		}
		for _, a := range waiting {
			if err := a.settle(ctx, tx); err != nil {
				return err
			}
			appeals = append(appeals, a)
		}
		for _, a := range acts {
			if a.Verb == Undo || a.Verb == Decide || a.Space != of {
				continue
			}
			for _, id := range subjects {
				if !a.About(id) {
					continue
				}
				f := Fate{Act: a, Subject: id, Rule: rules[a.Rule], Until: a.AppealUntil(g.Told), Deciders: others(g.Moderators, a.By)}
				if at := slices.IndexFunc(appeals, func(p Appeal) bool { return p.Act.ID == a.ID && p.Subject == id }); at >= 0 {
					f.Appeal = &appeals[at]
				}
				if a.Undone && f.Appeal == nil {
					continue
				}
				f.Appeals = f.Appeal == nil && a.CanAppeal(g.Told, tx.Now) == nil
				out = append(out, f)
			}
		}
		return nil
	})
	return out, err
}

// sealedAbout opens the appeals against acts on subjects that wait for the hour.
func (s *Service) sealedAbout(ctx context.Context, tx *postgres.Tx, k appealSeal, acts []Act, subjects []uuid.UUID) ([]Appeal, error) {
	var tokens [][]byte
	byID := map[uuid.UUID]Act{}
	for _, a := range acts {
		byID[a.ID] = a
		for _, id := range subjects {
			if a.About(id) {
				tokens = append(tokens, k.token(a.ID, id))
			}
		}
	}
	list, err := sealedOf(ctx, tx, k, tokens)
	for i := range list {
		list[i].Act = byID[list[i].Act.ID]
	}
	return list, err
}

// others gives the moderators but one.
func others(all []Staff, but Staff) []Staff {
	return slices.DeleteFunc(slices.Clone(all), func(m Staff) bool { return m.is(but) })
}

// Raise appeals against an act on a subject that the alias wrote, once, in 1 to 500
// characters; the same words sent twice are one appeal. Its author sees it at once, sealed
// as it is; moderators from the next hour on (Opening). NotFound "no_act" when there is no
// such act on a subject of theirs; Conflict as CanAppeal's, and "appeal_made" when other
// words stand already; Unavailable "appeal_busy" when many are raised at once.
func (s *Service) Raise(ctx context.Context, alias pseudonym.Alias, act, subject uuid.UUID, words string) error {
	words, err := readAppeal(words)
	if err != nil {
		return err
	}
	k, err := s.appealSeal(ctx)
	if err != nil {
		return err
	}
	var a Appeal
	var was *Appeal
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		some, err := someActs(ctx, tx, []uuid.UUID{act})
		if err != nil {
			return err
		}
		against, found := some[act]
		if !found {
			return errNoAct
		}
		source, err := s.source(against.Kind)
		if err != nil {
			return err
		}
		own, err := source.Wrote(ctx, tx, alias, subject)
		if err != nil {
			return err
		}
		if !own || !against.About(subject) {
			return errNoAct
		}
		if was, err = made(ctx, tx, k, act, subject); err != nil || was != nil {
			return err
		}
		g, err := source.Ground(ctx, tx, against.Space)
		if err != nil {
			return err
		}
		a = raised(against, subject, words, tx.Now)
		return against.CanAppeal(g.Told, tx.Now)
	})
	switch {
	case err != nil:
		return err
	case was != nil:
		return was.again(words)
	}
	return s.post(ctx, a)
}

// Plea is an appeal as a moderator reads it.
type Plea struct {
	Appeal
	Text Text
	Rule Rule
	Own  bool // whoever reads it acted, and does not decide
}

// Pleas lists the appeals of a space for a moderator: those that wait, the first due
// first, then those that were decided, the newest first.
func (s *Service) Pleas(ctx context.Context, actor account.Actor, kind space.Kind, of uuid.UUID) ([]Plea, error) {
	source, err := s.source(kind)
	if err != nil {
		return nil, err
	}
	var out []Plea
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		out = nil
		by, _, err := source.Sit(ctx, tx, actor, of)
		if err != nil {
			return err
		}
		list, err := s.appeals(ctx, tx, kind, of)
		if err != nil {
			return err
		}
		subjects, acts := make([]uuid.UUID, len(list)), make([]Act, len(list))
		for i, a := range list {
			subjects[i], acts[i] = a.Subject, a.Act
		}
		texts, err := source.Texts(ctx, tx, subjects)
		if err != nil {
			return err
		}
		rules, err := cited(ctx, tx, of, acts)
		if err != nil {
			return err
		}
		for _, a := range list {
			out = append(out, Plea{Appeal: a, Text: texts[a.Subject], Rule: rules[a.Act.Rule], Own: a.CanDecide(by) != nil})
		}
		return nil
	})
	return out, err
}

// appeals lists the appeals of a space in the order of Pleas; of one against an act that was
// taken back the decision is who took it back.
func (s *Service) appeals(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) ([]Appeal, error) {
	list, err := listAppeals(ctx, tx, kind, of)
	if err != nil {
		return nil, err
	}
	var which []uuid.UUID
	for _, a := range list {
		which = append(which, a.Act.ID, a.Decision.ID)
	}
	acts, err := someActs(ctx, tx, which)
	if err != nil {
		return nil, err
	}
	for n := range list {
		a := &list[n]
		a.Act, a.Decision = acts[a.Act.ID], acts[a.Decision.ID]
		if err := a.settle(ctx, tx); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b Appeal) int {
		if a.Open() != b.Open() {
			return map[bool]int{true: -1, false: 1}[a.Open()]
		}
		return cmp.Or(cmp.Compare(b.Decision.Number, a.Decision.Number), a.Raised.Compare(b.Raised), cmp.Compare(a.Act.Number, b.Act.Number), cmp.Compare(a.Subject.String(), b.Subject.String()))
	})
	return list, nil
}

// settle ends an appeal that waited when its act was taken back.
func (a *Appeal) settle(ctx context.Context, tx *postgres.Tx) error {
	if !a.Act.Undone || a.Outcome != Waiting {
		return nil
	}
	by, err := undoneBy(ctx, tx, a.Act.ID)
	if err != nil {
		return err
	}
	by.Words = "" // those of the act
	a.Outcome, a.Decision = Moot, by
	return nil
}

// Settle decides an appeal, with words that are public and that its author reads. It is
// for another moderator than the one who acted (Forbidden "own_act"). Upheld, the act is
// taken back for the subject, which waits again before others; once nothing can be examined
// any more, the decision says so and what became of the subject stands. Conflict
// "appeal_decided" when a colleague has decided; again it does nothing.
func (s *Service) Settle(ctx context.Context, actor account.Actor, kind space.Kind, of, act, subject uuid.UUID, outcome Outcome, words string) error {
	source, err := s.source(kind)
	if err != nil {
		return err
	}
	return s.in(ctx, actor, kind, of, func(ctx context.Context, tx *postgres.Tx, by Staff, g Ground) error {
		a, err := lockAct(ctx, tx, act)
		if err != nil {
			return err
		}
		p, made, err := findAppeal(ctx, tx, act, subject)
		if err != nil {
			return err
		}
		if !made || a.Space != of || a.Kind != kind {
			return fault.New(fault.NotFound, "no_appeal", "there is no such appeal")
		}
		p.Act = a
		if err := p.CanDecide(by); err != nil {
			return err
		}
		if a.Undone {
			return fault.New(fault.Conflict, "act_undone", "this act was taken back already")
		}
		var bad []fault.Field
		if !slices.Contains(Outcomes, outcome) {
			bad = append(bad, fault.Field{Name: "outcome", Code: "required", Message: "is needed"})
		}
		if words = ReadWords("words", words, &bad); len(bad) > 0 {
			return fault.Bad(bad...)
		}
		if p.Outcome != Waiting {
			return decided(ctx, tx, p, by, outcome, words)
		}
		t := s.Begin(tx, by, kind, of, g)
		var waiting []uuid.UUID
		if outcome == Upheld && g.Over == nil {
			waits, err := source.Uphold(ctx, tx, a, subject)
			if err != nil {
				return err
			}
			if waits {
				waiting = []uuid.UUID{subject}
			}
		}
		texts, err := source.Texts(ctx, tx, []uuid.UUID{subject})
		if err != nil {
			return err
		}
		d := Act{ID: uuid.New(), Verb: Decide, Subjects: []uuid.UUID{subject}, Summary: texts[subject].Author, Rule: a.Rule, Words: words}
		if d, err = t.Do(ctx, d, d.Summary, map[string]any{"act": a.ID.String(), "outcome": string(outcome), "reversed": len(waiting) > 0}, waiting); err != nil {
			return err
		}
		return saveOutcome(ctx, tx, p, outcome, d.ID)
	})
}

// decided answers a decision about an appeal that has one: nil for the same, by the same
// moderator.
func decided(ctx context.Context, tx *postgres.Tx, p Appeal, by Staff, outcome Outcome, words string) error {
	acts, err := someActs(ctx, tx, []uuid.UUID{p.Decision.ID})
	if err != nil {
		return err
	}
	d := acts[p.Decision.ID]
	if d.By.is(by) && p.Outcome == outcome && d.Words == words {
		return nil
	}
	return fault.New(fault.Conflict, "appeal_decided", "this appeal was decided already").With("name", d.By.Name).With("at", d.At)
}
