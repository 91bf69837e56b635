package consultation

import (
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// RoundState is where a round stands.
type RoundState string

// The states of a round.
const (
	RoundPlanned  RoundState = "planned"
	RoundOpen     RoundState = "open"
	RoundClosing  RoundState = "closing"
	RoundClosed   RoundState = "closed"
	RoundReleased RoundState = "released"
	RoundSkipped  RoundState = "skipped"
)

// Round is one round.
type Round struct {
	ID           uuid.UUID
	Consultation uuid.UUID
	Number       int
	Kind         delphi.RoundKind
	State        RoundState
	PlannedAt    time.Time // planned opening
	OpenedAt     time.Time
	Deadline     time.Time // planned until it opens, then the real one
	ClosedAt     time.Time // the deadline's instant also when the server was down
	ReleasedAt   time.Time
	Extensions   int
	Postponed    int    // days by which the opening was put off by failing guards
	Ticks        int    // interim releases of a standing round so far
	Unexamined   int    // contributions left "not examined" when a gather round was released by itself
	Enrolled     []int  // people enrolled when it closed (when open: at its opening), by group in protocol order
	StruckOff    int    // people whom the opening found struck off their roll since the round before
	Turnout      int    // the only number of an open round: multiple of 5, moved hourly
	Reason       string // of an early closing
}

// Answers tells whether the round takes ballots.
func (r Round) Answers() bool {
	return r.Kind == delphi.AnswerRound || r.Kind == delphi.StandingKind || r.Kind == delphi.Select
}

// People is how many were enrolled, of all groups.
func (r Round) People() int {
	n := 0
	for _, g := range r.Enrolled {
		n += g
	}
	return n
}

// The days of a plan that the protocol does not name.
const (
	moderationDays = 7  // for the moderators after a gather round, in the plan
	keyDateMargin  = 90 // days between the planned end, all extensions taken, and the key's last day
	OpeningHour    = 9  // of the morning, in Rome
)

// Morning is the opening hour of the day that lies days after t's, in Rome.
func Morning(t time.Time, days int) time.Time {
	return civiltime.At(t, days, OpeningHour, 0)
}

// LastMinute is 23:59 of the day that lies days after t's, in Rome: a round of
// n days gives everybody at least n whole days, whatever the hour it opened.
func LastMinute(t time.Time, days int) time.Time {
	return civiltime.At(t, days, 23, 59)
}

// wholeDays counts the days by which an interruption moves deadlines.
func WholeDays(d time.Duration) int {
	const day = 24 * time.Hour
	return int((d + day - 1) / day)
}

// Plan lays out the rounds of a protocol: round 1 opens at starts, each further
// one the morning after the one before is expected to be released.
func Plan(consultation uuid.UUID, p protocol.Protocol, starts time.Time) []Round {
	out := make([]Round, len(p.Rounds))
	for i, rp := range p.Rounds {
		out[i] = Round{ID: uuid.New(), Consultation: consultation, Number: i + 1, Kind: rp.Kind, State: RoundPlanned, PlannedAt: starts}
		if i > 0 {
			out[i].PlannedAt = earliest(out[i-1])
		}
		out[i].Deadline = LastMinute(out[i].PlannedAt, rp.Days)
	}
	return out
}

// earliest is when the round after r may be planned to open.
func earliest(r Round) time.Time {
	if !r.ReleasedAt.IsZero() {
		return Morning(r.ReleasedAt, 1)
	}
	expected := r.Deadline
	if r.Kind == delphi.Gather {
		expected = civiltime.AddDays(expected, moderationDays)
	}
	return Morning(expected, 1)
}

// Replan moves the planned rounds after number that would open too early, and
// gives those it moved. Nothing is ever planned earlier: people rely on dates.
func (c *Consultation) Replan(number int) []Round {
	var moved []Round
	for i := 1; i < len(c.Rounds); i++ {
		r := &c.Rounds[i]
		if r.Number <= number || r.State != RoundPlanned {
			continue
		}
		if e := earliest(c.Rounds[i-1]); r.PlannedAt.Before(e) {
			r.PlannedAt = e
			r.Deadline = LastMinute(e, c.Protocol.Rounds[r.Number-1].Days)
			moved = append(moved, *r)
		}
	}
	return moved
}

// KeyDate is the earliest last day of the key that a plan allows: the planned
// end, every extension taken, and the margin (docs/METHOD.md §9).
func KeyDate(p protocol.Protocol, rounds []Round) time.Time {
	days := keyDateMargin
	for _, rp := range p.Rounds {
		days += rp.MaxExtensions * rp.Days
	}
	y, m, d := rounds[len(rounds)-1].Deadline.In(civiltime.Rome).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC)
}

// NextTick is the first instant after now at which an open standing round may make an
// interim release: whole intervals after its opening.
func (c Consultation) NextTick(r Round, now time.Time) time.Time {
	every := time.Duration(c.Protocol.Release.TickMinutes) * time.Minute
	return r.OpenedAt.Add((now.Sub(r.OpenedAt)/every + 1) * every)
}
