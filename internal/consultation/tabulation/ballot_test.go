package tabulation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/pseudonym"
)

func TestADraftWaitsSealedUntilItIsDeliveredAndTheLastDeliveryCounts(t *testing.T) {
	h, ctx := newHouse(t, 6, 3), t.Context()
	seat, items := h.seat(0), h.items(2)

	h.must(h.ballots.Save(ctx, seat, 2, ballot.Answers{Given: []delphi.Answer{{Item: items[0].ID.String(), Value: 4, Reason: " perché\r\nsì ", Argues: delphi.Against}}}))
	h.must(h.ballots.Save(ctx, seat, 2, ballot.Answers{Given: []delphi.Answer{{Item: items[1].ID.String(), CannotJudge: true, Argues: delphi.For}}}))
	p, err := h.ballots.Paper(ctx, seat, 2)
	h.must(err)
	want := map[uuid.UUID]delphi.Answer{
		items[0].ID: {Item: items[0].ID.String(), Value: 4, Reason: "perché\nsì", Argues: delphi.Against},
		items[1].ID: {Item: items[1].ID.String(), CannotJudge: true},
	}
	if d := cmp.Diff(want, p.Draft); d != "" {
		t.Error("saved and come back:", d)
	}
	if !p.Pending || p.Delivered != nil || p.Mark != "" || p.Last != nil || p.Feedback != nil || len(p.Items) != 3 {
		t.Errorf("a first draft: %+v", p)
	}

	first, err := h.ballots.Deliver(ctx, seat, 2, ballot.Part{})
	h.must(err)
	if first.Answered != 2 || first.Blank != 1 || first.Replaces != "" || len(first.Mark) != 64 {
		t.Errorf("receipt %+v", first)
	}
	p, err = h.ballots.Paper(ctx, seat, 2)
	h.must(err)
	if d := cmp.Diff(want, p.Delivered); d != "" || p.Pending || p.Mark != first.Mark {
		t.Errorf("delivered: pending %v, mark %s, %s", p.Pending, p.Mark, d)
	}

	// Revised: a draft again, while what was delivered stands.
	h.must(h.ballots.Save(ctx, seat, 2, ballot.Answers{Given: []delphi.Answer{{Item: items[0].ID.String(), Value: 9}}, Cleared: []string{items[1].ID.String()}}))
	p, err = h.ballots.Paper(ctx, seat, 2)
	h.must(err)
	if !p.Pending || p.Mark != first.Mark || p.Draft[items[0].ID].Value != 9 || p.Delivered[items[0].ID].Value != 4 {
		t.Errorf("revised: %+v", p)
	}
	if _, blank := p.Draft[items[1].ID]; blank {
		t.Error("an answer that was taken out is still there")
	}
	second, err := h.ballots.Deliver(ctx, seat, 2, ballot.Part{})
	h.must(err)
	if second.Replaces != first.Mark || second.Answered != 1 || second.Blank != 2 {
		t.Errorf("second receipt %+v", second)
	}
	// Four more, so that there is something to count; none of them is first's.
	for i := 1; i < 6; i++ {
		h.cast(2, i, 9, 9, 9)
	}
	h.finish(2)
	f, err := h.archive.Feedback(ctx, h.c.ID, 2)
	h.must(err)
	if n := f.Items[0].Counts.Valid; n != 6 || f.Answered != 6 || f.Enrolled != 6 {
		t.Errorf("%d valid answers of %d ballots of %d people", n, f.Answered, f.Enrolled)
	}
	if f.Items[1].Counts.Valid != 5 || f.Items[1].Counts.CannotJudge != 0 {
		t.Errorf("a replaced ballot was counted: %+v", f.Items[1].Counts)
	}
}

func TestARepeatedRequestChangesNothing(t *testing.T) {
	h, ctx := newHouse(t, 1, 2), t.Context()
	first := h.cast(2, 0, 5, 6)
	stored := h.text(`SELECT encode(sealed, 'hex') FROM panel.ballot`)
	again := h.cast(2, 0, 5, 6)
	third, err := h.ballots.Deliver(ctx, h.seat(0), 2, ballot.Part{})
	h.must(err)
	if one := h.signed(first); one != h.signed(again) || one != h.signed(third.Receipt) || one.Mark != first.Mark {
		t.Errorf("receipts %+v, %+v, %+v", one, h.signed(again), h.signed(third.Receipt))
	}
	// A draft that was changed back is no new ballot.
	h.must(h.ballots.Save(ctx, h.seat(0), 2, h.answers(2, 7)))
	h.must(h.ballots.Save(ctx, h.seat(0), 2, h.answers(2, 5)))
	p, err := h.ballots.Paper(ctx, h.seat(0), 2)
	h.must(err)
	if p.Pending || p.Mark != first.Mark {
		t.Errorf("pending %v, mark %s", p.Pending, p.Mark)
	}
	if d := cmp.Diff(stored, h.text(`SELECT encode(sealed, 'hex') FROM panel.ballot`)); d != "" {
		t.Error("the stored ballot changed:", d)
	}
}

func TestTwoFirstSavesAtOnceKeepBoth(t *testing.T) {
	h, ctx := newHouse(t, 1, 2), t.Context()
	seat, items := h.seat(0), h.items(2)
	done := make(chan error)
	for n := range 2 {
		go func() {
			done <- h.ballots.Save(ctx, seat, 2, ballot.Answers{Given: []delphi.Answer{{Item: items[n].ID.String(), Value: n + 1}}})
		}()
	}
	h.must(errors.Join(<-done, <-done))
	p, err := h.ballots.Paper(ctx, seat, 2)
	h.must(err)
	if len(p.Draft) != 2 {
		t.Errorf("%d answers of 2 were kept", len(p.Draft))
	}
}

func TestAnswersThatCannotBeCountedAreNamedAndNothingIsSaved(t *testing.T) {
	h, ctx := newHouse(t, 1, 9), t.Context()
	seat, items := h.seat(0), h.items(2)
	long := strings.Repeat("è", 601)
	err := h.ballots.Save(ctx, seat, 2, ballot.Answers{Given: []delphi.Answer{
		{Item: items[0].ID.String(), Value: 10},
		{Item: items[1].ID.String(), Value: -1},
		{Item: items[2].ID.String(), Value: 5, CannotJudge: true},
		{Item: items[3].ID.String(), Reason: "senza risposta"},
		{Item: items[4].ID.String(), Value: 5, Reason: long},
		{Item: items[5].ID.String(), Value: 5, Reason: long[2:]},
	}})
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Fatalf("got %v", err)
	}
	got := map[string]string{}
	for _, d := range f.Fields {
		got[d.Name] = d.Code
		if d.Code == "too_long" && (d.Args["max"] != 600 || d.Args["over"] != 1) {
			t.Errorf("too long: %v", d.Args)
		}
	}
	want := map[string]string{
		"answer_1": "out_of_scale", "answer_2": "out_of_scale", "answer_3": "one_answer",
		"answer_4": "value_missing", "reason_5": "too_long",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	p, err := h.ballots.Paper(ctx, seat, 2)
	h.must(err)
	if len(p.Draft) != 0 {
		t.Errorf("%d answers were saved", len(p.Draft))
	}
	h.refused(h.ballots.Save(ctx, seat, 2, ballot.Answers{Given: []delphi.Answer{{Item: uuid.NewString(), Value: 5}}}), fault.NotFound, "unknown_item")

	// Reasons share one room, of 2,048 bytes: three of full length, in plain letters.
	// What is too long is refused by the name of the reason, and by how much.
	plain := strings.Repeat("x", 600)
	var all []delphi.Answer
	for _, i := range items {
		all = append(all, delphi.Answer{Item: i.ID.String(), Value: 5, Reason: plain})
	}
	h.must(h.ballots.Save(ctx, seat, 2, ballot.Answers{Given: all[:3]}))
	err = h.ballots.Save(ctx, seat, 2, ballot.Answers{Given: all[3:4]})
	if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Code != "reasons_too_long" ||
		f.Fields[0].Name != "reason_4" || f.Fields[0].Args["over"] != 4*600-2048 {
		t.Errorf("four long reasons: %v", err)
	}
}

func TestAnEmptyBallotIsNotDelivered(t *testing.T) {
	h := newHouse(t, 1, 2)
	_, err := h.ballots.Deliver(t.Context(), h.seat(0), 2, ballot.Part{})
	h.refused(err, fault.Conflict, "empty_ballot")
	if n := len(h.text(`SELECT 'row' FROM panel.ballot UNION ALL SELECT 'row' FROM panel.panelist`)); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestAClosedOrSuspendedRoundTakesNothing(t *testing.T) {
	h, ctx := newHouse(t, 1, 2), t.Context()
	seat := h.seat(0)
	try := func(code string) {
		t.Helper()
		_, paper := h.ballots.Paper(ctx, seat, 2)
		_, deliver := h.ballots.Deliver(ctx, seat, 2, ballot.Part{})
		_, cast := h.ballots.Cast(ctx, seat, 2, h.answers(2, 5), ballot.Part{})
		for _, err := range []error{paper, deliver, cast, h.ballots.Save(ctx, seat, 2, h.answers(2, 5))} {
			h.refused(err, fault.Conflict, code)
		}
	}
	h.must(h.consultations.Suspend(ctx, h.administrator, slug, "una verifica"))
	try("suspended")
	h.must(h.consultations.Resume(ctx, h.administrator, slug))
	h.refresh()
	// The deadline is the end by itself: no job has run.
	h.mu.Lock()
	h.now = h.c.Rounds[1].Deadline
	h.mu.Unlock()
	try("round_closed")

	_, err := h.ballots.Paper(ctx, seat, 1)
	h.refused(err, fault.NotFound, "no_ballots")
	_, err = h.ballots.Paper(ctx, seat, 7)
	h.refused(err, fault.NotFound, "no_round")
}

func TestAServerWithAnotherKeyTakesNoBallot(t *testing.T) {
	h := newHouse(t, 1, 2)
	keys, err := pseudonym.NewFileKeys(t.TempDir(), slices.Repeat([]byte{3}, 32))
	h.must(err)
	_, err = keys.Create(t.Context(), "panel-"+h.c.ID.String())
	h.must(err)
	stranger := ballot.New(h.db, h.consultations, pseudonym.New(h.db, keys), ledger.New(h.db, keys, ledger.Options{}))
	_, err = stranger.Cast(t.Context(), h.seat(0), 2, h.answers(2, 5), ballot.Part{})
	h.refused(err, fault.Unavailable, "key_differs")
	_, err = stranger.Paper(t.Context(), h.seat(0), 2)
	h.refused(err, fault.Unavailable, "key_differs")
}

func TestTheNextFormShowsOnesOwnLastAnswerAndTheStoredFeedback(t *testing.T) {
	h, ctx := newHouse(t, 6, 2), t.Context()
	for i := range 5 {
		h.cast(2, i, 1+i, -1)
	}
	h.finish(2)
	h.open(3)
	p, err := h.ballots.Paper(ctx, h.seat(3), 3)
	h.must(err)
	items := h.items(2)
	want := map[uuid.UUID]delphi.Answer{
		items[0].ID: {Item: items[0].ID.String(), Value: 4}, items[1].ID: {Item: items[1].ID.String(), CannotJudge: true},
	}
	if d := cmp.Diff(want, p.Last); d != "" {
		t.Error("last answer:", d)
	}
	if len(p.Draft) != 0 || p.Delivered != nil || p.Pending {
		t.Error("something is chosen already: nothing is prefilled")
	}
	f, err := h.archive.Feedback(ctx, h.c.ID, 2)
	h.must(err)
	if p.Feedback == nil {
		t.Fatal("no feedback on the form")
	}
	if d := cmp.Diff(f, *p.Feedback); d != "" {
		t.Error("the form shows another document than the stored one:", d)
	}
	missed, err := h.ballots.Paper(ctx, h.seat(5), 3)
	h.must(err)
	if missed.Last != nil || missed.Feedback == nil {
		t.Error("who missed a round has a last answer, or no feedback")
	}
	if slices.Equal(missed.Shuffle, p.Shuffle) || len(p.Shuffle) != 32 {
		t.Error("two readers have one order of reasons")
	}
}

func TestTurnoutMovesInStepsOfFiveByItsJobAlone(t *testing.T) {
	h, ctx := newHouse(t, 7, 1), t.Context()
	h.must(h.ballots.Save(ctx, h.seat(6), 2, h.answers(2, 5))) // a draft is no answer
	for i := range 6 {
		h.cast(2, i, 5)
		h.refresh()
		if n := h.c.Rounds[1].Turnout; n != 0 {
			t.Fatalf("a ballot moved the count to %d", n)
		}
	}
	h.must(h.tabulation.turnout(ctx, Turnout{}))
	h.refresh()
	if n := h.c.Rounds[1].Turnout; n != 5 {
		t.Errorf("turnout %d, want 5", n)
	}
}

func TestNoResultsOfARoundThatIsNotReleased(t *testing.T) {
	h, ctx := newHouse(t, 5, 1), t.Context()
	for i := range 5 {
		h.cast(2, i, 5)
	}
	check := func() {
		t.Helper()
		_, err := h.archive.Feedback(ctx, h.c.ID, 2)
		h.refused(err, fault.Conflict, "not_released")
	}
	check()
	h.close(2)
	if h.c.Rounds[1].State != consultation.RoundClosing {
		t.Fatalf("the round is %s", h.c.Rounds[1].State)
	}
	check()
	_, err := h.archive.Feedback(ctx, h.c.ID, 1)
	h.refused(err, fault.NotFound, "no_feedback")
	h.must(h.queue.Drain(ctx))
	_, err = h.archive.Feedback(ctx, h.c.ID, 2)
	h.must(err)
	_, err = h.archive.Feedback(context.WithoutCancel(ctx), h.c.ID, 3)
	h.refused(err, fault.Conflict, "not_released")
}
