package consultation

import (
	"cmp"
	"slices"
)

// Languages are those that a consultation may be written in first: pages and letters speak
// them, and staff write in it.
var Languages = []string{"it", "en"}

// Translatable are the languages that a consultation's words may be translated into: those of
// the pages, and of the minorities of Bolzano, Aosta and Trieste.
var Translatable = []string{"it", "en", "de", "fr", "sl"}

// TextFields name the texts around a protocol, as the fields of a draft: each has words in
// every language in which a consultation is held.
var TextFields = []string{
	"title", "question", "background", "commitment_quotation", "commitment_decider", "commitment_subject",
	"commitment_act", "commitment_signatory", "commitment_money", "commitment_left_out",
}

// CommitmentFields are those of them that make the commitment.
var CommitmentFields = TextFields[3:]

// text is the place of a text by its field; nil for another field.
func (c *Consultation) text(field string) *string {
	m := &c.Commitment
	switch field {
	case "title":
		return &c.Title
	case "question":
		return &c.Question
	case "background":
		return &c.Background
	case "commitment_quotation":
		return &m.Quotation
	case "commitment_decider":
		return &m.Decider
	case "commitment_subject":
		return &m.Subject
	case "commitment_act":
		return &m.Act
	case "commitment_signatory":
		return &m.Signatory
	case "commitment_money":
		return &m.Money
	case "commitment_left_out":
		return &m.LeftOut
	}
	return nil
}

// First is the language in which the consultation was written, and in which its staff write.
func (c Consultation) First() string {
	if len(c.Protocol.Languages) == 0 {
		return c.Language
	}
	return c.Protocol.Languages[0]
}

// Further gives the languages beside the first in which the consultation is held. One that
// was announced without translations is held in the first alone, whatever its protocol says.
func (c Consultation) Further() []string {
	var out []string
	for _, l := range c.Protocol.Languages {
		if _, translated := c.Translations[l]; translated && l != c.First() {
			out = append(out, l)
		}
	}
	return out
}

// In gives the consultation as it is read in a language: its texts, and its Language, are of
// that language where it is held in it, else of the first.
func (c Consultation) In(lang string) Consultation {
	if !slices.Contains(c.Further(), lang) {
		return c
	}
	words := c.Translations[lang]
	c.Language = lang
	for _, field := range TextFields {
		if text := c.text(field); words[field] != "" {
			*text = words[field]
		}
	}
	return c
}

// LanguageOf is the language in which a text (TextFields) is read: that of the consultation as it
// is read, or the first where the text has no words in that one.
func (c Consultation) LanguageOf(field string) string {
	if c.Language != c.First() && c.Translations[c.Language][field] == "" {
		return c.First()
	}
	return c.Language
}

// Translation is the words of an item in a further language.
type Translation struct {
	Text string
	Was  string // as Item.Was
}

// In gives an item as it is read in a further language: Text and Was are of that language where
// the item has words in it, and Original is the text that they translate.
func (i Item) In(lang string) Item {
	if t, translated := i.Translations[lang]; translated {
		i.Original, i.Text, i.Was, i.Language = i.Text, t.Text, t.Was, lang
	}
	return i
}

// Texts are the words of an item by further language; nil for none.
func (i Item) Texts() map[string]string {
	if len(i.Translations) == 0 {
		return nil
	}
	out := make(map[string]string, len(i.Translations))
	for l, t := range i.Translations {
		out[l] = t.Text
	}
	return out
}

// Lacks gives those languages in which an item has no words.
func (i Item) Lacks(languages []string) []string {
	var out []string
	for _, l := range languages {
		if i.Translations[l].Text == "" {
			out = append(out, l)
		}
	}
	return out
}

// Written gives the language of words that somebody wrote while they read in lang: "" for the
// first, in which everything is written that is in no further one.
func (c Consultation) Written(lang string) string {
	if lang == c.First() || !slices.Contains(c.Further(), lang) {
		return ""
	}
	return lang
}

// Lacking gives the numbers of those statements in play that have no words in some language.
func (c Consultation) Lacking(items []Item) []int {
	var out []int
	further := c.Further()
	for _, it := range items {
		if it.State == ItemLive && len(it.Lacks(further)) > 0 {
			out = append(out, it.Number)
		}
	}
	return out
}

// Read gives items as the consultation is read: each in its language where it has words in
// it, else in the first.
func (c Consultation) Read(items []Item) []Item {
	if len(c.Further()) == 0 {
		return items
	}
	out := make([]Item, len(items))
	for n, i := range items {
		i.Language = c.First()
		out[n] = i.In(c.Language)
	}
	return out
}

// Lang gives the language of a text that carries one: the first where it carries "".
func (c Consultation) Lang(carried string) string { return cmp.Or(carried, c.First()) }
