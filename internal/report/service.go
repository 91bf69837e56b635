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
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/steering"
	"delfi/internal/consultation/tabulation"
	"delfi/internal/delphi/canonical"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/report/schema"
)

// Service stores and reads opinions.
type Service struct {
	db            *postgres.DB
	consultations *steering.Service
	tabulation    *tabulation.Service
	archive       *archive.Service
	contributions *contribution.Service
	record        *ledger.Service
}

// New makes the service, which tells steering the dissent of consultations and draws their
// opinions up again. The wiring gives Store to consultation.OnPublish.
func New(db *postgres.DB, c *steering.Service, t *tabulation.Service, a *archive.Service, s *contribution.Service, l *ledger.Service) *Service {
	r := &Service{db: db, consultations: c, tabulation: t, archive: a, contributions: s, record: l}
	c.OnDissent(r.dissents)
	c.OnRemoved(r.renew)
	return r
}

// Store builds the opinion and keeps it, with its hash in the public record, in
// the transaction that publishes the consultation.
func (s *Service) Store(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, texts consultation.OpinionTexts) error {
	if c.PublishedAt.IsZero() {
		c.PublishedAt = tx.Now
	}
	return s.keep(ctx, tx, c, texts, stored{})
}

// renew draws a published opinion up again, as its next version, in the transaction in which
// the law took a text from it. The words of the staff stay, and older versions lose theirs:
// what is gone must not be read there. It does nothing when nothing changed.
func (s *Service) renew(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) error {
	last, err := latest(ctx, tx, c.ID)
	if err != nil || last.version == 0 {
		return err
	}
	o, err := parse(last)
	if err != nil {
		return err
	}
	texts := consultation.OpinionTexts{Summary: o.Texts.Summary, Limitations: o.Texts.Limitations}
	return s.keep(ctx, tx, c, texts, last)
}

// keep builds the version after the last one and stores it, with its hash in the
// public record.
func (s *Service) keep(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, texts consultation.OpinionTexts, last stored) error {
	o, err := s.build(ctx, tx, c, texts)
	if err != nil {
		return fmt.Errorf("building the opinion: %w", err)
	}
	if err := findable(ctx, tx, c, o); err != nil {
		return err
	}
	same := func(version int) ([]byte, error) {
		o.Version = version
		return canonical.Marshal(o)
	}
	if again, err := same(last.version); err != nil || last.version > 0 && string(again) == last.document {
		return err
	}
	document, err := same(last.version + 1)
	if err != nil {
		return err
	}
	summary, err := canonical.Marshal(o.Summary)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(document)
	hash := hex.EncodeToString(sum[:])
	if err := insertOpinion(ctx, tx, c.ID, o.Version, document, string(summary), hash); err != nil {
		return err
	}
	return s.record.Append(ctx, tx, ledger.Entry{
		Consultation: c.ID, Type: "opinion", Role: "system", Kind: "opinion", Target: "opinion",
		Body: ledger.Body(map[string]any{"version": o.Version, "hash": hash, "previous": last.hash}),
	})
}

// Of gives the stored opinion of a consultation and the exact bytes that
// opinion.json serves; NotFound before publication.
func (s *Service) Of(ctx context.Context, id uuid.UUID) (schema.Opinion, []byte, error) {
	var last stored
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		last, err = latest(ctx, tx, id)
		return err
	})
	if err != nil {
		return schema.Opinion{}, nil, err
	}
	if last.version == 0 {
		return schema.Opinion{}, nil, fault.New(fault.NotFound, "no_opinion", "the opinion is not published yet")
	}
	o, err := parse(last)
	return o, []byte(last.document), err
}

// Summaries gives the headline counts of every published opinion, by consultation: those
// of the public document, read at once for a list.
func (s *Service) Summaries(ctx context.Context) (map[uuid.UUID]schema.Summary, error) {
	var out map[uuid.UUID]schema.Summary
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = summaries(ctx, tx)
		return err
	})
	return out, err
}

func parse(s stored) (schema.Opinion, error) {
	var o schema.Opinion
	if err := json.Unmarshal([]byte(s.document), &o); err != nil {
		return schema.Opinion{}, fmt.Errorf("a stored opinion cannot be read: %w", err)
	}
	return o, nil
}

// Preview gives the opinion as it would be published now, to those who see the
// desk of a concluded consultation; Conflict before it is concluded.
func (s *Service) Preview(ctx context.Context, actor account.Actor, slug string, texts consultation.OpinionTexts) (schema.Opinion, error) {
	c, err := s.consultations.Desk(ctx, actor, slug)
	if err != nil {
		return schema.Opinion{}, err
	}
	if c.Stage != consultation.Concluded && c.Stage != consultation.Published {
		return schema.Opinion{}, fault.New(fault.Conflict, "not_concluded", "the opinion is drawn up when the consultation is concluded")
	}
	var o schema.Opinion
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		o, err = s.build(ctx, tx, c, texts)
		return err
	})
	return o, err
}

// Dissent lists the items of a consultation that have dissent, by number, to those
// who see its desk; Conflict before it is concluded.
func (s *Service) Dissent(ctx context.Context, actor account.Actor, slug string) ([]schema.Dissenting, error) {
	c, err := s.consultations.Desk(ctx, actor, slug)
	if err != nil {
		return nil, err
	}
	if c.ConcludedAt.IsZero() {
		return nil, fault.New(fault.Conflict, "not_concluded", "the opinion is drawn up when the consultation is concluded")
	}
	var found []schema.Dissenting
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		found, err = s.dissentIn(ctx, tx, c)
		return err
	})
	return found, err
}

// dissents tells whether a consultation has dissent.
func (s *Service) dissents(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (bool, error) {
	found, err := s.dissentIn(ctx, tx, c)
	return len(found) > 0, err
}

func (s *Service) dissentIn(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]schema.Dissenting, error) {
	stored, err := s.archive.Stored(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	documents := make([]feedback.Document, len(stored))
	for n, d := range stored {
		documents[n] = d.Document
	}
	return schema.DissentIn(documents), nil
}
