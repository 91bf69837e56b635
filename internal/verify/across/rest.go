package across

import (
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
)

// Rests tells whether a standing round had come to rest by the stopping rule: the last of its
// interim releases that has an item anew proposes to settle it, for each item asked. asked is nil
// until the round is released; its documents contradict nothing then.
func Rests(p protocol.Protocol, releases []feedback.Document, asked []feedback.Asked) bool {
	if asked == nil {
		return true
	}
	last := map[int]verdict.Action{}
	for _, f := range releases {
		for _, i := range f.Items {
			if i.Released == f.Tick {
				last[i.Number] = i.Proposal.Action
			}
		}
	}
	var proposals []verdict.Action
	for _, i := range asked {
		if p.Judged(i.Kind) {
			proposals = append(proposals, last[i.Number])
		}
	}
	holds, _ := verdict.Stops(p, proposals, 0)
	return holds
}
