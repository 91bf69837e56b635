package panel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/notify"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Hour asks for what is done about people hourly, and at each closing.
type Hour struct{}

// Kind names the job.
func (Hour) Kind() string { return "hour_of_people" }

// End asks for a consultation's enrolments to be written anew once more, at its end.
type End struct {
	Consultation uuid.UUID `json:"consultation"`
}

// Kind names the job.
func (End) Kind() string { return "end_of_panel" }

// step is in which steps a figure of people moves while it still changes.
const step = 5

// Stepped rounds a number of people down to a multiple of 5.
func Stepped(people int) int { return people / step * step }

// Work registers the hourly work; before the queue starts.
func (s *Service) Work(q *job.Queue) {
	job.On(q, func(ctx context.Context, _ Hour) error { return s.hour(ctx) })
	job.On(q, func(ctx context.Context, e End) error { return s.end(ctx, e.Consultation) })
	job.Every(q, time.Hour, Hour{})
}

// hour does what waited for the hour: what sign-ins changed about people is stored, who
// asked for it before the night has left, what was born beside is written anew, and the
// figures move. Each part stands for itself, and may be repeated.
func (s *Service) hour(ctx context.Context) error {
	return errors.Join(s.people.Hour(ctx), s.depart(ctx), s.reorder(ctx), s.figures(ctx))
}

// reorder writes anew, in the order of their ids, the rows that were written since the
// last time. What else is to be compacted is compacted with them.
func (s *Service) reorder(ctx context.Context) error {
	return s.db.Reorder(ctx, slices.Concat(account.Heaps, []postgres.Heap{Heap, roll.Heap, invitation.Heap, application.Heap, pseudonym.Heap})...)
}

// end writes all enrolments of a consultation anew, and ends its rolls, invitations and
// applications.
func (s *Service) end(ctx context.Context, consultation uuid.UUID) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := notify.Close(ctx, tx, consultation); err != nil {
			return err
		}
		return refresh(ctx, tx, consultation)
	})
	if err != nil {
		return fmt.Errorf("the end of a panel: %w", err)
	}
	if err := errors.Join(s.rolls.End(ctx, consultation), s.guests.End(ctx, consultation), s.applications.End(ctx, consultation)); err != nil {
		return err
	}
	return s.reorder(ctx)
}

// figures moves the figures of panels on which people still enrol.
func (s *Service) figures(ctx context.Context) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error { return moveFigures(ctx, tx, step) })
}

// Enrolled counts the panel by group, for pages: exactly once nobody can enrol any more,
// and until then in steps of 5 that move hourly, so that nobody sees another come.
func (s *Service) Enrolled(ctx context.Context, consultation uuid.UUID) (Figure, error) {
	var f Figure
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		t, err := s.terms(ctx, tx, consultation)
		if err != nil {
			return err
		}
		if f.Exact = t.Full; f.Exact {
			f.Groups, err = countEnrolled(ctx, tx, consultation)
			return err
		}
		f.Groups, err = findFigures(ctx, tx, consultation)
		return err
	})
	return f, err
}

// Headcounts is Enrolled for several consultations at once, in the caller's transaction and
// without groups: full says of each whether nobody can enrol in it any more.
func (s *Service) Headcounts(ctx context.Context, tx *postgres.Tx, full map[uuid.UUID]bool) (map[uuid.UUID]Headcount, error) {
	var open, done []uuid.UUID
	for _, id := range slices.SortedFunc(maps.Keys(full), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) {
		if full[id] {
			done = append(done, id)
		} else {
			open = append(open, id)
		}
	}
	stepped, err := findAllFigures(ctx, tx, open)
	if err != nil {
		return nil, err
	}
	exact, err := countAllEnrolled(ctx, tx, done)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]Headcount, len(full))
	for _, id := range open {
		out[id] = Headcount{People: stepped[id]}
	}
	for _, id := range done {
		out[id] = Headcount{People: exact[id], Exact: true}
	}
	return out, nil
}

// Headcount is Figure of all groups together.
type Headcount struct {
	People int
	Exact  bool // else at least so many, in steps of 5
}

// Figure is how many people are on a panel, as it is shown.
type Figure struct {
	Groups map[string]int // people by group
	Exact  bool           // else at least so many, in steps of 5
}

// People is the number of all groups.
func (f Figure) People() int {
	n := 0
	for _, people := range f.Groups {
		n += people
	}
	return n
}
