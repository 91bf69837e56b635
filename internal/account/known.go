package account

import (
	"slices"
	"sync"

	"github.com/google/uuid"
)

// Edition numbers the states of everybody's names and roles: it moves in the very
// transaction that changes one of them (migration 0090). What was read at an edition
// is true for as long as that one lasts, in every server.
type Edition int64

const (
	// mostKnown bounds the actors that are remembered: some 20 MB of them.
	mostKnown = 100_000
	// An actor with more than this is not remembered: providers are not ours.
	longestKnown, grantsKnown = 200, 16
)

// known are the actors that were read at one edition.
type known struct {
	mu   sync.RWMutex
	at   Edition
	byID map[uuid.UUID]Actor
}

func (k *known) find(id uuid.UUID, at Edition) (Actor, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.at != at {
		return Actor{}, false
	}
	a, found := k.byID[id]
	a.Grants = slices.Clone(a.Grants) // whoever is given one may do with it what they like
	return a, found
}

// remember keeps an actor as read at an edition. A later edition forgets what was read
// before it.
func (k *known) remember(a Actor, at Edition) {
	if len(a.Name)+len(a.Municipality) > longestKnown || len(a.Grants) > grantsKnown {
		return
	}
	a.Grants = slices.Clone(a.Grants)
	k.mu.Lock()
	defer k.mu.Unlock()
	if at < k.at {
		return
	}
	if at > k.at || k.byID == nil {
		k.at, k.byID = at, map[uuid.UUID]Actor{}
	}
	for other := range k.byID { // in a random order
		if len(k.byID) < mostKnown {
			break
		}
		delete(k.byID, other)
	}
	k.byID[a.Account] = a
}
