package report

import (
	"slices"
	"strings"

	"delfi/internal/consultation/joined"
	"delfi/internal/ledger"
)

// Copies finds among a consultation's entries those that RemoveReason leaves as they are though
// they repeat the text of the reason with a digest: of statements that joined and rest on it, and of
// all words in which the text stands, whatever its case and spaces. Each is removed or reworded by
// an act of its own.
func Copies(entries []ledger.Entry, digest, text string) []ledger.Entry {
	var resting []int64
	for _, j := range joined.Read(entries) {
		if j.Digest == digest {
			resting = append(resting, j.Entry.Sequence)
		}
	}
	text = folded(text)
	repeats := func(words string) bool { return text != "" && strings.Contains(folded(words), text) }
	var all []ledger.Entry
	for _, e := range entries {
		found := repeats(e.Reason) || slices.Contains(resting, e.Sequence)
		for _, words := range e.Texts {
			found = found || repeats(words)
		}
		if found {
			all = append(all, e)
		}
	}
	return all
}

// folded gives words in lower case with single spaces.
func folded(words string) string { return strings.ToLower(strings.Join(strings.Fields(words), " ")) }
