package steering_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// concluded walks to the end of the panel's part on 4 April, with dissent or none.
func (h *town) concluded(dissent bool) {
	h.Helper()
	h.answered(1)
	h.dissent = dissent
	h.ok(h.s.Conclude(h.Context(), h.furio, slug, "Basta."))
	h.drain()
}

// pass moves the clock by days of the calendar and works what is due.
func (h *town) pass(days int) {
	h.Helper()
	h.Clock.Set(civiltime.AddDays(h.Clock.Now(), days))
	h.drain()
}

func TestDissentIsNotPublishedUnreported(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	h.concluded(true)
	publish := func() error { return h.s.Publish(ctx, h.anna, slug, consultation.OpinionTexts{}) }
	h.refused(publish(), fault.Conflict, "minority_missing")

	// A draft is nobody's but the desk's: it reports nothing and is no act.
	before := h.entries()
	h.ok(h.s.DraftMinority(ctx, h.furio, slug, "Chi è contro", ""))
	if !slices.Equal(before, h.entries()) {
		t.Error("a draft stands in the record")
	}
	h.refused(publish(), fault.Conflict, "minority_missing")

	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Chi è contro chiede **tempo**.", ""))
	h.recorded("act/minority facilitator Furio: La piazza")
	h.refused(publish(), fault.Conflict, "minority_showing")
	// Equal words change nothing; other words begin the seven days anew.
	h.pass(6)
	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Chi è contro chiede **tempo**.", ""))
	h.Clock.Set(civiltime.AddDays(h.Clock.Now(), 1).Add(-time.Minute))
	h.refused(publish(), fault.Conflict, "minority_showing")
	m, err := h.s.Minority(ctx, h.get().ID)
	h.ok(err)
	if m.Text != "Chi è contro chiede **tempo**." || m.Draft != m.Text {
		t.Errorf("%+v", m)
	}
	h.Clock.Set(h.Clock.Now().Add(time.Minute))
	h.ok(publish())
	h.is(consultation.Published, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
	h.refused(h.s.ShowMinority(ctx, h.furio, slug, "Troppo tardi.", ""), fault.Conflict, "wrong_stage")
}

func TestOtherWordsAreReadForSevenDaysAgain(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	h.concluded(true)
	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Una prima versione.", ""))
	h.pass(5)
	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Una seconda, dopo i commenti.", ""))
	h.pass(6)
	h.refused(h.s.Publish(ctx, h.anna, slug, consultation.OpinionTexts{}), fault.Conflict, "minority_showing")
	h.pass(1)
	h.ok(h.s.Publish(ctx, h.anna, slug, consultation.OpinionTexts{}))
}

func TestNothingToReportIsDeclaredWithAPublicReason(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	h.concluded(true)
	if got := fields(h.s.ForgoMinority(ctx, h.furio, slug, " ", "")); !slices.Equal(got, []string{"reason:required"}) {
		t.Errorf("without a reason: %v", got)
	}
	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Una relazione.", ""))
	h.ok(h.s.ForgoMinority(ctx, h.furio, slug, "Le ragioni contrarie parlano di un’altra piazza.", ""))
	h.recorded("act/forgo facilitator Furio: La piazza")
	entries, err := h.Record.Of(ctx, h.get().ID)
	h.ok(err)
	if last := entries[len(entries)-1]; last.Reason != "Le ragioni contrarie parlano di un’altra piazza." {
		t.Errorf("the record gives the reason %q", last.Reason)
	}
	h.ok(h.s.Publish(ctx, h.anna, slug, consultation.OpinionTexts{}))

	h = newTown(t)
	h.concluded(false)
	h.refused(h.s.ForgoMinority(ctx, h.furio, slug, "Non serve.", ""), fault.Conflict, "no_dissent")
	h.ok(h.s.Publish(ctx, h.anna, slug, consultation.OpinionTexts{})) // nobody dissents
}

// TestAReportIsForgoneAsItWasSeen: not over words that a colleague has written, shown or
// declared since; the same reason twice is one act.
func TestAReportIsForgoneAsItWasSeen(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	h.concluded(true)
	version := func() string {
		t.Helper()
		m, err := h.s.Minority(ctx, h.get().ID)
		h.ok(err)
		return m.Version()
	}
	const mine, theirs = "Nulla da riferire.", "Parlano di un’altra piazza."
	for _, meanwhile := range []func() error{
		func() error { return h.s.DraftMinority(ctx, h.furio, slug, "Chi è contro", "") },
		func() error { return h.s.ShowMinority(ctx, h.furio, slug, "Chi è contro", "") }, // the draft's own words
		func() error { return h.s.ForgoMinority(ctx, h.furio, slug, theirs, "") },
		func() error { return h.s.ShowMinority(ctx, h.furio, slug, "Chi è contro", "") },
	} {
		seen := version()
		h.ok(meanwhile())
		before := h.entries()
		h.refused(h.s.ForgoMinority(ctx, h.furio, slug, mine, seen), fault.Conflict, "minority_changed")
		h.refused(h.s.ForgoMinority(ctx, h.furio, slug, mine, prose.Unsaid), fault.Conflict, "minority_changed")
		if !slices.Equal(before, h.entries()) {
			t.Error("what was refused stands in the record")
		}
	}
	seen := version()
	h.ok(h.s.ForgoMinority(ctx, h.furio, slug, mine, seen))
	before := h.entries()
	h.ok(h.s.ForgoMinority(ctx, h.furio, slug, mine, seen)) // pressed twice
	if !slices.Equal(before, h.entries()) {
		t.Error("pressed twice, recorded twice")
	}
	// A declaration is not taken back by words that were begun before it.
	h.refused(h.s.ShowMinority(ctx, h.furio, slug, "Chi è contro", seen), fault.Conflict, "minority_changed")
}

// TestTheSystemPublishesAtItsTime, whatever was written by then.
func TestTheSystemPublishesAtItsTime(t *testing.T) {
	for name, write := range map[string]func(h *town){
		"nothing":           func(*town) {},
		"a draft":           func(h *town) { h.ok(h.s.DraftMinority(h.Context(), h.furio, slug, "Bozza.", "")) },
		"shown a day early": func(h *town) { h.pass(13); h.ok(h.s.ShowMinority(h.Context(), h.furio, slug, "In ritardo.", "")) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			h.concluded(true)
			by := h.get().PublishBy()
			write(h)
			h.Clock.Set(by.Add(-time.Minute))
			h.drain()
			h.is(consultation.Concluded, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
			h.Clock.Set(by)
			h.drain()
			h.is(consultation.Published, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
			h.recorded("act/publish system : La piazza")
		})
	}
}

func TestTheMinorityReportIsTheFacilitatorsAlone(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	unnamed := h.Newcomer(h, "Mino", "riva/facilitator")
	acts := map[string]func(who account.Actor) error{
		"draft": func(who account.Actor) error { return h.s.DraftMinority(ctx, who, slug, "x", "") },
		"show":  func(who account.Actor) error { return h.s.ShowMinority(ctx, who, slug, "x", "") },
		"forgo": func(who account.Actor) error { return h.s.ForgoMinority(ctx, who, slug, "x", "") },
	}
	try := func(furio fault.Kind) {
		t.Helper()
		for name, do := range acts {
			for _, who := range []account.Actor{h.anna, h.marco, unnamed, h.carla, h.council, h.stranger} {
				if err := do(who); fault.KindOf(err) != fault.Forbidden {
					t.Errorf("%s by %s: %v", name, who.Name, err)
				}
			}
			if err := do(account.Actor{}); fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%s by nobody: %v", name, err)
			}
			if furio != fault.Internal {
				h.refused(do(h.furio), furio, "wrong_stage")
			}
		}
	}
	h.answered(1)
	try(fault.Conflict)
	h.dissent = true
	h.ok(h.s.Conclude(ctx, h.furio, slug, "Basta."))
	h.drain()
	before := h.entries()
	try(fault.Internal)
	if m, err := h.s.Minority(ctx, h.get().ID); err != nil || m != (consultation.Minority{}) || !slices.Equal(before, h.entries()) {
		t.Errorf("%+v, %v: what was refused left a trace", m, err)
	}
	if got := fields(h.s.ShowMinority(ctx, h.furio, slug, " ", "")); !slices.Equal(got, []string{"minority:required"}) {
		t.Errorf("empty: %v", got)
	}
	if got := fields(h.s.ShowMinority(ctx, h.furio, slug, strings.Repeat("a", steering.MaxMinority+1), "")); !slices.Equal(got, []string{"minority:too_long"}) {
		t.Errorf("too long: %v", got)
	}
}

// TestARemovedReasonIsGoneFromTheReport that quotes it.
func TestARemovedReasonIsGoneFromTheReport(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	h.concluded(true)
	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Contro:\n\n- «Il signor Rossi ruba.»\n- «Costa troppo.»", ""))
	id := h.get().ID
	left := ""
	h.tx(func(ctx context.Context, tx *postgres.Tx) (err error) {
		left, err = h.s.RedactMinority(ctx, tx, id, "Il signor\nRossi ruba.", "[…]")
		return err
	})
	m, err := h.s.Minority(ctx, id)
	h.ok(err)
	if want := "Contro:\n\n- «[…]»\n- «Costa troppo.»"; m.Text != want || left != want || m.Draft != want || m.ShownAt.IsZero() {
		t.Errorf("%+v", m)
	}
}

// TestThePanelIsToldThatTheReportIsShown: everyone enrolled, once for each wording and
// not for a draft.
func TestThePanelIsToldThatTheReportIsShown(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	h.answered(1)
	h.dissent = true
	c := h.get()
	for _, who := range []account.Actor{h.carla, h.stranger} {
		h.ok(h.Panel.Enrol(ctx, who, c.ID, c.Protocol.Panel.Groups[0].ID))
	}
	h.ok(h.s.Conclude(ctx, h.furio, slug, "Basta."))
	h.drain()
	told := func(want int) {
		t.Helper()
		var letters, people, enrolled int
		id := h.get().ID
		h.tx(func(ctx context.Context, tx *postgres.Tx) error {
			members, err := h.Panel.Members(ctx, tx, id)
			if err != nil {
				return err
			}
			enrolled = len(members)
			return tx.QueryRowxContext(ctx, `
				SELECT count(*), count(DISTINCT account)
				FROM civic.outbox
				WHERE kind = 'minority' AND round = 0 AND deadline IS NOT NULL`).Scan(&letters, &people)
		})
		if enrolled == 0 || letters != want*enrolled || people != min(want, 1)*enrolled {
			t.Errorf("%d letters to %d people, want %d to each of %d", letters, people, want, enrolled)
		}
	}
	h.ok(h.s.DraftMinority(ctx, h.furio, slug, "Bozza.", ""))
	told(0)
	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Una relazione.", ""))
	told(1)
	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Una relazione.", ""))
	told(1)
	h.pass(2)
	h.ok(h.s.ShowMinority(ctx, h.furio, slug, "Un’altra, dopo i commenti.", ""))
	told(2)
}
