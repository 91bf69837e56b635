package consultation

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
)

// The import of a conversation that was held elsewhere walks the same
// transitions with the system as its actor:
//
//	Import ─ contributions, items, ballots, ticks ─ CloseStanding ─ (jobs: last
//	release, Tabulated) ─ ConcludeForeign ─ (jobs: Destroyed) ─ PublishForeign

// ImportPlan is what an import knows before its first contribution.
type ImportPlan struct {
	Administration                  uuid.UUID
	Slug, Title, Question, Language string // the slug gets a number when it is taken
	Origin                          Origin
	Protocol                        delphi.Protocol // one standing round
}

// Import creates a consultation without staff or commitment, with its standing
// round open.
func (s *Service) Import(ctx context.Context, p ImportPlan) (Consultation, error) {
	if err := p.check(); err != nil {
		return Consultation{}, err
	}
	base := p.Slug
	for n := 2; ; n++ {
		c, err := s.importAs(ctx, p)
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Code != "slug_taken" {
			return c, err
		}
		p.Slug = fmt.Sprintf("%s-%d", base, n)
	}
}

// CloseStanding closes the standing round of an imported consultation; the
// Tabulate job that it enqueues makes the last release.
func (s *Service) CloseStanding(ctx context.Context, consultation uuid.UUID) error {
	return s.foreign(ctx, consultation, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		r := c.Current()
		if r == nil || r.State != RoundOpen {
			return errRoundClosed
		}
		return s.close(ctx, tx, c, r, itself, c.why(whyImported))
	})
}

// ConcludeForeign concludes an imported consultation whose round was released.
func (s *Service) ConcludeForeign(ctx context.Context, consultation uuid.UUID) error {
	return s.foreign(ctx, consultation, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		if err := c.concludable(); err != nil {
			return err
		}
		if err := c.moveBy(ActConclude, itself); err != nil {
			return err
		}
		return s.conclude(ctx, tx, c, itself, "")
	})
}

// PublishForeign publishes an imported consultation whose key and ballots are gone.
func (s *Service) PublishForeign(ctx context.Context, consultation uuid.UUID, texts OpinionTexts) error {
	return s.foreign(ctx, consultation, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		if err := c.moveBy(ActPublish, itself); err != nil {
			return err
		}
		return s.publish(ctx, tx, c, itself, texts)
	})
}

// foreign runs an act of the system on an imported consultation; nobody's own
// consultation can be moved this way.
func (s *Service) foreign(ctx context.Context, id uuid.UUID, do func(context.Context, *postgres.Tx, *Consultation) error) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := s.ForUpdate(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Origin == nil {
			return fault.New(fault.Forbidden, "not_imported", "only what was held elsewhere ends like this")
		}
		return do(ctx, tx, &c)
	})
}

// check refuses a plan that cannot be imported, field by field.
func (p ImportPlan) check() error {
	var r reader
	need := func(name, value string, limit int) {
		if r.text(name, value, limit) == "" {
			r.fail(name, "required", "is missing", nil)
		}
	}
	need("title", p.Title, 200)
	need("origin_name", p.Origin.Name, 200)
	need("origin_licence", p.Origin.Licence, 200)
	r.text("origin_url", p.Origin.URL, 400)
	r.text("question", p.Question, 2000)
	r.checkSlug(p.Slug)
	if len(p.Protocol.Rounds) != 1 || p.Protocol.Rounds[0].Kind != delphi.StandingKind {
		r.fail("protocol", "protocol_invalid", "an imported conversation is one standing round", nil)
	}
	if len(r.bad) > 0 {
		return fault.Bad(r.bad...)
	}
	return nil
}

// importAs imports under the plan's slug, or not at all.
func (s *Service) importAs(ctx context.Context, p ImportPlan) (Consultation, error) {
	var c Consultation
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		stage, _, err := step(ofConsultation, Stage(nothing), ActImport, System)
		if err != nil {
			return err
		}
		origin := p.Origin
		c = Consultation{
			ID: uuid.New(), Administration: p.Administration, Slug: p.Slug, Language: p.Language, Title: p.Title, Question: p.Question,
			Stage: stage, Protocol: p.Protocol, ProtocolHash: p.Protocol.Hash(), StartsAt: tx.Now, Origin: &origin,
		}
		if err := s.establish(ctx, tx, &c, itself); err != nil {
			return err
		}
		// Where a commitment would stand.
		err = s.note(ctx, tx, &c, itself, ledger.Entry{Type: "origin", Target: c.Title, Body: ledger.Body(map[string]any{
			"licence": origin.Licence, "name": origin.Name, "url": origin.URL,
		})})
		if err != nil {
			return err
		}
		if err := s.noteProtocol(ctx, tx, &c, itself); err != nil {
			return err
		}
		if err := s.noteAct(ctx, tx, &c, itself, ActImport, c.Title, "", nil); err != nil {
			return err
		}
		if err := c.moveBy(ActStart, itself); err != nil {
			return err
		}
		if err := s.start(ctx, tx, &c, itself); err != nil {
			return err
		}
		c, err = whole(ctx, tx, c.ID)
		return err
	})
	return c, err
}

// Roll notes how many people of a group an imported conversation had, before they
// are counted in: whoever checks its record finds no round with more.
func (s *Service) Roll(ctx context.Context, consultation uuid.UUID, group string, people int) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := s.ForUpdate(ctx, tx, consultation)
		if err != nil {
			return err
		}
		if c.Origin == nil {
			return fmt.Errorf("consultation %s was not imported: its panel enrols itself", c.ID)
		}
		return s.note(ctx, tx, &c, itself, ledger.Entry{Type: ledger.Roll, Target: c.Title, Body: ledger.Body(map[string]any{"group": group, "n": people})})
	})
}
