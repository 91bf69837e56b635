package form

import (
	"errors"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// pathsMost is how many faults of a document that is brought are named at once.
const pathsMost = 12

// Import gives the form with a whole protocol document in the place of its own. The last day of
// the key goes: it follows from the draft's own dates. The fault names each path.
func (f Form) Import(text string) (Form, error) {
	d, bad := ReadDocument(text)
	if bad != nil {
		return f, fault.Bad(*bad)
	}
	p, err := protocol.Parse([]byte(d.With("anonymity.latest_key_date", "2000-01-01").String()))
	var why *fault.Fault
	switch {
	case err == nil:
	case errors.As(err, &why) && why.Kind == fault.Invalid:
		var paths []string
		for _, field := range why.Fields[:min(len(why.Fields), pathsMost)] {
			paths = append(paths, field.Name+": "+field.Message)
		}
		where := strings.Join(paths, "; ")
		return f, fault.Bad(fault.Field{Name: "document", Code: "document_path", Message: where, Args: map[string]any{"where": where}})
	default:
		return f, err
	}
	f.Language = p.Languages[0]
	whole, err := decode(string(p.Canonical()))
	f.Protocol = whole.Without("anonymity.latest_key_date").String()
	return f, err
}

// Copied gives the form of another consultation like one: its words, as they were corrected since
// it was announced, and rules, without address, dates and staff.
func Copied(c consultation.Consultation) (Form, error) {
	f := Form{Language: c.Language, Title: c.Title, Question: c.Question, Background: c.Background}
	if c.Form != "" {
		var err error
		if f, err = Parse(c.Form); err != nil {
			return f, err
		}
		if c.Stage != consultation.Draft {
			f.correct(c)
		}
	} else {
		f.Protocol = string(c.Protocol.Canonical())
	}
	f.Protocol = f.Plan().Without("anonymity.latest_key_date").String()
	f.Slug, f.StartsOn, f.CommitmentDecideBy = "", "", ""
	return f, nil
}

// correct gives the form the texts of an announced consultation in each language. A translation
// that a correction took away goes too.
func (f *Form) correct(c consultation.Consultation) {
	for t, field := range map[consultation.Text]*string{
		consultation.TitleText: &f.Title, consultation.QuestionText: &f.Question, consultation.BackgroundText: &f.Background,
		consultation.ActText: &f.CommitmentAct, consultation.SignatoryText: &f.CommitmentSignatory,
		consultation.MoneyText: &f.CommitmentMoney, consultation.LeftOutText: &f.CommitmentLeftOut,
	} {
		*field = *c.Words(t)
		for lang, translated := range f.Translations {
			words, stands := c.Translations[lang][t.Field()]
			if !stands {
				delete(translated, t.Field())
				continue
			}
			translated[t.Field()] = words
		}
	}
}
