package participate

import (
	"strings"

	"delfi/internal/delphi/claim"
	"delfi/internal/delphi/protocol"
	"delfi/web/page"
)

// forWhom says in a few words who a group is for.
func forWhom(q *page.Request, g protocol.GroupPlan) string {
	if g.Access == protocol.AccessClaim {
		if rule, err := claim.Parse(g.Rule); err == nil {
			return asks(q, rule)
		}
	}
	switch g.Access {
	case protocol.AccessOpen, protocol.AccessClaim, protocol.AccessRoll, protocol.AccessInvitation, protocol.AccessDraw:
		return q.T("consultation.way." + g.Access)
	}
	return ""
}

// asks says a rule in words: "abiti a Modena, hai almeno 16 anni".
func asks(q *page.Request, rule claim.Rule) string {
	var all []string
	if len(rule.Places) > 0 {
		all = append(all, termWords(q, rule, claim.Municipality))
	}
	if rule.Age != (claim.Band{}) {
		all = append(all, termWords(q, rule, claim.Age))
	}
	if rule.Level > 0 {
		all = append(all, termWords(q, rule, claim.Level))
	}
	return strings.Join(all, "; ")
}

// termWords says one term of a rule.
func termWords(q *page.Request, rule claim.Rule, t claim.Term) string {
	switch t {
	case claim.Municipality:
		var names []string
		for _, p := range rule.Places {
			names = append(names, p.Name)
		}
		if len(names) > 1 {
			last := len(names) - 1
			return q.T("consultation.way.municipality", "places", q.T("consultation.way.or", "some", strings.Join(names[:last], ", "), "last", names[last]))
		}
		return q.T("consultation.way.municipality", "places", names[0])
	case claim.Age:
		switch {
		case rule.Age.To == 0:
			return q.T("consultation.way.age_from", "from", rule.Age.From)
		case rule.Age.From == 0:
			return q.T("consultation.way.age_to", "to", rule.Age.To)
		}
		return q.T("consultation.way.age", "from", rule.Age.From, "to", rule.Age.To)
	}
	return q.T("consultation.way.level", "level", rule.Level)
}

// finding is one term as the page shows it.
type finding struct {
	Tone, Icon string
	Words      string // what the rule asks
	State      string // how it stands
	Help       string // what to do; "" for nothing
}

// findings are the terms of a claim, judged.
func (e enrolView) findings(q *page.Request) []finding {
	var all []finding
	for _, f := range e.Standing.Findings {
		one := finding{Tone: "ok", Icon: "it-check-circle", Words: termWords(q, e.Standing.Rule, f.Term), State: q.T("consultation.way.state." + string(f.State))}
		switch f.State {
		case claim.Unmet:
			one.Tone, one.Icon = "no", "it-error"
		case claim.Missing:
			one.Tone, one.Icon = "due", "it-warning-circle"
		}
		if f.State != claim.Met {
			one.Help = q.T("consultation.way." + string(f.State) + "." + string(f.Term))
		}
		all = append(all, one)
	}
	return all
}

// declared tells whether a domicile that somebody declared decides.
func (e enrolView) declared() bool { return len(e.Standing.Rule.Places) > 0 }

// signAgain tells whether another sign-in may say what is missing.
func (e enrolView) signAgain() bool {
	if e.Why != nil && e.Why.Code == "roll_no_code" {
		return true
	}
	for _, f := range e.Standing.Findings {
		if f.State == claim.Missing || f.State == claim.Unmet && f.Term == claim.Level {
			return true
		}
	}
	return false
}
