package steering_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// shown gives "number text was new state" of the items.
func shown(items []consultation.Item) []string {
	var out []string
	for _, it := range items {
		out = append(out, fmt.Sprintf("%d %s|%s|%v|%s", it.Number, it.Text, it.Was, it.New, it.State))
	}
	return out
}

// try runs one act of a moderator's room in a transaction.
func (h *town) try(do func(ctx context.Context, tx *postgres.Tx) error) error {
	return h.DB.Transact(h.Context(), do)
}

func (h *town) reword(item uuid.UUID, text string) error {
	return h.try(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		_, err = h.s.RewordItem(ctx, tx, c, item, text)
		return err
	})
}

// TestWordsBetweenRounds: a rewording keeps what the panel read before beside it,
// until the next round has shown the new words.
func TestWordsBetweenRounds(t *testing.T) {
	h := newTown(t)
	two := h.gathered(2)
	h.ok(h.reword(two[0].ID, "Una piazza con meno auto."))
	want := []string{"1 Una piazza con meno auto.||false|live", "2 Una piazza senza auto.||false|live"}
	if got := shown(h.items()); !slices.Equal(got, want) {
		t.Errorf("before any round of answers: %q", got)
	}
	h.ok(h.s.ReleaseRound(t.Context(), h.marco, slug, 1))
	h.ok(h.s.OpenRound(t.Context(), h.furio, slug, 2))
	h.refused(h.reword(two[0].ID, "Altro."), fault.Conflict, "round_open")
	if got := shown(h.items()); !slices.Equal(got, want) {
		t.Errorf("in round 2: %q", got)
	}
	h.ok(h.s.CloseRound(t.Context(), h.furio, slug, 2, "Basta."))
	h.drain()
	h.ok(h.reword(two[0].ID, "Una piazza quasi senza auto."))
	h.ok(h.reword(two[0].ID, "Una piazza con poche auto."))
	h.ok(h.reword(two[1].ID, "Altro."))
	h.ok(h.reword(two[1].ID, "Una piazza senza auto.")) // taken back
	h.add(1)
	want = []string{"1 Una piazza con poche auto.|Una piazza con meno auto.|false|live", "2 Una piazza senza auto.||false|live", "3 Una piazza senza auto.||true|live"}
	if got := shown(h.items()); !slices.Equal(got, want) {
		t.Errorf("between rounds: %q", got)
	}
	h.ok(h.s.OpenRound(t.Context(), h.furio, slug, 3))
	var frozen, before []consultation.Item
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		if frozen, err = lifecycle.RoundItems(ctx, tx, *c, *c.Round(3)); err != nil {
			return err
		}
		before, err = lifecycle.RoundItems(ctx, tx, *c, *c.Round(2))
		return err
	})
	if got := shown(frozen); !slices.Equal(got, want) {
		t.Errorf("round 3 shows %q", got)
	}
	if got := shown(before); !slices.Equal(got, []string{"1 Una piazza con meno auto.||false|live", "2 Una piazza senza auto.||false|live"}) {
		t.Errorf("round 2 showed %q", got)
	}
}

// TestMerging supersedes the parents, and undoing it brings them back, as long
// as no round has shown it.
func TestMerging(t *testing.T) {
	h := newTown(t)
	two := h.gathered(2)
	var child consultation.Item
	h.tx(func(ctx context.Context, tx *postgres.Tx) (err error) {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		child, err = h.s.AddItem(ctx, tx, c, "", "Una piazza per chi cammina.", []uuid.UUID{two[0].ID, two[1].ID})
		return err
	})
	got := h.items()
	if len(got) != 3 || got[0].ID != child.ID || !slices.Equal(got[0].Parents, []uuid.UUID{two[0].ID, two[1].ID}) || got[1].State != consultation.ItemSuperseded || got[2].State != consultation.ItemSuperseded {
		t.Errorf("after merging: %+v", got)
	}
	h.recorded("decision/supersede moderator : statement 1", "decision/supersede moderator : statement 2")
	remove := func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		return h.s.RemoveItem(ctx, tx, c, child.ID)
	}
	h.tx(remove)
	if got := shown(h.items()); !slices.Equal(got, []string{"1 Una piazza senza auto.||false|live", "2 Una piazza senza auto.||false|live"}) {
		t.Errorf("after undoing: %q", got)
	}
	h.refused(h.try(remove), fault.NotFound, "no_item")

	h.ok(h.s.ReleaseRound(t.Context(), h.marco, slug, 1))
	h.ok(h.s.OpenRound(t.Context(), h.furio, slug, 2))
	h.ok(h.s.CloseRound(t.Context(), h.furio, slug, 2, "Basta."))
	h.drain()
	err := h.try(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		return h.s.RemoveItem(ctx, tx, c, two[0].ID)
	})
	h.refused(err, fault.Conflict, "item_shown")
}

// TestDropAndRestore takes a statement out of play and back; a dropped one is not shown.
func TestDropAndRestore(t *testing.T) {
	h := newTown(t)
	two := h.gathered(2)
	drop := func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		return h.s.DropItem(ctx, tx, c, two[0].ID)
	}
	h.tx(drop)
	h.refused(h.try(drop), fault.Conflict, "wrong_stage")
	if got := shown(h.items()); !slices.Equal(got, []string{"2 Una piazza senza auto.||false|live", "1 Una piazza senza auto.||false|dropped"}) {
		t.Errorf("dropped: %q", got)
	}
	var live []consultation.Item
	h.tx(func(ctx context.Context, tx *postgres.Tx) (err error) {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		live, err = lifecycle.LiveItems(ctx, tx, *c)
		return err
	})
	if len(live) != 1 || live[0].ID != two[1].ID {
		t.Errorf("in play: %+v", live)
	}
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		return h.s.RestoreItem(ctx, tx, c, two[0].ID)
	})
	if got := h.items(); got[0].State != consultation.ItemLive || got[0].Number != 1 {
		t.Errorf("restored: %+v", got)
	}
	h.recorded("decision/drop moderator : statement 1", "decision/restore moderator : statement 1")
}

// TestAddedAfterTheLastAnswers settles with the conclusion an item that no round rated,
// and the record says so: where an item stands follows from it.
func TestAddedAfterTheLastAnswers(t *testing.T) {
	h := newTown(t)
	h.gathered(1)
	h.ok(h.s.ReleaseRound(t.Context(), h.marco, slug, 1))
	h.ok(h.s.OpenRound(t.Context(), h.furio, slug, 2))
	h.ok(h.s.CloseRound(t.Context(), h.furio, slug, 2, "Basta."))
	h.drain()
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		_, err = h.s.AddItem(ctx, tx, c, "", "Una fontana.", nil)
		return err
	})
	h.ok(h.s.Conclude(t.Context(), h.furio, slug, "La Giunta decide domani."))
	for _, want := range []string{"decision/settle facilitator Furio: statement 1", "decision/settle facilitator Furio: statement 2"} {
		if !slices.Contains(h.entries(), want) {
			h.Errorf("the record does not say %q: %q", want, h.entries())
		}
	}
}

// TestStatementThatCannotBe names what is wrong with it.
func TestStatementThatCannotBe(t *testing.T) {
	h := newTown(t)
	h.gathered(1)
	add := func(kind, text string) error {
		return h.try(func(ctx context.Context, tx *postgres.Tx) error {
			c, err := h.locked(ctx, tx)
			if err != nil {
				return err
			}
			_, err = h.s.AddItem(ctx, tx, c, kind, text, nil)
			return err
		})
	}
	for want, err := range map[string]error{
		"text:required": add("", " \n"), "text:too_long": add("", strings.Repeat("à", 601)), "kind:unknown_kind": add("nope", "Sì."), "text:not_text": add("", "a\x00b"),
		"text:not_one_line": add("", "Sì.\nE no."),
	} {
		if got := fields(err); !slices.Equal(got, []string{want}) {
			t.Errorf("%v; want %s", got, want)
		}
	}
	err := h.try(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		_, err = h.s.AddItem(ctx, tx, c, "", "Sì.", []uuid.UUID{uuid.New()})
		return err
	})
	h.refused(err, fault.NotFound, "no_item")
	h.ok(h.s.Suspend(t.Context(), h.anna, slug, "Ricorso."))
	h.refused(add("", "Sì."), fault.Conflict, "suspended")
}

// TestTurnoutHasSteps: an open round says how many have answered in steps of 5.
func TestTurnoutHasSteps(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	for answered, want := range map[int]int{0: 0, 4: 0, 5: 5, 199: 195} {
		h.tx(func(ctx context.Context, tx *postgres.Tx) error {
			open, err := lifecycle.AnsweringRounds(ctx, tx)
			if err != nil || len(open) != 1 {
				t.Errorf("answering: %d, %v", len(open), err)
				return err
			}
			got, err := lifecycle.Count(ctx, tx, open[0].ID, answered)
			if got != want {
				t.Errorf("%d answered: %d", answered, got)
			}
			return err
		})
		if got := h.round(2).Turnout; got != want {
			t.Errorf("%d answered: %d stored", answered, got)
		}
	}
}
