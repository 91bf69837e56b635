package ballot

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
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
		if c, err = s.cons.ByID(ctx, tx, id); err != nil {
			return err
		}
		round, err = standingRound(c)
		return err
	})
	switch {
	case err != nil:
		return err
	case last && round.State == consultation.RoundOpen:
		if err := s.cons.CloseStanding(ctx, id); err != nil {
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
	safe, err := s.bridge.Safe(ctx, id)
	if err != nil {
		return err
	}
	defer safe.Close()
	closing, f, err := s.release(ctx, safe, c, round, tick, false)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		locked, err := s.cons.RoundForUpdate(ctx, tx, round.ID)
		if err != nil || locked.State != consultation.RoundOpen || locked.Ticks != round.Ticks {
			return err // another server was first
		}
		hash, err := insertClosing(ctx, tx, round.ID, tick, closing, f)
		if err != nil {
			return err
		}
		if err := s.cons.Ticked(ctx, tx, round.ID, tick, fresh(f)); err != nil {
			return err
		}
		return s.record.Append(ctx, tx, ledger.Entry{
			Consultation: c.ID, Type: "feedback", Role: "system", Kind: "feedback",
			Target: fmt.Sprintf("round %d", round.Number),
			Body:   ledger.Body(map[string]any{"round": round.Number, "tick": tick, "document": hash}),
		})
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

// lastRelease ends a closing standing round.
func (s *Service) lastRelease(ctx context.Context, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round) error {
	closing, f, err := s.release(ctx, safe, c, round, round.Ticks+1, true)
	if err != nil {
		return err
	}
	return s.store(ctx, c, round, closing, f)
}

// release counts the standing answers and says what may be shown of them.
func (s *Service) release(ctx context.Context, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round, tick int, last bool) (closing delphi.Closing, f Feedback, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		items, err := s.cons.RoundItems(ctx, tx, round.ID)
		if err != nil {
			return err
		}
		earlier, err := ticksOf(ctx, tx, round.ID)
		if err != nil {
			return err
		}
		sh, err := readStanding(ctx, tx, safe, c, round, items, lastShown(earlier), last)
		if err != nil {
			return err
		}
		// People may have come since the opening, when they were counted.
		enrolled := max(round.Enrolled, sh.tally.Answered())
		if closing, err = delphi.Release(c.Protocol, sh.tally, []int{enrolled}, sh.changed, last); err != nil {
			return fmt.Errorf("release %d: %w", tick, err)
		}
		f = releaseFeedback(c, round, items, append(earlier, closing), sh.reasons)
		return nil
	})
	return closing, f, err
}

// releaseFeedback is feedbackOf for a release: an item that shows nothing new
// keeps the figures of its own last release.
func releaseFeedback(c consultation.Consultation, round consultation.Round, items []consultation.Item, releases []delphi.Closing, reasons map[uuid.UUID][]said) Feedback {
	now := releases[len(releases)-1].Counts
	f := Feedback{
		Format: feedbackFormat, Protocol: c.ProtocolHash, Round: round.Number, Tick: len(releases),
		Enrolled: now.Enrolled, Answered: now.Answered, Items: make([]ItemFeedback, 0, len(items)),
	}
	shown := lastShown(releases)
	for _, i := range items {
		tick := shown[i.ID.String()]
		if tick == 0 {
			f.Items = append(f.Items, ItemFeedback{
				Item: i.ID, Number: i.Number, Text: i.Text, Kind: i.Kind,
				Counts: delphi.ItemCounts{Item: i.ID.String(), Kind: i.Kind}, Tables: []delphi.Table{}, Reasons: []Reason{},
				Verdict: delphi.Verdict{Key: delphi.Open, Direction: delphi.NoDirection, IfDirection: delphi.NoDirection},
			})
			continue
		}
		out := itemFeedback(c, round, i, releases, reasons[i.ID])
		out.Released = tick
		f.Items = append(f.Items, out)
	}
	return f
}

// fresh is what consultation keeps of a release: the items that it showed.
func fresh(f Feedback) []consultation.Outcome {
	var out []consultation.Outcome
	for _, i := range f.Items {
		if i.Released == f.Tick {
			out = append(out, consultation.Outcome{Item: i.Item, Verdict: i.Verdict, Proposal: i.Proposal})
		}
	}
	return out
}

// lastShown gives the number of each item's last release; releases are numbered
// from 1, and 0 is none yet.
func lastShown(releases []delphi.Closing) map[string]int {
	ticks := map[string]int{}
	for n, r := range releases {
		for _, i := range r.Counts.Items {
			ticks[i.Item] = n + 1
		}
	}
	return ticks
}

// standing is what a release reads from the standing ballots.
type standing struct {
	tally   *delphi.Tally
	changed map[string]int // by item: people who gave or changed an answer since its last release
	reasons map[uuid.UUID][]said
}

// readStanding streams the standing ballots into one tally; shown is lastShown.
// Reasons are read for the last release alone: shown earlier, a new one would
// tell who had just come.
func readStanding(ctx context.Context, tx *postgres.Tx, safe *pseudonym.Safe, c consultation.Consultation, round consultation.Round, items []consultation.Item, shown map[string]int, last bool) (standing, error) {
	tally, err := delphi.NewTally(c.Protocol, round.Number, engineItems(items))
	if err != nil {
		return standing{}, err
	}
	sh := standing{tally: tally, changed: map[string]int{}, reasons: map[uuid.UUID][]said{}}
	names, kinds := make(map[uuid.UUID]string, len(items)), kindsOf(items)
	for _, i := range items {
		names[i.ID] = i.ID.String()
	}
	err = eachBallot(ctx, tx, c.ID, round.ID, func(p pseudonym.Panelist, group string, sealed []byte) error {
		s, err := unseal(safe, p, round.ID, sealed, last)
		if err != nil {
			return err
		}
		b := delphi.Ballot{Group: group}
		for _, e := range s.entries {
			name, inPlay := names[e.item]
			if !inPlay {
				continue
			}
			if int(e.since) >= shown[name] {
				sh.changed[name]++
			}
			a := e.answer(name)
			if e.reason != "" {
				sh.reasons[e.item] = append(sh.reasons[e.item], with(c.Protocol, kinds[e.item], &a, e.reason))
			}
			b.Answers = append(b.Answers, a)
		}
		return tally.Add(b)
	})
	return sh, err
}

// date notes on each answer of a standing ballot how many releases there were
// when it was given or last changed. It is what a release counts, and coarser
// than any clock; it lies inside the sealed blob and dies with it.
func date(sh *sheet, before sheet, ticks int) {
	for n := range sh.entries {
		e := &sh.entries[n]
		if i, found := before.find(e.item); found && before.entries[i].value == e.value {
			e.since = before.entries[i].since
			continue
		}
		e.since = uint16(ticks)
	}
}
