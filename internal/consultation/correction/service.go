package correction

import (
	"context"
	"encoding/json"
	"slices"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/richtext"
)

// Service has the use cases.
type Service struct {
	db            *postgres.DB
	consultations *steering.Service
	record        *ledger.Service
}

// New makes the service.
func New(db *postgres.DB, s *steering.Service, l *ledger.Service) *Service {
	return &Service{db: db, consultations: s, record: l}
}

// Correction is one text with other words.
type Correction struct {
	Text   consultation.Text
	Now    string
	Reason string // public
	Seen   string // Version of the words that its author saw
}

// Made is a correction that the record has.
type Made struct {
	Text     consultation.Text
	Was, Now string
	Entry    ledger.Entry // who, in which role, when and why; Removed where the law took its words
}

// Version tells words of a text from others, for the form that shows them.
func Version(words string) string { return prose.Version(words) }

// limits are those of the draft (internal/consultation/draft/form).
var limits = map[consultation.Text]prose.Field{
	consultation.TitleText:      {Max: 200, Needed: true, Line: true},
	consultation.QuestionText:   {Max: 400, Needed: true, Line: true},
	consultation.BackgroundText: {Max: 20000, Rendered: richtext.Words},
	consultation.ActText:        {Max: 200, Needed: true, Line: true},
	consultation.SignatoryText:  {Max: 200, Needed: true, Line: true},
	consultation.MoneyText:      {Max: 1000, Line: true},
	consultation.LeftOutText:    {Max: 1000, Line: true},
}

// Correct gives a text of an announced consultation other words (administrator). Invalid
// names the fields "now" and "reason"; Conflict "text_changed" when the text has not the
// words that the actor saw, unless it has those of the correction already.
func (s *Service) Correct(ctx context.Context, actor account.Actor, slug string, x Correction) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		by, err := c.Move(consultation.ActCorrect, actor)
		if err != nil {
			return err
		}
		if err := c.Correctable(x.Text); err != nil {
			return err
		}
		text := c.Words(x.Text)
		was := *text
		var bad []fault.Field
		field := limits[x.Text]
		field.Name = "now"
		now := field.Read(x.Now, &bad)
		reason := prose.Field{Name: "reason", Max: 2000, Needed: true}.Read(x.Reason, &bad)
		switch {
		case Version(was) != x.Seen:
			entries, err := s.record.EntriesOf(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			if last := Read(entries); len(last) > 0 && last[0].Text == x.Text && last[0].Now == now && Version(last[0].Was) == x.Seen {
				return nil // pressed twice
			}
			return fault.New(fault.Conflict, "text_changed", "somebody corrected this text in the meantime")
		case now == was && len(bad) == 0:
			bad = append(bad, fault.Field{Name: "now", Code: "same_words", Message: "are the words that it has"})
		}
		if len(bad) > 0 {
			return fault.Bad(bad...)
		}
		*text = now
		// Words in other languages say what was wrong: readers get the corrected ones instead.
		for _, translated := range c.Translations {
			delete(translated, x.Text.Field())
		}
		if err := lifecycle.SaveTexts(ctx, tx, *c); err != nil {
			return err
		}
		if err := lifecycle.SaveCommitment(ctx, tx, c.ID, c.Commitment); err != nil {
			return err
		}
		if err := s.consultations.Index(ctx, tx, *c); err != nil {
			return err
		}
		e := ledger.Entry{
			Consultation: c.ID, Type: ledger.Act, Role: string(by.Role), Name: by.Name,
			Kind: string(consultation.ActCorrect), Target: x.Text.Target(), Reason: reason,
		}
		e.Body, e.Texts = ledger.Split(map[string]any{"field": string(x.Text), "was": ledger.Text(was), "now": ledger.Text(now)})
		return s.record.Append(ctx, tx, e)
	})
}

// Desk gives a consultation to its administrators, with what was corrected; Forbidden to
// others.
func (s *Service) Desk(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, []Made, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return c, nil, err
	}
	if !slices.Contains(c.Roles(actor), account.Administrator) {
		return consultation.Consultation{}, nil, consultation.WrongRole(consultation.ActCorrect)
	}
	all, err := s.record.Of(ctx, c.ID)
	return c, Read(all), err
}

// Read finds the corrections among the entries of a consultation, newest first.
func Read(entries []ledger.Entry) []Made {
	var all []Made
	for _, e := range slices.Backward(entries) {
		if e.Type != ledger.Act || e.Kind != string(consultation.ActCorrect) {
			continue
		}
		var body struct{ Field consultation.Text }
		// An entry's figures are ours: what cannot be read here names no text.
		_ = json.Unmarshal([]byte(e.Body), &body)
		all = append(all, Made{Text: body.Field, Was: e.Texts["was"], Now: e.Texts["now"], Entry: e})
	}
	return all
}
