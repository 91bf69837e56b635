package wording

import (
	"fmt"
	"maps"
	"slices"

	"delfi/internal/consultation"
	"delfi/internal/report/schema"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// Opinion checks that an opinion has the texts that the log says, as they were promised,
// announced and corrected, in the languages of the protocol beside the first. It gives those of
// its texts of which no entry says anything, or not any more.
func Opinion(file string, l *replay.Life, further []string, o *schema.Opinion) (unsaid []string, err error) {
	c := comparison{file: file, life: l}
	if err := c.promise(o); err != nil {
		return nil, err
	}
	texts := texts(o)
	for _, field := range replay.Fields {
		if words, has := texts[field]; has {
			if err := c.text(field, "", words); err != nil {
				return nil, err
			}
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(o.Translations)) {
		if !slices.Contains(further, lang) {
			return nil, c.bad("the opinion is translated into a language that the protocol does not declare", lang, fmt.Sprint(further))
		}
	}
	for _, lang := range further {
		words := o.Translations[lang]
		for _, field := range slices.Sorted(maps.Keys(words)) {
			if !slices.Contains(consultation.TextFields, field) || words[field] == "" {
				return nil, c.bad("the opinion translates no text of a consultation", lang+" "+field, "a text that has words")
			}
		}
		for _, field := range consultation.TextFields {
			if err := c.text(field, lang, words[field]); err != nil {
				return nil, err
			}
		}
	}
	return c.unsaid, nil
}

// comparison is one of an opinion with the log.
type comparison struct {
	file   string
	life   *replay.Life
	unsaid []string
}

func (c *comparison) bad(what, found, expected string) error {
	return &source.Fault{File: c.file, What: what, Found: source.OrNothing(source.Short(found)), Expected: source.Short(expected)}
}

// text compares the words of a text in a language, "" for the first.
func (c *comparison) text(field, lang, words string) error {
	name := field
	if lang != "" {
		name += "." + lang
	}
	if _, known := c.life.Says(field, lang); !known && words != "" {
		c.unsaid = append(c.unsaid, name)
	}
	if c.life.Reads(field, lang, words) {
		return nil
	}
	return c.bad("the opinion has not the words of the log: "+name, words, "those of the commitment or the announcement, or of the last correction")
}

// promise compares what of a promise is no text, and which of commitment and origin there is.
func (c *comparison) promise(o *schema.Opinion) error {
	if foreign := c.life.Foreign(); foreign != (o.Origin != nil) || foreign == (o.Commitment != nil) {
		return c.bad("the opinion has a commitment or an origin, where the log has the other", fmt.Sprintf("commitment: %t, origin: %t", o.Commitment != nil, o.Origin != nil), fmt.Sprintf("commitment: %t, origin: %t", !foreign, foreign))
	}
	if o.Commitment == nil {
		return nil
	}
	for _, day := range []string{o.Commitment.DecideBy, o.DecideBy} {
		if day != c.life.DecideBy {
			return c.bad("the opinion names another day by which it is decided than the commitment", day, c.life.DecideBy)
		}
	}
	if n := o.Commitment.ReplyDays; n != c.life.ReplyDays {
		return c.bad("the opinion names other days for the reply than the commitment", fmt.Sprint(n), fmt.Sprint(c.life.ReplyDays))
	}
	return nil
}

// texts are those of an opinion in the first language, by their fields; it has no background.
func texts(o *schema.Opinion) map[string]string {
	out := map[string]string{"title": o.Title, "question": o.Question}
	if p := o.Commitment; p != nil {
		maps.Copy(out, map[string]string{
			"commitment_quotation": p.Quotation, "commitment_decider": p.Decider, "commitment_subject": p.Subject,
			"commitment_act": p.Act, "commitment_signatory": p.Signatory, "commitment_money": p.Money, "commitment_left_out": p.LeftOut,
		})
	}
	if p := o.Origin; p != nil {
		maps.Copy(out, map[string]string{replay.OriginName: p.Name, replay.OriginURL: p.URL, replay.OriginLicence: p.Licence})
	}
	return out
}
