package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/postgres"
)

// Entry is one line of the public record. It never names a participant.
type Entry struct {
	Sequence     int64
	Consultation uuid.UUID
	Type         string // commitment, protocol, round_opened, round_closed, feedback, act, decision, opinion, key_destroyed …
	Role         string // who, by office: administrator, moderator, facilitator, system
	Name         string // the staff member's name, public by their office; "" for the system
	Kind         string // for an act: announce, extend, close, merge, reject, undo, …
	Target       string // what it was done to, in words that stay true: "round 2", "statement 3", "Tiglio 27"
	Reason       string // public reason; "" where none is asked
	Body         string // canonical JSON with the figures and hashes of the act
	Minute       time.Time
}

// Body gives the canonical JSON of an act's figures and hashes: keys sorted, no
// space, no float. It panics on a value that JSON does not know, which is a
// mistake of the program and never of a person.
func Body(figures map[string]any) string {
	for k, v := range figures {
		switch v.(type) {
		case string, int, bool, []string:
		default:
			panic(fmt.Sprintf("ledger: %s has a value of type %T", k, v))
		}
	}
	if len(figures) == 0 {
		return "{}"
	}
	// encoding/json sorts the keys of a map and writes integers as RFC 8785 asks,
	// but escapes what is no escape there.
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(figures); err != nil {
		panic(fmt.Sprintf("ledger: %v", err))
	}
	return separators.Replace(strings.TrimSuffix(b.String(), "\n"))
}

// separators undoes the escapes of U+2028 and U+2029 that encoding/json insists
// on. An escaped backslash is stepped over whole, so that the two characters of a
// text that looks like an escape stay what they are.
var separators = strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029")

// Service appends and reads.
type Service struct{ db *postgres.DB }

// New makes the service.
func New(db *postgres.DB) *Service { return &Service{db: db} }

// Append writes e in the act's own transaction; its minute is tx.Now's. A
// transaction takes its other locks before its first entry, since this one is
// everybody's.
func (s *Service) Append(ctx context.Context, tx *postgres.Tx, e Entry) error {
	if e.Body == "" {
		e.Body = "{}"
	}
	e.Minute = tx.Now.Truncate(time.Minute)
	return add(ctx, tx, e)
}

// Of lists a consultation's entries, oldest first.
func (s *Service) Of(ctx context.Context, consultation uuid.UUID) ([]Entry, error) {
	var out []Entry
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		out, err = of(ctx, tx, consultation)
		return err
	})
	return out, err
}
