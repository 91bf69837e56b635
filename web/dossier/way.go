package dossier

import (
	"strings"

	"delfi/internal/delphi/claim"
	"delfi/internal/delphi/protocol"
	"delfi/web/page"
)

// ForWhom says in a few words who may enter a group.
func ForWhom(q *page.Request, g protocol.GroupPlan) string {
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
		all = append(all, Term(q, rule, claim.Municipality))
	}
	if rule.Age != (claim.Band{}) {
		all = append(all, Term(q, rule, claim.Age))
	}
	if rule.Level > 0 {
		all = append(all, Term(q, rule, claim.Level))
	}
	return strings.Join(all, "; ")
}

// Term says one term of a rule of claims.
func Term(q *page.Request, rule claim.Rule, t claim.Term) string {
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
