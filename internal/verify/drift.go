package verify

import (
	"fmt"

	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/verify/replay"
)

// drifted checks that a standing round which the system closed before its deadline had come
// to rest, as the stopping rule asks.
func (r *reading) drifted() error {
	for _, w := range r.life.Rounds {
		if by, early := w.Drifted(); early && !rests(r.protocol, w, r.closings) {
			return by.Fault(fmt.Sprintf("round %d closes by itself, and its last releases say that it moves", w.Number), by.Minute, "at its deadline")
		}
	}
	return nil
}

// rests tells whether the last interim release of each item of a standing round proposes to
// settle it.
func rests(p protocol.Protocol, w *replay.Round, closings []closing) bool {
	last := map[int]verdict.Action{}
	var proposals []verdict.Action
	for _, e := range closings {
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
				if p.Judged(i.Kind) {
					proposals = append(proposals, last[i.Number])
				}
			}
		}
	}
	holds, _ := verdict.Stops(p, proposals, 0)
	return holds
}
