package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"delfi/e2e/bench/database"
	"delfi/e2e/bench/figure"
	"delfi/e2e/bench/load"
)

// few is how many people take part where a case grows by items.
const few = 1000

// caseGrowth walks smaller consultations through the same acts, one load each:
// what a figure at one size would not tell is how it comes to be. The large
// consultation and the large standing round have been walked by the cases before.
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
	if err := b.growBallot(b.crowd, b.people[b.n.own-b.n.small:]); err != nil {
		return err
	}
	if err := b.growPages(b.crowd); err != nil {
		return err
	}
	b.compareTenth()
	for _, s := range b.standings {
		if err := b.firstTick(ctx, s); err != nil {
			return err
		}
	}
	return b.growWide(ctx)
}

func (b *bench) grow(ctx context.Context, a *answering) error {
	c, err := b.shut(ctx, b.srv, b.h, b.bare, a)
	if err != nil {
		return err
	}
	b.noteClosing(a, c)
	if err := b.h.goOn(ctx, b.staff, a); err != nil {
		return err
	}
	var s load.Sample
	for _, span := range []time.Duration{b.n.span / 4, b.n.span} { // the first warms
		if s = b.forms(a, a.own, span); s.Sound("form") != nil {
			return s.Sound("form")
		}
	}
	b.note("answer form", a.people, a.items, figure.MS(s.Quantile(0.5)))
	before, err := database.BallotsIn(ctx, b.bare, a.c.Rounds[secondRound-1].ID)
	if err != nil {
		return err
	}
	if err := b.growBallot(a, a.own); err != nil {
		return err
	}
	n, err := database.BallotsIn(ctx, b.bare, a.c.Rounds[secondRound-1].ID)
	if err == nil && n-before != len(a.own) {
		err = fmt.Errorf("%d ballots are stored, %d were acknowledged", n-before, len(a.own))
	}
	return errors.Join(err, b.growPages(a))
}

// noteClosing keeps what a closing took at a size, until its feedback is public and as a whole.
func (b *bench) noteClosing(a *answering, c closing) {
	b.note(publicClosing, a.people, a.items, figure.MS(c.shown))
	b.note(wholeClosing, a.people, a.items, figure.MS(c.took))
}

const (
	publicClosing = "closing, until it is public"
	wholeClosing  = "closing"
)

// compareTenth holds the closing of the large consultation against that of a tenth of its
// people in the same run: what grows faster than people do shows in it. People wait until
// the feedback is public; of the rows that are written anew afterwards the figure is told.
func (b *bench) compareTenth() {
	public, sized := b.overTenth(publicClosing)
	if !sized {
		return
	}
	whole, _ := b.overTenth(wholeClosing)
	r := figure.Row{Case: "closing, of a tenth of the people", Unit: "times", Values: []float64{public},
		Note: fmt.Sprintf("the time until the feedback of %s people is public over that of %s in the same run; with the rows written anew it is %s times", figure.Thousands(b.n.crowd), figure.Thousands(b.n.crowd/10), figure.Number(whole))}
	r.AtMost(11)
	b.rows = append(b.rows, r)
}

// overTenth gives what a case took with the whole crowd over what it took with a tenth;
// false where one of them was not measured.
func (b *bench) overTenth(name string) (float64, bool) {
	var tenth, whole float64
	for _, p := range b.points {
		if p.Case != name || p.Along != "people" {
			continue
		}
		switch p.Size {
		case b.n.crowd / 10:
			tenth = p.MS
		case b.n.crowd:
			whole = p.MS
		}
	}
	return whole / tenth, tenth > 0 && whole > 0
}

// growBallot lets some deliver who have not done so in this round.
func (b *bench) growBallot(a *answering, who []person) error {
	s := b.deliver(a, who, make([]string, len(who)), 0, len(who), readers)
	if err := s.Sound("ballot"); err != nil {
		return err
	}
	if s.Done != len(who) {
		return fmt.Errorf("%d ballots of %d within %s", s.Done, len(who), deliverySpan)
	}
	b.note("ballot", a.people, a.items, figure.MS(s.Quantile(0.5)))
	return nil
}

// growPages reads the page of a closed round, drawn anew each time and as it is
// kept, and exports the round's leaves.
func (b *bench) growPages(a *answering) error {
	at := roundPath(a.slug, firstRound)
	if err := b.growPage("page, drawn", at+drawn, a.people, a.items); err != nil {
		return err
	}
	if err := b.growPage("page, kept", at, a.people, a.items); err != nil {
		return err
	}
	c := load.NewClient(b.srv.url)
	defer c.Close()
	began := time.Now()
	leaves, err := export(c, a.slug, firstRound)
	if err == nil && leaves == 0 {
		err = errors.New("there are no leaves")
	}
	b.note("export", a.people, a.items, figure.MS(time.Since(began)))
	return err
}

// growPage reads one page over one connection.
func (b *bench) growPage(name, path string, people, items int) error {
	body, _, err := pageOf(b.srv.url, path, "", "")
	if err != nil {
		return err
	}
	c := load.NewClient(b.srv.url)
	defer c.Close()
	s := load.Run(1, load.Bound{Span: b.n.span / 4}, func(int, int) error { return same(c, path, 200, body) })
	b.note(name, people, items, figure.MS(s.Quantile(0.5)))
	return s.Sound(name)
}

// growWide does with a thousand statements what can be done with them. No protocol
// of the drafting form holds so many; an imported standing round does, which has no
// form and ends with an exact release like a closing.
func (b *bench) growWide(ctx context.Context) error {
	s := b.standings[len(b.standings)-1]
	began := time.Now()
	if err := b.h.Consultations.CloseStanding(ctx, s.id); err != nil {
		return err
	}
	took, err := b.closed(ctx, b.bare, began)
	if err != nil {
		return err
	}
	f, err := b.h.Archive.Feedback(ctx, s.id, standingRound)
	if err != nil {
		return err
	}
	if len(f.Items) != len(s.items) || f.Answered != s.people {
		return fmt.Errorf("%s: the last release tells of %d people and %d items, of %d and %d", s.slug, f.Answered, len(f.Items), s.people, len(s.items))
	}
	b.note(wholeClosing, s.people, len(s.items), figure.MS(took))
	// An import's pages are there once it is published.
	if err := b.h.converged(ctx, s); err != nil {
		return err
	}
	at := roundPath(s.slug, standingRound)
	if err := b.growPage("page, drawn", at+drawn, s.people, len(s.items)); err != nil {
		return err
	}
	return b.growPage("page, kept", at, s.people, len(s.items))
}

// note keeps what a case took at a size: along people at the items of the large
// consultation, along items with few people.
func (b *bench) note(name string, people, items int, took float64) {
	if items == b.n.items {
		b.points = append(b.points, figure.Point{Case: name, Along: "people", Size: people, MS: took})
	} else if people == few {
		b.points = append(b.points, figure.Point{Case: name, Along: "items", Size: items, MS: took})
	}
}
