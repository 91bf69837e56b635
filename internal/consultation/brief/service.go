package brief

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
)

// Service has the use cases.
type Service struct {
	db     *postgres.DB
	record *ledger.Service
}

// New makes the service.
func New(db *postgres.DB, l *ledger.Service) *Service { return &Service{db: db, record: l} }

// Write gives a round its words, or other words (facilitator), by language. Faults are those of
// May and Check; Conflict "brief_changed" when the words that stand are not those that the actor
// saw (seen: Brief.Seen, of the zero Brief for none). The same words again change nothing.
func (s *Service) Write(ctx context.Context, actor account.Actor, slug string, round int, typed map[string]string, seen string) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := May(actor, *c, round); err != nil {
			return err
		}
		b, err := Check(*c, typed)
		if err != nil {
			return err
		}
		entries, err := s.record.ActsOf(ctx, tx, c.ID, string(consultation.ActBrief))
		if err != nil {
			return err
		}
		last, _ := Of(Read(entries), round)
		switch {
		case b.Seen() == last.Seen():
			return nil
		case last.Seen() != seen:
			return fault.New(fault.Conflict, "brief_changed", "somebody wrote other words about this round in the meantime")
		}
		figures := map[string]any{"round": round, "version": last.Version + 1, text: ledger.Text(b.Text)}
		for l, words := range b.Texts {
			figures[Field(l)] = ledger.Text(words)
		}
		e := ledger.Entry{
			Consultation: c.ID, Type: ledger.Act, Kind: string(consultation.ActBrief), Role: string(account.Facilitator), Name: actor.Name,
			Target: c.Round(round).Target(),
		}
		e.Body, e.Texts = ledger.Split(figures)
		return s.record.Append(ctx, tx, e)
	})
}

// Desk is what the page of a round's words shows its staff.
type Desk struct {
	Consultation consultation.Consultation
	Round        consultation.Round
	Versions     []Brief // newest first
	Refused      error   // why the reader may not write now; nil where they may
}

// Last is the newest version; the zero Brief for none.
func (d Desk) Last() Brief {
	if len(d.Versions) == 0 {
		return Brief{}
	}
	return d.Versions[0]
}

// Desk gives the staff of a consultation the words about one of its answering rounds.
func (s *Service) Desk(ctx context.Context, actor account.Actor, slug string, round int) (Desk, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return Desk{}, err
	}
	r := c.Round(round)
	if r == nil || !r.Answers() {
		return Desk{}, consultation.ErrNoRound
	}
	d := Desk{Consultation: c, Round: *r, Refused: May(actor, c, round)}
	all, err := s.Of(ctx, c.ID)
	for _, b := range all {
		if b.Round == round {
			d.Versions = append(d.Versions, b)
		}
	}
	return d, err
}

// Of gives the versions about all rounds of a consultation, newest first.
func (s *Service) Of(ctx context.Context, id uuid.UUID) ([]Brief, error) {
	entries, err := s.record.Acts(ctx, id, string(consultation.ActBrief))
	return Read(entries), err
}
