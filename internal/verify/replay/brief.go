package replay

import (
	"fmt"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
)

// Brief is a version of the facilitator's words about a round.
type Brief struct {
	Record  Record `json:"-"`
	Version int    `json:"version"`
}

// brief takes words about a round that was answered: one version after the other, until the
// next round opens.
func (l *Life) brief(r Record, w *Round) error {
	f := Brief{Record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	if l.Stage != consultation.Running || l.suspended {
		return r.Fault(fmt.Sprintf("round %d gets words while the consultation does not run", w.Number), string(l.Stage), string(consultation.Running))
	}
	if w.Kind == delphi.Gather {
		return r.Fault(fmt.Sprintf("round %d gets words about its answers, and was not answered", w.Number), string(w.Kind), "an answering round")
	}
	for n, later := range l.Rounds {
		if n > w.Number && later.Kind != "" {
			return r.Fault(fmt.Sprintf("round %d gets words after round %d opened", w.Number, n), fmt.Sprintf("entry %d", later.Opened.N), "no later round")
		}
	}
	before := 0
	if w.Brief != nil {
		before = w.Brief.Version
	}
	if f.Version != before+1 {
		return r.Fault(fmt.Sprintf("versions of the words about round %d do not follow each other", w.Number), fmt.Sprintf("version %d", f.Version), fmt.Sprintf("version %d", before+1))
	}
	if r.Texts["text"] == "" && !r.Removed {
		return r.Fault(fmt.Sprintf("round %d gets no words", w.Number), "", "words")
	}
	w.Brief = &f
	return nil
}
