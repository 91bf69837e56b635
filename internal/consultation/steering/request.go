package steering

import (
	"time"

	"github.com/google/uuid"
)

// Tabulate asks the ballot room to tabulate a round in state closing. It is
// enqueued by the closing of a round that has ballots; its worker ends by calling
// Tabulated.
type Tabulate struct {
	Round uuid.UUID `json:"round"`
}

// Kind names the job.
func (Tabulate) Kind() string { return "tabulate_round" }

// Tick asks the ballot room for the next interim release of an open standing round. It is
// enqueued when the round opens, and by its own worker for the instant after it.
type Tick struct {
	Round uuid.UUID `json:"round"`
}

// Kind names the job.
func (Tick) Kind() string { return "tick_round" }

// Destroy asks the ballot room to destroy the key and the ballots of a
// consultation that ended; its worker ends by calling Destroyed.
type Destroy struct {
	Consultation uuid.UUID `json:"consultation"`
}

// confirmEvery is how often it is looked whether every process has destroyed its
// copy of a key.
const confirmEvery = 3 * time.Second

// Kind names the job.
func (Destroy) Kind() string { return "destroy_ballots" }
