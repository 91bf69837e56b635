package replay

import (
	"crypto/sha256"
	"time"
	"unique"

	"delfi/internal/consultation"
	"delfi/internal/report/schema"
)

// Steered is an act, a decision or an opening of a round, as opinions count and list them.
type Steered struct {
	Entry      int64
	At         time.Time
	kind, role unique.Handle[string]
	Departs    bool // from what was announced, or from the engine's proposal
	Gone       bool // the law removed its words
	words      [sha256.Size]byte
}

// Kind is what was done; Role by whom.
func (s Steered) Kind() string { return s.kind.Value() }

// Role is the office of who acted.
func (s Steered) Role() string { return s.role.Value() }

// Says tells whether the act has this target and this reason; true where the law removed them.
func (s Steered) Says(target, reason string) bool {
	return s.Gone || s.words == wordsOf(target, reason)
}

func wordsOf(target, reason string) [sha256.Size]byte {
	return sha256.Sum256([]byte(target + "\x00" + reason))
}

// steer takes over an entry that is somebody's act.
func (l *Life) steer(r Record) {
	if !schema.Steers(r.Type) {
		return
	}
	kind := r.kind
	if r.Type == "round_opened" {
		kind = string(consultation.ActOpen)
	}
	l.Steered = append(l.Steered, Steered{
		Entry: r.N, At: r.at, kind: unique.Make(kind), role: unique.Make(r.Role), Gone: r.Removed,
		Departs: schema.Departs(r.Type, kind, r.Role, r.Words.Reason, r.Body, l.foreign),
		words:   wordsOf(r.Words.Target, r.Words.Reason),
	})
}

// ended are the figures of the act that closes a round.
type ended struct {
	ClosedAt time.Time `json:"closed_at"`
	Enrolled []int     `json:"enrolled"`
}

// Ended gives when a round was closed, or its deadline had passed, and how many people were
// enrolled then; zero where no act of the log says so.
func (w *Round) Ended() (at time.Time, people int) {
	for _, n := range w.ended.Enrolled {
		people += n
	}
	return w.ended.ClosedAt, people
}

// Extensions is how often its deadline was moved by hand.
func (w *Round) Extensions() int { return len(w.extended) }

// Reason is the public one for closing it; known is false where the law removed it.
func (w *Round) Reason() (reason string, known bool) {
	return w.closing.Words.Reason, !w.closing.Removed
}

// Time is the minute of the entry; zero for no entry.
func (r Record) Time() time.Time { return r.at }
