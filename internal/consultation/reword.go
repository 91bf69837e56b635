package consultation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Rewording is the new wording of a statement that is decided to be reworded. An editorial
// one is the same statement in a new version, whose answers stay paired; a substantive one
// is a new statement with parents, answered from the start. Splitting and merging always
// are substantive.
type Rewording struct {
	Texts       []string    // the new words: one, or several that split the statement
	With        []uuid.UUID // statements merged with it; none where it is split
	Substantive bool
	LeftOut     string // public; "" for nothing
	Reason      string // public
}

// The limits of a Rewording.
const (
	MostParts  = 4 // statements that one is split into
	MostMerged = 6 // statements that become one, the first included
	leftOut    = 1000
)

// Check cleans a rewording of a statement whose words are old; Invalid names every field at
// fault, the parts as text_1, text_2 ….
func (r Rewording) Check(old string) (Rewording, error) {
	var bad []fault.Field
	r.Texts, r.With = slices.Clone(r.Texts), slices.Clone(r.With)
	for n, text := range r.Texts {
		field := prose.Field{Name: PartField(n), Max: ItemMost, Needed: true, Line: true}
		r.Texts[n] = field.Read(text, &bad)
		if r.Texts[n] != "" && slices.Contains(r.Texts[:n], r.Texts[n]) {
			bad = append(bad, fault.Field{Name: PartField(n), Code: "same_words", Message: "are the words of another part"})
		}
	}
	r.LeftOut = prose.Field{Name: "left_out", Max: leftOut}.Read(r.LeftOut, &bad)
	r.Reason = prose.Field{Name: "reason", Max: 2000, Needed: true}.Read(r.Reason, &bad)
	split, merged := len(r.Texts) > 1, len(r.With) > 0
	switch {
	case len(r.Texts) == 0:
		bad = append(bad, fault.Field{Name: PartField(0), Code: "required", Message: "write the new words"})
	case len(r.Texts) > MostParts:
		bad = append(bad, fault.Field{Name: "becomes", Code: "too_many_parts", Message: "a statement is split into 4 at most", Args: map[string]any{"max": MostParts}})
	case len(r.With) >= MostMerged:
		bad = append(bad, fault.Field{Name: "with", Code: "too_many_merged", Message: "6 statements are merged at most", Args: map[string]any{"max": MostMerged}})
	case split && merged:
		bad = append(bad, fault.Field{Name: "becomes", Code: "split_or_merged", Message: "a statement is either split or merged"})
	case !split && !merged && r.Texts[0] == old:
		bad = append(bad, fault.Field{Name: PartField(0), Code: "same_words", Message: "are the words that it has"})
	}
	if r.Substantive = r.Substantive || split || merged; len(bad) > 0 {
		return r, fault.Bad(bad...)
	}
	return r, nil
}

// PartField names the field of the nth part of a rewording, from 0.
func PartField(n int) string { return "text_" + strconv.Itoa(n+1) }

// Wordless tells whether a statement is decided to be reworded and has no new words yet: no
// round opens before it has them, or something else is decided.
func (i Item) Wordless(d Decided) bool {
	return i.State == ItemLive && d.Decided == Reword && i.Was == ""
}

// ErrWordless refuses to open a round: the statements of these numbers wait for new words.
func ErrWordless(numbers []int) error {
	return counted("words_missing", "statements to be reworded have no new words yet", numbers)
}

// ErrUntranslated refuses to open a round: the statements of these numbers have no words in
// some language of the consultation.
func ErrUntranslated(numbers []int) error {
	return counted("translations_missing", "statements have no words in a language of the consultation yet", numbers)
}

// counted is a Conflict about the statements of some numbers.
func counted(code, message string, numbers []int) error {
	words := make([]string, len(numbers))
	for n, number := range numbers {
		words[n] = strconv.Itoa(number)
	}
	return fault.New(fault.Conflict, code, message).With("n", len(numbers)).With("numbers", strings.Join(words, ", "))
}
