package tabulation

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Release makes release tick (1, 2 …) of a consultation's open standing round:
// the items that enough people touched since their last release show rounded
// counts. With last it closes the round, and every item shows exact counts.
// Again for a tick that was made it does nothing; Conflict "tick_order" when
// one was skipped.
func (s *Service) Release(ctx context.Context, id uuid.UUID, tick int, last bool) error {
	var c consultation.Consultation
	var round consultation.Round
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if c, err = lifecycle.Load(ctx, tx, id); err != nil {
			return err
		}
		round, err = standingRound(c)
		return err
	})
	switch {
	case err != nil:
		return err
	case last && round.State == consultation.RoundOpen:
		if err := s.steering.CloseStanding(ctx, id); err != nil {
			return err
		}
		return s.close(ctx, round.ID, nil)
	case last:
		return s.close(ctx, round.ID, nil)
	case tick <= round.Ticks:
		return nil
	case round.State != consultation.RoundOpen:
		return fault.New(fault.Conflict, "round_closed", "this round is closed")
	case tick > round.Ticks+1:
		return fault.New(fault.Conflict, "tick_order", "releases are made one after the other")
	}
	safe, err := s.pseudonyms.Safe(ctx, id)
	if err != nil {
		return err
	}
	defer safe.Close()
	return s.tick(ctx, safe, c, round, tick, true)
}

// ticked is the work of a tick of an open standing round: it makes the next release, if
// enough people gave or changed an answer to anything, and enqueues the tick after it. A
// suspended round makes none, and goes on ticking.
func (s *Service) ticked(ctx context.Context, q *job.Queue, t steering.Tick) error {
	var c consultation.Consultation
	var round consultation.Round
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		c, round, err = s.roundOf(ctx, tx, t.Round)
		return err
	})
	if err != nil {
		return err
	}
	if round.State != consultation.RoundOpen {
		return nil // closed: the last release is the tabulation's
	}
	if c.Suspended == nil {
		safe, err := s.pseudonyms.Safe(ctx, c.ID)
		if err != nil {
			return err
		}
		defer safe.Close()
		if err := s.tick(ctx, safe, c, round, round.Ticks+1, false); err != nil {
			return err
		}
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return q.Enqueue(ctx, tx, t, c.NextTick(round, tx.Now))
	})
}

// saltSize is how many random bytes salt the digests of an interim release.
const saltSize = 32

// tick counts the standing answers before the deadline, and keeps what may be
// shown of them: rounded counts and their tally, without leaves or reasons. A release that
// shows nothing new is made where empty ones are.
func (s *Service) tick(ctx context.Context, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round, tick int, empty bool) error {
	var items []consultation.Item
	var earlier []table.Closing
	var people []int
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if items, err = lifecycle.RoundItems(ctx, tx, c, round); err != nil {
			return err
		}
		if earlier, err = ticksOf(ctx, tx, round.ID); err != nil {
			return err
		}
		// People come while it is open: the opening's number is not theirs.
		people, err = s.steering.Enrolled(ctx, tx, c)
		return err
	})
	if err != nil {
		return err
	}
	closing, err := s.interim(ctx, safe, c, round, items, earlier, people)
	if err != nil || !empty && len(closing.Counts.Items) == 0 {
		return err
	}
	d := document{
		closing: closing, items: consultation.ItemsDocument(items), salt: make([]byte, saltSize),
		tally: tallies(closing, func(table string) string { return leaf.ID(c.ID.String(), round.Number, table) }),
	}
	if _, err := rand.Read(d.salt); err != nil {
		return err
	}
	d.feedback = feedback.Of(c.Protocol, feedback.List(items), append(earlier, closing), nil)
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, locked, err := lifecycle.LockRound(ctx, tx, round.ID)
		if err != nil || locked.State != consultation.RoundOpen || locked.Ticks != round.Ticks {
			return err // another server was first
		}
		h, err := insertClosing(ctx, tx, round.ID, d)
		if err != nil {
			return err
		}
		// First the release, then what it brings about: it may close the round.
		err = s.record.Append(ctx, tx, entryOf(c, closing, ledger.Release, "tick", map[string]any{
			"tick": tick, "tally": h.tally, "counts": h.counts, "document": h.feedback, "items": h.items, "salted": true,
		}))
		if err != nil {
			return err
		}
		return s.steering.Ticked(ctx, tx, &c, locked, tick, fresh(d.feedback))
	})
}

// standingRound finds the standing round.
func standingRound(c consultation.Consultation) (consultation.Round, error) {
	for _, r := range c.Rounds {
		if r.Kind == delphi.StandingKind {
			return r, nil
		}
	}
	return consultation.Round{}, fault.New(fault.NotFound, "no_round", "this consultation has no standing round")
}

// fresh is what consultation keeps of a release: the items that it showed.
func fresh(f feedback.Document) []consultation.Outcome {
	var out []consultation.Outcome
	for _, i := range f.Items {
		if i.Released == f.Tick {
			out = append(out, consultation.Outcome{Item: i.Item, Verdict: i.Verdict, Proposal: i.Proposal})
		}
	}
	return out
}

// countStanding counts the standing ballots at the deadline, when everything is shown,
// whoever changed what. Reasons are read for it alone, and votes kept: shown earlier,
// a new reason would tell who had just come.
func (s *Service) countStanding(ctx context.Context, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round, items []consultation.Item) (counted, error) {
	t, err := table.NewTally(c.Protocol, round.Number, engineItems(items))
	if err != nil {
		return counted{}, err
	}
	out := counted{items: engineItems(items), assign: t.Assign}
	if out.votes, err = newVotes(c.Protocol, round, items); err != nil {
		return counted{}, err
	}
	if err := s.roomFor(ctx, out.votes, round); err != nil {
		return counted{}, err
	}
	var b delphi.Ballot
	err = s.decrypt(ctx, safe, c.Protocol, round, true, func(p *opened) error {
		out.votes.answers(&b, p)
		if err := t.Add(b); err != nil {
			return err
		}
		return out.votes.keep(p, nil)
	})
	if err != nil {
		return counted{}, fmt.Errorf("counting standing answers: %w", err)
	}
	out.closing, err = table.Release(c.Protocol, t, enrolled(c, round), nil, true)
	return out, err
}
