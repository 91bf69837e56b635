package dossier

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/fault"
	"delfi/internal/pseudonym"
	"delfi/web/page"
)

// Seats reads how far the ballots of accounts are. A held code's seat is found by the code
// alone, and so has no part in it.
type Seats struct {
	Panel interface {
		Seat(ctx context.Context, actor account.Actor, consultation uuid.UUID) (pseudonym.Seat, error)
	}
	Ballots States
}

// States is the use case that says how far a seat's ballot of an open round is.
type States interface {
	State(ctx context.Context, seat pseudonym.Seat, round int) (ballot.State, error)
}

// Tell adds to a view how far the reader's own ballot of the open round is. Nothing is told
// to who steers, who is not enrolled, or who answers with a code; nor where no ballot can be
// read, since the page has more to say than that.
func (s Seats) Tell(q *page.Request, v View) (View, error) {
	if _, open := v.answerable(q); !open || v.Group == "" || v.Coded() || v.Steers(q.Actor) {
		return v, nil
	}
	seat, err := s.Panel.Seat(q.Context(), q.Actor, v.ID)
	if err != nil {
		return v, untold(q, err)
	}
	return Seated(q, s.Ballots, v, seat)
}

// untold drops the error of a ballot that cannot be read: its round closed in the meantime,
// the key was destroyed, or this server lacks it, which is counted for its log.
func untold(q *page.Request, err error) error {
	switch fault.KindOf(err) {
	case fault.Conflict:
		return nil
	case fault.Unavailable:
		q.Lacks(err)
		return nil
	}
	return err
}

// Seated adds to a view how far a seat's ballot of the open round is, as Tell does.
func Seated(q *page.Request, ballots States, v View, seat pseudonym.Seat) (View, error) {
	r, open := v.answerable(q)
	if !open {
		return v, nil
	}
	state, err := ballots.State(q.Context(), seat, r.Number)
	if err != nil {
		return v, untold(q, err)
	}
	v.Ballot = &state
	q.OneLength()
	return v, nil
}

// states are the keys of the words about each state, by it.
var states = [...]string{ballot.Blank: "blank", ballot.Drafted: "draft", ballot.Delivered: "delivered", ballot.Revised: "revised"}

// answerable gives the round that takes ballots now.
func (v View) answerable(q *page.Request) (consultation.Round, bool) {
	r, open := v.OpenRound(q.Now)
	return r, open && r.Answers() && v.Suspended == nil
}

// apart tells whether the reader is on the panel and answers with a code: their ballot is
// told to who holds the code, and to no account.
func (v View) apart(q *page.Request) bool {
	_, open := v.answerable(q)
	return open && v.Group != "" && v.Coded() && !v.ByCode
}

// told draws the reader's ballot in the state that it is in.
func (v View) told() templ.Component {
	all := make([]templ.Component, len(states))
	for n, key := range states {
		all[n] = ownBallot(v, key)
	}
	return equal(int(*v.Ballot), all)
}

// equal draws one of several components in the length of the longest: blanks fill it up.
func equal(chosen int, all []templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var drawn []byte
		most := 0
		for n, one := range all {
			var b bytes.Buffer
			if err := one.Render(ctx, &b); err != nil {
				return err
			}
			if most = max(most, b.Len()); n == chosen {
				drawn = b.Bytes()
			}
		}
		if _, err := w.Write(drawn); err != nil {
			return err
		}
		_, err := w.Write(bytes.Repeat([]byte{' '}, most-len(drawn)))
		return err
	})
}
