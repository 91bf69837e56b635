package ballot

import (
	"context"
	"encoding/json"
	"fmt"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/pseudonym"
)

// Receipt is what a panelist gets for a delivered ballot (docs/RECORD.md §4). It lies
// nowhere: whoever asks again is given the same one, made anew.
type Receipt struct {
	Mark     string // hex
	Answered int    // questions that have an answer: a list is one
	Blank    int    // questions left without one
	Replaces string // the mark it replaces; ""
	Part     leaf.Digests

	text string
	hand ledger.Hand
}

// Note is the receipt's text, signed by the log's key. It costs a signature, and is
// the same whenever it is asked for.
func (r Receipt) Note() (string, error) { return r.hand.Sign(r.text) }

// receipt is for a ballot that counts. Nothing is read or written.
func (b roundContext) receipt(seat pseudonym.Seat, p payload.Payload) Receipt {
	content, part := p.Content(seat.Group), p.Part.Digests(payload.Of(b.Round))
	answered := b.form.answered(p)
	r := Receipt{
		Mark: leaf.Mark(content, part), Part: part, Answered: answered, Blank: b.form.questions - answered, Replaces: p.Replaces(),
		hand: b.checkpoint.hand,
	}
	r.text = leaf.Receipt{
		Consultation: seat.Consultation.String(), Round: b.Round.Number, Protocol: b.Consultation.ProtocolHash,
		Size: b.checkpoint.size, Root: b.checkpoint.root, Mark: r.Mark, Replaces: r.Replaces, Part: part, Content: content,
	}.Text()
	return r
}

// Stub is a receipt with the ballot that it is for, as its owner may see it.
type Stub struct {
	Receipt
	Round   consultation.Round
	Pending bool // a draft waits that does not count
	Proofs  bool // the protocol allows proof files
}

// stub is for a ballot that counts, beside which a draft may lie.
func (b roundContext) stub(seat pseudonym.Seat, p payload.Payload, drafted bool) Stub {
	return Stub{Receipt: b.receipt(seat, p), Round: b.Round, Pending: drafted, Proofs: b.proofs()}
}

// proofs tells whether the protocol allows proof files.
func (b roundContext) proofs() bool { return b.Consultation.Protocol.Anonymity.ProofFiles }

// Receipt gives the receipt of a seat's delivered ballot again, as long as the
// consultation's key lives, also after the round has closed. NotFound "no_ballot"
// when nothing was delivered.
func (s *Service) Receipt(ctx context.Context, seat pseudonym.Seat, number int) (Stub, error) {
	k, err := s.kept(ctx, seat, number, false)
	if err != nil {
		return Stub{}, err
	}
	return k.round.stub(seat, k.now, k.drafted), nil
}

// Proof gives the proof file of a seat's delivered ballot: what lets anybody who
// holds it find the answers in the tables, and so can show others how one
// answered. It is made on explicit request alone, and kept nowhere. Forbidden
// "no_proof_files" when the protocol rules them out; NotFound as Receipt.
func (s *Service) Proof(ctx context.Context, seat pseudonym.Seat, number int) ([]byte, error) {
	k, err := s.kept(ctx, seat, number, true)
	if err != nil {
		return nil, err
	}
	if !k.round.proofs() {
		return nil, fault.New(fault.Forbidden, "no_proof_files", "the protocol of this consultation rules proof files out")
	}
	note, err := k.round.receipt(seat, k.now).Note()
	if err != nil {
		return nil, err
	}
	p := leaf.Proof{
		Format: leaf.ProofFormat, Receipt: note, Group: seat.Group,
		Random: k.now.Random[:], Words: k.now.Part.Words, Answers: k.now.Given(),
	}
	if k.now.Part.Browser != (Part{}).Browser {
		p.Browser = k.now.Part.Browser[:]
	}
	if k.before != nil {
		p.Previous = k.before.Given()
	}
	document, err := json.MarshalIndent(p, "", "  ")
	return append(document, '\n'), err
}

// kept is what lies sealed of one seat's ballot in a round.
type kept struct {
	round   roundContext
	now     payload.Payload
	before  *payload.Payload // of the answering round before; nil when missed, none or not asked for
	drafted bool
}

// kept opens a seat's delivered ballot, and, if asked, that of the answering round
// before.
func (s *Service) kept(ctx context.Context, seat pseudonym.Seat, number int, both bool) (kept, error) {
	safe, err := s.pseudonyms.Safe(ctx, seat.Consultation)
	if err != nil {
		return kept{}, err
	}
	defer safe.Close()
	var k kept
	if k.round, err = s.context(ctx, seat.Consultation, number); err != nil {
		return kept{}, err
	}
	if !k.round.Round.Answers() {
		return kept{}, noBallots()
	}
	of := rounds{now: k.round.Round.ID}
	if both {
		of = k.round.rounds()
	}
	rows, _, err := s.loader.Load(ctx, of, seat.Panelist)
	if err != nil {
		return kept{}, err
	}
	var delivered bool
	if k.now, delivered, err = openBlob(safe, seat, of.now, pseudonym.BallotBlob, rows.now.sealed, k.round.form.codecs); err != nil {
		return kept{}, err
	}
	if !delivered {
		return kept{}, fault.New(fault.NotFound, "no_ballot", "no ballot was delivered in this round")
	}
	k.drafted = rows.now.draft != nil
	last, delivered, err := openBlob(safe, seat, of.before, pseudonym.BallotBlob, rows.before.sealed, k.round.earlier)
	if err != nil {
		return kept{}, fmt.Errorf("the ballot of the round before round %d: %w", number, err)
	}
	if delivered {
		k.before = &last
	}
	return k, nil
}
