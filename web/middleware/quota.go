package middleware

import (
	"net/netip"
	"sync"
)

// Quota bounds a resource (bytes, answers), and the share of it that one address holds: a
// client that takes all that it may leaves the rest to the others. It is safe for
// concurrent use.
type Quota struct {
	Most, Share int64

	mu    sync.Mutex
	taken int64
	by    map[netip.Addr]int64 // only addresses that hold something
}

// NewQuota makes a quota of most in all and share for one address.
func NewQuota(most, share int64) *Quota {
	return &Quota{Most: most, Share: share, by: map[netip.Addr]int64{}}
}

// Take takes n for an address, which Give gives back: ErrShare when the address would
// hold more than its share, ErrBusy when nothing is left for anybody.
func (u *Quota) Take(from netip.Addr, n int64) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.by[from]+n > u.Share {
		return ErrShare
	}
	if u.taken+n > u.Most {
		return ErrBusy
	}
	u.taken += n
	u.by[from] += n
	return nil
}

// Give gives n back for an address.
func (u *Quota) Give(from netip.Addr, n int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.taken -= n
	if u.by[from] -= n; u.by[from] == 0 {
		delete(u.by, from)
	}
}

// Held returns the amount taken by all.
func (u *Quota) Held() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.taken
}

// Holders returns the number of addresses that hold something.
func (u *Quota) Holders() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.by)
}
