package brief

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/prose"
	"delfi/internal/richtext"
)

// Most is how many characters the words in one language may have.
const Most = 4000

// Brief is one version of the words about a round.
type Brief struct {
	Round   int
	Version int               // 1..
	Text    string            // Markdown in the consultation's first language; "" where the law removed it
	Texts   map[string]string // Text by further language, where it has words in it
	Entry   ledger.Entry      // who, in which role and when; Removed where the law took its words
}

// In gives the words as they are read in a language, and their own language: "" for the first.
func (b Brief) In(lang string) (text, of string) {
	if t := b.Texts[lang]; t != "" {
		return t, lang
	}
	return b.Text, ""
}

// Seen tells the words of one version from others, for the form that shows them.
func (b Brief) Seen() string {
	words := []string{b.Text}
	for _, l := range slices.Sorted(maps.Keys(b.Texts)) {
		words = append(words, l, b.Texts[l])
	}
	return prose.Version(words...)
}

// mention is how words name a statement.
var mention = regexp.MustCompile(`#(\d{1,4})\b`)

// Named gives the numbers of the statements that words name, each once, as they come.
func Named(markdown string) []int {
	var all []int
	for _, m := range mention.FindAllStringSubmatch(richtext.Words(markdown), -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// Read finds the versions among a consultation's entries, newest first.
func Read(entries []ledger.Entry) []Brief {
	var all []Brief
	for _, e := range slices.Backward(entries) {
		if e.Type != ledger.Act || e.Kind != string(consultation.ActBrief) {
			continue
		}
		var f struct{ Round, Version int }
		// An entry's figures are ours: what cannot be read here is of no round.
		_ = json.Unmarshal([]byte(e.Body), &f)
		b := Brief{Round: f.Round, Version: f.Version, Text: e.Texts[text], Entry: e}
		for name, words := range e.Texts {
			if lang, further := strings.CutPrefix(name, text+"."); further {
				if b.Texts == nil {
					b.Texts = map[string]string{}
				}
				b.Texts[lang] = words
			}
		}
		all = append(all, b)
	}
	return all
}

// Of gives the newest version about a round; false for none.
func Of(all []Brief, round int) (Brief, bool) {
	i := slices.IndexFunc(all, func(b Brief) bool { return b.Round == round })
	if i < 0 {
		return Brief{}, false
	}
	return all[i], true
}

// text names the words beside an entry; those in a further language have its code after a point.
const text = "text"

// Field names the form's field of the words in a further language; that of the first is "text".
func Field(lang string) string { return text + "." + lang }

// May tells whether the actor may write about a round now: nil, or why not.
func May(actor office.Actor, c consultation.Consultation, number int) error {
	if !slices.Contains(c.Roles(actor), account.Facilitator) {
		return office.Needs(account.Facilitator)
	}
	r := c.Round(number)
	if r == nil || !r.Answers() {
		return consultation.ErrNoRound
	}
	if err := c.NeedRunning(); err != nil {
		return err
	}
	if _, _, err := r.State.Step(consultation.ActBrief, account.Facilitator); err != nil {
		return fault.New(fault.Conflict, "not_released", "this round has no results yet")
	}
	if held := c.LastHeld(); held != nil && held.Number > number {
		return fault.New(fault.Conflict, "brief_closed", "the next round has opened: the words about this one stay as they are").With("round", number)
	}
	return nil
}

// Check cleans words as they were typed, by language; Invalid names every field at fault. The
// first language needs words, each further one may have some.
func Check(c consultation.Consultation, typed map[string]string) (Brief, error) {
	var bad []fault.Field
	b := Brief{Text: prose.Field{Name: text, Max: Most, Needed: true, Rendered: richtext.Words}.Read(typed[c.First()], &bad)}
	for _, l := range c.Further() {
		words := prose.Field{Name: Field(l), Max: Most, Rendered: richtext.Words}.Read(typed[l], &bad)
		if words == "" {
			continue
		}
		if b.Texts == nil {
			b.Texts = map[string]string{}
		}
		b.Texts[l] = words
	}
	if len(bad) > 0 {
		return b, fault.Bad(bad...)
	}
	return b, nil
}
