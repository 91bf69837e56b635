package ballot

import (
	"context"
	"encoding/json"
	"fmt"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/postgres"
	"delfi/internal/pseudonym"
)

// Receipt is what a panelist gets for a delivered ballot (RECORD.md §4). It lies
// nowhere: whoever asks again is given the same one, made anew.
type Receipt struct {
	Mark     string // hex
	Answered int    // answers given
	Blank    int    // items left without an answer
	Replaces string // the mark it replaces; ""
	Note     string // the receipt's text, signed by the log's key
}

// opening is what the receipts of one round have in common: the same for
// everyone, since a newer checkpoint would tell the time.
type opening struct {
	protocol string
	items    int
	size     int64
	root     leaf.Sum
}

// receipt signs for a ballot that counts. Nothing is written.
func (s *Service) receipt(ctx context.Context, seat pseudonym.Seat, round consultation.Round, sh sheet) (Receipt, error) {
	o, err := s.opening(ctx, round)
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Mark: sh.mark(seat.Group), Answered: len(sh.entries), Blank: o.items - len(sh.entries), Replaces: sh.replaces()}
	r.Note, err = s.record.Sign(ctx, leaf.Receipt{
		Consultation: seat.Consultation.String(), Round: round.Number, Protocol: o.protocol,
		Size: o.size, Root: o.root, Mark: r.Mark, Replaces: r.Replaces,
	}.Text())
	return r, err
}

// opening reads once what a round's receipts have in common; a standing round's
// items may grow, so theirs are read each time.
func (s *Service) opening(ctx context.Context, round consultation.Round) (opening, error) {
	if o, ok := s.begun.Load(round.ID); ok {
		return o.(opening), nil
	}
	var o opening
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := s.cons.ByID(ctx, tx, round.Consultation)
		if err != nil {
			return err
		}
		items, err := s.cons.RoundItems(ctx, tx, round.ID)
		if err != nil {
			return err
		}
		o.protocol, o.items = c.ProtocolHash, len(items)
		o.size, o.root, err = s.record.Opened(ctx, tx, c.ID, round.Number)
		return err
	})
	if err == nil && round.Kind != delphi.StandingKind && round.State == consultation.RoundOpen {
		s.begun.Store(round.ID, o)
	}
	return o, err
}

// Stub is a receipt with the ballot that it is for, as its owner may see it.
type Stub struct {
	Receipt
	Round   consultation.Round
	Pending bool // a draft waits that does not count
	Proofs  bool // the protocol allows proof files
}

// Receipt gives the receipt of a seat's delivered ballot again, as long as the
// consultation's key lives, also after the round has closed. NotFound "no_ballot"
// when nothing was delivered.
func (s *Service) Receipt(ctx context.Context, seat pseudonym.Seat, number int) (Stub, error) {
	k, err := s.kept(ctx, seat, number)
	if err != nil {
		return Stub{}, err
	}
	r, err := s.receipt(ctx, seat, k.round, k.now)
	return Stub{Receipt: r, Round: k.round, Pending: k.drafted, Proofs: k.protocol.Anonymity.ProofFiles}, err
}

// Proof gives the proof file of a seat's delivered ballot: what lets anybody who
// holds it find the answers in the tables, and so can show others how one
// answered. It is made on explicit request alone, and kept nowhere. Forbidden
// "no_proof_files" when the protocol rules them out; NotFound as Receipt.
func (s *Service) Proof(ctx context.Context, seat pseudonym.Seat, number int) ([]byte, error) {
	k, err := s.kept(ctx, seat, number)
	if err != nil {
		return nil, err
	}
	if !k.protocol.Anonymity.ProofFiles {
		return nil, fault.New(fault.Forbidden, "no_proof_files", "the protocol of this consultation rules proof files out")
	}
	r, err := s.receipt(ctx, seat, k.round, k.now)
	if err != nil {
		return nil, err
	}
	p := leaf.Proof{
		Format: leaf.ProofFormat, Receipt: r.Note, Group: seat.Group,
		Random: k.now.random[:], Words: k.now.words, Answers: k.now.given(),
	}
	if k.before != nil {
		p.Previous = k.before.given()
	}
	document, err := json.MarshalIndent(p, "", "  ")
	return append(document, '\n'), err
}

// kept is what lies sealed of one seat's ballot in a round.
type kept struct {
	protocol delphi.Protocol
	round    consultation.Round
	now      sheet
	before   *sheet // of the answering round before; nil when missed or none
	drafted  bool
}

// kept opens a seat's delivered ballot.
func (s *Service) kept(ctx context.Context, seat pseudonym.Seat, number int) (kept, error) {
	safe, err := s.bridge.Safe(ctx, seat.Consultation)
	if err != nil {
		return kept{}, err
	}
	defer safe.Close()
	var k kept
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := steady(ctx, tx); err != nil {
			return err
		}
		c, err := s.cons.ByID(ctx, tx, seat.Consultation)
		if err != nil {
			return err
		}
		r := c.Round(number)
		if r == nil {
			return fault.New(fault.NotFound, "no_round", "there is no such round")
		}
		if !r.Answers() {
			return noBallots()
		}
		k.protocol, k.round = c.Protocol, *r
		b, err := findBallot(ctx, tx, r.ID, seat.Panelist)
		if err != nil {
			return err
		}
		var delivered bool
		if k.now, delivered, err = openBlob(safe, seat, r.ID, pseudonym.BallotBlob, b.sealed); err != nil {
			return err
		}
		if !delivered {
			return fault.New(fault.NotFound, "no_ballot", "no ballot was delivered in this round")
		}
		k.drafted = b.draft != nil
		before, ok := previousAnswering(c, *r)
		if !ok {
			return nil
		}
		if b, err = findBallot(ctx, tx, before.ID, seat.Panelist); err != nil {
			return err
		}
		last, delivered, err := openBlob(safe, seat, before.ID, pseudonym.BallotBlob, b.sealed)
		if err != nil {
			return fmt.Errorf("the ballot of round %d: %w", before.Number, err)
		}
		if delivered {
			k.before = &last
		}
		return nil
	})
	return k, err
}
