package participate

import "delfi/internal/delphi/claim"

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
