package verify

import (
	"fmt"
	"slices"

	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
)

// expected gives the leaves that a proof's answers must have in the tables of its round,
// by table. The error says what in the proof no panelist can have answered.
func expected(r *reading, now closing, proof *leaf.Proof) (map[string]table.Expected, error) {
	before := r.before(now.round)
	var earlier *table.Closing
	if before != nil {
		earlier = &before.Closing
	}
	current, err := ballotOf(r, now, proof.Group, proof.Answers)
	if err != nil {
		return nil, err
	}
	var previous *delphi.Ballot
	if proof.Previous != nil && before != nil {
		b, err := ballotOf(r, *before, proof.Group, proof.Previous)
		if err != nil {
			return nil, fmt.Errorf("of the round before: %w", err)
		}
		previous = &b
	}
	leaves, err := table.Expect(r.protocol, feedback.Engine(now.items), now.Closing, earlier, &current, previous)
	if err != nil {
		return nil, err
	}
	out := make(map[string]table.Expected, len(leaves))
	for _, l := range leaves {
		if t := now.Tables[l.Table]; t.ID == table.MarksID {
			l.Value = proof.Mark(leaf.Of(r.id, now.round.Number))
		}
		out[now.Tables[l.Table].ID] = l
	}
	return out, nil
}

// ballotOf reads a proof's answers in a round as the engine takes them.
func ballotOf(r *reading, of closing, group string, given []leaf.Given) (delphi.Ballot, error) {
	codecs := answer.For(r.protocol, of.round.Kind)
	kinds := make(map[string]int, len(of.items))
	for _, i := range of.items {
		n, err := codecs.Number(i.Kind)
		if err != nil {
			return delphi.Ballot{}, err
		}
		kinds[i.Item.String()] = n
	}
	b := delphi.Ballot{Group: group}
	for _, g := range given {
		kind, asked := kinds[g.Item]
		if !asked {
			return delphi.Ballot{}, fmt.Errorf("the round asks no item %q", g.Item)
		}
		a, err := codecs.Codec(kind).Parse(g.Value)
		if err != nil {
			return delphi.Ballot{}, fmt.Errorf("the answer to item %s: %w", g.Item, err)
		}
		a.Item, a.Confidence, a.Argues = g.Item, g.Confidence, delphi.Side(g.Argues)
		if g.Reason != "" {
			a.Reason = leaf.Digest([]byte(g.Reason))
		}
		b.Answers = append(b.Answers, a)
	}
	return b, nil
}

// telling names the tables that tell the values of the proof's answers, where there are
// enough people for them to be.
func telling(r *reading, now closing, proof *leaf.Proof) []string {
	var out []string
	for _, g := range proof.Answers {
		i := slices.IndexFunc(now.items, func(i feedback.Asked) bool { return i.Item.String() == g.Item })
		if i < 0 || g.Value == leaf.CannotJudge {
			continue
		}
		k, _ := r.protocol.Kind(now.items[i].Kind) // the reader of items saw that it exists
		for _, id := range table.OwnIDs(k, now.round.Kind, g.Item) {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}
