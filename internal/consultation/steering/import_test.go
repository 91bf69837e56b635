package steering_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// importPlan is one that can be imported.
func (h *town) importPlan() steering.ImportPlan {
	h.Helper()
	p, err := protocol.Standing(protocol.StandingPlan{Language: "en", GroupName: "Participants", LatestKeyDate: "2026-12-31"})
	h.ok(err)
	return steering.ImportPlan{
		ID: uuid.New(), Administration: h.id, Title: "La piazza", Question: "What should become of the square?", Language: "en",
		Origin: consultation.Origin{Name: "Polis", URL: "https://pol.is/x", Licence: "CC BY 4.0"}, Protocol: p,
	}
}

// hidden sees that the import is shown to nobody, at no address.
func (h *town) hidden() {
	h.Helper()
	for _, who := range []account.Actor{{}, h.anna, h.marco, h.carla} {
		for _, at := range []string{slug, h.foreign.String()} {
			_, err := h.s.Find(h.Context(), who, at)
			h.refused(err, fault.NotFound, "not_found")
			_, err = h.s.Latest(h.Context(), who, at)
			h.refused(err, fault.NotFound, "not_found")
		}
		all, err := h.s.Listed(h.Context(), who)
		h.ok(err)
		if slices.ContainsFunc(all, func(c consultation.Consultation) bool { return c.ID == h.foreign }) {
			h.Errorf("it is listed to %q", who.Name)
		}
	}
	h.refused(h.s.Withdraw(h.Context(), h.anna, h.foreign.String(), "Perché."), fault.NotFound, "not_found")
}

// imported imports a plan and lets the process go that did.
func (h *town) imported() consultation.Consultation {
	h.Helper()
	c, err := h.s.Import(h.Context(), h.importPlan())
	h.ok(err)
	return c
}

// TestImportWalksTheSameLife with the system as its actor, and says where it was held.
func TestImportWalksTheSameLife(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	plan := h.importPlan()
	c, err := h.s.Import(ctx, plan)
	h.ok(err)
	h.foreign = c.ID
	h.is(consultation.Running, consultation.RoundOpen)
	if c.Origin == nil || *c.Origin != plan.Origin || len(c.Staff) != 0 || c.Commitment != (consultation.Commitment{}) {
		t.Errorf("imported as %+v", c)
	}
	h.recorded("origin/ system : La piazza", "protocol/ system : ", "act/import system : La piazza", "act/start system : La piazza", "round_opened/open system : round 1")
	h.beside("origin", map[string]string{"licence": plan.Origin.Licence, "origin": plan.Origin.Name, "url": plan.Origin.URL}, `{}`)
	h.hidden()
	items := h.add(3)
	h.refused(h.reword(items[0].ID, "Altro."), fault.Conflict, "round_open")
	tick := func(n int) {
		h.tx(func(ctx context.Context, tx *postgres.Tx) error {
			c, r, err := lifecycle.LockRound(ctx, tx, c.Rounds[0].ID)
			if err != nil {
				return err
			}
			return h.s.Ticked(ctx, tx, &c, r, n, []consultation.Outcome{{Item: items[0].ID, Verdict: verdict.Verdict{Key: verdict.Consensus}, Proposal: verdict.Proposal{Action: verdict.Settle}}})
		})
	}
	tick(1)
	tick(2)
	tick(2)
	if n := h.round(1).Ticks; n != 2 {
		t.Errorf("%d ticks", n)
	}
	h.refused(h.s.ConcludeForeign(ctx, c.ID), fault.Conflict, "round_open")
	h.ok(h.s.CloseStanding(ctx, c.ID))
	h.drain()
	h.is(consultation.Running, consultation.RoundReleased)
	h.ok(h.s.ConcludeForeign(ctx, c.ID))
	_, err = h.s.PublishForeign(ctx, c.ID, slug, consultation.OpinionTexts{})
	h.refused(err, fault.Conflict, "not_destroyed")
	h.drain()
	h.hidden()
	at, err := h.s.PublishForeign(ctx, c.ID, slug, consultation.OpinionTexts{})
	h.ok(err)
	if found, err := h.s.Find(ctx, account.Actor{}, slug); err != nil || found.ID != c.ID || at != slug {
		t.Errorf("it is published at %q: %v", at, err)
	}
	h.is(consultation.Published, consultation.RoundReleased)
	for _, it := range h.items() {
		if it.State != consultation.ItemSettled || it.SettledIn != 1 {
			t.Errorf("statement %d is %s", it.Number, it.State)
		}
	}
}

// TestOwnConsultationsAreNotForeign: the import's way out is closed to them.
func TestOwnConsultationsAreNotForeign(t *testing.T) {
	h := newTown(t)
	h.answered(1)
	id := h.get().ID
	_, err := h.s.PublishForeign(t.Context(), id, "altra", consultation.OpinionTexts{})
	for _, err := range []error{h.s.CloseStanding(t.Context(), id), h.s.ConcludeForeign(t.Context(), id), err} {
		h.refused(err, fault.Forbidden, "not_imported")
	}
	if taken, err := h.s.TakeBack(t.Context()); err != nil || len(taken) > 0 {
		t.Errorf("taken back: %v, %v", taken, err)
	}
}

// TestAPlanIsCheckedBeforeAnythingIsStored: texts, statements one by one, and their number.
func TestAPlanIsCheckedBeforeAnythingIsStored(t *testing.T) {
	h := newTown(t)
	long := h.importPlan()
	long.Statements = slices.Repeat([]string{"Una piazza senza auto."}, 1001)
	for name, c := range map[string]struct {
		change func(p *steering.ImportPlan)
		want   []string
	}{
		"no origin":    {func(p *steering.ImportPlan) { p.Origin.Licence, p.Title = "", "" }, []string{"origin_licence:required", "title:required"}},
		"a long title": {func(p *steering.ImportPlan) { p.Title = strings.Repeat("à", 201) }, []string{"title:too_long"}},
		"statements": {func(p *steering.ImportPlan) {
			p.Statements = []string{"Sì.", " ", strings.Repeat("à", 601), strings.Repeat("à", 600)}
		}, []string{"statements[1]:required", "statements[2]:too_long"}},
		"1,001 of them":   {func(p *steering.ImportPlan) { p.Statements = long.Statements }, []string{"statements:too_many_items"}},
		"another variant": {func(p *steering.ImportPlan) { p.Protocol = protocol.Protocol{} }, []string{"protocol:protocol_invalid"}},
	} {
		p := h.importPlan()
		c.change(&p)
		_, err := h.s.Import(t.Context(), p)
		if got := fields(err); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	long.Statements = long.Statements[1:]
	h.ok(long.Check())
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		var n int
		err := tx.GetContext(ctx, &n, `SELECT (SELECT count(*) FROM civic.consultation) + (SELECT count(*) FROM record.entry)`)
		if n != 0 {
			t.Errorf("%d rows", n)
		}
		return err
	})
}

// TestAnImportThatNobodyHoldsIsTakenBack, and one that is held is not.
func TestAnImportThatNobodyHoldsIsTakenBack(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	plan := h.importPlan()
	done, err := h.s.Importing(ctx, plan.ID)
	h.ok(err)
	held, err := h.s.Import(ctx, plan)
	h.ok(err)
	lost := h.imported()
	taken, err := h.s.TakeBack(ctx)
	h.ok(err)
	if !slices.Equal(taken, []uuid.UUID{lost.ID}) {
		t.Errorf("taken back were %v, want %v", taken, lost.ID)
	}
	h.foreign = lost.ID
	h.is(consultation.Withdrawn, consultation.RoundSkipped)
	h.recorded("act/withdraw system : La piazza")
	h.hidden()
	h.drain()
	if h.get().DestroyedAt.IsZero() {
		t.Error("its key is not destroyed")
	}
	h.foreign = held.ID
	h.is(consultation.Running, consultation.RoundOpen)
	h.ok(done())
	h.ok(h.queue.Do(ctx, steering.TakeBackImports{})) // as a server does by itself
	h.is(consultation.Withdrawn, consultation.RoundSkipped)
	if taken, err = h.s.TakeBack(ctx); err != nil || len(taken) != 0 {
		t.Errorf("again: %v, %v", taken, err)
	}
	if held.Slug == lost.Slug {
		t.Errorf("both are at %q", held.Slug)
	}
}

// TestAnImportIsTakenBackWhereverItStands: also with its round released, and concluded.
// No job of its own publishes it.
func TestAnImportIsTakenBackWhereverItStands(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	released, concluded := h.imported(), h.imported()
	for _, c := range []consultation.Consultation{released, concluded} {
		h.foreign = c.ID
		h.add(1)
		h.ok(h.s.CloseStanding(ctx, c.ID))
		h.drain()
	}
	h.ok(h.s.ConcludeForeign(ctx, concluded.ID))
	h.Clock.Add(60 * 24 * time.Hour)
	h.drain()
	h.foreign = concluded.ID
	h.is(consultation.Concluded, consultation.RoundReleased)
	h.foreign = released.ID
	h.is(consultation.Running, consultation.RoundReleased)
	taken, err := h.s.TakeBack(ctx)
	h.ok(err)
	if len(taken) != 2 {
		t.Errorf("taken back: %v", taken)
	}
	for _, c := range []consultation.Consultation{released, concluded} {
		h.foreign = c.ID
		h.is(consultation.Withdrawn, consultation.RoundReleased)
		h.hidden()
	}
}

// TestAnImportIsPublishedWhereThereIsRoom: not at an address that is taken, or that the
// record has a file of.
func TestAnImportIsPublishedWhereThereIsRoom(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	var got []string
	for _, want := range []string{slug, slug, "new"} {
		c := h.imported()
		h.foreign = c.ID
		h.add(1)
		h.ok(h.s.CloseStanding(ctx, c.ID))
		h.drain()
		h.ok(h.s.ConcludeForeign(ctx, c.ID))
		h.drain()
		at, err := h.s.PublishForeign(ctx, c.ID, want, consultation.OpinionTexts{})
		h.ok(err)
		got = append(got, at)
		if found, err := h.s.Find(ctx, account.Actor{}, at); err != nil || found.ID != c.ID {
			t.Errorf("%s: %v", at, err)
		}
	}
	if want := []string{slug, slug + "-2", "new" + "-2"}; !slices.Equal(got, want) {
		t.Error(fmt.Sprint(got), "want", want)
	}
}
