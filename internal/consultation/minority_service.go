package consultation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/notify"
	"delfi/internal/platform/postgres"
)

// Minority gives a consultation's; the zero one where nobody wrote anything. Its
// draft is for the desk alone.
func (s *Service) Minority(ctx context.Context, consultation uuid.UUID) (Minority, error) {
	var m Minority
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		m, err = minority(ctx, tx, consultation)
		return err
	})
	return m, err
}

// MinorityOf is Minority inside the caller's transaction.
func (s *Service) MinorityOf(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (Minority, error) {
	return minority(ctx, tx, consultation)
}

// DraftMinority keeps the words of a report that is being written (facilitator,
// concluded). Nobody is shown them. version is of the draft that they were begun from
// (Minority.Version; "" skips the comparison): Conflict "minority_changed" when another
// stands by now.
func (s *Service) DraftMinority(ctx context.Context, actor account.Actor, slug, text, version string) error {
	return s.report(ctx, actor, slug, ActMinority, func(ctx context.Context, tx *postgres.Tx, c *Consultation, _ author, m Minority) error {
		var r reader
		if text = r.markdown("minority", text, maxMinority); len(r.bad) > 0 {
			return fault.Bad(r.bad...)
		}
		if err := m.unchanged(version, text); err != nil {
			return err
		}
		m.Draft = text
		return putMinority(ctx, tx, c.ID, m)
	})
}

// ShowMinority shows the panel a report of the dissent, in the place of the one
// before or of a reason for none: from then on it is read for seven days. Other words
// begin the seven days anew, so that what is published is what was read; equal ones
// change nothing. version is as for DraftMinority.
func (s *Service) ShowMinority(ctx context.Context, actor account.Actor, slug, text, version string) error {
	return s.report(ctx, actor, slug, ActMinority, func(ctx context.Context, tx *postgres.Tx, c *Consultation, by author, m Minority) error {
		var r reader
		text = r.markdown("minority", text, maxMinority)
		if text == "" {
			r.fail("minority", "required", "write the report, or declare why nothing is reported", nil)
		}
		if len(r.bad) > 0 {
			return fault.Bad(r.bad...)
		}
		if text == m.Text {
			return nil
		}
		if err := m.unchanged(version, text); err != nil {
			return err
		}
		m = Minority{Draft: text, Text: text, ShownAt: tx.Now}
		if err := putMinority(ctx, tx, c.ID, m); err != nil {
			return err
		}
		if err := s.tellMinority(ctx, tx, c, m); err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(text))
		return s.noteAct(ctx, tx, c, by, ActMinority, c.Title, "", map[string]any{
			"text": hex.EncodeToString(sum[:]), "until": m.Until().Format(time.RFC3339),
		})
	})
}

// tellMinority tells everyone enrolled that the report is shown and until when it can
// be commented on: the same words to all, and nobody's name.
func (s *Service) tellMinority(ctx context.Context, tx *postgres.Tx, c *Consultation, m Minority) error {
	until := m.Until()
	if by := c.PublishBy(); by.Before(until) {
		until = by
	}
	members, err := s.panel.Members(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, c, notify.Message{Kind: notify.Minority, Deadline: until.Format(time.RFC3339)}, members)
}

// ForgoMinority declares in public why the dissent is not reported (facilitator,
// concluded). Conflict "no_dissent" where there is none.
func (s *Service) ForgoMinority(ctx context.Context, actor account.Actor, slug, reason string) error {
	return s.report(ctx, actor, slug, ActForgo, func(ctx context.Context, tx *postgres.Tx, c *Consultation, by author, m Minority) error {
		reason, err := reasoned(reason)
		if err != nil {
			return err
		}
		dissent, err := s.dissents(ctx, tx, *c)
		if err != nil {
			return err
		}
		if !dissent {
			return fault.New(fault.Conflict, "no_dissent", "there is no dissent to report: nothing has to be declared")
		}
		if err := putMinority(ctx, tx, c.ID, Minority{Draft: m.Draft, Reason: reason}); err != nil {
			return err
		}
		return s.noteAct(ctx, tx, c, by, ActForgo, c.Title, reason, nil)
	})
}

// RedactMinority takes words that the law wants gone out of the report and its draft,
// which quote reasons, in the caller's transaction: stub stands in their place. It
// gives what is left of a report that was shown; "" where none lost words.
func (s *Service) RedactMinority(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, words, stub string) (string, error) {
	m, err := minority(ctx, tx, consultation)
	if err != nil {
		return "", err
	}
	before := m
	// A quotation has the words on one line.
	for _, w := range []string{words, strings.Join(strings.Fields(words), " ")} {
		m.Draft, m.Text = strings.ReplaceAll(m.Draft, w, stub), strings.ReplaceAll(m.Text, w, stub)
	}
	if m == before {
		return "", nil
	}
	if err := putMinority(ctx, tx, consultation, m); err != nil || m.Text == before.Text {
		return "", err
	}
	return m.Text, nil
}

// report runs an act of the facilitator on the minority report.
func (s *Service) report(ctx context.Context, actor account.Actor, slug string, act Act, do func(context.Context, *postgres.Tx, *Consultation, author, Minority) error) error {
	return s.steer(ctx, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *Consultation) error {
		by, err := c.move(act, actor)
		if err != nil {
			return err
		}
		m, err := minority(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return do(ctx, tx, c, by, m)
	})
}

// dissents asks whether a concluded consultation has dissent.
func (s *Service) dissents(ctx context.Context, tx *postgres.Tx, c Consultation) (bool, error) {
	if s.dissent == nil {
		return false, fmt.Errorf("dissent of %s: nobody knows it (OnDissent)", c.ID)
	}
	return s.dissent(ctx, tx, c)
}
