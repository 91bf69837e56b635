package form

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
)

// Warning is something to think about before the announcement; it keeps nothing from being
// stored or announced.
type Warning struct {
	Step  Step
	Field string
	Code  string
	Word  string // that it is about; "" for none
	N     int    // its figure; 0 for none
	Day   time.Time
}

// marks are words by which a statement is known to hold two ideas, or to deny one.
var marks = map[string]struct{ two, negation []string }{
	"it": {two: []string{"e", "ed", "nonché"}, negation: []string{"non", "né", "nessun", "nessuno", "nessuna", "mai"}},
	"en": {two: []string{"and"}, negation: []string{"not", "no", "never", "none", "nobody", "nor", "cannot"}},
}

const (
	wordsMost = 25 // of one statement
	wordsEase = 8  // below which reading ease says little

	// gulpeaseLeast is the index below which a text is hard for people with eight years of
	// school (Lucisano, Piemontese, Scuola e città 39, 1988, 110–124).
	gulpeaseLeast = 60
	// fleschLeast is the score below which a text is "difficult" (Flesch, Journal of Applied
	// Psychology 32, 1948, 221–233, table 5).
	fleschLeast = 50
)

// Heard gives what one should think about in the words of a statement.
func Heard(text, language string) []Warning {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return nil
	}
	var out []Warning
	first := func(code string, of []string) {
		if at := slices.IndexFunc(words, func(w string) bool { return slices.Contains(of, w) }); at >= 0 {
			out = append(out, Warning{Code: code, Word: words[at]})
		}
	}
	first("two_ideas", marks[language].two)
	if strings.Contains(strings.ReplaceAll(strings.ToLower(text), "’", "'"), "n't") {
		out = append(out, Warning{Code: "negation", Word: "n’t"})
	} else {
		first("negation", marks[language].negation)
	}
	if len(words) > wordsMost {
		out = append(out, Warning{Code: "long", N: len(words)})
	}
	if ease, least := Ease(text, language); len(words) >= wordsEase && ease < least {
		out = append(out, Warning{Code: "hard_" + language, N: ease})
	}
	return out
}

// Ease is how easily a text is read, and the least that is called easy enough: Gulpease for
// Italian, 89 + (300·sentences − 10·letters)/words, Flesch's reading ease for English,
// 206.835 − 1.015·words/sentences − 84.6·syllables/words. Another language has neither.
func Ease(text, language string) (ease, least int) {
	words, letters, sentences, syllables := 0, 0, 0, 0
	for _, word := range strings.Fields(text) {
		n := 0
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				n++
			}
		}
		if n > 0 {
			words++
			letters += n
			syllables += beats(word)
		}
		if strings.ContainsAny(word[len(word)-1:], ".!?") {
			sentences++
		}
	}
	if words == 0 {
		return 0, 0
	}
	sentences = max(sentences, 1)
	switch language {
	case "it":
		return min(100, 89+(300*sentences-10*letters)/words), gulpeaseLeast
	case "en":
		return int(206.835 - 1.015*float64(words)/float64(sentences) - 84.6*float64(syllables)/float64(words)), fleschLeast
	}
	return 0, 0
}

// beats counts the syllables of an English word: runs of vowels, without a silent e at the end.
func beats(word string) int {
	word = strings.ToLower(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
	n, vowel := 0, false
	for _, r := range word {
		is := strings.ContainsRune("aeiouy", r)
		if is && !vowel {
			n++
		}
		vowel = is
	}
	if strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") && n > 1 {
		n--
	}
	return max(n, 1)
}

// Warnings gives what one should think about before the draft is announced; p is its protocol.
func (d Draft) Warnings(p protocol.Protocol) []Warning {
	var out []Warning
	add := func(field, code string, w Warning) {
		w.Step, w.Field = d.document.Locate(field)
		w.Code = code
		out = append(out, w)
	}
	if due, by := d.due(p), d.Commitment.DecideBy; !due.IsZero() && !by.IsZero() && by.Format(time.DateOnly) < civiltime.Date(due) {
		add("commitment_decide_by", "decided_early", Warning{Day: due})
	}
	if slices.ContainsFunc(p.Panel.Groups, func(g protocol.GroupPlan) bool { return g.Access == protocol.AccessOpen }) {
		add("panel.groups[0].access", "open_panel", Warning{})
	}
	if (p.Variant == protocol.VariantAppropriateness || p.Variant == protocol.VariantRanking) && p.Disclosure.Small != protocol.SmallOpen {
		add("disclosure.small", "small_panel", Warning{N: p.Disclosure.SmallBelow})
	}
	if p.Answering(0) == 1 && !p.Standing() {
		add("rounds", "one_round", Warning{})
	}
	for i, k := range p.ItemKinds {
		if k.Points == 2 || k.Points == 3 {
			add(In("item_kinds[].points", i), "few_points", Warning{N: k.Points})
		}
	}
	return append(out, d.heard()...)
}

// heard gives what one should think about in each statement.
func (d Draft) heard() []Warning {
	var out []Warning
	for i, item := range d.Given {
		for _, w := range Heard(item.Text, d.language) {
			w.Step, w.Field = StepItems, GivenText(i)
			out = append(out, w)
		}
		for _, l := range d.document.Further() {
			for _, w := range Heard(item.In[l], l) {
				w.Step, w.Field = StepItems, Translation(GivenText(i), l)
				out = append(out, w)
			}
		}
	}
	return out
}

// due is the day on which the reply is owed at the latest as planned; zero without dates.
func (d Draft) due(p protocol.Protocol) time.Time {
	if d.startsOn.IsZero() || len(p.Rounds) == 0 {
		return time.Time{}
	}
	planned := consultation.Plan(uuid.Nil, p, d.StartsAt())
	return p.Reply.Due(planned[len(planned)-1].Deadline.AddDate(0, 0, p.Publication.WithinDays))
}

// Warnings gives what one should think about in a draft as it is stored; of one whose protocol
// does not hold yet, in its statements alone.
func (f Form) Warnings() ([]Warning, error) {
	d, err := f.Read()
	if err != nil {
		return nil, err
	}
	p, err := d.Protocol()
	if err != nil {
		return d.heard(), nil
	}
	return d.Warnings(p), nil
}
