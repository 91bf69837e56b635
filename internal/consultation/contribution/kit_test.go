package contribution_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/app"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/moderation"
	"delfi/internal/panel"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

const slug = "piazza"

// rule is one of the standing rules of the house, as forms carry it.
const rule = "1.6"

// town is a small administration in which one consultation gathers contributions,
// with a clock that the test moves.
type town struct {
	*testing.T
	db            *postgres.DB
	consultations *steering.Service
	drafts        *draft.Service
	contributions *contribution.Service
	moderation    *moderation.Service
	record        *ledger.Service
	pseudonyms    *pseudonym.Service
	panel         *panel.Service
	jobs          *job.Queue
	folder        string // of keys

	mu  sync.Mutex
	now time.Time

	accounts                                *account.Service
	anna, marco, mirta, furio, other, berta account.Actor
	id, space                               uuid.UUID
	voices                                  map[string]pseudonym.Alias
}

func newTown(t *testing.T) *town {
	t.Helper()
	h := &town{T: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), voices: map[string]pseudonym.Alias{}}
	h.db = testdb.NewSingleAt(t, h.clock)
	h.folder = filepath.Join(t.TempDir(), "keys")
	keys, err := pseudonym.NewFileKeys(h.folder, bytes.Repeat([]byte{7}, 32))
	h.ok(err)
	files, err := blob.NewFolder(filepath.Join(t.TempDir(), "files"))
	h.ok(err)
	a, err := app.New(app.Options{DB: h.db, Keys: keys, Files: files, BaseURL: "http://localhost"})
	h.ok(err)
	h.jobs, h.accounts, h.record, h.pseudonyms, h.panel = a.Jobs, a.Accounts, a.Record, a.Pseudonyms, a.Panel
	h.consultations, h.drafts, h.contributions, h.moderation = a.Consultations, a.Drafts, a.Contributions, a.Moderation

	riva, err := h.accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	h.ok(err)
	_, err = h.accounts.Found(t.Context(), account.Administration{Slug: "borgo", Name: "Comune di Borgo Sereno"})
	h.ok(err)
	h.anna = h.person("Anna", "riva/administrator")
	h.marco, h.mirta, h.other = h.person("Marco", "riva/moderator"), h.person("Mirta", "riva/moderator"), h.person("Olga", "riva/moderator")
	h.furio, h.berta = h.person("Furio", "riva/facilitator"), h.person("Berta", "borgo/moderator")

	c, err := h.drafts.Create(t.Context(), h.anna, riva.ID, draft.Form{
		Slug: slug, Language: "it", Title: "La piazza", Question: "Che cosa deve diventare la piazza?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendo conto del parere.", CommitmentDecider: "La Giunta comunale", CommitmentSubject: "la piazza",
		CommitmentDecideBy: "2026-12-31", CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators:   []string{h.marco.Account.String(), h.mirta.Account.String()},
		Facilitators: []string{h.furio.Account.String()},
		StartsOn:     "2026-03-09",
		Protocol: draft.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "per niente", High: "del tutto", GroupName: "Cittadini", GatherDays: 7, AnswerDays: 10, AnswerRounds: 2, Points: 9, SharePermille: 750,
		}),
	})
	h.ok(err)
	h.id = c.ID
	h.ok(h.consultations.Announce(t.Context(), h.anna, slug))
	h.ok(h.consultations.Start(t.Context(), h.anna, slug))
	c, err = h.consultations.Find(t.Context(), h.anna, slug)
	h.ok(err)
	h.space = c.Space
	return h
}

// undo takes an act back.
func (h *town) undo(who account.Actor, act uuid.UUID) error {
	return h.moderation.Undo(h.Context(), who, space.Contribution, h.space, act)
}

func (h *town) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// pass moves the clock and works what falls due.
func (h *town) pass(d time.Duration) {
	h.Helper()
	h.mu.Lock()
	h.now = h.now.Add(d)
	h.mu.Unlock()
	h.ok(h.jobs.Drain(h.Context()))
}

// closed ends the gather round by its deadline.
func (h *town) closed() { h.Helper(); h.pass(10 * 24 * time.Hour) }

func (h *town) person(name string, groups ...string) account.Actor {
	h.Helper()
	id, err := h.accounts.SignIn(h.Context(), account.Claims{Issuer: "https://id.example", Subject: name, Name: name, Email: name + "@example.org", Groups: groups})
	h.ok(err)
	a, err := h.accounts.Actor(h.Context(), id)
	h.ok(err)
	return a
}

// voice gives the alias of somebody enrolled.
func (h *town) voice(name string) pseudonym.Alias {
	h.Helper()
	if a, ok := h.voices[name]; ok {
		return a
	}
	who := h.person(name)
	c, err := h.consultations.Find(h.Context(), who, slug)
	h.ok(err)
	h.ok(h.panel.Enrol(h.Context(), who, h.id, c.Protocol.Panel.Groups[0].ID))
	a, err := h.panel.Alias(h.Context(), who, h.id)
	h.ok(err)
	h.voices[name] = a
	return a
}

// writes stores a contribution and gives its id.
func (h *town) writes(name, body string) uuid.UUID {
	h.Helper()
	c, err := h.contributions.Contribute(h.Context(), h.voice(name), h.id, body)
	h.ok(err)
	return c.ID
}

// queue gives the moderator's queue by id.
func (h *town) queue() (map[uuid.UUID]contribution.Contribution, contribution.Counts) {
	h.Helper()
	list, n, err := h.contributions.Queue(h.Context(), h.marco, slug)
	h.ok(err)
	if n.Received != n.Admitted+n.Rejected+n.Pending || n.Received != len(list) {
		h.Errorf("counts do not add up: %+v of %d", n, len(list))
	}
	out := map[uuid.UUID]contribution.Contribution{}
	for _, c := range list {
		out[c.ID] = c
	}
	return out, n
}

// state checks where a contribution stands, and in how many items.
func (h *town) state(id uuid.UUID, want contribution.State, items ...uuid.UUID) {
	h.Helper()
	q, _ := h.queue()
	if c := q[id]; c.State != want || !slices.Equal(c.Items, items) {
		h.Errorf("%s is %s in %v; want %s in %v", c.Alias.Name, c.State, c.Items, want, items)
	}
}

// merge admits contributions into a new item.
func (h *town) merge(text string, ids ...uuid.UUID) consultation.Item {
	h.Helper()
	item, err := h.contributions.Merge(h.Context(), h.marco, slug, contribution.Merge{Contributions: ids, Destination: contribution.Fresh, Text: text, Rule: rule, Reason: "Stessa richiesta."})
	h.ok(err)
	return item
}

// last gives the newest act that stands.
func (h *town) last() contribution.Act {
	h.Helper()
	acts, err := h.contributions.Acts(h.Context(), h.marco, slug)
	h.ok(err)
	if len(acts) == 0 {
		h.Fatal("no act stands")
	}
	return acts[0]
}

// texts gives the words of the items in play, by number.
func (h *town) texts() []string {
	h.Helper()
	var out []string
	h.ok(h.db.Read(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Load(ctx, tx, h.id)
		if err != nil {
			return err
		}
		items, err := lifecycle.LiveItems(ctx, tx, c)
		for _, i := range items {
			out = append(out, i.Text)
		}
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

// refused checks kind and code of a fault, and for Invalid the field and its code; it gives
// the figures of its words.
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

// readmit gives back a contribution that can be merged: a rejected one by taking
// its rejection back.
func (h *town) readmit(id uuid.UUID) uuid.UUID {
	h.Helper()
	q, _ := h.queue()
	if q[id].State != contribution.Rejected {
		return id
	}
	acts, err := h.contributions.Acts(h.Context(), h.marco, slug)
	h.ok(err)
	for _, a := range acts {
		if a.Verb == moderation.Reject {
			h.ok(h.undo(h.marco, a.ID))
		}
	}
	return id
}
