package rehearsal

import (
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
)

// given are the ballots of a round by person.
func (r *Rehearsal) given(round consultation.Round, comes func(n int, who person) bool) map[string][]delphi.Answer {
	items := r.asked[round.Number]
	out := map[string][]delphi.Answer{}
	for n, who := range r.people {
		if !comes(n, who) {
			continue
		}
		if all := r.invent.answers(who, round, items, r.waves); len(all) > 0 {
			out[who.id] = all
		}
	}
	return out
}

// ballot is one person's as the engine counts it, its reasons by their digests; nil for none.
func (r *Rehearsal) ballot(who person, answers []delphi.Answer) *delphi.Ballot {
	if len(answers) == 0 {
		return nil
	}
	b := delphi.Ballot{Panelist: who.id, Group: r.Consultation.Protocol.Panel.Groups[who.group].ID, Answers: slices.Clone(answers)}
	for n, a := range b.Answers {
		if a.Reason != "" {
			b.Answers[n].Reason = leaf.Digest([]byte(a.Reason))
		}
	}
	return &b
}

// tabulate counts a round of answers beside those before it, and draws its document.
func (r *Rehearsal) tabulate(round *consultation.Round) error {
	c := r.Consultation
	items := feedback.List(r.asked[round.Number])
	t, err := table.NewTabulator(c.Protocol, round.Number, feedback.Engine(items), round.ID[:])
	if err != nil {
		return err
	}
	now := r.given(*round, func(_ int, who person) bool { return r.invent.comes(who, round.Number) })
	last, _ := ballot.Previous(c, *round)
	for _, who := range r.people {
		was := r.ballot(who, r.ballots[last.Number][who.id])
		if err := t.Add(r.ballot(who, now[who.id]), was, r.older(who, last.Number)); err != nil {
			return err
		}
	}
	closing, err := t.Close(round.Enrolled)
	if err != nil {
		return err
	}
	closing.Root = r.root(*round)
	r.ballots[round.Number] = now
	r.waves++
	r.release(*round, items, closing, now)
	return nil
}

// older are a person's latest answers of the rounds before the last one; nil for none.
func (r *Rehearsal) older(who person, last int) *delphi.Ballot {
	var all []delphi.Answer
	for n := last - 1; n > 0; n-- {
		if r.Consultation.Round(n).Kind != delphi.AnswerRound {
			continue
		}
		for _, a := range r.ballots[n][who.id] {
			known := slices.ContainsFunc(all, func(b delphi.Answer) bool { return b.Item == a.Item })
			if !known && !a.CannotJudge {
				all = append(all, a)
			}
		}
	}
	return r.ballot(who, all)
}

// release draws the document of a closing, with the reasons that were given.
func (r *Rehearsal) release(round consultation.Round, items []feedback.Asked, closing table.Closing, given map[string][]delphi.Answer) {
	r.closings = append(r.closings, closing)
	d := feedback.Of(r.Consultation.Protocol, items, r.closings, nil)
	if !closing.Counts.Interim {
		reasons, spoken := map[uuid.UUID][]delphi.Answer{}, table.NewSpoken(r.Consultation.Protocol)
		for _, who := range r.people {
			var in table.Languages
			for _, a := range given[who.id] {
				if id, err := uuid.Parse(a.Item); err == nil && a.Reason != "" {
					reasons[id] = append(reasons[id], a)
					in |= spoken.Of(a.Language)
				}
			}
			spoken.Add(in)
		}
		d.AddReasons(r.Consultation.Protocol, round.ID, closing, reasons, spoken)
	}
	r.documents = append(r.documents, d)
}

// present are the ballots that stand in a standing round at a tick: more people have come, and
// some have changed an answer.
func (r *Rehearsal) present(round consultation.Round, number int) map[string][]delphi.Answer {
	part := number * len(r.people) / (ticks + 1)
	return r.given(round, func(n int, who person) bool { return n < part && r.invent.comes(who, round.Number) })
}

// tally counts standing ballots.
func (r *Rehearsal) tally(round consultation.Round, standing map[string][]delphi.Answer) (*table.Tally, error) {
	t, err := table.NewTally(r.Consultation.Protocol, round.Number, feedback.Engine(feedback.List(r.asked[round.Number])))
	if err != nil {
		return nil, err
	}
	for _, who := range r.people {
		if b := r.ballot(who, standing[who.id]); b != nil {
			if err := t.Add(*b); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// tick makes an interim release of a standing round; one that would show nothing is not made.
func (r *Rehearsal) tick(round *consultation.Round, number int) error {
	now := r.present(*round, number)
	t, err := r.tally(*round, now)
	if err != nil {
		return err
	}
	closing, err := table.Release(r.Consultation.Protocol, t, round.Enrolled, r.changed(*round, now), false)
	if err != nil {
		return err
	}
	r.waves++
	if len(closing.Counts.Items) == 0 {
		return nil
	}
	r.ballots[round.Number] = now
	round.Ticks++
	r.release(*round, feedback.List(r.asked[round.Number]), closing, nil)
	return nil
}

// changed counts, for each item and each list, the people who gave or changed an answer since
// the last tick.
func (r *Rehearsal) changed(round consultation.Round, now map[string][]delphi.Answer) map[string]int {
	out := map[string]int{}
	codecs := answer.For(r.Consultation.Protocol, round.Kind)
	kinds := map[string]string{}
	for _, i := range r.asked[round.Number] {
		kinds[i.ID.String()] = i.Kind
	}
	for _, who := range r.people {
		lists := map[string]bool{}
		for _, a := range now[who.id] {
			before := r.ballots[round.Number][who.id]
			at := slices.IndexFunc(before, func(b delphi.Answer) bool { return b.Item == a.Item })
			if at >= 0 && answer.Same(&a, &before[at]) {
				continue
			}
			kind := kinds[a.Item]
			if number, err := codecs.Number(kind); err == nil && codecs.Form(number).Listed() && codecs.Form(number) != delphi.SelectionForm {
				lists[kind] = true
			} else {
				out[a.Item]++
			}
		}
		for kind := range lists {
			out[kind]++
		}
	}
	return out
}

// last makes the release of a standing round's deadline, of everything.
func (r *Rehearsal) last(round *consultation.Round) error {
	now := r.given(*round, func(_ int, who person) bool { return r.invent.comes(who, round.Number) })
	t, err := r.tally(*round, now)
	if err != nil {
		return err
	}
	closing, err := table.Release(r.Consultation.Protocol, t, round.Enrolled, nil, true)
	if err != nil {
		return err
	}
	closing.Root = r.root(*round)
	r.ballots[round.Number] = now
	r.release(*round, feedback.List(r.asked[round.Number]), closing, now)
	return nil
}

// Paper is the form of a round as one of the invented people finds it; false where the round was
// not held, or asks for contributions.
func (r *Rehearsal) Paper(number int) (ballot.Paper, bool) {
	round := r.Consultation.Round(number)
	if round == nil || r.asked[number] == nil {
		return ballot.Paper{}, false
	}
	who := r.reader(number)
	p := ballot.Paper{Round: *round, Items: r.asked[number], Codecs: answer.For(r.Consultation.Protocol, round.Kind), Shuffle: r.root(*round)}
	before, ok := ballot.Previous(r.Consultation, *round)
	if round.Kind == delphi.StandingKind {
		before, ok = *round, true
		p.Delivered = answersOf(r.ballots[number][who.id])
		p.Draft = p.Delivered
	}
	for n := len(r.documents) - 1; ok && n >= 0; n-- {
		d := r.documents[n]
		// Of a standing round the release before its deadline is the last that its form shows.
		if d.Round == before.Number && (round.Kind != delphi.StandingKind || d.Tick <= round.Ticks) {
			p.Feedback = &r.documents[n]
			break
		}
	}
	if ok && before.Number != number {
		if last := r.ballots[before.Number][who.id]; last != nil {
			p.Last = answersOf(last)
		}
	}
	return p, true
}

// reader is the first of the people who answered a round and the one before it.
func (r *Rehearsal) reader(number int) person {
	for _, who := range r.people {
		there := true
		for n := range r.ballots {
			there = there && (n > number || r.ballots[n][who.id] != nil)
		}
		if there {
			return who
		}
	}
	return r.people[0]
}

// answersOf gives answers as a paper has them, by item.
func answersOf(all []delphi.Answer) map[uuid.UUID]delphi.Answer {
	out := make(map[uuid.UUID]delphi.Answer, len(all))
	for _, a := range all {
		if id, err := uuid.Parse(a.Item); err == nil {
			out[id] = a
		}
	}
	return out
}

// Stopping is what the stopping rule says after a round; false where it was not asked.
func (r *Rehearsal) Stopping(round int) (Stopping, bool) {
	s, ok := r.stopping[round]
	return s, ok
}
