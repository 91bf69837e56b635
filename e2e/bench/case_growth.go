package main

import (
	"context"
	"fmt"
	"time"
)

// caseGrowth walks smaller consultations through the same acts, one load each:
// what a figure at one size would not tell is how it comes to be.
func (b *bench) caseGrowth(ctx context.Context) error {
	if !b.o.wanted("growth") {
		return nil
	}
	if err := b.signIn(b.n.own); err != nil {
		return err
	}
	for _, a := range b.grown {
		if err := b.grow(ctx, a); err != nil {
			return fmt.Errorf("%s: %w", a.slug, err)
		}
	}
	// The last of the crowd have not delivered before.
	fresh := b.people[b.n.own-b.n.small:]
	s := b.deliver(b.crowd, fresh, make([]string, len(fresh)), 0, len(fresh), readers)
	if err := s.sound("ballot"); err != nil {
		return err
	}
	b.note("ballot", b.crowd, ms(s.quantile(0.5)))
	// No protocol of the drafting form holds a thousand statements; a standing one does.
	began := time.Now()
	if err := b.h.ballots.Release(ctx, b.wide.id, 1, false); err != nil {
		return err
	}
	b.points = append(b.points, point{"release tick", "items", len(b.wide.items), ms(time.Since(began))})
	return nil
}

func (b *bench) grow(ctx context.Context, a *answering) error {
	c, err := b.shut(ctx, b.srv, b.h, b.bare, a)
	if err != nil {
		return err
	}
	b.note("closing", a, ms(c.took))
	if err := b.h.goOn(ctx, b.staff, a); err != nil {
		return err
	}
	s := b.forms(a, a.own, b.n.span)
	if err := s.sound("form"); err != nil {
		return err
	}
	b.note("answer form", a, ms(s.quantile(0.5)))
	marks := make([]string, len(a.own))
	s = b.deliver(a, a.own, marks, 0, len(a.own), readers)
	if err := s.sound("ballot"); err != nil {
		return err
	}
	b.note("ballot", a, ms(s.quantile(0.5)))
	n, err := ballotsIn(ctx, b.bare, a.c.Rounds[secondRound-1].ID)
	if err == nil && n != s.done {
		err = fmt.Errorf("%d ballots are stored, %d were acknowledged", n, s.done)
	}
	return err
}

// note keeps what a case took at a consultation's size: along people at twenty
// items, along items at a thousand people.
func (b *bench) note(name string, a *answering, took float64) {
	if a.items == b.n.items {
		b.points = append(b.points, point{name, "people", a.people, took})
	}
	if a.people == 1000 {
		b.points = append(b.points, point{name, "items", a.items, took})
	}
}
