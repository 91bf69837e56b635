package consultation_test

import (
	"testing"
	"time"

	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// TestWhoActsNext: each stage and each state of a round names one who acts, and the day.
func TestWhoActsNext(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 9, 0, 0, 0, time.UTC) }
	round := func(n int, kind delphi.RoundKind, state consultation.RoundState) consultation.Round {
		r := consultation.Round{Number: n, Kind: kind, State: state, PlannedAt: day(4), Deadline: day(9)}
		if state != consultation.RoundPlanned && state != consultation.RoundSkipped {
			r.OpenedAt, r.ClosedAt, r.ReleasedAt = day(4), day(9), day(10)
		}
		return r
	}
	running := func(rounds ...consultation.Round) consultation.Consultation {
		return consultation.Consultation{Stage: consultation.Running, Rounds: rounds}
	}
	months := protocol.Reply{N: 2, Unit: delphi.UnitMonth}
	for name, c := range map[string]struct {
		of   consultation.Consultation
		wait consultation.Wait
	}{
		"a draft without a date": {consultation.Consultation{Stage: consultation.Draft}, consultation.Wait{Who: office.Administrator, For: consultation.PendingAnnouncement}},
		"a draft":                {consultation.Consultation{Stage: consultation.Draft, StartsAt: day(2)}, consultation.Wait{office.Administrator, consultation.PendingAnnouncement, day(2)}},
		"announced":              {consultation.Consultation{Stage: consultation.Announced, StartsAt: day(2)}, consultation.Wait{consultation.System, consultation.PendingStart, day(2)}},
		"suspended": {consultation.Consultation{Stage: consultation.Announced, StartsAt: day(2), Suspended: &consultation.Suspension{Since: day(1)}},
			consultation.Wait{Who: office.Administrator, For: consultation.PendingResumption}},
		"gathering":   {running(round(1, delphi.Gather, consultation.RoundOpen)), consultation.Wait{office.Participant, consultation.PendingWriting, day(9)}},
		"answering":   {running(round(1, delphi.AnswerRound, consultation.RoundOpen)), consultation.Wait{office.Participant, consultation.PendingAnswers, day(9)}},
		"a closing":   {running(round(1, delphi.AnswerRound, consultation.RoundClosing)), consultation.Wait{Who: consultation.System, For: consultation.PendingCount}},
		"counted":     {running(round(1, delphi.AnswerRound, consultation.RoundClosed)), consultation.Wait{Who: consultation.System, For: consultation.PendingCount}},
		"gathered":    {running(round(1, delphi.Gather, consultation.RoundClosed)), consultation.Wait{office.Moderator, consultation.PendingExamination, day(23)}},
		"between":     {running(round(1, delphi.AnswerRound, consultation.RoundReleased), round(2, delphi.AnswerRound, consultation.RoundPlanned)), consultation.Wait{office.Facilitator, consultation.PendingDecisions, day(4)}},
		"after all":   {running(round(1, delphi.AnswerRound, consultation.RoundReleased), round(2, delphi.AnswerRound, consultation.RoundSkipped)), consultation.Wait{office.Facilitator, consultation.PendingConclusion, day(24)}},
		"keys held":   {consultation.Consultation{Stage: consultation.Concluded, ConcludedAt: day(2)}, consultation.Wait{Who: consultation.System, For: consultation.PendingDestruction}},
		"to publish":  {consultation.Consultation{Stage: consultation.Concluded, ConcludedAt: day(2), DestroyedAt: day(2), Protocol: protocol.Protocol{Publication: protocol.Publication{WithinDays: 14}}}, consultation.Wait{office.Administrator, consultation.PendingPublication, day(16)}},
		"to reply":    {consultation.Consultation{Stage: consultation.Published, PublishedAt: day(1), Commitment: consultation.Commitment{ReplyDays: 20}}, consultation.Wait{office.Administrator, consultation.PendingReply, day(21)}},
		"months":      {consultation.Consultation{Stage: consultation.Published, PublishedAt: day(1), Protocol: protocol.Protocol{Reply: months}}, consultation.Wait{office.Administrator, consultation.PendingReply, months.Due(day(1))}},
		"held before": {consultation.Consultation{Stage: consultation.Published, PublishedAt: day(1), Origin: &consultation.Origin{}}, consultation.Wait{}},
		"answered":    {consultation.Consultation{Stage: consultation.Answered, PublishedAt: day(1)}, consultation.Wait{}},
		"withdrawn":   {consultation.Consultation{Stage: consultation.Withdrawn}, consultation.Wait{}},
	} {
		if got := c.of.Waits(); got.Who != c.wait.Who || got.For != c.wait.For || !got.Due.Equal(c.wait.Due) {
			t.Errorf("%s: %+v, wants %+v", name, got, c.wait)
		}
	}
}
