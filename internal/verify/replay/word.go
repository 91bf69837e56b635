package replay

import (
	"crypto/sha256"
	"slices"
	"strings"

	"delfi/internal/consultation"
)

// Fields of an origin, which stands in the place of a commitment.
const (
	OriginName    = "origin_name"
	OriginURL     = "origin_url"
	OriginLicence = "origin_licence"
)

// Fields are the texts that the log has of a consultation: those around its protocol
// (consultation.TextFields), and those of its origin.
var Fields = append(slices.Clone(consultation.TextFields), OriginName, OriginURL, OriginLicence)

// word is the digest of a text's words in a language: a log may name very many
// consultations.
type word struct {
	field, lang uint8 // places among Fields and consultation.Translatable, from 1; lang 0 is the first language
	state       state
	digest      [sha256.Size]byte
}

// state is how the words of a text are known.
type state uint8

const (
	stated    state = iota // by the entry that announced or promised them
	corrected              // by a correction, in all languages
	gone                   // by no entry any more: the law removed them
)

func fieldAt(field string) uint8 { return uint8(slices.Index(Fields, field) + 1) }

// says keeps the words of a text in a language; one that no consultation can be held in has none.
func (l *Life) says(field, lang, words string, how state) {
	w := word{field: fieldAt(field), state: how, digest: sha256.Sum256([]byte(words))}
	if lang != "" {
		w.lang = uint8(slices.Index(consultation.Translatable, lang) + 1)
	}
	if w.field > 0 && (w.lang > 0 || lang == "") {
		l.words = append(l.words, w)
	}
}

// Says gives the digest of the words that the log says last of a text in a language, "" for
// the first; known is false where it says nothing of them, or the law removed what it stated.
func (l *Life) Says(field, lang string) (digest [sha256.Size]byte, known bool) {
	at, first := fieldAt(field), (*word)(nil)
	in := uint8(slices.Index(consultation.Translatable, lang) + 1)
	for n := range l.words {
		w := &l.words[n]
		switch {
		case w.field != at:
		case w.lang == in:
			return w.digest, w.state != gone
		case w.lang == 0:
			first = w
		}
	}
	blank := sha256.Sum256(nil)
	switch {
	case first != nil && first.state != stated:
		return blank, first.state == corrected
	case field == string(consultation.TitleText):
		return blank, l.titled
	case slices.Contains(consultation.TextFields[:3], field):
		return blank, l.asked
	}
	return blank, l.worded
}

// Spoken gives the languages in which the log has words of the consultation, beside the first.
func (l *Life) Spoken() []string {
	var out []string
	for n, lang := range consultation.Translatable {
		if slices.ContainsFunc(l.words, func(w word) bool { return w.lang == uint8(n+1) && w.digest != sha256.Sum256(nil) }) {
			out = append(out, lang)
		}
	}
	return out
}

// Foreign tells whether an origin stands in the place of a commitment.
func (l *Life) Foreign() bool { return l.foreign }

// promise takes over the texts of a commitment, or of the origin that stands in its place.
// Bodies of earlier programs held some of them.
func (l *Life) promise(r Record) error {
	if l.promised {
		return r.Fault("the promise is made twice", "a second commitment", "one")
	}
	var f struct {
		DecideBy  string `json:"decide_by"`
		ReplyDays int    `json:"reply_days"`

		Act       string `json:"act"`
		Decider   string `json:"decider"`
		LeftOut   string `json:"left_out"`
		Money     string `json:"money"`
		Signatory string `json:"signatory"`

		Name    string `json:"origin"`
		URL     string `json:"url"`
		Licence string `json:"licence"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	l.promised, l.foreign, l.worded = true, r.Type == "origin", !r.Removed
	l.DecideBy, l.ReplyDays = f.DecideBy, f.ReplyDays
	texts := map[string]string{}
	put := func(name, words string) {
		if words != "" {
			texts[name] = words
		}
	}
	for name, words := range r.Texts {
		put(name, words)
	}
	if l.foreign {
		put(OriginName, texts["origin"]+f.Name)
		put(OriginURL, texts["url"]+f.URL)
		put(OriginLicence, texts["licence"]+f.Licence)
	} else {
		for name, words := range map[string]string{"act": f.Act, "decider": f.Decider, "left_out": f.LeftOut, "money": f.Money, "signatory": f.Signatory, "subject": r.Words.Target, "quotation": r.Words.Reason} {
			put(name, words)
		}
	}
	for name, words := range texts {
		field, lang, _ := strings.Cut(name, ".")
		if !l.foreign {
			field = "commitment_" + field
		}
		l.says(field, lang, words, stated)
	}
	return nil
}

// announced takes over the title, the question and the background as they were announced or
// imported. Entries of earlier programs have no question, and nothing is known of it then.
func (l *Life) announced(r Record) {
	l.Title, l.Slug = r.Words.Target, r.Texts["slug"]
	l.titled, l.asked = l.Title != "", r.Texts["question"] != ""
	for name, words := range r.Texts {
		if field, lang, _ := strings.Cut(name, "."); slices.Contains(consultation.TextFields[:3], field) {
			l.says(field, lang, words, stated)
		}
	}
	if l.Title != "" {
		l.says(string(consultation.TitleText), "", l.Title, stated)
	}
}
