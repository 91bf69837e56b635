package ballot

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// tabulate is the work of a closing round: read and count (nothing written),
// store what was found in one civic transaction, then write the round's rows
// anew in another. Each step may be repeated; the result is the same.
func (s *Service) tabulate(ctx context.Context, job consultation.Tabulate) error {
	return s.close(ctx, job.Round, nil)
}

// close works a closing; pause, when not nil, is called between the two writing
// steps (a test dies there).
func (s *Service) close(ctx context.Context, id uuid.UUID, pause func() error) error {
	var c consultation.Consultation
	var round consultation.Round
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		c, round, err = s.roundOf(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	s.frozen.Delete(round.ID)
	switch round.State {
	case consultation.RoundClosing:
		if err := s.count(ctx, c, round); err != nil {
			return err
		}
	case consultation.RoundClosed, consultation.RoundReleased:
		// Counted before a crash, or by another server: only the rows are left.
	case consultation.RoundSkipped:
		return nil // withdrawn while it closed; its ballots go with the key
	default:
		return fmt.Errorf("round %d is %s: nothing to tabulate", round.Number, round.State)
	}
	if pause != nil {
		if err := pause(); err != nil {
			return err
		}
	}
	return s.resettle(ctx, c.ID, round.ID)
}

// count reads a closing round's ballots and stores what they say.
func (s *Service) count(ctx context.Context, c consultation.Consultation, round consultation.Round) error {
	safe, err := s.bridge.Safe(ctx, c.ID)
	if isDestroyed(err) {
		// Withdrawn while it closed: the ballots are going or gone, uncounted.
		return nil
	}
	if err != nil {
		return err
	}
	defer safe.Close()
	if round.Kind == delphi.StandingKind {
		return s.lastRelease(ctx, safe, c, round)
	}
	var closing delphi.Closing
	var f Feedback
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		items, err := s.cons.RoundItems(ctx, tx, round.ID)
		if err != nil {
			return err
		}
		earlier, err := closingsBefore(ctx, tx, c.ID, round.Number)
		if err != nil {
			return err
		}
		now, err := read(ctx, tx, safe, c, round.ID, items)
		if err != nil {
			return err
		}
		var before reading
		if previous, ok := previousAnswering(c, round); ok {
			if before, err = read(ctx, tx, safe, c, previous.ID, nil); err != nil {
				return err
			}
		}
		closing, err = delphi.Tabulate(c.Protocol, round.Number, engineItems(items), enrolled(round),
			countsOnly(earlier), now.ballots, before.ballots, safe.Order("stayers", round.ID[:]))
		if err != nil {
			return fmt.Errorf("tabulating round %d: %w", round.Number, err)
		}
		f = feedbackOf(c, round, items, append(earlier, closing), now.reasons)
		return nil
	})
	if err != nil {
		return err
	}
	return s.store(ctx, c, round, closing, f)
}

// store keeps a closing and ends it, in one civic transaction. The round's lock
// makes the second of two servers find it done.
func (s *Service) store(ctx context.Context, c consultation.Consultation, round consultation.Round, closing delphi.Closing, f Feedback) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		locked, err := s.cons.RoundForUpdate(ctx, tx, round.ID)
		if err != nil {
			return err
		}
		if locked.State != consultation.RoundClosing {
			return nil
		}
		hash, err := insertClosing(ctx, tx, round.ID, f.Tick, closing, f)
		if err != nil {
			return err
		}
		if err := s.cons.Tabulated(ctx, tx, round.ID, closing.Counts.Answered, outcomes(f)); err != nil {
			return err
		}
		return s.record.Append(ctx, tx, feedbackEntry(c, f, hash))
	})
}

// feedbackEntry is the record's line about a feedback document.
func feedbackEntry(c consultation.Consultation, f Feedback, hash string) ledger.Entry {
	tables := []string{}
	for _, i := range f.Items {
		for _, t := range i.Tables {
			tables = append(tables, t.ID)
		}
	}
	figures := map[string]any{
		"round": f.Round, "document": hash, "tables": tables, "answered": f.Answered, "enrolled": f.Enrolled,
	}
	if f.Tick > 0 {
		figures["tick"] = f.Tick
	}
	return ledger.Entry{
		Consultation: c.ID, Type: "feedback", Role: "system", Kind: "feedback",
		Target: fmt.Sprintf("round %d", f.Round), Body: ledger.Body(figures),
	}
}

// outcomes is what consultation keeps of a document: verdicts and proposals.
func outcomes(f Feedback) []consultation.Outcome {
	out := make([]consultation.Outcome, len(f.Items))
	for n, i := range f.Items {
		out[n] = consultation.Outcome{Item: i.Item, Verdict: i.Verdict, Proposal: i.Proposal}
	}
	return out
}

// resettle writes a closed round's ballots and its panel anew in the order of
// their ids, in one transaction that touches schema panel alone: neither place,
// nor xmin, nor a dead row tells any longer who came when. Drafts go.
func (s *Service) resettle(ctx context.Context, consultation, round uuid.UUID) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lockPartitions(ctx, tx); err != nil {
			return err
		}
		part := ballotPart(round)
		there, err := relationExists(ctx, tx, part)
		if err != nil || !there {
			return err
		}
		if err := rewriteBallots(ctx, tx, part); err != nil {
			return err
		}
		// The next round may be open already: its first ballots wait here for
		// the moment in which the panel is written anew.
		if err := lockParents(ctx, tx); err != nil {
			return err
		}
		if err := rewritePanelists(ctx, tx, panelistPart(consultation)); err != nil {
			return err
		}
		if err := swapPartition(ctx, tx, "ballot", part, round); err != nil {
			return err
		}
		return swapPartition(ctx, tx, "panelist", panelistPart(consultation), consultation)
	})
}

// roundOf finds a round with its consultation.
func (s *Service) roundOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (consultation.Consultation, consultation.Round, error) {
	of, err := consultationOf(ctx, tx, id)
	if err != nil {
		return consultation.Consultation{}, consultation.Round{}, err
	}
	c, err := s.cons.ByID(ctx, tx, of)
	if err != nil {
		return c, consultation.Round{}, err
	}
	for _, r := range c.Rounds {
		if r.ID == id {
			return c, r, nil
		}
	}
	return c, consultation.Round{}, fmt.Errorf("round %s is not among its consultation's", id)
}

// read decrypts a round's ballots, streaming, into what the engine counts;
// reasons are read for the round that closes alone, whose items are given.
func read(ctx context.Context, tx *postgres.Tx, safe *pseudonym.Safe, c consultation.Consultation, round uuid.UUID, items []consultation.Item) (reading, error) {
	r := reading{reasons: map[uuid.UUID][]said{}}
	names, kinds := map[uuid.UUID]string{}, kindsOf(items)
	err := eachBallot(ctx, tx, c.ID, round, func(p pseudonym.Panelist, group string, sealed []byte) error {
		sh, err := unseal(safe, p, round, sealed, items != nil)
		if err != nil {
			return err
		}
		b := delphi.Ballot{Panelist: string(p[:]), Group: group, Answers: make([]delphi.Answer, len(sh.entries))}
		for n, e := range sh.entries {
			name, ok := names[e.item]
			if !ok {
				name = e.item.String()
				names[e.item] = name
			}
			a := e.answer(name)
			if e.reason != "" {
				r.reasons[e.item] = append(r.reasons[e.item], with(c.Protocol, kinds[e.item], &a, e.reason))
			}
			b.Answers[n] = a
		}
		r.ballots = append(r.ballots, b)
		return nil
	})
	return r, err
}

// unseal opens and reads one ballot.
func unseal(safe *pseudonym.Safe, p pseudonym.Panelist, round uuid.UUID, sealed []byte, reasons bool) (sheet, error) {
	plain, err := safe.Open(p, round, pseudonym.BallotBlob, sealed)
	if err != nil {
		return sheet{}, err
	}
	return decode(plain, reasons)
}

// answer is an entry as the engine counts it.
func (e entry) answer(item string) delphi.Answer {
	if e.value == cannotJudge {
		return delphi.Answer{Item: item, CannotJudge: true}
	}
	return delphi.Answer{Item: item, Value: int(e.value)}
}

// enrolled gives the people enrolled at a round's closing by group. A
// consultation has one group so far, and the round keeps its number.
func enrolled(round consultation.Round) []int { return []int{round.Enrolled} }

func engineItems(items []consultation.Item) []delphi.Item {
	out := make([]delphi.Item, len(items))
	for n, i := range items {
		out[n] = engineItem(i)
	}
	return out
}

func kindsOf(items []consultation.Item) map[uuid.UUID]string {
	out := make(map[uuid.UUID]string, len(items))
	for _, i := range items {
		out[i.ID] = i.Kind
	}
	return out
}

func countsOnly(closings []delphi.Closing) []delphi.Counts {
	out := make([]delphi.Counts, len(closings))
	for n, c := range closings {
		out[n] = c.Counts
	}
	return out
}

func isDestroyed(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f) && f.Code == "key_destroyed"
}
