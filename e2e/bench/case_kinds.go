package main

import (
	"context"
	"fmt"

	"delfi/e2e/bench/asked"
	"delfi/e2e/bench/database"
	"delfi/e2e/bench/figure"
)

// caseKinds closes, opens and answers one consultation of each other kind of answer, once:
// each is held against limits of its own, so that none hides behind the scale's.
func (b *bench) caseKinds(ctx context.Context) error {
	if !b.o.wanted("kinds") {
		return nil
	}
	if err := b.signIn(b.n.own); err != nil {
		return err
	}
	for _, a := range b.kinds {
		if err := b.caseKind(ctx, a); err != nil {
			return fmt.Errorf("%s: %w", a.asked.Name, err)
		}
	}
	return nil
}

func (b *bench) caseKind(ctx context.Context, a *answering) error {
	if err := database.Calm(ctx, b.admin); err != nil {
		return err
	}
	c, err := b.shut(ctx, b.srv, b.h, b.bare, a)
	if err != nil {
		return err
	}
	shown := figure.Row{Case: fmt.Sprintf("closing %d ballots × %d items, %s", a.people, a.items, a.asked.Name), Unit: "s", Values: []float64{c.shown.Seconds()}}
	heap := figure.Row{Case: "closing, memory above idle, " + a.asked.Name, Unit: "MB", Values: []float64{float64(c.heap) / 1e6}}
	if a.people <= whole.crowd {
		shown.AtMost(closingGoal)
	}
	heap.AtMost(memoryGoal(a.people))
	if err := b.h.goOn(ctx, b.staff, a); err != nil {
		return err
	}
	form, err := b.formRow(ctx, a, "answer form, "+a.asked.Name, 1)
	if err != nil {
		return err
	}
	ballots, marks, err := b.ballotRows(ctx, a, "ballot, "+a.asked.Name, 1)
	if err != nil {
		return err
	}
	b.rows = append(b.rows, shown, heap, form, ballots[len(ballots)-1])
	return b.recount(ctx, a, marks)
}

// seedKinds makes a consultation of each other kind of answer, of as many people as the
// large one.
func (b *bench) seedKinds(ctx context.Context, h *house) error {
	for _, k := range asked.Others {
		a := &answering{slug: "di-" + k.Name, people: b.n.crowd, items: b.n.items, own: b.people[:min(b.n.own, warmup+b.n.ballots)], asked: k}
		if err := h.play(ctx, b.staff, a); err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
		b.kinds = append(b.kinds, a)
		b.say("%s is seeded", k.Name)
	}
	return nil
}
