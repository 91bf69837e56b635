package ballot

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/batch"
	"delfi/internal/platform/cache"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Service has the use cases.
type Service struct {
	db         *postgres.DB
	steering   *steering.Service
	pseudonyms *pseudonym.Service
	record     *ledger.Service
	batches    *batch.Batcher[roundKey, pseudonym.Panelist, *request]
	loader     *batch.Loader[rounds, pseudonym.Panelist, own]

	// What was read and holds until the next change.
	contexts  cache.Versioned[roundKey, roundContext]
	documents cache.Versioned[uuid.UUID, *feedback.Document] // by round

}

// New makes the service.
func New(db *postgres.DB, c *steering.Service, p *pseudonym.Service, l *ledger.Service) *Service {
	s := &Service{db: db, steering: c, pseudonyms: p, record: l}
	s.batches = batch.NewBatcher[roundKey, pseudonym.Panelist](maxBatch, s.commit)
	s.loader = batch.NewLoader(s.read)
	return s
}

// Paper gives the form of an open round to its seat; Conflict "round_closed"
// when it is not open, "suspended" while forms are read-only. What it holds beside
// the seat's own answers is everybody's: it is read, and never changed.
func (s *Service) Paper(ctx context.Context, seat pseudonym.Seat, round int) (Paper, error) {
	safe, err := s.pseudonyms.Safe(ctx, seat.Consultation)
	if err != nil {
		return Paper{}, err
	}
	defer safe.Close()
	b, err := s.context(ctx, seat.Consultation, round)
	if err != nil {
		return Paper{}, err
	}
	if err := b.takes(s.db.Now()); err != nil {
		return Paper{}, err
	}
	p := Paper{Round: b.Round, Items: b.Items, Codecs: b.form.codecs, Cases: b.cases, Joined: b.joined, Shuffle: safe.Reader(seat, b.Round.ID)}
	if p.Feedback, err = s.shown(ctx, b); err != nil {
		return Paper{}, err
	}
	rows, _, err := s.loader.Load(ctx, b.rounds(), seat.Panelist)
	if err != nil {
		return Paper{}, err
	}
	if err := p.open(safe, seat, rows.now, b.form.codecs); err != nil {
		return Paper{}, err
	}
	if p.standing() && p.Delivered == nil {
		p.Feedback = nil
	}
	if b.before != nil {
		last, delivered, err := openBlob(safe, seat, b.before.ID, pseudonym.BallotBlob, rows.before.sealed, b.earlier)
		if err != nil {
			return Paper{}, err
		}
		if delivered {
			p.Last = answersOf(last)
		}
	}
	return p, nil
}

// Asked gives the statements of an open round and the codecs of their answers, as its
// papers have them; faults as Paper's.
func (s *Service) Asked(ctx context.Context, of uuid.UUID, round int) ([]consultation.Item, *answer.Set, error) {
	b, err := s.context(ctx, of, round)
	if err == nil {
		err = b.takes(s.db.Now())
	}
	return b.Items, b.form.codecs, err
}

// read gives the ballots of whoever asks for theirs in the same moment.
func (s *Service) read(ctx context.Context, of rounds, ids []pseudonym.Panelist) (found map[pseudonym.Panelist]own, err error) {
	err = s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		found, err = ballotsOf(ctx, tx, of, ids)
		return err
	})
	return found, err
}

func noBallots() error {
	return fault.New(fault.NotFound, "no_ballots", "this round asks for contributions, not for ballots")
}

// previousAnswering gives the answering round that a later one builds on.
func Previous(c consultation.Consultation, r consultation.Round) (consultation.Round, bool) {
	for i := len(c.Rounds) - 1; i >= 0; i-- {
		b := c.Rounds[i]
		if b.Number < r.Number && b.Kind == delphi.AnswerRound && b.State == consultation.RoundReleased {
			return b, true
		}
	}
	return consultation.Round{}, false
}

// open fills the paper from a ballot's row.
func (p *Paper) open(safe *pseudonym.Safe, seat pseudonym.Seat, b row, codecs *answer.Set) error {
	p.Draft = map[uuid.UUID]delphi.Answer{}
	delivered, ok, err := openBlob(safe, seat, p.Round.ID, pseudonym.BallotBlob, b.sealed, codecs)
	if err != nil {
		return err
	}
	if ok {
		p.Delivered = answersOf(delivered)
		p.Draft = answersOf(delivered)
		p.Mark = delivered.Mark(payload.Of(p.Round), seat.Group)
	}
	draft, ok, err := openBlob(safe, seat, p.Round.ID, pseudonym.DraftBlob, b.draft, codecs)
	if err != nil {
		return err
	}
	if ok {
		p.Draft = answersOf(draft)
		p.Pending = true
	}
	return nil
}

// Answers are what a form gives about some items, each by its id: those not named stay as
// they were. A Reason has the words, of at most answer.MaxReason characters.
type Answers struct {
	Given   []delphi.Answer
	Cleared []string // items whose answers are taken out
}

// Save puts answers into the sealed draft. Invalid names the fields as package answer
// does; nothing is saved then.
func (s *Service) Save(ctx context.Context, seat pseudonym.Seat, round int, in Answers) error {
	_, err := s.work(ctx, seat, round, submission{Answers: in})
	return err
}

// Deliver turns the draft into the ballot that counts, and gives its receipt; part is
// what the panelist's browser drew for this delivery, and their own words. Again
// without a new draft it gives the same receipt, whatever the part. Conflict
// "empty_ballot" when nothing was answered; Invalid field "words" when they are too
// long.
func (s *Service) Deliver(ctx context.Context, seat pseudonym.Seat, round int, part Part) (Stub, error) {
	return s.work(ctx, seat, round, submission{part: part, deliver: true})
}

// Cast saves and delivers at once: imports, the demonstration and one-page forms.
// Faults as Save's and Deliver's.
func (s *Service) Cast(ctx context.Context, seat pseudonym.Seat, round int, in Answers, part Part) (Stub, error) {
	return s.work(ctx, seat, round, submission{Answers: in, part: part, deliver: true})
}

// submission is what somebody submits.
type submission struct {
	Answers
	part    Part
	deliver bool
}

// work submits one ballot to its batch and gives the receipt of what stands after it.
func (s *Service) work(ctx context.Context, seat pseudonym.Seat, number int, in submission) (Stub, error) {
	var err error
	if in.part.Words, err = ownWords(in.part.Words); err != nil {
		return Stub{}, err
	}
	b, stands, err := s.submit(ctx, seat, number, in)
	if err != nil || !in.deliver {
		return Stub{}, err
	}
	return b.stub(seat, stands, false), nil
}

// change is what became of one ballot: the payload that counts, and the row to be
// written, if any.
type change struct {
	stands payload.Payload
	row    row
	writes bool
	born   bool // with it the panelist's own row
}

// compose works what is handed in into a ballot's row, and writes nothing.
func (f form) compose(safe *pseudonym.Safe, seat pseudonym.Seat, round consultation.Round, b row, in submission) (change, error) {
	written, cleared, err := f.check(in)
	if err != nil {
		return change{}, err
	}
	delivered, had, err := openBlob(safe, seat, round.ID, pseudonym.BallotBlob, b.sealed, f.codecs)
	if err != nil {
		return change{}, err
	}
	draft, drafted, err := openBlob(safe, seat, round.ID, pseudonym.DraftBlob, b.draft, f.codecs)
	if err != nil {
		return change{}, err
	}
	if !drafted {
		draft = payload.Payload{Codecs: f.codecs, Entries: append(make([]payload.Entry, 0, len(delivered.Entries)+len(written)), delivered.Entries...)}
	}
	for _, e := range written {
		if at, found := draft.Find(e.Item); found && draft.Entries[at].Reason == e.Reason {
			e.Language = draft.Entries[at].Language // of the words, whichever page they are sent from again
		}
		draft.Put(e)
	}
	for _, item := range cleared {
		draft.Clear(item)
	}
	f.keep(&draft)
	if bad := append(f.selections(draft, written), f.fits(draft, written)...); len(bad) > 0 {
		return change{}, fault.Bad(bad...)
	}
	switch {
	case had && draft.Same(delivered):
		// A replayed delivery, or a draft changed back: what was delivered stands.
		return change{stands: delivered, row: row{sealed: b.sealed}, writes: drafted}, nil
	case !in.deliver && !drafted && !had && len(draft.Entries) == 0:
		return change{}, nil
	case !in.deliver:
		b.draft, err = seal(safe, seat, round.ID, pseudonym.DraftBlob, draft, f.layout)
		return change{row: b, writes: true}, err
	case len(draft.Entries) == 0:
		return change{}, fault.New(fault.Conflict, "empty_ballot", "answer at least one statement before delivering")
	}
	if had {
		if err := draft.Supersede(delivered, payload.Of(round), seat.Group); err != nil {
			return change{}, err
		}
	}
	if round.Kind == delphi.StandingKind {
		payload.Date(&draft, delivered, round.Ticks)
	}
	if err := draft.Draw(in.part); err != nil {
		return change{}, err
	}
	sealed, err := seal(safe, seat, round.ID, pseudonym.BallotBlob, draft, f.layout)
	return change{stands: draft, row: row{sealed: sealed}, writes: true, born: !had}, err
}
