package rehearsal

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/internal/pseudonym"
)

// Rehearsal is a draft that was run through.
type Rehearsal struct {
	Consultation  consultation.Consultation // as its pages show it
	Play          Play
	Items         []consultation.Item // all, by number
	Contributions []contribution.Contribution
	Left          int // items of the draft that are not asked
	Ends          End // "" where it was not run to its end

	documents []feedback.Document // of releases, oldest first
	closings  []table.Closing     // behind the documents
	decisions []consultation.Decided
	stopping  map[int]Stopping
	asked     map[int][]consultation.Item // by round
	people    []person
	ballots   map[int]map[string][]delphi.Answer // by round and person
	invent    inventor
	clock     time.Time // of the rehearsal
	waves     int       // of answers so far
}

// End is why a rehearsal came to its opinion.
type End string

// The ends.
const (
	ByRule   End = "rule"   // the stopping rule is met, while rounds were left
	ByRounds End = "rounds" // the last round was held
	ByNone   End = "none"   // no item is in play any more
)

// Stopping is what the stopping rule says after a round.
type Stopping struct {
	Holds   bool
	Grounds []verdict.Ground
}

// ticks is how many releases a standing round of a rehearsal makes before its deadline.
const ticks = 3

// statements is how many items are invented where a draft gives none, and Asked how many of the
// draft's own are asked at most, the first of each kind: with more a page would take long.
const (
	statements = 5
	Asked      = 30
)

// Run works a rehearsal out as far as the release of a round, or to its opinion for 0. c is the
// draft with the protocol that it would freeze, given are its statements; its last day is that
// of now.
func Run(c consultation.Consultation, given []consultation.Item, play Play, now time.Time, until int) (*Rehearsal, error) {
	r := &Rehearsal{
		Consultation: staged(c, play), Play: play, people: panelOf(play), clock: consultation.Morning(now, 0),
		stopping: map[int]Stopping{}, asked: map[int][]consultation.Item{}, ballots: map[int]map[string][]delphi.Answer{},
		invent: inventor{play: play, protocol: c.Protocol, language: c.Language},
	}
	r.Consultation.AnnouncedAt = civiltime.AddDays(r.clock, -14)
	r.Consultation.Rounds = consultation.Plan(r.Consultation.ID, c.Protocol, r.clock)
	for n := range r.Consultation.Rounds {
		r.Consultation.Rounds[n].ID = r.id("round", n)
	}
	r.lay(given)
	for r.Consultation.Stage == consultation.Running {
		last := r.Consultation.LastHeld()
		if until > 0 && last != nil && last.Number >= until {
			break
		}
		if err := r.step(); err != nil {
			return nil, fmt.Errorf("rehearsal of %s: %w", c.Slug, err)
		}
	}
	r.today(now)
	return r, nil
}

// staged is the consultation that a rehearsal shows: the draft's words and rules, marked, under
// another id and of no administration.
func staged(c consultation.Consultation, play Play) consultation.Consultation {
	if c.Commitment.Decider == "" {
		c.Commitment.Decider = c.AdministrationName
	}
	return consultation.Consultation{
		Rehearsal: play.String(), ID: uuid.NewSHA1(c.ID, []byte("rehearsal "+play.String())),
		AdministrationName: c.AdministrationName, Address: c.Address, Slug: c.Slug, Language: c.Language,
		Title: c.Title, Question: c.Question, Background: c.Background, Stage: consultation.Running,
		Commitment: c.Commitment, Protocol: c.Protocol, ProtocolHash: c.Protocol.Hash(),
	}
}

func (r *Rehearsal) id(of string, n int) uuid.UUID {
	return uuid.NewSHA1(r.Consultation.ID, fmt.Appendf(nil, "%s %d", of, n))
}

// lay puts the given items in play; where the draft gives none for a kind, and no contributions
// are gathered, invented ones.
func (r *Rehearsal) lay(given []consultation.Item) {
	room := max(2, Asked/len(r.Consultation.Protocol.ItemKinds))
	of := map[string]int{}
	for _, i := range given {
		if of[i.Kind]++; of[i.Kind] <= room {
			r.join(i.Kind, i.Text)
		}
	}
	r.Left = len(given) - len(r.Items)
	if r.Consultation.Rounds[0].Kind != delphi.Gather {
		r.fillUp()
	}
}

// share is how many statements of each kind are invented at most.
func (r *Rehearsal) share() int { return max(3, 2*Asked/len(r.Consultation.Protocol.ItemKinds)) }

// fillUp invents items of the kinds that have too few to be asked.
func (r *Rehearsal) fillUp() {
	for _, k := range r.Consultation.Protocol.ItemKinds {
		least := 1
		if k.Kind.Listed() {
			least = min(max(statements, k.K+2), r.share())
		}
		if len(r.Consultation.Protocol.ItemKinds) == 1 {
			least = max(least, statements)
		}
		have := 0
		for _, i := range r.Items {
			if i.Kind == k.ID {
				have++
			}
		}
		if have > 0 && !k.Kind.Listed() || have > 1 {
			continue
		}
		for n := have; n < least && len(r.Items) < r.Consultation.Protocol.Items.Max; n++ {
			r.join(k.ID, words(r.Consultation.Language, "statement", len(r.Items)+1))
		}
	}
}

func (r *Rehearsal) join(kind, text string) uuid.UUID {
	i := consultation.Item{
		ID: r.id("item", len(r.Items)), Consultation: r.Consultation.ID, Number: len(r.Items) + 1,
		State: consultation.ItemLive, Version: 1, Text: text, Kind: kind,
	}
	r.Items = append(r.Items, i)
	return i.ID
}

// live are the items in play.
func (r *Rehearsal) live() []consultation.Item {
	return slices.DeleteFunc(slices.Clone(r.Items), func(i consultation.Item) bool { return i.State != consultation.ItemLive })
}

// step holds the next round, or ends the rehearsal where none is left to be held.
func (r *Rehearsal) step() error {
	c := &r.Consultation
	next := c.Next()
	last := c.LastReleased()
	switch {
	case next == nil || c.RoundsLeft() == 0:
		r.conclude(ByRounds)
		return nil
	case last != nil && c.Protocol.Stop.When == "stable" && r.stopping[last.Number].Holds:
		r.conclude(ByRule)
		return nil
	}
	r.follow()
	if next.Answers() && len(r.live()) == 0 {
		r.conclude(ByNone)
		return nil
	}
	r.open(next)
	if next.Kind == delphi.Gather {
		r.gathered(next)
	} else if err := r.held(next); err != nil {
		return err
	}
	next.State, next.ReleasedAt = consultation.RoundReleased, next.ClosedAt
	r.clock = consultation.Morning(next.ClosedAt, 1)
	c.Replan(next.Number)
	if next.Answers() {
		r.stopping[next.Number] = r.stops(*next)
	}
	return nil
}

// open opens a planned round with what is in play; it closes at its deadline.
func (r *Rehearsal) open(round *consultation.Round) {
	round.State, round.OpenedAt = consultation.RoundOpen, r.clock
	round.Deadline = consultation.LastMinute(r.clock, r.Consultation.Protocol.Round(round.Number).Days)
	round.ClosedAt, round.Enrolled = round.Deadline, slices.Clone(r.Play.People)
	if !round.Answers() {
		return
	}
	items := r.live()
	if last, ok := ballot.Previous(r.Consultation, *round); ok {
		for n := range items {
			items[n].New = !slices.ContainsFunc(r.asked[last.Number], func(i consultation.Item) bool { return i.ID == items[n].ID })
		}
	}
	r.asked[round.Number] = items
}

// held has an open round answered and counted.
func (r *Rehearsal) held(round *consultation.Round) error {
	if round.Kind != delphi.StandingKind {
		return r.tabulate(round)
	}
	for n := range ticks {
		if err := r.tick(round, n+1); err != nil {
			return err
		}
		if r.Consultation.Protocol.StopsItself() && r.stops(*round).Holds {
			round.Reason = r.Consultation.Why(consultation.WhyDrift)
			round.ClosedAt = civiltime.AddDays(round.OpenedAt, r.Consultation.Protocol.Round(round.Number).MinDays)
			break
		}
	}
	return r.last(round)
}

// stops asks the stopping rule after a release.
func (r *Rehearsal) stops(round consultation.Round) Stopping {
	proposed := r.proposals()
	var all []verdict.Action
	for _, i := range r.live() {
		if r.Consultation.Protocol.Judged(i.Kind) {
			all = append(all, proposed[i.ID])
		}
	}
	arguments := 0
	if r.Consultation.GathersSince(round) {
		arguments = len(r.Contributions)
	}
	var s Stopping
	s.Holds, s.Grounds = verdict.Stops(r.Consultation.Protocol, all, arguments)
	return s
}

// proposals are those of the last document.
func (r *Rehearsal) proposals() map[uuid.UUID]verdict.Action {
	out := map[uuid.UUID]verdict.Action{}
	if len(r.documents) > 0 {
		for _, i := range r.documents[len(r.documents)-1].Items {
			out[i.Item] = i.Proposal.Action
		}
	}
	return out
}

// follow lets undecided items follow the engine's proposals, as the opening of a round does.
func (r *Rehearsal) follow() {
	last := r.Consultation.LastReleased()
	if last == nil {
		return
	}
	proposed := r.proposals()
	for n := range r.Items {
		i := &r.Items[n]
		action, judged := proposed[i.ID]
		if i.State != consultation.ItemLive || !judged {
			continue
		}
		d := consultation.Decided{Round: last.Number, Item: i.ID, Proposed: consultation.Decision(action), Decided: consultation.Decision(action), Role: string(consultation.System)}
		if d.Decided == consultation.Reword {
			d.Decided, d.Reason = consultation.GoOn, r.Consultation.Why(consultation.WhyNoWords)
		}
		r.decide(i, d)
	}
}

// decide notes a decision and moves its item.
func (r *Rehearsal) decide(i *consultation.Item, d consultation.Decided) {
	switch d.Decided {
	case consultation.Settle:
		i.State, i.SettledIn = consultation.ItemSettled, d.Round
	case consultation.Drop:
		i.State = consultation.ItemDropped
	}
	r.decisions = append(r.decisions, d)
}

// settle settles all that is in play, with the verdict that it has.
func (r *Rehearsal) settle() {
	proposed := r.proposals()
	for n := range r.Items {
		i := &r.Items[n]
		if i.State != consultation.ItemLive {
			continue
		}
		d := consultation.Decided{Item: i.ID, Proposed: consultation.Decision(proposed[i.ID]), Decided: consultation.Settle, Role: string(consultation.System)}
		if last := r.Consultation.LastReleased(); last != nil {
			d.Round = last.Number
		}
		if d.Proposed != consultation.Settle {
			d.Reason = r.Consultation.Why(consultation.WhyLastRound)
		}
		r.decide(i, d)
	}
}

// conclude ends the rounds and publishes the opinion at once.
func (r *Rehearsal) conclude(why End) {
	c := &r.Consultation
	r.Ends = why
	r.settle()
	for n := range c.Rounds {
		if c.Rounds[n].State == consultation.RoundPlanned {
			c.Rounds[n].State = consultation.RoundSkipped
		}
	}
	c.Stage, c.ConcludedAt, c.PublishedAt = consultation.Published, r.clock, r.clock
}

// gathered invents contributions, each of which becomes a statement: nobody moderates in a
// rehearsal.
func (r *Rehearsal) gathered(round *consultation.Round) {
	c := r.Consultation
	kinds := c.Protocol.ItemKinds
	most := statements
	for _, k := range kinds {
		most = max(most, k.K+2) // of what is narrowed something is left out
	}
	for n := range min(most, r.share()) * len(kinds) {
		if len(r.Items) >= c.Protocol.Items.Max {
			break
		}
		item := r.join(kinds[n%len(kinds)].ID, words(c.Language, "statement", len(r.Items)+1))
		number := len(r.Contributions) + 1
		r.Contributions = append(r.Contributions, contribution.Contribution{
			ID: r.id("contribution", number), Alias: pseudonym.Alias{ID: r.id("alias", number), Name: words(c.Language, "alias", number)},
			Body: words(c.Language, "idea", number), State: contribution.Admitted, Items: []uuid.UUID{item},
		})
	}
	round.Turnout = len(r.people) / 5 * 5
}

// root stands for the root of a round, which seeds what is drawn.
func (r *Rehearsal) root(round consultation.Round) []byte {
	sum := sha256.Sum256(fmt.Appendf(round.ID[:], "rehearsed root %d", round.Ticks))
	return sum[:]
}

// today moves the days of a rehearsal so that its clock shows now, or earlier.
func (r *Rehearsal) today(now time.Time) {
	c := &r.Consultation
	days := 0
	for civiltime.AddDays(r.clock, -days).After(now) {
		days++
	}
	back := func(t *time.Time) {
		if !t.IsZero() {
			*t = civiltime.AddDays(*t, -days)
		}
	}
	for n := range c.Rounds {
		one := &c.Rounds[n]
		for _, t := range []*time.Time{&one.PlannedAt, &one.OpenedAt, &one.Deadline, &one.ClosedAt, &one.ReleasedAt} {
			back(t)
		}
	}
	back(&c.AnnouncedAt)
	back(&c.ConcludedAt)
	back(&c.PublishedAt)
	c.StartsAt = c.Rounds[0].OpenedAt
}
