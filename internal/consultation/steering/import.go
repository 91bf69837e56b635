package steering

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// The import of a conversation that was held elsewhere walks the same
// transitions with the system as its actor:
//
//	Import ─ contributions, items, ballots, ticks ─ CloseStanding ─ (jobs: last
//	release, Tabulated) ─ ConcludeForeign ─ (jobs: Destroyed) ─ PublishForeign
//
// Nobody is shown an import before it is published (CanSee, listed), and it has no
// address of its own until then. While it is at work its process holds it
// (Importing); one that nobody holds and that is not whole is withdrawn (TakeBack).

// ImportPlan is what an import knows before its first contribution.
type ImportPlan struct {
	ID                        uuid.UUID // held since before: Importing
	Administration            uuid.UUID
	Title, Question, Language string
	Origin                    consultation.Origin
	Protocol                  protocol.Protocol // one standing round
	Statements                []string          // those that will be added, in order; empty when they are not known yet
}

// Import creates a consultation without staff or commitment, with its standing
// round open.
func (s *Service) Import(ctx context.Context, p ImportPlan) (consultation.Consultation, error) {
	if err := p.Check(); err != nil {
		return consultation.Consultation{}, err
	}
	var c consultation.Consultation
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		stage, _, err := consultation.Stage(consultation.Nothing).Step(consultation.ActImport, consultation.System)
		if err != nil {
			return err
		}
		origin := p.Origin
		c = consultation.Consultation{
			ID: p.ID, Administration: p.Administration, Slug: p.ID.String(), Language: p.Language, Title: p.Title, Question: p.Question,
			Stage: stage, Protocol: p.Protocol, ProtocolHash: p.Protocol.Hash(), StartsAt: tx.Now, Origin: &origin,
		}
		if err := s.establish(ctx, tx, &c, consultation.Itself); err != nil {
			return err
		}
		// Where a commitment would stand.
		e := ledger.Entry{Type: ledger.Origin, Target: c.Title}
		e.Body, e.Texts = ledger.Split(map[string]any{
			"licence": ledger.Text(origin.Licence), "origin": ledger.Text(origin.Name), "url": ledger.Text(origin.URL),
		})
		if err := s.note(ctx, tx, &c, consultation.Itself, e); err != nil {
			return err
		}
		if err := s.noteProtocol(ctx, tx, &c, consultation.Itself); err != nil {
			return err
		}
		if err := s.noteAct(ctx, tx, &c, consultation.Itself, consultation.ActImport, c.Title, "", map[string]any{"question": ledger.Text(c.Question)}); err != nil {
			return err
		}
		if err := c.MoveBy(consultation.ActStart, consultation.Itself); err != nil {
			return err
		}
		if err := s.start(ctx, tx, &c, consultation.Itself); err != nil {
			return err
		}
		c, err = lifecycle.Load(ctx, tx, c.ID)
		return err
	})
	return c, err
}

// CloseStanding closes the standing round of an imported consultation; the
// Tabulate job that it enqueues makes the last release.
func (s *Service) CloseStanding(ctx context.Context, id uuid.UUID) error {
	return s.foreign(ctx, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		r := c.Current()
		if r == nil || r.State != consultation.RoundOpen {
			return consultation.ErrRoundClosed
		}
		return s.close(ctx, tx, c, r, consultation.Itself, c.Why(consultation.WhyImported))
	})
}

// ConcludeForeign concludes an imported consultation whose round was released.
func (s *Service) ConcludeForeign(ctx context.Context, id uuid.UUID) error {
	return s.foreign(ctx, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := c.Concludable(); err != nil {
			return err
		}
		if err := c.MoveBy(consultation.ActConclude, consultation.Itself); err != nil {
			return err
		}
		return s.conclude(ctx, tx, c, consultation.Itself, "", false)
	})
}

// PublishForeign publishes an imported consultation whose key and ballots are gone, at
// the address slug, which gets a number where it is taken, and gives the address.
func (s *Service) PublishForeign(ctx context.Context, id uuid.UUID, slug string, texts consultation.OpinionTexts) (string, error) {
	for n := 1; ; n++ {
		at := slug
		if n > 1 {
			at = fmt.Sprintf("%s-%d", slug, n)
		}
		err := s.foreign(ctx, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
			if err := c.MoveBy(consultation.ActPublish, consultation.Itself); err != nil {
				return err
			}
			if bad := consultation.CheckSlug(at); len(bad) > 0 {
				return fault.Bad(bad...)
			}
			c.Slug = at
			if err := lifecycle.SaveSlug(ctx, tx, c.ID, at); err != nil {
				return err
			}
			return s.publish(ctx, tx, c, consultation.Itself, texts)
		})
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Code != "slug_taken" && f.Fields[0].Code != "slug_reserved" {
			return at, err
		}
	}
}

// Importing holds an import until done is called, or the process ends, however it
// ends: no other takes it back meanwhile. It is called before Import.
func (s *Service) Importing(ctx context.Context, id uuid.UUID) (done func() error, err error) {
	conn, err := s.db.Session(ctx)
	if err != nil {
		return nil, fmt.Errorf("holding import %s: %w", id, err)
	}
	if err := hold(ctx, conn.Conn, id); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		err := letGo(context.WithoutCancel(ctx), conn.Conn, id)
		if shut := conn.Close(); err == nil {
			err = shut
		}
		if errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) {
			return nil // its connection is gone, and the hold with it
		}
		return err
	}, nil
}

// TakeBack withdraws the imports that are not whole and that nobody holds, and gives
// their ids. Their keys and ballots are destroyed by a job, as every withdrawal's.
func (s *Service) TakeBack(ctx context.Context) ([]uuid.UUID, error) {
	var all, taken []uuid.UUID
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		all, err = lifecycle.Unfinished(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range all {
		mine := false
		err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
			// The hold comes before the row: an import at work may keep that for long.
			if mine, err = unheld(ctx, tx, id); err != nil || !mine {
				return err
			}
			c, err := lifecycle.Lock(ctx, tx, id)
			if err != nil {
				return err
			}
			if mine = c.Unfinished(); !mine {
				return nil
			}
			if err := c.MoveBy(consultation.ActWithdraw, consultation.Itself); err != nil {
				return err
			}
			return s.withdraw(ctx, tx, &c, consultation.Itself, c.Why(consultation.WhyBrokeOff))
		})
		if err != nil {
			return taken, fmt.Errorf("taking back import %s: %w", id, err)
		}
		if mine {
			taken = append(taken, id)
		}
	}
	return taken, nil
}

// takeBack asks for TakeBack.
type takeBack struct{}

// Kind names the job.
func (takeBack) Kind() string { return "take_back_imports" }

// takeBackEvery is how long an import that broke off lies, where a server runs.
const takeBackEvery = 5 * time.Minute

// foreign runs an act of the system on an imported consultation; nobody's own
// consultation can be moved this way.
func (s *Service) foreign(ctx context.Context, id uuid.UUID, do func(context.Context, *postgres.Tx, *consultation.Consultation) error) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Origin == nil {
			return fault.New(fault.Forbidden, "not_imported", "only what was held elsewhere ends like this")
		}
		return do(ctx, tx, &c)
	})
}

// Check refuses a plan that cannot be imported, field by field; a statement's field is
// "statements[i]", from 0.
func (p ImportPlan) Check() error {
	var bad []fault.Field
	for _, f := range []struct {
		prose.Field
		typed string
	}{
		{prose.Field{Name: "title", Max: 200, Needed: true, Line: true}, p.Title},
		{prose.Field{Name: "origin_name", Max: 200, Needed: true, Line: true}, p.Origin.Name},
		{prose.Field{Name: "origin_licence", Max: 200, Needed: true, Line: true}, p.Origin.Licence},
		{prose.Field{Name: "origin_url", Max: 400, Line: true}, p.Origin.URL},
		{prose.Field{Name: "question", Max: 2000}, p.Question},
	} {
		f.Read(f.typed, &bad)
	}
	if len(p.Protocol.Rounds) != 1 || p.Protocol.Rounds[0].Kind != delphi.StandingKind {
		bad = append(bad, fault.Field{Name: "protocol", Code: "protocol_invalid", Message: "an imported conversation is one standing round"})
	}
	if n, most := len(p.Statements), p.Protocol.Items.Max; n > most {
		bad = append(bad, fault.Field{
			Name: "statements", Code: "too_many_items", Message: fmt.Sprintf("are %d: the protocol allows %d at most", n, most), Args: map[string]any{"max": most},
		})
	}
	for i, text := range p.Statements {
		var f *fault.Fault
		if _, err := consultation.Wording(text); errors.As(err, &f) {
			for _, of := range f.Fields {
				of.Name = fmt.Sprintf("statements[%d]", i)
				bad = append(bad, of)
			}
		}
	}
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return nil
}

// Roll notes how many people of a group an imported conversation had, before they
// are counted in: whoever checks its record finds no round with more.
func (s *Service) Roll(ctx context.Context, id uuid.UUID, group string, people int) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Origin == nil {
			return fmt.Errorf("consultation %s was not imported: its panel enrols itself", c.ID)
		}
		return s.note(ctx, tx, &c, consultation.Itself, ledger.Entry{Type: ledger.Roll, Target: c.Title, Body: ledger.Body(map[string]any{"group": group, "n": people})})
	})
}
