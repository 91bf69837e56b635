package participate

import (
	"unicode"
	"unicode/utf8"

	"delfi/internal/delphi/claim"
	"delfi/web/dossier"
	"delfi/web/page"
)

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
		one := finding{Tone: "ok", Icon: "it-check-circle", Words: capital(dossier.Term(q, e.Standing.Rule, f.Term)), State: q.T("consultation.way.state." + string(f.State))}
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

// capital begins a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
