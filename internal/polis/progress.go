package polis

import "sync"

// Phase is a part of an import.
type Phase string

// The phases, in their order.
const (
	Reading    Phase = "reading"
	Statements Phase = "statements"
	People     Phase = "people"
	Answers    Phase = "answers"
	Closing    Phase = "closing"
	Publishing Phase = "publishing"
)

// Progress is how far an import has come.
type Progress struct {
	Phase Phase
	Done  int    // lines, contributions, voters, ballots
	Total int    // of the same; 0 while it is not known
	Note  string // what the phase has reached, in words; "" between two of them
}

// teller passes on the progress of one phase at a time, one call after the other,
// whoever calls.
type teller struct {
	mu   sync.Mutex
	tell func(Progress)
	at   Progress
}

// begin starts a phase.
func (t *teller) begin(p Phase, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at = Progress{Phase: p, Total: total}
	t.tell(t.at)
}

// add notes that n more are done.
func (t *teller) add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at.Done += n
	t.tell(t.at)
}

// note says in words where the phase is.
func (t *teller) note(words string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.at
	p.Note = words
	t.tell(p)
}
