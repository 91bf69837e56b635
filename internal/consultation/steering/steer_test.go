package steering_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// TestWrongPeople tries every act of staff by everybody who may not, at several
// stages: each is refused by name, and none leaves a trace.
func TestWrongPeople(t *testing.T) {
	h := newTown(t)
	item := uuid.New()
	acts := []struct {
		name string
		by   []account.Role
		do   func(ctx context.Context, who account.Actor) error
	}{
		{"edit", []account.Role{account.Administrator}, func(ctx context.Context, who account.Actor) error {
			_, err := h.Drafts.Edit(ctx, who, slug, form.StepQuestion, h.form(), "")
			return err
		}},
		{"delete", []account.Role{account.Administrator}, func(ctx context.Context, who account.Actor) error { return h.Drafts.Delete(ctx, who, slug, "") }},
		{"announce", []account.Role{account.Administrator}, func(ctx context.Context, who account.Actor) error { return h.s.Announce(ctx, who, slug) }},
		{"start", []account.Role{account.Administrator}, func(ctx context.Context, who account.Actor) error { return h.s.Start(ctx, who, slug) }},
		{"open", []account.Role{account.Facilitator}, func(ctx context.Context, who account.Actor) error { return h.s.OpenRound(ctx, who, slug, 1) }},
		{"extend", []account.Role{account.Facilitator}, func(ctx context.Context, who account.Actor) error {
			return h.s.ExtendRound(ctx, who, slug, 1, 1, "Perché.")
		}},
		{"close", []account.Role{account.Facilitator}, func(ctx context.Context, who account.Actor) error {
			return h.s.CloseRound(ctx, who, slug, 1, "Perché.")
		}},
		{"release", []account.Role{account.Moderator}, func(ctx context.Context, who account.Actor) error { return h.s.ReleaseRound(ctx, who, slug, 1) }},
		{"no such round", []account.Role{account.Administrator, account.Moderator, account.Facilitator}, func(ctx context.Context, who account.Actor) error {
			return h.s.OpenRound(ctx, who, slug, 99)
		}},
		{"decide", []account.Role{account.Facilitator}, func(ctx context.Context, who account.Actor) error {
			return h.s.Decide(ctx, who, slug, item, consultation.Settle, "Perché.", "")
		}},
		{"as proposed", []account.Role{account.Facilitator}, func(ctx context.Context, who account.Actor) error { return h.s.DecideAsProposed(ctx, who, slug) }},
		{"conclude", []account.Role{account.Facilitator}, func(ctx context.Context, who account.Actor) error { return h.s.Conclude(ctx, who, slug, "Perché.") }},
		{"publish", []account.Role{account.Administrator}, func(ctx context.Context, who account.Actor) error {
			return h.s.Publish(ctx, who, slug, consultation.OpinionTexts{})
		}},
		{"minority", []account.Role{account.Facilitator}, func(ctx context.Context, who account.Actor) error {
			return h.s.ShowMinority(ctx, who, slug, "Contro.", "")
		}},
		{"forgo", []account.Role{account.Facilitator}, func(ctx context.Context, who account.Actor) error {
			return h.s.ForgoMinority(ctx, who, slug, "Perché.", "")
		}},
		{"withdraw", []account.Role{account.Administrator}, func(ctx context.Context, who account.Actor) error { return h.s.Withdraw(ctx, who, slug, "Perché.") }},
		{"replace", []account.Role{account.Administrator}, func(ctx context.Context, who account.Actor) error {
			return h.s.ReplaceStaff(ctx, who, slug, steering.Replacement{})
		}},
		{"suspend", []account.Role{account.Administrator, account.Moderator}, func(ctx context.Context, who account.Actor) error {
			return h.s.Suspend(ctx, who, slug, "Perché.")
		}},
		{"resume", []account.Role{account.Administrator, account.Moderator}, func(ctx context.Context, who account.Actor) error { return h.s.Resume(ctx, who, slug) }},
	}
	unnamed := h.Newcomer(h, "Mino", "riva/moderator", "riva/facilitator") // holds the roles, not named here
	h.draft()
	// Named here by the draft, and holding the role for another consultation alone.
	lent := h.furio
	lent.Grants = []account.Grant{{Administration: h.id, Role: account.Facilitator, Scope: account.Scope(uuid.New())}}
	try := func(stage string) {
		before, rounds := h.entries(), h.get().Rounds
		for _, a := range acts {
			for _, p := range []struct {
				who  account.Actor
				role account.Role
			}{{h.anna, account.Administrator}, {h.marco, account.Moderator}, {h.furio, account.Facilitator},
				{unnamed, ""}, {lent, ""}, {h.carla, ""}, {h.council, ""}, {h.stranger, ""}, {h.foreignModerator, ""}, {account.Actor{}, ""}} {
				if slices.Contains(a.by, p.role) {
					continue
				}
				want := fault.Forbidden
				switch {
				case !p.who.SignedIn():
					want = fault.Unauthenticated
				case stage == "draft" && !p.who.Staff(h.id, account.Scope{}):
					want = fault.NotFound
				}
				// A draft has no rounds yet: its staff hears that.
				noRounds := stage == "draft" && slices.Contains([]string{"open", "extend", "close", "release"}, a.name) && p.role != ""
				if noRounds {
					want = fault.NotFound
				}
				if err := a.do(t.Context(), p.who); fault.KindOf(err) != want || err == nil {
					t.Errorf("%s: %s by %q (%s): %v; want kind %d", stage, a.name, p.who.Name, p.role, err, want)
				}
			}
		}
		if !slices.Equal(before, h.entries()) || len(rounds) != len(h.get().Rounds) {
			t.Errorf("%s: what was refused left a trace", stage)
		}
	}
	try("draft")
	h.ok(h.s.Announce(t.Context(), h.anna, slug))
	try("announced")
	h.work("2026-03-09 09:00")
	try("running")
	h.ok(h.s.Withdraw(t.Context(), h.anna, slug, "Il progetto è stato ritirato."))
	try("withdrawn")

	_, err := h.Drafts.Create(t.Context(), h.marco, h.id, h.form())
	h.refused(err, fault.Forbidden, "wrong_role")
	_, err = h.Drafts.Create(t.Context(), h.stranger, h.id, h.form())
	h.refused(err, fault.Forbidden, "wrong_role")
	_, err = h.Drafts.Create(t.Context(), account.Actor{}, h.id, h.form())
	h.refused(err, fault.Unauthenticated, "sign_in")
}

// TestLostRoleEndsAtOnce: who was named and lost the role may nothing any more.
func TestLostRoleEndsAtOnce(t *testing.T) {
	h := newTown(t)
	h.gathering()
	h.refused(h.s.CloseRound(t.Context(), h.Newcomer(h, "Furio"), slug, 1, "Basta."), fault.Forbidden, "wrong_role")
}

// TestDecide follows or goes against the proposal, the latter with a reason.
func TestDecide(t *testing.T) {
	h := newTown(t)
	items := h.answered(4)
	ctx := t.Context()
	h.ok(h.s.Decide(ctx, h.furio, slug, items[0].ID, consultation.GoOn, "", h.decided(items[0].ID)))
	h.recorded("decision/go-on facilitator Furio: statement 1")
	if got := fields(h.s.Decide(ctx, h.furio, slug, items[1].ID, consultation.Settle, "  ", h.decided(items[1].ID))); !slices.Equal(got, []string{"reason:against_proposal"}) {
		t.Errorf("against the proposal without a reason: %v", got)
	}
	h.ok(h.s.Decide(ctx, h.furio, slug, items[1].ID, consultation.Settle, "Non aggiunge nulla.", h.decided(items[1].ID)))
	h.ok(h.s.Decide(ctx, h.furio, slug, items[2].ID, consultation.Reword, "È ambigua.", h.decided(items[2].ID)))
	h.recorded("decision/settle facilitator Furio: statement 2", "decision/hold facilitator Furio: statement 3")
	if got := fields(h.s.Decide(ctx, h.furio, slug, items[0].ID, "later", "", h.decided(items[0].ID))); !slices.Equal(got, []string{"decision:unknown_decision"}) {
		t.Errorf("unknown decision: %v", got)
	}
	h.refused(h.s.Decide(ctx, h.furio, slug, uuid.New(), consultation.GoOn, "", ""), fault.NotFound, "no_item")

	// A settled one comes back with a reason; then it is settled again.
	if got := fields(h.s.Decide(ctx, h.furio, slug, items[1].ID, consultation.GoOn, "", h.decided(items[1].ID))); !slices.Equal(got, []string{"reason:against_proposal"}) {
		t.Errorf("back into play without a reason: %v", got)
	}
	h.ok(h.s.Decide(ctx, h.furio, slug, items[1].ID, consultation.GoOn, "Ho cambiato idea.", h.decided(items[1].ID)))
	h.recorded("decision/reopen facilitator Furio: statement 2")
	h.ok(h.s.Decide(ctx, h.furio, slug, items[1].ID, consultation.Settle, "Resta chiusa.", h.decided(items[1].ID)))

	h.ok(h.s.DecideAsProposed(ctx, h.furio, slug))
	h.recorded("decision/settle facilitator Furio: statement 2", "decision/go-on facilitator Furio: statement 4")
	decided, err := h.s.Decisions(ctx, h.get().ID)
	h.ok(err)
	var got []string
	for _, d := range decided {
		got = append(got, strings.Join([]string{string(d.Proposed), string(d.Decided), d.Role, d.Reason}, "|"))
	}
	want := []string{"go-on|go-on|facilitator|", "go-on|settle|facilitator|Resta chiusa.", "go-on|reword|facilitator|È ambigua.", "go-on|go-on|facilitator|"}
	if !slices.Equal(got, want) {
		t.Errorf("decisions %q", got)
	}
	h.refused(h.s.OpenRound(ctx, h.furio, slug, 3), fault.Conflict, "words_missing")
	h.ok(h.reword(items[2].ID, "Una piazza con poche auto."))
	h.refused(h.s.Decide(ctx, h.furio, slug, items[2].ID, consultation.GoOn, "No.", h.decided(items[2].ID)), fault.Conflict, "item_reworded")
	h.work("2026-04-04 09:00")
	h.refused(h.s.Decide(ctx, h.furio, slug, items[0].ID, consultation.GoOn, "", h.decided(items[0].ID)), fault.Conflict, "round_open")
	var shown []consultation.Item
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		shown, err = lifecycle.RoundItems(ctx, tx, *c, *c.Round(3))
		return err
	})
	if len(shown) != 3 {
		t.Errorf("round 3 shows %d statements", len(shown))
	}
	h.work("2026-04-14 23:59")
	h.refused(h.s.Decide(ctx, h.furio, slug, items[0].ID, consultation.GoOn, "", h.decided(items[0].ID)), fault.Conflict, "nothing_to_decide")
}

// TestTwoDecideAtOnce: of two facilitators who decide about one statement in the same
// instant, with the page before them on which nobody had decided, one is told of the
// other's decision; what the record has is decided once. The same decision of both is one.
func TestTwoDecideAtOnce(t *testing.T) {
	h := newTown(t)
	items := h.answered(12)
	fiona := h.furio
	fiona.Name = "Fiona"
	for n, it := range items {
		both := []consultation.Decision{consultation.Settle, consultation.Reword}
		if n%4 == 0 {
			both[1] = consultation.Settle
		}
		errs := make([]error, 2)
		var start, wg sync.WaitGroup
		start.Add(1)
		for i, who := range []account.Actor{h.furio, fiona} {
			wg.Go(func() {
				start.Wait()
				errs[i] = h.s.Decide(t.Context(), who, slug, it.ID, both[i], "Perché sì.", "")
			})
		}
		start.Done()
		wg.Wait()
		entries, err := h.Record.Of(t.Context(), h.get().ID)
		h.ok(err)
		times := 0
		for _, e := range entries {
			if e.Type == ledger.Decision && e.Target == it.Target() {
				times++
			}
		}
		if times != 1 {
			t.Errorf("%s was decided %d times: %v", it.Target(), times, errs)
		}
		switch lost := slices.IndexFunc(errs, func(err error) bool { return err != nil }); {
		case n%4 == 0:
			h.ok(errors.Join(errs...))
		case lost < 0:
			t.Errorf("%s: nobody is told of the other's decision", it.Target())
		default:
			h.ok(errs[1-lost])
			h.refused(errs[lost], fault.Conflict, "decision_changed")
			// Who has seen it may decide otherwise.
			if both[1-lost] != consultation.Settle {
				h.ok(h.s.Decide(t.Context(), h.furio, slug, it.ID, both[lost], "Ho letto.", h.decided(it.ID)))
			}
		}
	}
}

// TestConcludeAgainstTheProposal needs a reason while statements should go on.
func TestConcludeAgainstTheProposal(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	h.refused(h.s.Conclude(t.Context(), h.furio, slug, "Basta."), fault.Conflict, "round_open")
	h.work("2026-03-28 23:59")
	if got := fields(h.s.Conclude(t.Context(), h.furio, slug, "")); !slices.Equal(got, []string{"reason:against_proposal"}) {
		t.Errorf("without a reason: %v", got)
	}
	h.ok(h.s.Conclude(t.Context(), h.furio, slug, "La Giunta decide domani."))
	h.is(consultation.Concluded, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
	h.recorded("decision/settle facilitator Furio: statement 1", "act/conclude facilitator Furio: La piazza")
	h.early(true)
}

// TestConcludeWithoutAnswers is no conclusion: that is a withdrawal.
func TestConcludeWithoutAnswers(t *testing.T) {
	h := newTown(t)
	h.gathered(1)
	h.refused(h.s.Conclude(t.Context(), h.furio, slug, "Basta."), fault.Conflict, "not_released")
	h.ok(h.s.ReleaseRound(t.Context(), h.marco, slug, 1))
	h.refused(h.s.Conclude(t.Context(), h.furio, slug, "Basta."), fault.Conflict, "nothing_answered")
}

// TestStopsByItself where the protocol says so and everything settles.
func TestStopsByItself(t *testing.T) {
	h := newTown(t)
	h.answering(2)
	id := h.get().ID
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		c.Protocol.Stop.Auto, c.Protocol.Stop.When = true, "stable"
		return lifecycle.Save(ctx, tx, c)
	})
	h.proposed = verdict.Settle
	h.work("2026-03-28 23:59")
	h.is(consultation.Concluded, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
	h.recorded("act/conclude system : La piazza", "key_destroyed/ system : La piazza")
}

// TestPolicyGoesOnWhileArgumentsCome: after the first positions every argument is
// new, after the second none is, and only then do the rounds stop by themselves.
func TestPolicyGoesOnWhileArgumentsCome(t *testing.T) {
	h := newTown(t)
	h.answering(2)
	h.s.OnContributions(func(context.Context, *postgres.Tx, consultation.Consultation) (steering.Contributions, error) {
		return steering.Contributions{Admitted: 3}, nil
	})
	id := h.get().ID
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		c.Protocol.Variant, c.Protocol.Stop = protocol.VariantPolicy, protocol.StopPlan{Auto: true, When: "stable"}
		k := &c.Protocol.ItemKinds[0]
		k.Kind, k.Points, k.Classes, k.Criteria = delphi.CriteriaForm, 4, delphi.DefaultClasses(4), []string{"desirability"}
		c.Protocol.Consensus.Share = &protocol.ShareRule{From: 3, To: 4, Permille: 750}
		return lifecycle.Save(ctx, tx, c)
	})
	h.proposed = verdict.Settle
	h.work("2026-03-28 23:59")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundPlanned)
	if got := fields(h.s.Conclude(t.Context(), h.furio, slug, "")); !slices.Equal(got, []string{"reason:against_proposal"}) {
		t.Errorf("concluded while arguments come: %v", got)
	}
	c := h.get()
	for n, want := range map[int]bool{2: true, 3: false} {
		if got := c.GathersSince(c.Rounds[n-1]); got != want {
			t.Errorf("contributions were gathered before round %d: %v", n, got)
		}
	}
}

// TestWithdraw keeps what was released, ends the rest, and destroys the key.
func TestWithdraw(t *testing.T) {
	h := newTown(t)
	h.answered(1)
	h.ok(h.s.OpenRound(t.Context(), h.furio, slug, 3))
	if got := fields(h.s.Withdraw(t.Context(), h.anna, slug, "")); !slices.Equal(got, []string{"reason:required"}) {
		t.Errorf("without a reason: %v", got)
	}
	h.ok(h.s.Suspend(t.Context(), h.anna, slug, "Ricorso."))
	h.ok(h.s.Withdraw(t.Context(), h.anna, slug, "Il TAR ha annullato la delibera."))
	h.is(consultation.Withdrawn, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
	h.recorded("act/withdraw administrator Anna: La piazza")
	h.drain()
	h.recorded("key_destroyed/ system : La piazza")
	c := h.get()
	if c.Reason != "Il TAR ha annullato la delibera." || c.DestroyedAt.IsZero() || c.Suspended != nil {
		t.Errorf("reason %q, destroyed %v, suspended %v", c.Reason, c.DestroyedAt, c.Suspended)
	}
	h.work("2026-12-31 00:00")
	h.is(consultation.Withdrawn, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
}

// TestWithdrawnWhileClosing: the tabulation that comes late finds nothing to do.
func TestWithdrawnWhileClosing(t *testing.T) {
	h := newTown(t)
	h.answering(1)
	h.ok(h.s.CloseRound(t.Context(), h.furio, slug, 2, "Basta."))
	h.ok(h.s.Withdraw(t.Context(), h.anna, slug, "Errore nelle domande."))
	h.drain()
	h.is(consultation.Withdrawn, consultation.RoundReleased, consultation.RoundSkipped, consultation.RoundSkipped)
}

// TestOpinionThatCannotBeStored stops the publishing whole.
func TestOpinionThatCannotBeStored(t *testing.T) {
	h := newTown(t)
	h.answered(1)
	h.ok(h.s.Conclude(t.Context(), h.furio, slug, "Basta."))
	h.drain()
	if got := fields(h.s.Publish(t.Context(), h.anna, slug, consultation.OpinionTexts{Limitations: strings.Repeat("a", 20001)})); !slices.Equal(got, []string{"limitations:too_long"}) {
		t.Errorf("too long: %v", got)
	}
	h.s.OnPublish(func(context.Context, *postgres.Tx, consultation.Consultation, consultation.OpinionTexts) error {
		return context.DeadlineExceeded
	})
	before := h.entries()
	if err := h.s.Publish(t.Context(), h.anna, slug, consultation.OpinionTexts{}); err == nil {
		t.Fatal("published without an opinion")
	}
	h.is(consultation.Concluded, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundSkipped)
	if !slices.Equal(before, h.entries()) {
		t.Error("the record says otherwise")
	}
}

// TestSeen: an act on another state than the one that its actor saw is refused, between
// two rounds for a decision that came since; a colleague's own step never passes for it.
func TestSeen(t *testing.T) {
	h := newTown(t)
	two := h.answered(2)
	version := func() string {
		t.Helper()
		v, err := h.s.StateVersion(t.Context(), h.get())
		h.ok(err)
		return v
	}
	before := version()
	h.ok(h.s.Decide(t.Context(), h.furio, slug, two[0].ID, consultation.Settle, "Basta così.", ""))
	h.refused(h.s.Seen(before).OpenRound(t.Context(), h.furio, slug, 3), fault.Conflict, "moved_on")
	h.refused(h.s.Seen(before).Conclude(t.Context(), h.furio, slug, "Basta."), fault.Conflict, "moved_on")
	h.refused(h.s.Seen(before).DecideAsProposed(t.Context(), h.furio, slug), fault.Conflict, "moved_on")
	h.ok(h.s.Seen(version()).OpenRound(t.Context(), h.furio, slug, 3))

	open := version()
	h.ok(h.s.ExtendRound(t.Context(), h.furio, slug, 3, 2, "Neve."))
	h.refused(h.s.Seen(open).CloseRound(t.Context(), h.furio, slug, 3, "Basta."), fault.Conflict, "deadline_moved")
	h.refused(h.s.Seen(open).Suspend(t.Context(), h.anna, slug, "Ricorso."), fault.Conflict, "deadline_moved")
	h.refused(h.s.Seen(open).CloseRound(t.Context(), h.anna, slug, 3, "Basta."), fault.Forbidden, "wrong_role") // the office first

	// A suspension that is not the one that was seen is not ended.
	h.ok(h.s.Suspend(t.Context(), h.anna, slug, "Ricorso."))
	first := version()
	h.at("2026-04-02 10:00")
	h.ok(h.s.Resume(t.Context(), h.anna, slug))
	h.ok(h.s.Suspend(t.Context(), h.anna, slug, "Neve."))
	h.refused(h.s.Seen(first).Resume(t.Context(), h.marco, slug), fault.Conflict, "moved_on")
	h.ok(h.s.Seen(version()).Resume(t.Context(), h.marco, slug))
}
