package consultation

import (
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/platform/cache"
	"delfi/internal/platform/postgres"
)

// changedChannel is where the database says, as it commits, that something shown
// about a consultation changed (migration 0080).
const changedChannel = "delfi_pages"

// latest are consultations as the last change left them, for the many who read and
// answer. It holds something only while the database tells of changes.
type latest struct {
	mu      sync.Mutex
	up      bool
	version uint64 // how many changes were heard
	bySlug  cache.Versioned[string, Consultation]
}

// latestKept is how many consultations are held.
const latestKept = 1024

// Listen keeps consultations in memory until ctx ends, dropped by every change of
// any server. Without it each is read anew.
func (s *Service) Listen(ctx context.Context) error {
	turn := func(up bool) func() {
		return func() { s.latest.drop(up) }
	}
	err := s.db.Listen(ctx, changedChannel, postgres.Ear{
		Up: turn(true), Lost: turn(false),
		Heard: func(string) { s.latest.drop(true) },
	})
	s.latest.drop(false)
	return err
}

func (h *latest) drop(up bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.up = up
	h.version++
}

// Version numbers the states between changes: what was read in one is as it was read
// as long as that one lasts. False while nobody tells of changes.
func (s *Service) Version() (uint64, bool) {
	s.latest.mu.Lock()
	defer s.latest.mu.Unlock()
	return s.latest.version, s.latest.up
}

// Latest is Find for readers and panelists: it may be some milliseconds behind an
// act, which every act of theirs finds out under its lock. Staff, who look at what
// they have just done, are given what Find gives.
func (s *Service) Latest(ctx context.Context, actor account.Actor, slug string) (Consultation, error) {
	version, up := s.Version()
	if !up || len(actor.Grants) > 0 {
		return s.Find(ctx, actor, slug)
	}
	c, found := s.latest.bySlug.Get(version, slug)
	if !found {
		var err error
		if c, err = s.Find(ctx, actor, slug); err != nil {
			return Consultation{}, err
		}
		s.latest.bySlug.Put(version, slug, c, latestKept)
	}
	// Whoever reads one may do with it what they like.
	c.Rounds, c.Staff = slices.Clone(c.Rounds), slices.Clone(c.Staff)
	return c, nil
}

// Sheet is what every paper of one open round has in common.
type Sheet struct {
	Consultation Consultation
	Round        Round
	Items        []Item
}

// Sheet reads what a round asks; NotFound when there is no such round.
func (s *Service) Sheet(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, number int) (Sheet, error) {
	c, err := whole(ctx, tx, consultation)
	if err != nil {
		return Sheet{}, err
	}
	r := c.Round(number)
	if r == nil {
		return Sheet{}, errNoRound
	}
	items, err := roundItems(ctx, tx, r.ID, c.before(r.Number))
	return Sheet{Consultation: c, Round: *r, Items: items}, err
}
