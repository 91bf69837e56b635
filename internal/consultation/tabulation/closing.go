package tabulation

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	"delfi/internal/platform/postgres"
)

// tabulate is the work of a closing round: read and count (nothing written),
// store what was found and the leaves that prove it in one civic transaction,
// then write the round's rows anew in another. Each step may be repeated; the result is the same.
func (s *Service) tabulate(ctx context.Context, job steering.Tabulate) error {
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
	s.trackers.drop(round.ID)
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
	return s.rewriteClosed(ctx, c.ID, round.ID)
}

// count reads a closing round's ballots and stores what they say.
func (s *Service) count(ctx context.Context, c consultation.Consultation, round consultation.Round) error {
	safe, err := s.pseudonyms.Safe(ctx, c.ID)
	if isDestroyed(err) {
		// Withdrawn while it closed: the ballots are going or gone, uncounted.
		return nil
	}
	if err != nil {
		return err
	}
	defer safe.Close()
	var items []consultation.Item
	var earlier []table.Closing
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if items, err = lifecycle.RoundItems(ctx, tx, c, round); err != nil {
			return err
		}
		if round.Kind == delphi.StandingKind {
			earlier, err = ticksOf(ctx, tx, round.ID)
		} else {
			earlier, err = closingsBefore(ctx, tx, c.ID, round.Number)
		}
		return err
	})
	if err != nil {
		return err
	}
	var found counted
	if round.Kind == delphi.StandingKind {
		found, err = s.countStanding(ctx, safe, c, round, items)
	} else {
		found, err = s.tabulated(ctx, safe, c, round, items)
	}
	if err != nil {
		return err
	}
	return s.store(ctx, round, items, earlier, found)
}

// store keeps a closing with its leaves and ends it, in one civic transaction:
// whatever fails in it, nothing of the closing is there, and the job comes again.
// The round's lock makes the second of two servers find it done. Entries of the
// record come last, since their lock is everybody's.
func (s *Service) store(ctx context.Context, round consultation.Round, items []consultation.Item, earlier []table.Closing, found counted) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, locked, err := lifecycle.LockRound(ctx, tx, round.ID)
		if err != nil {
			return err
		}
		if locked.State != consultation.RoundClosing {
			return nil
		}
		id := func(table string) string { return leaf.ID(c.ID.String(), round.Number, table) }
		heads, err := found.leaves(id, func(name string, b leaf.Built) error {
			return insertLeaves(ctx, tx, round.ID, name, b)
		})
		if err != nil {
			return err
		}
		// The root is there before anything is measured: it seeds what is drawn.
		closing, root := found.closing, leaf.Root(heads)
		closing.Root = root[:]
		d := document{closing: closing, items: consultation.ItemsDocument(items), tally: tallies(closing, id), heads: leaf.Heads(heads), superseded: found.votes.supersededLines()}
		d.feedback = feedback.Of(c.Protocol, feedback.List(items), append(slices.Clone(earlier), closing), nil)
		d.feedback.AddReasons(c.Protocol, round.ID, closing, found.votes.reasons, found.votes.spoken)
		hashes, err := insertClosing(ctx, tx, round.ID, d)
		if err != nil {
			return err
		}
		if err := s.record.Append(ctx, tx, closedEntry(c, closing, hashes, root.String())); err != nil {
			return err
		}
		if err := s.record.Append(ctx, tx, feedbackEntry(c, closing, hashes.feedback)); err != nil {
			return err
		}
		return s.steering.Tabulated(ctx, tx, &c, locked, closing.Counts.Answered, outcomes(d.feedback))
	})
}

// closedEntry is the record's line about what a round came to.
func closedEntry(c consultation.Consultation, closing table.Closing, h hashes, root string) ledger.Entry {
	people := make([]int, len(closing.Counts.Groups))
	for n, g := range closing.Counts.Groups {
		people[n] = g.Enrolled
	}
	return entryOf(c, closing, ledger.RoundClosed, "close", map[string]any{
		"answered": closing.Counts.Answered, "enrolled": people, "counts": h.counts, "heads": h.heads, "root": root,
		"tally": h.tally, "superseded": h.superseded, "items": h.items,
	})
}

// feedbackEntry is the record's line about a feedback document.
func feedbackEntry(c consultation.Consultation, closing table.Closing, hash string) ledger.Entry {
	tables := make([]string, len(closing.Tables))
	for n, t := range closing.Tables {
		tables[n] = t.ID
	}
	return entryOf(c, closing, ledger.Feedback, "feedback", map[string]any{"document": hash, "tables": tables})
}

// entryOf makes an entry of what the system found about a round.
func entryOf(c consultation.Consultation, closing table.Closing, kind ledger.Type, act string, figures map[string]any) ledger.Entry {
	figures["round"] = closing.Counts.Round
	return ledger.Entry{
		Consultation: c.ID, Type: kind, Role: "system", Kind: act,
		Target: fmt.Sprintf("round %d", closing.Counts.Round), Body: ledger.Body(figures),
	}
}

// outcomes is what consultation keeps of a document: verdicts and proposals.
func outcomes(f feedback.Document) []consultation.Outcome {
	out := make([]consultation.Outcome, len(f.Items))
	for n, i := range f.Items {
		out[n] = consultation.Outcome{Item: i.Item, Verdict: i.Verdict, Proposal: i.Proposal}
	}
	return out
}

// roundOf finds a round with its consultation.
func (s *Service) roundOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (consultation.Consultation, consultation.Round, error) {
	of, err := lifecycle.OfRound(ctx, tx, id)
	if err != nil {
		return consultation.Consultation{}, consultation.Round{}, err
	}
	c, err := lifecycle.Load(ctx, tx, of)
	if err != nil {
		return c, consultation.Round{}, err
	}
	if r := c.RoundByID(id); r != nil {
		return c, *r, nil
	}
	return c, consultation.Round{}, fmt.Errorf("round %s is not among its consultation's", id)
}

func isDestroyed(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f) && f.Code == "key_destroyed"
}
