package feedback

import "delfi/internal/delphi"

// Given is a reason as a page shows it: once, with how many people gave it.
type Given struct {
	Reason
	People int
}

// Words identify a reason, whoever gave it: its text, or the digest of a removed one.
type Words struct{ text, removed string }

// Words gives the reason's.
func (r Reason) Words() Words { return Words{r.Text, r.Removed} }

// Alike puts reasons of the same words and side together, where the first of them
// stands. Words of which one person said the side and another did not are of the
// side that most people said of them. A reason given from two places stands in that
// of the first; that one of its people is outside the middle half suffices.
func Alike(reasons []Reason) []Given {
	type key struct {
		words Words
		side  delphi.Side
	}
	people := make(map[key]int, len(reasons))
	sides := map[Words]delphi.Side{} // by most people, the first of equal ones
	for _, r := range reasons {
		k := key{r.Words(), r.Side}
		people[k]++
		if before := sides[k.words]; r.Side != "" && (before == "" || people[k] > people[key{k.words, before}]) {
			sides[k.words] = r.Side
		}
	}
	at := make(map[key]int, len(people))
	var out []Given
	for _, r := range reasons {
		if r.Side == "" {
			if r.Side = sides[r.Words()]; r.Side != "" {
				r.Place = ""
			}
		}
		k := key{r.Words(), r.Side}
		i, ok := at[k]
		if !ok {
			i, at[k] = len(out), len(out)
			out = append(out, Given{Reason: r})
		}
		out[i].People++
		out[i].Outside = out[i].Outside || r.Outside
	}
	return out
}
