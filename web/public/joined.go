package public

import (
	"delfi/internal/consultation/feedback"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
)

// joined counts the statements that joined after a round.
func (o opinionView) joined() int {
	n := 0
	for _, i := range o.Opinion.Items {
		if i.Joined != nil {
			n++
		}
	}
	return n
}

// saidIn gives the words of the panel on which a statement that joined rests; false for none,
// and where the law removed them.
func (o opinionView) saidIn(j *schema.Joined) (string, bool) {
	find := func(round int, reasons []feedback.Reason) (string, bool) {
		for _, r := range reasons {
			if round == j.Round && j.Said != "" && r.Removed == "" && leaf.Digest([]byte(r.Text)) == j.Said {
				return r.Text, true
			}
		}
		return "", false
	}
	for _, i := range o.Opinion.Items {
		for _, h := range i.History {
			if text, found := find(h.Round, h.Reasons); found {
				return text, true
			}
		}
	}
	for _, l := range o.Opinion.Lists {
		for _, h := range l.History {
			if text, found := find(h.Round, h.Reasons); found {
				return text, true
			}
		}
	}
	return "", false
}
