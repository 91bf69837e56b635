package ballot

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// standing is what a release counts about one item: the answers that stand, and
// how many people gave or changed one since the item's last release.
type standing struct {
	histogram   []int
	cannotJudge int
	changed     int
}

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
	case tick > round.Ticks+1:
		return fault.New(fault.Conflict, "tick_order", "releases are made one after the other")
	case round.State != consultation.RoundOpen:
		return fault.New(fault.Conflict, "round_closed", "this round is closed")
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
			Consultation: c.ID, Type: "release", Role: "system", Kind: "release",
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
		tables, ticks := lastTables(earlier)
		counts, answered, reasons, err := readStanding(ctx, tx, safe, c, round.ID, items, ticks, last)
		if err != nil {
			return err
		}
		closing = delphi.Closing{Counts: delphi.Counts{
			Round: tick, Answered: answered, Enrolled: max(round.Enrolled, answered), Items: []delphi.ItemCounts{},
		}}
		if !last {
			// The only number of an open round moves in steps of 5.
			closing.Counts.Answered -= answered % 5
		}
		closing.Counts.Groups = []delphi.GroupCount{{
			Group: c.Protocol.Panel.Groups[0].ID, Enrolled: closing.Counts.Enrolled, Answered: closing.Counts.Answered,
		}}
		for _, i := range items {
			n := counts[i.ID]
			table, shown := delphi.Released(c.Protocol, engineItem(i), tables[i.ID.String()], n.histogram, n.changed, last)
			if !shown && !last {
				continue
			}
			ic := delphi.ItemCounts{Item: i.ID.String(), Kind: i.Kind, Valid: table.N, ByGroup: []int{table.N}}
			if last {
				// Counts of people are exact at the end, also where no table is shown.
				ic.CannotJudge = n.cannotJudge
				ic.Valid = total(n.histogram)
				ic.ByGroup = []int{ic.Valid}
			}
			closing.Counts.Items = append(closing.Counts.Items, ic)
			if shown {
				closing.Tables = append(closing.Tables, table)
			}
		}
		f = releaseFeedback(c, round, items, append(earlier, closing), reasons)
		return nil
	})
	return closing, f, err
}

// releaseFeedback is feedbackOf for a release: an item that shows nothing new
// keeps the figures of its own last release.
func releaseFeedback(c consultation.Consultation, round consultation.Round, items []consultation.Item, releases []delphi.Closing, reasons map[uuid.UUID][]said) Feedback {
	now := releases[len(releases)-1]
	f := Feedback{
		Format: feedbackFormat, Protocol: c.ProtocolHash, Round: round.Number, Tick: now.Counts.Round,
		Enrolled: now.Counts.Enrolled, Answered: now.Counts.Answered, Items: make([]ItemFeedback, 0, len(items)),
	}
	for _, i := range items {
		history := historyOf(i.ID, releases)
		if len(history) == 0 {
			f.Items = append(f.Items, ItemFeedback{
				Item: i.ID, Number: i.Number, Text: i.Text, Kind: i.Kind,
				Counts: delphi.ItemCounts{Item: i.ID.String(), Kind: i.Kind}, Tables: []delphi.Table{}, Reasons: []Reason{},
				Verdict: delphi.Verdict{Key: delphi.Open, Direction: delphi.NoDirection, IfDirection: delphi.NoDirection},
			})
			continue
		}
		out := itemFeedback(c, round, i, releases, reasons[i.ID])
		out.Released = history[len(history)-1].Counts.Round
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

// lastTables gives each item's table of its last release, and that release's number.
func lastTables(releases []delphi.Closing) (map[string]delphi.Table, map[string]int) {
	tables, ticks := map[string]delphi.Table{}, map[string]int{}
	for _, r := range releases {
		for _, t := range r.Tables {
			if item, ok := strings.CutPrefix(t.ID, "A/"); ok {
				tables[item], ticks[item] = t, r.Counts.Round
			}
		}
	}
	return tables, ticks
}

// readStanding streams the standing ballots into one count per item.
func readStanding(ctx context.Context, tx *postgres.Tx, safe *pseudonym.Safe, c consultation.Consultation, round uuid.UUID, items []consultation.Item, ticks map[string]int, reasons bool) (map[uuid.UUID]*standing, int, map[uuid.UUID][]said, error) {
	counts := make(map[uuid.UUID]*standing, len(items))
	since := make(map[uuid.UUID]int, len(items))
	for _, i := range items {
		kind, ok := c.Protocol.Kind(i.Kind)
		if !ok {
			return nil, 0, nil, fmt.Errorf("statement %d is of unknown kind %q", i.Number, i.Kind)
		}
		counts[i.ID] = &standing{histogram: make([]int, kind.Points)}
		since[i.ID] = ticks[i.ID.String()]
	}
	answered, words := 0, map[uuid.UUID][]said{}
	err := eachBallot(ctx, tx, c.ID, round, func(p pseudonym.Panelist, _ string, sealed []byte) error {
		plain, err := safe.Open(p, round, pseudonym.BallotBlob, sealed)
		if err != nil {
			return err
		}
		sh, err := decode(plain, reasons)
		if err != nil {
			return err
		}
		answered++
		for _, e := range sh.entries {
			n := counts[e.item]
			if n == nil {
				continue // its item is not in play any more
			}
			if int(e.since) >= since[e.item] {
				n.changed++
			}
			value := int(e.value)
			if e.value == cannotJudge {
				n.cannotJudge++
				value = 0
			} else {
				n.histogram[value-1]++
			}
			if e.reason != "" {
				words[e.item] = append(words[e.item], said{text: e.reason, value: value})
			}
		}
		return nil
	})
	return counts, answered, words, err
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

func total(h []int) int {
	n := 0
	for _, c := range h {
		n += c
	}
	return n
}
