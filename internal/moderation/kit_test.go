package moderation_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/moderation"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

// post is the kind of subjects of these tests.
const post space.Kind = "post"

// notes is a source that keeps texts in memory: a rejected one is hidden.
type notes struct {
	place  space.Space
	record uuid.UUID
	staff  []moderation.Staff
	told   time.Time
	over   error
	texts  map[uuid.UUID]moderation.Text
	by     map[uuid.UUID]pseudonym.Alias
	hidden map[uuid.UUID]bool
	busy   error // of Undo
}

func (n *notes) Enter(ctx context.Context, tx *postgres.Tx, actor account.Actor, of uuid.UUID) (moderation.Staff, moderation.Ground, error) {
	return n.Sit(ctx, tx, actor, of)
}

func (n *notes) Sit(ctx context.Context, tx *postgres.Tx, actor account.Actor, of uuid.UUID) (moderation.Staff, moderation.Ground, error) {
	g, err := n.Ground(ctx, tx, of)
	at := slices.IndexFunc(n.staff, func(s moderation.Staff) bool { return s.ID == actor.Office })
	if err == nil && at < 0 {
		err = fault.New(fault.Forbidden, "wrong_role", "not here")
	}
	if err != nil {
		return moderation.Staff{}, g, err
	}
	return n.staff[at], g, nil
}

func (n *notes) Ground(_ context.Context, _ *postgres.Tx, of uuid.UUID) (moderation.Ground, error) {
	if of != n.place.ID {
		return moderation.Ground{}, fault.New(fault.NotFound, "not_found", "no such space")
	}
	return moderation.Ground{Record: n.record, Moderators: n.staff, Told: n.told, Over: n.over}, nil
}

func (n *notes) Texts(_ context.Context, _ *postgres.Tx, subjects []uuid.UUID) (map[uuid.UUID]moderation.Text, error) {
	out := map[uuid.UUID]moderation.Text{}
	for _, id := range subjects {
		out[id] = n.texts[id]
	}
	return out, nil
}

func (n *notes) Wrote(_ context.Context, _ *postgres.Tx, alias pseudonym.Alias, subject uuid.UUID) (bool, error) {
	return n.by[subject] == alias, nil
}

func (n *notes) Undo(_ context.Context, _ *postgres.Tx, a moderation.Act) ([]uuid.UUID, error) {
	if n.busy != nil {
		return nil, n.busy
	}
	for _, id := range a.Subjects {
		delete(n.hidden, id)
	}
	return a.Subjects, nil
}

func (n *notes) Uphold(_ context.Context, _ *postgres.Tx, _ moderation.Act, subject uuid.UUID) (bool, error) {
	delete(n.hidden, subject)
	return true, nil
}

// town is a space with three moderators, and a clock that the test moves.
type town struct {
	*testing.T
	db                        *postgres.DB
	s                         *moderation.Service
	jobs                      *job.Queue
	record                    *ledger.Service
	notes                     *notes
	folder                    string // of keys
	mu                        sync.Mutex
	now                       time.Time
	marco, mirta, olga, anna  account.Actor
	riva                      uuid.UUID
	rule                      moderation.Citation
	tiglio, airone, gheppio   pseudonym.Alias
	byTiglio, byAirone, other uuid.UUID
}

func newTown(t *testing.T) *town {
	t.Helper()
	h := &town{T: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), rule: moderation.Citation{Version: moderation.Standing, Number: 3}}
	h.db = testdb.NewSingleAt(t, h.clock)
	h.folder = filepath.Join(t.TempDir(), "keys")
	keys, err := pseudonym.NewFileKeys(h.folder, make([]byte, 32))
	h.ok(err)
	h.record = ledger.New(h.db, keys, ledger.Options{})
	h.s = moderation.New(h.db, h.record, keys)
	h.jobs, err = job.New(h.db)
	h.ok(err)
	h.s.Work(h.jobs)
	riva, err := account.New(h.db, nil).Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	h.ok(err)
	h.riva = riva.ID
	h.marco, h.mirta, h.olga = person("Marco"), person("Mirta"), person("Olga")
	h.anna = person("Anna")
	h.anna.Grants = []account.Grant{{Administration: h.riva, Role: account.Administrator}}
	h.notes = &notes{record: uuid.New(), told: h.now, texts: map[uuid.UUID]moderation.Text{}, by: map[uuid.UUID]pseudonym.Alias{}, hidden: map[uuid.UUID]bool{}}
	for _, a := range []account.Actor{h.marco, h.mirta, h.olga} {
		h.notes.staff = append(h.notes.staff, moderation.Staff{ID: a.Office, Name: a.Name, Role: account.Moderator})
	}
	h.s.Register(post, h.notes)
	h.tiglio, h.airone, h.gheppio = alias(1, "Tiglio 27"), alias(2, "Airone 5"), alias(3, "Gheppio 8")
	h.ok(h.db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		h.notes.place, err = space.New(ctx, tx, h.riva, space.Alias)
		return err
	}))
	h.byTiglio, h.byAirone, h.other = h.writes(h.tiglio, "Più ombra."), h.writes(h.airone, "Comprate orologi!"), h.writes(h.gheppio, "Una fontana.")
	return h
}

func person(name string) account.Actor {
	return account.Actor{Account: uuid.New(), Office: account.OfficeID(uuid.New()), Name: name}
}

func alias(n byte, name string) pseudonym.Alias {
	return pseudonym.Alias{ID: [16]byte{n}, Name: name}
}

func (h *town) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *town) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *town) space() uuid.UUID { return h.notes.place.ID }

// writes puts a text of an alias in the queue.
func (h *town) writes(by pseudonym.Alias, body string) uuid.UUID {
	h.Helper()
	id := uuid.New()
	h.notes.texts[id], h.notes.by[id] = moderation.Text{Author: by.Name, Body: body}, by
	h.ok(h.db.Transact(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return h.s.Enqueue(ctx, tx, post, h.space(), []uuid.UUID{id})
	}))
	return id
}

// does lets a moderator act on subjects that they saw in versions, as a source does.
func (h *town) does(who account.Actor, verb moderation.Verb, seen map[uuid.UUID]int, subjects ...uuid.UUID) (moderation.Act, error) {
	var done moderation.Act
	err := h.db.Transact(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		by, g, err := h.notes.Enter(ctx, tx, who, h.space())
		if err != nil {
			return err
		}
		turn := h.s.Begin(tx, by, post, h.space(), g)
		if err := turn.Take(ctx, subjects, seen); err != nil {
			return err
		}
		for _, id := range subjects {
			h.notes.hidden[id] = verb == moderation.Reject
		}
		a := moderation.Act{ID: uuid.New(), Verb: verb, Subjects: subjects, Summary: "Tiglio 27", Words: "Fuori tema."}
		if verb != moderation.Remove {
			a.Rule = h.rule
		}
		done, err = turn.Do(ctx, a, "Tiglio 27", map[string]any{"subjects": len(subjects)}, nil)
		return err
	})
	return done, err
}

// rejects lets Marco leave a subject out.
func (h *town) rejects(subjects ...uuid.UUID) moderation.Act {
	h.Helper()
	a, err := h.does(h.marco, moderation.Reject, nil, subjects...)
	h.ok(err)
	return a
}

// raises appeals, and lets the hour begin.
func (h *town) raises(who pseudonym.Alias, act, subject uuid.UUID, words string) {
	h.Helper()
	h.ok(h.s.Raise(h.Context(), who, act, subject, words))
	h.hour()
}

// hour opens the appeals that wait.
func (h *town) hour() {
	h.Helper()
	h.ok(h.jobs.Do(h.Context(), moderation.Opening{}))
}

// of gives a subject's case.
func (h *town) of(id uuid.UUID) moderation.Case {
	h.Helper()
	var out moderation.Case
	h.ok(h.db.Read(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		all, err := h.s.Cases(ctx, tx, post, h.space())
		out = all[id]
		return err
	}))
	return out
}

func (h *town) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refused checks kind and code of a fault, and for Invalid the fields with their codes; it
// gives the figures of its words.
func (h *town) refused(err error, kind fault.Kind, code string) map[string]any {
	h.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind {
		h.Errorf("got %v; want %q (kind %d)", err, code, kind)
		return nil
	}
	got := f.Code
	if kind == fault.Invalid {
		got = ""
		for i, d := range f.Fields {
			if i > 0 {
				got += " "
			}
			got += d.Name + ":" + d.Code
		}
	}
	if got != code {
		h.Errorf("got %q (%v); want %q", got, err, code)
	}
	return f.Args
}
