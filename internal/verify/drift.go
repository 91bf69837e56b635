package verify

import (
	"fmt"

	"delfi/internal/delphi/verdict"
)

// drifted checks that a standing round which the system closed before its deadline had come
// to rest: the last release of each item proposes to settle it, as the stopping rule asks.
func (r *reading) drifted() error {
	for _, w := range r.life.Rounds {
		by, early := w.Drifted(r.protocol)
		if !early {
			continue
		}
		last := map[int]verdict.Action{}
		var proposals []verdict.Action
		for _, e := range r.closings {
			switch {
			case e.round != w:
			case e.Counts.Interim:
				for _, i := range e.feedback.Items {
					if i.Released == e.feedback.Tick {
						last[i.Number] = i.Proposal.Action
					}
				}
			default: // at the end, after every release
				for _, i := range e.items {
					if r.protocol.Judged(i.Kind) {
						proposals = append(proposals, last[i.Number])
					}
				}
			}
		}
		if rests, _ := verdict.Stops(r.protocol, proposals, 0); !rests {
			return by.Fault(fmt.Sprintf("round %d closes by itself, and its last releases say that it moves", w.Number), by.Minute, "at its deadline")
		}
	}
	return nil
}
