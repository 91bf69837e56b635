package rehearsal

import (
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/report"
	"delfi/internal/report/schema"
)

// Opinion is drawn from a rehearsal that has ended, as the published one is; false before.
func (r *Rehearsal) Opinion() (schema.Opinion, bool) {
	if r.Consultation.Stage != consultation.Published {
		return schema.Opinion{}, false
	}
	documents := make([]archive.Stored, len(r.documents))
	for n, d := range r.documents {
		documents[n] = archive.Stored{Document: d}
	}
	n := len(r.Contributions) // all became statements
	o := report.Sources{
		Consultation: r.Consultation, Items: r.Items, Documents: documents, Closings: r.closings, Decisions: r.decisions,
		Contributions: r.Contributions, Received: contribution.Counts{Received: n, Admitted: n, Items: n},
	}.Opinion(consultation.OpinionTexts{})
	o.Version = 1
	return o, true
}

// Feedback is the last document about a round; false where none is released.
func (r *Rehearsal) Feedback(round int) (feedback.Document, bool) {
	for n := len(r.documents) - 1; n >= 0; n-- {
		if r.documents[n].Round == round {
			return r.documents[n], true
		}
	}
	return feedback.Document{}, false
}
