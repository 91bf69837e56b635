package moderation

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/space"
)

// Keys stores the keys of second looks and of sealed appeals outside the database;
// pseudonym's keys implement it.
type Keys interface {
	// Create makes 32 random bytes under name unless there are some, and gives them.
	Create(ctx context.Context, name string) ([]byte, error)
}

// Service has the use cases.
type Service struct {
	db      *postgres.DB
	record  *ledger.Service
	keys    Keys
	sources map[space.Kind]Source
	covered atomic.Bool   // beats are running: see Cover
	queue   chan queued   // appeals for the next beats
	ended   chan struct{} // closed when there are no more
	ending  sync.Once
}

// New makes the service; Register names the owners of its subjects.
func New(db *postgres.DB, record *ledger.Service, keys Keys) *Service {
	return &Service{db: db, record: record, keys: keys, sources: map[space.Kind]Source{}, queue: make(chan queued, mostQueued), ended: make(chan struct{})}
}

// Register names the source of a kind; once, before anything runs.
func (s *Service) Register(kind space.Kind, source Source) {
	if s.sources[kind] != nil {
		panic("moderation: two sources of " + string(kind))
	}
	s.sources[kind] = source
}

// source gives the source of a kind.
func (s *Service) source(kind space.Kind) (Source, error) {
	if found := s.sources[kind]; found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("moderation: %q has no source", kind)
}

// Enqueue puts subjects of a space in the queue, in the given order, in the transaction
// in which they come into being.
func (s *Service) Enqueue(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID, subjects []uuid.UUID) error {
	return insertCases(ctx, tx, kind, of, subjects)
}

// Cases gives the cases of a space, by subject.
func (s *Service) Cases(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) (map[uuid.UUID]Case, error) {
	return listCases(ctx, tx, kind, of)
}

// in runs a moderator's use case in one transaction, with the space locked.
func (s *Service) in(ctx context.Context, actor account.Actor, kind space.Kind, of uuid.UUID, do func(ctx context.Context, tx *postgres.Tx, by Staff, g Ground) error) error {
	source, err := s.source(kind)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		by, g, err := source.Enter(ctx, tx, actor, of)
		if err != nil {
			return err
		}
		return do(ctx, tx, by, g)
	})
}

// Claim takes cases for a moderator, all or none, until 15 minutes from now; again it
// begins them anew. Conflict "claimed" when a colleague is at one, "already_examined" when
// one does not wait.
func (s *Service) Claim(ctx context.Context, actor account.Actor, kind space.Kind, of uuid.UUID, subjects []uuid.UUID) error {
	return s.in(ctx, actor, kind, of, func(ctx context.Context, tx *postgres.Tx, by Staff, g Ground) error {
		if g.Over != nil {
			return g.Over
		}
		t := s.Begin(tx, by, kind, of, g)
		if err := t.Take(ctx, subjects, nil); err != nil {
			return err
		}
		for _, c := range t.cases {
			if !c.Waiting {
				return t.moved(ctx, c)
			}
		}
		return saveClaims(ctx, tx, kind, subjects, Claim{By: by.ID, Name: by.Name, Until: tx.Now.Add(claimed)})
	})
}

// Release gives up a moderator's own claims; those of others stay.
func (s *Service) Release(ctx context.Context, actor account.Actor, kind space.Kind, of uuid.UUID, subjects []uuid.UUID) error {
	return s.in(ctx, actor, kind, of, func(ctx context.Context, tx *postgres.Tx, by Staff, _ Ground) error {
		cases, err := findCases(ctx, tx, kind, of, subjects)
		if err != nil {
			return err
		}
		mine := slices.DeleteFunc(slices.Clone(subjects), func(id uuid.UUID) bool { return cases[id].Claim.By != by.ID })
		return saveClaims(ctx, tx, kind, mine, Claim{})
	})
}

// Turn is a moderator's turn on subjects of a space, in one transaction.
type Turn struct {
	s     *Service
	tx    *postgres.Tx
	by    Staff
	kind  space.Kind
	space uuid.UUID
	g     Ground
	cases []Case // that Take took
}

// Begin begins a turn of by, who may act in a space that the caller has locked.
func (s *Service) Begin(tx *postgres.Tx, by Staff, kind space.Kind, of uuid.UUID, g Ground) *Turn {
	return &Turn{s: s, tx: tx, by: by, kind: kind, space: of, g: g}
}

// Take checks that nobody else has subjects, and that they are as the moderator saw them.
// seen has the versions that stood beside the form; nil compares none.
// Conflict "claimed" when a colleague is at one, "acted_meanwhile" when somebody has acted
// on one since: with its author, and who did what when; "unsaid" when seen lacks one, or
// has a version that it never had. NotFound "no_case" when one is not of the space.
func (t *Turn) Take(ctx context.Context, subjects []uuid.UUID, seen map[uuid.UUID]int) error {
	cases, err := findCases(ctx, t.tx, t.kind, t.space, subjects)
	if err != nil {
		return err
	}
	t.cases = nil
	for _, id := range subjects {
		c, ok := cases[id]
		if !ok {
			return errNoCase
		}
		if v, named := seen[id]; seen != nil && !named {
			return prose.ErrUnsaid
		} else if named && v != c.Version {
			return t.moved(ctx, c)
		}
		if err := c.CanTake(t.by.ID, t.tx.Now); err != nil {
			return err
		}
		t.cases = append(t.cases, c)
	}
	return nil
}

// moved says who has acted on a case since a moderator saw it.
func (t *Turn) moved(ctx context.Context, c Case) error {
	source, err := t.s.source(c.Kind)
	if err != nil {
		return err
	}
	texts, err := source.Texts(ctx, t.tx, []uuid.UUID{c.ID})
	if err != nil {
		return err
	}
	last, err := lastAbout(ctx, t.tx, c.Space, c.ID)
	if err != nil {
		return err
	}
	if last.ID == uuid.Nil {
		return prose.ErrUnsaid // a version that never was
	}
	return fault.New(fault.Conflict, "acted_meanwhile", "somebody has acted on this meanwhile").
		With("alias", texts[c.ID].Author).With("name", last.By.Name).With("verb", string(last.Verb)).With("at", last.At)
}

// Do stores an act that the source has applied in this transaction, under the next number,
// with its entry in the record: target and figures are the source's. waiting are those of
// the subjects that are to be examined again. Conflict "rules_changed" when the rule is not
// one of those in force. The source's own locks are taken before.
func (t *Turn) Do(ctx context.Context, a Act, target string, figures map[string]any, waiting []uuid.UUID) (Act, error) {
	a.Space, a.Kind, a.By, a.At = t.space, t.kind, t.by, t.tx.Now
	if err := t.citable(ctx, a); err != nil {
		return a, err
	}
	number, err := insertAct(ctx, t.tx, a)
	if err != nil {
		return a, err
	}
	a.Number = number
	switch {
	case a.Verb == Decide && len(waiting) == 0: // it changes nothing of the queue
	case a.Verb == Remove: // words are gone, and what they wait for stays
		err = countAct(ctx, t.tx, t.kind, a.Subjects)
	default:
		err = saveCases(ctx, t.tx, t.kind, a.Subjects, waiting, priorityOf(a.Verb))
	}
	if err != nil {
		return a, err
	}
	return a, t.s.record.Append(ctx, t.tx, t.entry(a, target, figures))
}

// citable refuses an act of a person under a rule that is not in force. An act about
// another one cites that one's rule, whatever has changed since.
func (t *Turn) citable(ctx context.Context, a Act) error {
	if a.Verb == Remove || a.Verb == Undo || a.Verb == Decide || a.Rule == Unruled && t.by.system() {
		return nil
	}
	rules, err := findRules(ctx, t.tx, t.space)
	if err != nil || rules.Has(a.Rule) {
		return err
	}
	return fault.New(fault.Conflict, "rules_changed", "the rules of the house have changed meanwhile: choose again")
}

// priorityOf gives the priority of subjects that wait after an act.
func priorityOf(v Verb) int {
	if v == Decide {
		return priorityAppeal
	}
	return 0
}

// entry is an act's line of the record: who, what, the rule and the words; of the subjects
// ids and names, never what they say.
func (t *Turn) entry(a Act, target string, figures map[string]any) ledger.Entry {
	e := ledger.Entry{
		Consultation: t.g.Record, Type: ledger.Act, Role: string(t.by.Role), Name: t.by.Name,
		Kind: string(a.Verb), Target: target, Reason: a.Words,
	}
	if a.Verb == Remove {
		e.Type, e.Kind = ledger.Removal, string(a.Kind)
		return e
	}
	body := map[string]any{"act": a.ID.String(), "rule": a.Rule.Number, "rules": a.Rule.Version}
	for name, v := range figures {
		body[name] = v
	}
	e.Body, e.Texts = ledger.Split(body)
	return e
}

// Acts lists the acts of a space, newest first, those that were undone included.
func (s *Service) Acts(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) ([]Act, error) {
	return listActs(ctx, tx, kind, of)
}

// Acted counts the acts on the subjects of a kind in a space, those taken back and those
// that take back included.
func (s *Service) Acted(ctx context.Context, tx *postgres.Tx, kind space.Kind, of uuid.UUID) (int, error) {
	return countActs(ctx, tx, kind, of)
}

// Undo takes an act back by a second one, within ten minutes; faults as CanUndo's, and the
// source's Conflict when a later act builds on it. Again, by the same moderator, it does
// nothing.
func (s *Service) Undo(ctx context.Context, actor account.Actor, kind space.Kind, of, id uuid.UUID) error {
	return s.in(ctx, actor, kind, of, func(ctx context.Context, tx *postgres.Tx, by Staff, g Ground) error {
		a, err := lockAct(ctx, tx, id)
		if err != nil {
			return err
		}
		if a.Space != of || a.Kind != kind {
			return errNoAct
		}
		if a.Undone {
			second, err := undoneBy(ctx, tx, id)
			if err != nil || second.By.is(by) {
				return err // pressed twice
			}
			return fault.New(fault.Conflict, "act_undone", "this act was taken back already").With("name", second.By.Name).With("at", second.At)
		}
		if g.Over != nil {
			return g.Over
		}
		if err := a.CanUndo(tx.Now); err != nil {
			return err
		}
		source, err := s.source(kind)
		if err != nil {
			return err
		}
		t := s.Begin(tx, by, kind, of, g)
		waiting, err := source.Undo(ctx, tx, a)
		if err != nil {
			return err
		}
		second := Act{ID: uuid.New(), Verb: Undo, Subjects: a.Subjects, Summary: a.Summary, Rule: a.Rule, Words: a.Words, Undoes: a.ID}
		_, err = t.Do(ctx, second, a.Summary, map[string]any{"act": a.ID.String(), "undone": string(a.Verb)}, waiting)
		return err
	})
}

var (
	errNoAct  = fault.New(fault.NotFound, "no_act", "there is no such act")
	errOwnAct = fault.New(fault.Forbidden, "own_act", "whoever acted does not judge the act: somebody else decides")
	errNoCase = fault.New(fault.NotFound, "no_case", "there is nothing like this in the queue")
)
