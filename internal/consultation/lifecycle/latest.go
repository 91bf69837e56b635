package lifecycle

import (
	"context"
	"slices"
	"sync"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/platform/cache"
	"delfi/internal/platform/changes"
)

// latest are consultations as the last change left them, for the many who read and
// answer. It holds something only while changes are received.
type latest struct {
	mu      sync.Mutex
	up      bool
	version uint64 // how many changes were received
	bySlug  cache.Versioned[string, consultation.Consultation]
	answers cache.Versioned[string, bool]
}

// latestKept is how many consultations are held.
const latestKept = 1024

// Subscribe caches consultations for as long as h is connected, each until a change of
// any server. Without it each is read anew.
func (r *Reader) Subscribe(h *changes.Hub) {
	h.Subscribe(changes.Handler{
		Connected: r.latest.drop,
		Changed:   func(string) { r.latest.drop(true) },
	}, changes.Consultation, changes.Site)
}

func (h *latest) drop(up bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.up = up
	h.version++
}

// Version numbers the states between changes: what was read in one is as it was read
// as long as that one lasts. False while changes are not received.
func (r *Reader) Version() (uint64, bool) {
	r.latest.mu.Lock()
	defer r.latest.mu.Unlock()
	return r.latest.version, r.latest.up
}

// Latest is Find for readers and panelists: it may be some milliseconds behind an
// act, which every act of theirs finds out under its lock. Staff, who look at what
// they have just done, are given what Find gives.
func (r *Reader) Latest(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error) {
	version, up := r.Version()
	if !up || len(actor.Grants) > 0 {
		return r.Find(ctx, actor, slug)
	}
	c, found := r.latest.bySlug.Get(version, slug)
	if !found {
		var err error
		if c, err = r.Find(ctx, actor, slug); err != nil {
			return consultation.Consultation{}, err
		}
		r.latest.bySlug.Put(version, slug, c, latestKept)
	}
	// Whoever reads one may do with it what they like.
	c.Rounds, c.Staff, c.Appointed = slices.Clone(c.Rounds), slices.Clone(c.Staff), slices.Clone(c.Appointed)
	c.Secretaries = slices.Clone(c.Secretaries)
	return c, nil
}

// longestKey bounds the addresses that are cached though nothing is at them.
const longestKey = 200

// Answering reports whether a round of a public consultation takes answers. That none is
// at an address is cached too: a bar asks it for every page.
func (r *Reader) Answering(ctx context.Context, slug string) (bool, error) {
	version, up := r.Version()
	if up {
		if open, found := r.latest.answers.Get(version, slug); found {
			return open, nil
		}
	}
	c, err := r.Find(ctx, account.Actor{}, slug)
	if err != nil && fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Forbidden {
		return false, err
	}
	open := err == nil && c.Suspended == nil && c.Current() != nil && c.Current().State == consultation.RoundOpen
	if up && len(slug) <= longestKey {
		r.latest.answers.Put(version, slug, open, latestKept)
	}
	return open, nil
}
