package schema

import (
	"time"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
)

// Minority is the facilitator's report of the dissent. It stands in every opinion:
// where nobody wrote one, the opinion says so.
type Minority struct {
	State   MinorityState `json:"state"`
	Text    string        `json:"text"`     // Markdown; "" where none was shown
	ShownOn string        `json:"shown_on"` // the day from which the panel read these words; "" where none
	Days    int           `json:"days"`     // whole days that the panel read them before publication
	Reason  string        `json:"reason"`   // for which nothing is reported; "" unless declined
}

// MinorityState is what became of the report.
type MinorityState string

// The states.
const (
	MinorityNone      MinorityState = "none"      // nobody dissents, and nobody wrote
	MinorityShown     MinorityState = "shown"     // the panel read it for seven days
	MinorityShort     MinorityState = "short"     // the opinion was published by itself before they had passed
	MinorityDeclined  MinorityState = "declined"  // the facilitator said in public why nothing is reported
	MinorityUnwritten MinorityState = "unwritten" // there is dissent, and nobody reported it in time
)

// MinorityOf draws the report as it stands at the publication; one that is not
// published yet is drawn as if it were published in time.
func MinorityOf(m consultation.Minority, dissent []Dissenting, published time.Time) Minority {
	out := Minority{State: MinorityNone, Text: m.Text, ShownOn: civiltime.Date(m.ShownAt), Reason: m.Reason}
	switch {
	case m.Text != "":
		out.State, out.Days = MinorityShown, consultation.MinorityDays
		if !published.IsZero() {
			if out.Days = WholeDays(m.ShownAt, published); out.Days < consultation.MinorityDays {
				out.State = MinorityShort
			}
		}
	case m.Reason != "":
		out.State = MinorityDeclined
	case len(dissent) > 0:
		out.State = MinorityUnwritten
	}
	return out
}

// WholeDays counts the days from an instant to a later one, as the calendar of Rome
// does.
func WholeDays(from, to time.Time) int {
	n := 0
	for !civiltime.AddDays(from, n+1).After(to) {
		n++
	}
	return n
}
