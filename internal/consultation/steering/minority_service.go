package steering

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/notify"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/richtext"
)

// reportField reads the words of a minority report.
var reportField = prose.Field{Name: "minority", Max: maxMinority, Rendered: richtext.Words}

// DraftMinority keeps the words of a report that is being written (facilitator,
// concluded). Nobody is shown them. version is of the draft that they were begun from
// (Minority.Version; "" skips the comparison): Conflict "minority_changed" when another
// stands by now.
func (s *Service) DraftMinority(ctx context.Context, actor account.Actor, slug, text, version string) error {
	return s.report(ctx, actor, slug, consultation.ActMinority, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, _ consultation.Author, m consultation.Minority) error {
		var bad []fault.Field
		if text = reportField.Read(text, &bad); len(bad) > 0 {
			return fault.Bad(bad...)
		}
		if text == m.Draft {
			return nil
		}
		if err := m.Unchanged(version); err != nil {
			return err
		}
		m.Draft = text
		return lifecycle.SaveMinority(ctx, tx, c.ID, m)
	})
}

// ShowMinority shows the panel a report of the dissent, in the place of the one
// before or of a reason for none: from then on it is read for seven days. Other words
// begin the seven days anew, so that what is published is what was read; equal ones
// change nothing. version is as for DraftMinority.
func (s *Service) ShowMinority(ctx context.Context, actor account.Actor, slug, text, version string) error {
	return s.report(ctx, actor, slug, consultation.ActMinority, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, m consultation.Minority) error {
		var bad []fault.Field
		text = reportField.Read(text, &bad)
		if text == "" {
			bad = append(bad, fault.Field{Name: "minority", Code: "required", Message: "write the report, or declare why nothing is reported"})
		}
		if len(bad) > 0 {
			return fault.Bad(bad...)
		}
		if text == m.Text {
			return nil
		}
		if err := m.Unchanged(version); err != nil {
			return err
		}
		m = consultation.Minority{Draft: text, Text: text, ShownAt: tx.Now}
		if err := lifecycle.SaveMinority(ctx, tx, c.ID, m); err != nil {
			return err
		}
		if err := s.tellMinority(ctx, tx, c, m); err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(text))
		return s.noteAct(ctx, tx, c, by, consultation.ActMinority, c.Title, "", map[string]any{
			"text": hex.EncodeToString(sum[:]), "until": m.Until().Format(time.RFC3339),
		})
	})
}

// tellMinority tells everyone enrolled that the report is shown and until when it can
// be commented on: the same words to all, and nobody's name.
func (s *Service) tellMinority(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, m consultation.Minority) error {
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
// concluded). Conflict "no_dissent" where there is none. version is as for DraftMinority: a
// report that the actor has not seen is not taken away. The same reason again changes nothing.
func (s *Service) ForgoMinority(ctx context.Context, actor account.Actor, slug, reason, version string) error {
	return s.report(ctx, actor, slug, consultation.ActForgo, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, m consultation.Minority) error {
		reason, err := consultation.Reasoned(reason)
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
		if reason == m.Reason {
			return nil
		}
		if err := m.Unchanged(version); err != nil {
			return err
		}
		if err := lifecycle.SaveMinority(ctx, tx, c.ID, consultation.Minority{Draft: m.Draft, Reason: reason}); err != nil {
			return err
		}
		return s.noteAct(ctx, tx, c, by, consultation.ActForgo, c.Title, reason, nil)
	})
}

// RedactMinority takes words that the law wants gone out of the report and its draft,
// which quote reasons, in the caller's transaction: stub stands in their place. It
// gives what is left of a report that was shown; "" where none lost words.
func (s *Service) RedactMinority(ctx context.Context, tx *postgres.Tx, id uuid.UUID, words, stub string) (string, error) {
	m, err := lifecycle.Minority(ctx, tx, id)
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
	if err := lifecycle.RedactMinority(ctx, tx, id, m); err != nil || m.Text == before.Text {
		return "", err
	}
	return m.Text, nil
}

// report runs an act of the facilitator on the minority report.
func (s *Service) report(ctx context.Context, actor account.Actor, slug string, act consultation.Act, do func(context.Context, *postgres.Tx, *consultation.Consultation, consultation.Author, consultation.Minority) error) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		by, err := c.Move(act, actor)
		if err != nil {
			return err
		}
		m, err := lifecycle.Minority(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return do(ctx, tx, c, by, m)
	})
}

// dissents asks whether a concluded consultation has dissent.
func (s *Service) dissents(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) (bool, error) {
	if s.dissent == nil {
		return false, fmt.Errorf("dissent of %s: nobody knows it (OnDissent)", c.ID)
	}
	return s.dissent(ctx, tx, c)
}

// maxMinority is how many characters a minority report may have.
const maxMinority = 20000
