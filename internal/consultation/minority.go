package consultation

import (
	"time"

	"delfi/internal/civiltime"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// MinorityDays is how long the panel reads a minority report before it can be
// published.
const MinorityDays = 7

// Minority is the facilitator's report of the dissent. It holds either the words
// that the panel reads or the reason for which there are none.
type Minority struct {
	Draft   string    // as it is being written, Markdown; the desk's alone
	Text    string    // as the panel reads it, Markdown; "" until it is shown
	ShownAt time.Time // since when the panel reads these words; zero until it is shown
	Reason  string    // for which nothing is reported, public; "" unless declared
}

// Version names the draft as it stands, the words that the panel reads, and what was
// declared in their place.
func (m Minority) Version() string { return prose.Version(m.Draft, m.Text, m.Reason) }

// Unchanged refuses an act on a report that is no longer of a version ("" skips the
// comparison): Conflict "minority_changed".
func (m Minority) Unchanged(version string) error {
	if version == "" || version == m.Version() {
		return nil
	}
	return fault.New(fault.Conflict, "minority_changed", "somebody has changed the minority report meanwhile")
}

// Until is the instant from which the report can be published: the panel comments
// until then. Zero until it is shown.
func (m Minority) Until() time.Time {
	if m.ShownAt.IsZero() {
		return time.Time{}
	}
	return civiltime.AddDays(m.ShownAt, MinorityDays)
}

// PublishBy is the instant at which the opinion is published by itself, whatever is
// written by then: zero before the consultation is concluded.
func (c Consultation) PublishBy() time.Time {
	if c.ConcludedAt.IsZero() {
		return time.Time{}
	}
	return civiltime.AddDays(c.ConcludedAt, c.Protocol.Publication.WithinDays)
}

// Publishable refuses to publish by hand an opinion whose dissent nobody reported,
// and one whose report the panel has not read long enough. What the system publishes
// at its time asks nothing: nothing can be buried, and the opinion says what lacks.
func (m Minority) Publishable(dissent bool, now time.Time) error {
	switch {
	case m.Reason != "":
		return nil
	case m.Text != "" && now.Before(m.Until()):
		return fault.New(fault.Conflict, "minority_showing", "the panel reads the minority report for 7 days before it can be published").
			With("n", WholeDays(m.Until().Sub(now)))
	case m.Text == "" && dissent:
		return fault.New(fault.Conflict, "minority_missing",
			"there is dissent: the facilitator writes the minority report and shows it to the panel for 7 days, or declares in public why nothing is reported")
	}
	return nil
}
