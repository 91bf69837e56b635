package contribution_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

const slug = apptest.Slug

// rule is one of the standing rules of the house, as forms carry it.
const rule = "1.6"

// town is a world in which one consultation gathers contributions.
type town struct {
	*testing.T
	*apptest.World

	anna, marco, mirta, furio, other, berta account.Actor
	id, space                               uuid.UUID
	voices                                  map[string]pseudonym.Alias
}

func newTown(t *testing.T) *town {
	t.Helper()
	h := &town{T: t, World: apptest.New(t, apptest.At("2026-03-02 10:00")), voices: map[string]pseudonym.Alias{}}
	c := h.Consultation(t).Gathering()
	h.id, h.space = c.ID, c.Space
	h.anna, h.marco, h.mirta = h.Person(t, "giulia"), h.Person(t, "marta"), h.Person(t, "davide")
	h.furio, h.berta, h.other = h.Person(t, "paolo"), h.Person(t, "nicola"), h.Newcomer(t, "Olga", "riva/moderator")
	return h
}

// undo takes an act back.
func (h *town) undo(who account.Actor, act uuid.UUID) error {
	return h.Moderation.Undo(h.Context(), who, space.Contribution, h.space, act)
}

// closed ends the gather round by its deadline.
func (h *town) closed() { h.Helper(); h.Pass(h, 10*24*time.Hour) }

// voice gives the alias of somebody enrolled.
func (h *town) voice(name string) pseudonym.Alias {
	h.Helper()
	if a, ok := h.voices[name]; ok {
		return a
	}
	who := h.Newcomer(h, name)
	c, err := h.Consultations.Find(h.Context(), who, slug)
	h.ok(err)
	h.ok(h.Panel.Enrol(h.Context(), who, h.id, c.Protocol.Panel.Groups[0].ID))
	a, err := h.Panel.Alias(h.Context(), who, h.id)
	h.ok(err)
	h.voices[name] = a
	return a
}

// writes stores a contribution and gives its id.
func (h *town) writes(name, body string) uuid.UUID {
	h.Helper()
	c, err := h.Contributions.Contribute(h.Context(), h.voice(name), h.id, body, "")
	h.ok(err)
	return c.ID
}

// queue gives the moderator's queue by id.
func (h *town) queue() (map[uuid.UUID]contribution.Contribution, contribution.Counts) {
	h.Helper()
	list, n, err := h.Contributions.Queue(h.Context(), h.marco, slug)
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
	item, err := h.Contributions.Merge(h.Context(), h.marco, slug, contribution.Merge{Contributions: ids, Destination: contribution.Fresh, Text: text, Rule: rule, Reason: "Stessa richiesta."})
	h.ok(err)
	return item
}

// last gives the newest act that stands.
func (h *town) last() contribution.Act {
	h.Helper()
	acts, err := h.Contributions.Acts(h.Context(), h.marco, slug)
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
	h.ok(h.DB.Read(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
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
	acts, err := h.Contributions.Acts(h.Context(), h.marco, slug)
	h.ok(err)
	for _, a := range acts {
		if a.Verb == moderation.Reject {
			h.ok(h.undo(h.marco, a.ID))
		}
	}
	return id
}
