package roll

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"
)

// Ticket names a person on the rolls of one consultation: HMAC-SHA256(roll key, fiscal code).
type Ticket [sha256.Size]byte

// TicketOf makes the ticket of a code that Fiscal gave. Who has the key tries all codes there
// are: with it a list of tickets is a list of people, without it nothing.
func TicketOf(key []byte, code string) (t Ticket) {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(code))
	m.Sum(t[:0])
	return t
}

// Format writes a constant: beside an account in a log a ticket would say who enrolled.
func (t Ticket) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "ticket(hidden)") }

// Status is how a member stands on a roll.
type Status byte

// The statuses. Only who is active may enter.
const (
	Absent Status = iota // on no roll
	Active
	Suspended
	Struck
)

// Member is one person of a roll.
type Member struct {
	Ticket Ticket
	Status Status
}

// Roll is a group's roll in force.
type Roll struct {
	Owner string    // who keeps the register
	N     int       // active members
	Since time.Time // the day on which it was imported
}

// Change compares a roll with the one in force.
type Change struct {
	N    int // active members afterwards
	Came int // active then, and not before
	Left int // active before, and not then
}

// compare compares two lists of members, each in the order of tickets.
func compare(before, after []Member) Change {
	var c Change
	was := func(m Member) bool {
		at, found := slices.BinarySearchFunc(before, m.Ticket, func(m Member, t Ticket) int { return bytes.Compare(m.Ticket[:], t[:]) })
		return found && before[at].Status == Active
	}
	stays := 0
	for _, m := range after {
		if m.Status != Active {
			continue
		}
		c.N++
		if was(m) {
			stays++
		} else {
			c.Came++
		}
	}
	for _, m := range before {
		if m.Status == Active {
			c.Left++
		}
	}
	c.Left -= stays
	return c
}

// pack writes members one after the other: ticket and status.
func pack(all []Member) []byte {
	b := make([]byte, 0, len(all)*(sha256.Size+1))
	for _, m := range all {
		b = append(append(b, m.Ticket[:]...), byte(m.Status))
	}
	return b
}

// unpack is pack's inverse.
func unpack(b []byte) ([]Member, error) {
	const size = sha256.Size + 1
	if len(b)%size != 0 {
		return nil, fmt.Errorf("roll: %d bytes are no members", len(b))
	}
	out := make([]Member, len(b)/size)
	for i := range out {
		one := b[i*size:]
		copy(out[i].Ticket[:], one)
		if out[i].Status = Status(one[sha256.Size]); out[i].Status < Active || out[i].Status > Struck {
			return nil, fmt.Errorf("roll: a member has status %d", one[sha256.Size])
		}
	}
	return out, nil
}
