package consult

import (
	"strings"

	"delfi/internal/delphi"
	"delfi/web/page"
	"delfi/web/ui"
)

// promises are the commitment's facts beside its quotation.
func (v view) promises(q *page.Request) []ui.Fact {
	c := v.Commitment
	facts := []ui.Fact{{Name: q.T("consult.commitment.decider"), Value: c.Decider}}
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, ui.Fact{Name: q.T("consult.commitment." + key), Value: value})
		}
	}
	add("subject", c.Subject)
	if !c.DecideBy.IsZero() {
		add("decide_by", q.Date(c.DecideBy))
	}
	switch r := v.Protocol.Reply; {
	case c.ReplyDays != 0:
		add("reply", q.T("consult.commitment.reply_days", "n", c.ReplyDays))
	case r.Unit == delphi.UnitMonth:
		add("reply", q.T("consult.commitment.reply_months", "n", r.N))
	default:
		add("reply", q.T("consult.commitment.reply_days", "n", r.N))
	}
	add("money", c.Money)
	add("left_out", c.LeftOut)
	return facts
}

// rules says the frozen protocol in plain words, one sentence each, from its own
// figures: nothing here is written by hand.
func (v view) rules(q *page.Request) []string {
	p := v.Protocol
	var lines []string
	say := func(key string, args ...any) { lines = append(lines, q.T("consult.protocol."+key, args...)) }

	gather, answers := 0, 0
	for _, r := range p.Rounds {
		switch r.Kind {
		case delphi.Gather:
			gather++
		case delphi.AnswerRound:
			answers++
		case delphi.StandingKind:
			say("standing")
		}
	}
	if answers > 0 {
		say("rounds", "n", answers)
	}
	if gather > 0 {
		say("gather")
	}
	for _, k := range p.ItemKinds {
		if k.Kind != delphi.ScaleForm {
			continue
		}
		s := v.scale(q, k.ID)
		say("scale", "points", s.Points, "low", s.Low, "high", s.High)
		if k.CannotJudge {
			say("cannot_judge")
		}
	}
	if s := p.Consensus.Share; s != nil {
		share := ui.Fraction(q, s.Permille)
		if s.From == s.To {
			say("share_point", "share", share, "at", s.From)
		} else {
			say("share", "share", share, "from", s.From, "to", s.To)
		}
	} else {
		say("rule", "rule", string(p.Consensus.Rule))
	}
	lines = append(lines, stability(q, p.Stability)...)
	say("response", "share", p.Gates.Response/10)
	say("disclosure", "least", p.Disclosure.MinN, "group", p.Disclosure.GroupN, "small", p.Disclosure.SmallBelow)
	if p.Disclosure.Small == delphi.SmallOpen {
		say("small_open", "small", p.Disclosure.SmallBelow)
	}
	if names := v.groups(q); len(names) > 1 {
		say("groups", "groups", strings.Join(names, ", "))
	}
	if v.Origin == nil {
		say("publication", "n", p.Publication.WithinDays)
		say("facilitator")
	}
	return lines
}

// stability says when answers are held to be still.
func stability(q *page.Request, s delphi.StabilityPlan) []string {
	var tests []string
	for _, t := range s.Tests {
		switch t {
		case delphi.ScheibeTest:
			tests = append(tests, q.T("consult.protocol.scheibe", "limit", s.Scheibe/10))
		case delphi.UnchangedTest:
			tests = append(tests, q.T("consult.protocol.unchanged", "limit", s.UnchangedMin/10))
		case delphi.WilcoxonTest:
			tests = append(tests, q.T("consult.protocol.wilcoxon"))
		}
	}
	if len(tests) == 0 {
		return nil
	}
	return []string{q.T("consult.protocol.stable", "tests", strings.Join(tests, " "+q.T("consult.and")+" "))}
}

// groups names the panel's groups.
func (v view) groups(q *page.Request) []string {
	names := make([]string, 0, len(v.Protocol.Panel.Groups))
	for _, g := range v.Protocol.Panel.Groups {
		names = append(names, v.say(q, g.Name))
	}
	return names
}
