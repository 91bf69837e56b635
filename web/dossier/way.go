package dossier

import (
	"strings"
	"unicode"
	"unicode/utf8"

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
	case protocol.AccessOpen, protocol.AccessClaim, protocol.AccessRoll, protocol.AccessInvitation, protocol.AccessDraw, protocol.AccessDeclared:
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

// Finding is one term of a claim, judged, as a page shows it.
type Finding struct {
	Tone, Icon string
	Words      string // what the rule asks
	State      string // how it stands
	Help       string // what to do; "" for nothing
}

// Findings are the terms of a claim, judged.
func Findings(q *page.Request, rule claim.Rule, judged []claim.Finding) []Finding {
	var all []Finding
	for _, f := range judged {
		one := Finding{Tone: "ok", Icon: "it-check-circle", Words: capital(Term(q, rule, f.Term)), State: q.T("consultation.way.state." + string(f.State))}
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

// capital begins a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
