package page

import (
	"net/http"
	"net/netip"
	"sync"

	"delfi/internal/fault"
)

// quota bounds a resource (bytes, answers), and the share of it that one address
// holds: a client that takes all that it may leaves the rest to the others.
type quota struct {
	most, share int64

	mu    sync.Mutex
	taken int64
	by    map[netip.Addr]int64 // only addresses that hold something
}

func newQuota(most, share int64) *quota {
	return &quota{most: most, share: share, by: map[netip.Addr]int64{}}
}

// take takes n for an address, which give gives back: errShare when the address would
// hold more than its share, errBusy when nothing is left for anybody.
func (u *quota) take(from netip.Addr, n int64) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.by[from]+n > u.share {
		return errShare
	}
	if u.taken+n > u.most {
		return errBusy
	}
	u.taken += n
	u.by[from] += n
	return nil
}

// give gives n back that take took for an address.
func (u *quota) give(from netip.Addr, n int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.taken -= n
	if u.by[from] -= n; u.by[from] == 0 {
		delete(u.by, from)
	}
}

// held gives the amount taken by all.
func (u *quota) held() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.taken
}

var errShare = refusal{http.StatusTooManyRequests, fault.New(fault.Unavailable, "share", "more is under way from this address than it may take at once")}
