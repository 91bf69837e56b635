package correction

import (
	"context"
	"encoding/json"
	"maps"
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

// Correction is one text with other words, in each language of its consultation.
type Correction struct {
	Text   consultation.Text
	Now    string
	In     map[string]string // by further language; blank for one that reads the first language's words
	Reason string            // public
	Seen   string            // Version of the words that its author saw
}

// Made is a correction that the record has.
type Made struct {
	Text consultation.Text
	Change
	In    map[string]Change // by further language: those in which the text had words, or has some
	Entry ledger.Entry      // who, in which role, when and why; Removed where the law took its words
}

// Change is what a text said and what it says, in one language.
type Change struct{ Was, Now string }

// Version tells the words of a text in all languages from others, for the form that shows them.
func Version(c consultation.Consultation, t consultation.Text) string {
	words := []string{*c.Words(t)}
	for _, l := range c.Further() {
		words = append(words, c.Translations[l][t.Field()])
	}
	return prose.Version(words...)
}

// Field names the field of a text's new words in a further language.
func Field(lang string) string { return "now." + lang }

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

// Correct gives a text of an announced consultation other words (administrator), in all its
// languages by one act: where a further one is left blank, readers get the first language's.
// Invalid names the fields "now", Field and "reason"; Conflict "text_changed" when the text has
// not the words that the actor saw, unless it has those of the correction already.
func (s *Service) Correct(ctx context.Context, actor account.Actor, slug string, x Correction) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		by, err := c.Move(consultation.ActCorrect, actor)
		if err != nil {
			return err
		}
		if err := c.Correctable(x.Text); err != nil {
			return err
		}
		before := Version(*c, x.Text)
		made, bad := x.read(*c)
		reason := prose.Field{Name: "reason", Max: 2000, Needed: true}.Read(x.Reason, &bad)
		switch {
		case before != x.Seen:
			entries, err := s.record.ActsOf(ctx, tx, c.ID, string(consultation.ActCorrect))
			if err != nil {
				return err
			}
			if last := Read(entries); len(last) > 0 && last[0].same(made) && last[0].seen(*c) == x.Seen {
				return nil // pressed twice
			}
			return fault.New(fault.Conflict, "text_changed", "somebody corrected this text in the meantime")
		case !made.changes() && len(bad) == 0:
			bad = append(bad, fault.Field{Name: "now", Code: "same_words", Message: "are the words that it has"})
		}
		if len(bad) > 0 {
			return fault.Bad(bad...)
		}
		made.apply(c)
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
		figures := map[string]any{"field": string(x.Text), "was": ledger.Text(made.Was), "now": ledger.Text(made.Now)}
		for l, words := range made.In {
			figures["was."+l], figures[Field(l)] = ledger.Text(words.Was), ledger.Text(words.Now)
		}
		e.Body, e.Texts = ledger.Split(figures)
		return s.record.Append(ctx, tx, e)
	})
}

// read cleans what was typed, beside the words that the text has.
func (x Correction) read(c consultation.Consultation) (m Made, bad []fault.Field) {
	m = Made{Text: x.Text, Change: Change{Was: *c.Words(x.Text)}}
	field := limits[x.Text]
	field.Name = "now"
	m.Now = field.Read(x.Now, &bad)
	field.Needed = false
	for _, l := range c.Further() {
		field.Name = Field(l)
		words := Change{c.Translations[l][x.Text.Field()], field.Read(x.In[l], &bad)}
		if words != (Change{}) {
			m.in(l, words)
		}
	}
	for _, l := range slices.Sorted(maps.Keys(x.In)) {
		if !slices.Contains(c.Further(), l) {
			bad = append(bad, fault.Field{Name: Field(l), Code: "language_undeclared", Message: "the consultation is not held in this language", Args: map[string]any{"language": l}})
		}
	}
	return m, bad
}

func (m *Made) in(lang string, words Change) {
	if m.In == nil {
		m.In = map[string]Change{}
	}
	m.In[lang] = words
}

// changes tells whether a text has other words in some language afterwards.
func (m Made) changes() bool {
	for _, words := range m.In {
		if words.Was != words.Now {
			return true
		}
	}
	return m.Was != m.Now
}

// apply gives the text its new words.
func (m Made) apply(c *consultation.Consultation) {
	*c.Words(m.Text) = m.Now
	for l, words := range m.In {
		if c.Translations[l][m.Text.Field()] = words.Now; words.Now == "" {
			delete(c.Translations[l], m.Text.Field())
		}
	}
}

// same tells whether a correction led to the words of another.
func (m Made) same(o Made) bool {
	for l, words := range o.In {
		if m.In[l].Now != words.Now {
			return false
		}
	}
	return m.Text == o.Text && m.Now == o.Now
}

// seen is the Version of the words from which a correction began.
func (m Made) seen(c consultation.Consultation) string {
	words := []string{m.Was}
	for _, l := range c.Further() {
		words = append(words, m.In[l].Was)
	}
	return prose.Version(words...)
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
	all, err := s.record.Acts(ctx, c.ID, string(consultation.ActCorrect))
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
		m := Made{Text: body.Field, Change: Change{e.Texts["was"], e.Texts["now"]}, Entry: e}
		for _, l := range consultation.Translatable {
			if words := (Change{e.Texts["was."+l], e.Texts[Field(l)]}); words != (Change{}) {
				m.in(l, words)
			}
		}
		all = append(all, m)
	}
	return all
}
