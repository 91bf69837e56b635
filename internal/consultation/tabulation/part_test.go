package tabulation

import (
	"strings"
	"testing"

	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
)

// Two people who answer alike have two marks, whether or not their parts are alike; a
// receipt shows the part of its own delivery, and a draft holds none.
func TestAReceiptShowsThePartOfItsDelivery(t *testing.T) {
	h, ctx := newHouse(t, 3, 2), t.Context()
	of := leaf.Of(h.c.ID.String(), 2)
	first, second := ballot.Part{Browser: [16]byte{1}}, ballot.Part{Browser: [16]byte{2}, Words: "tigli"}
	marks := map[string]bool{}
	for i, part := range []ballot.Part{first, second, {Words: "  tigli "}, {}} {
		r, err := h.ballots.Cast(ctx, h.seat(i%3), 2, h.answers(2, 4+i/3, 5), part)
		h.must(err)
		signed := h.signed(r.Receipt)
		part.Words = strings.TrimSpace(part.Words)
		if signed.Part != part.Digests(of) || r.Part != signed.Part || leaf.Mark(signed.Content, signed.Part) != r.Mark || marks[r.Mark] {
			t.Errorf("%+v: %+v", part, signed)
		}
		marks[r.Mark] = true
	}
	// A revision has the part of its own delivery, and names the mark of the ballot before.
	before, err := h.ballots.Receipt(ctx, h.seat(1), 2)
	h.must(err)
	h.must(h.ballots.Save(ctx, h.seat(1), 2, h.answers(2, 6, 5)))
	waiting, err := h.ballots.Receipt(ctx, h.seat(1), 2)
	h.must(err)
	if waiting.Part != second.Digests(of) || !waiting.Pending {
		t.Errorf("a draft changed the receipt: %+v", waiting)
	}
	after, err := h.ballots.Deliver(ctx, h.seat(1), 2, first)
	h.must(err)
	if after.Part != first.Digests(of) || after.Replaces != before.Mark {
		t.Errorf("%+v", after)
	}
	// Sent again it is the same ballot, whatever the browser drew for the second press.
	again, err := h.ballots.Cast(ctx, h.seat(1), 2, h.answers(2, 6, 5), ballot.Part{Browser: [16]byte{9}})
	h.must(err)
	if again.Mark != after.Mark || again.Part != after.Part {
		t.Errorf("%+v, want %+v", again, after)
	}
	document, err := h.ballots.Proof(ctx, h.seat(1), 2)
	h.must(err)
	p, err := leaf.ParseProof(document)
	h.must(err)
	if p.Part() != first || p.Mark(of) != after.Mark {
		t.Errorf("proof %+v", p)
	}
	_, err = h.ballots.Cast(ctx, h.seat(0), 2, h.answers(2, 1, 1), ballot.Part{Words: strings.Repeat("w", payload.MaxWords+1)})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("words that are too long: %v", err)
	}
}
