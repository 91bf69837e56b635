package synthesis

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/pseudonym"
)

// State is where a contribution stands.
type State string

// The states.
const (
	Pending  State = "pending"
	Admitted State = "admitted"
	Rejected State = "rejected"
)

// Contribution is one free text. No date, no group, no order.
type Contribution struct {
	ID      uuid.UUID
	Alias   pseudonym.Alias
	Body    string // Markdown; "" when removed
	State   State
	Reason  string      // of a rejection
	Removed string      // the legal ground on which the text was removed; "" when it stands
	Items   []uuid.UUID // the items it went into, in the order of the acts
	Similar int         // in a Queue: equal among those that say similar things, 1..; 0 when it stands alone
}

// Version tells these words from others: of a contribution that is changed, the page
// says which its author had before them.
func (c Contribution) Version() string { return version(c.Body) }

func version(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:8])
}

// Counts add up: Received = Admitted + Rejected + Pending.
type Counts struct{ Received, Admitted, Rejected, Pending, Items int }

// How long texts may be, in characters. An item is one sentence that can be
// agreed or disagreed with; what is longer is two items.
const (
	maxBody    = 2000
	maxText    = 600
	maxReason  = 600
	maxLeftOut = 1000
	// maxOwn keeps one person from being the whole queue.
	maxOwn = 50
)

// checked trims a text and appends to bad what keeps it from being stored.
func checked(name, text string, limit int, needed bool, bad *[]fault.Field) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		*bad = append(*bad, fault.Field{Name: name, Code: "not_text", Message: "contains characters that are no text: remove them"})
	case needed && n == 0:
		*bad = append(*bad, fault.Field{Name: name, Code: "required", Message: "is needed"})
	case n > limit:
		*bad = append(*bad, fault.Field{
			Name: name, Code: "too_long", Message: fmt.Sprintf("has %d characters, %d more than the %d allowed: shorten it", n, n-limit, limit),
			Args: map[string]any{"max": limit, "over": n - limit},
		})
	}
	return text
}

// lined is checked for a field of one line.
func lined(name, text string, limit int, needed bool, bad *[]fault.Field) string {
	before := len(*bad)
	if text = checked(name, text, limit, needed, bad); len(*bad) == before && !fault.Line(text) {
		*bad = append(*bad, fault.NotOneLine(name))
	}
	return text
}

// gather gives the gather round that contributions belong to: the last one that
// has opened, else the first that will.
func gather(c consultation.Consultation) (consultation.Round, error) {
	var found consultation.Round
	for _, r := range c.Rounds {
		if r.Kind == delphi.Gather && (found.Number == 0 || r.State != consultation.RoundPlanned && r.State != consultation.RoundSkipped) {
			found = r
		}
	}
	if found.Number == 0 {
		return found, fault.New(fault.NotFound, "no_gather", "this consultation asks for no contributions")
	}
	return found, nil
}

// counted counts what a list holds.
func counted(list []Contribution) Counts {
	var n Counts
	items := map[uuid.UUID]bool{}
	for _, c := range list {
		switch c.State {
		case Admitted:
			n.Admitted++
		case Rejected:
			n.Rejected++
		case Pending:
			n.Pending++
		}
		for _, i := range c.Items {
			items[i] = true
		}
	}
	n.Received, n.Items = n.Admitted+n.Rejected+n.Pending, len(items)
	return n
}
