package verify

import (
	"fmt"

	"delfi/internal/consultation/feedback"
	"delfi/internal/verify/across"
)

// drifted checks that a standing round which the system closed before its deadline had come
// to rest, as the stopping rule asks.
func (r *reading) drifted() error {
	for _, w := range r.life.Rounds {
		by, early := w.Drifted()
		var releases []feedback.Document
		var asked []feedback.Asked // nil until the round is released
		for _, e := range r.closings {
			if e.round == w && e.Counts.Interim {
				releases = append(releases, e.feedback)
			} else if e.round == w {
				asked = e.items
			}
		}
		if early && !across.Rests(r.protocol, releases, asked) {
			return by.Fault(fmt.Sprintf("round %d closes by itself, and its last releases say that it moves", w.Number), by.Minute, "at its deadline")
		}
	}
	return nil
}
