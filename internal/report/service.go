package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/synthesis"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
)

// Service stores and reads opinions.
type Service struct {
	db        *postgres.DB
	cons      *consultation.Service
	ballots   *ballot.Service
	synthesis *synthesis.Service
	record    *ledger.Service
}

// New makes the service. The wiring gives Store to consultation.OnPublish.
func New(db *postgres.DB, c *consultation.Service, b *ballot.Service, s *synthesis.Service, l *ledger.Service) *Service {
	return &Service{db: db, cons: c, ballots: b, synthesis: s, record: l}
}

// firstVersion is the opinion of the publication; replies make later ones.
const firstVersion = 1

// Store builds the opinion and keeps it, with its hash in the public record, in
// the transaction that publishes the consultation.
func (s *Service) Store(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, texts consultation.OpinionTexts) error {
	if c.PublishedAt.IsZero() {
		c.PublishedAt = tx.Now
	}
	o, err := s.build(ctx, tx, c, texts)
	if err != nil {
		return fmt.Errorf("building the opinion: %w", err)
	}
	document, err := ballot.Canonical(o)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(document)
	hash := hex.EncodeToString(sum[:])
	if err := insertOpinion(ctx, tx, c.ID, firstVersion, document, hash); err != nil {
		return err
	}
	return s.record.Append(ctx, tx, ledger.Entry{
		Consultation: c.ID, Type: "opinion", Role: "system", Kind: "opinion", Target: "opinion",
		Body: ledger.Body(map[string]any{"version": firstVersion, "hash": hash, "previous": ""}),
	})
}

// Of gives the stored opinion of a consultation and the exact bytes that
// opinion.json serves; NotFound before publication.
func (s *Service) Of(ctx context.Context, id uuid.UUID) (Opinion, []byte, error) {
	var document []byte
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		document, err = findOpinion(ctx, tx, id)
		return err
	})
	if err != nil {
		return Opinion{}, nil, err
	}
	if document == nil {
		return Opinion{}, nil, fault.New(fault.NotFound, "no_opinion", "the opinion is not published yet")
	}
	var o Opinion
	if err := json.Unmarshal(document, &o); err != nil {
		return Opinion{}, nil, fmt.Errorf("a stored opinion cannot be read: %w", err)
	}
	return o, document, nil
}

// Preview gives the opinion as it would be published now, to those who see the
// desk of a concluded consultation; Conflict before it is concluded.
func (s *Service) Preview(ctx context.Context, actor account.Actor, slug string, texts consultation.OpinionTexts) (Opinion, error) {
	c, err := s.cons.Desk(ctx, actor, slug)
	if err != nil {
		return Opinion{}, err
	}
	if c.Stage != consultation.Concluded && c.Stage != consultation.Published {
		return Opinion{}, fault.New(fault.Conflict, "not_concluded", "the opinion is drawn up when the consultation is concluded")
	}
	var o Opinion
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		o, err = s.build(ctx, tx, c, texts)
		return err
	})
	return o, err
}
