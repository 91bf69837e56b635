package account

import (
	"slices"

	"delfi/internal/platform/cache"

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

// known are the actors that were read at one edition. Whoever is given one may do with
// it what they like.
type known struct {
	actors cache.Versioned[uuid.UUID, Actor]
}

func (k *known) find(id uuid.UUID, at Edition) (Actor, bool) {
	a, found := k.actors.Get(uint64(at), id)
	a.Grants = slices.Clone(a.Grants)
	return a, found
}

func (k *known) remember(a Actor, at Edition) {
	if len(a.Name)+len(a.Municipality) > longestKnown || len(a.Grants) > grantsKnown {
		return
	}
	a.Grants = slices.Clone(a.Grants)
	k.actors.Put(uint64(at), a.Account, a, mostKnown)
}
