package notify

import (
	"time"

	"github.com/google/uuid"
)

// Kind is what a notice is about.
type Kind string

// The kinds.
const (
	Invitation  Kind = "invitation"   // a consultation was announced / you are invited
	RoundOpened Kind = "round_opened" // to everyone enrolled
	LastDay     Kind = "last_day"     // to everyone enrolled, a day before the deadline
)

// Reminder tells everyone enrolled that a round is open, once for each deadline: nobody knows
// who has answered.
const Reminder Kind = "reminder"

// NewItems is RoundOpened of a round that asks statements which joined after the one before.
const NewItems Kind = "new_items"

// Opening gives the kind of the letter with which a round opens.
func Opening(fresh bool) Kind {
	if fresh {
		return NewItems
	}
	return RoundOpened
}

// Minority tells everyone enrolled that the report of the dissent is shown, until the
// deadline of comments.
const Minority Kind = "minority"

// Invited tells the guest of an invitation how they enrol.
const Invited Kind = "invited"

// Message is what is told to every addressee; nothing in it tells how or whether anyone answered.
type Message struct {
	Kind         Kind
	Consultation uuid.UUID
	Slug, Title  string
	Round        int
	Deadline     string // RFC 3339, "" where none
}

// State is where a message in the outbox stands.
type State string

// The states.
const (
	Waiting State = "waiting"
	Sent    State = "sent"    // a mail server took it
	Refused State = "refused" // for good
	Late    State = "late"
)

// queued is one message to one account or guest, as the outbox holds it.
type queued struct {
	ID           uuid.UUID
	Account      uuid.UUID
	Invitation   uuid.NullUUID // of a guest, who has no account
	Kind         Kind
	Consultation uuid.UUID
	Slug         string
	Title        string
	Round        int
	Deadline     time.Time // zero where none
	Tries        int
}

// noServer is the trouble of messages that nothing could take.
const noServer = "no mail server"

// maxTries is when an address is given up on: with the pauses below, three days.
const maxTries = 20

// pause is how long to wait after so many failed tries: a minute, then ever
// longer, up to four hours, so that a server in trouble is not pressed.
func pause(tries int) time.Duration {
	d := time.Minute << min(tries-1, 10)
	return min(d, 4*time.Hour)
}
