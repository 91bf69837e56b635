package consultation

import (
	"time"
)

// Suspension is an interval in which forms are read-only.
type Suspension struct {
	Since  time.Time
	Reason string
}

// MaxSuspended is how many days a consultation may be suspended in all.
const MaxSuspended = 90
