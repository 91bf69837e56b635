package middleware

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"delfi/internal/peak"
)

// crowd is how many keys a limiter is given at once, and what they may cost: less than
// long ones take that are kept, 40 MiB, and more than what is thrown away meanwhile.
const (
	crowd   = 10_000
	dearest = 32 << 20
)

// crowded gives the n-th of many networks: every second one of IPv6, whose addresses
// within 64 bits are one client.
func crowded(n int) netip.Addr {
	var b [16]byte
	if n%2 == 0 {
		binary.BigEndian.PutUint32(b[:4], 0x0a000000+uint32(n))
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	binary.BigEndian.PutUint64(b[:8], 0x2001_0db8_0000_0000+uint64(n))
	return netip.AddrFrom16(b)
}

// inOneWindow runs a trial of a limiter within one of its minutes, again where that ended
// meanwhile.
func inOneWindow(t *testing.T, trial func() error) {
	t.Helper()
	for {
		window := time.Now().UTC().Truncate(time.Minute)
		err := trial()
		if !time.Now().UTC().Truncate(time.Minute).Equal(window) {
			continue
		}
		if err != nil {
			t.Error(err)
		}
		return
	}
}

// TestTenThousandKeysAreEachLimited: each may do so many acts, whatever the others did,
// and no more; ten times as many acts take no more memory than the keys.
func TestTenThousandKeysAreEachLimited(t *testing.T) {
	const each = 3
	peak.Within(t, dearest, func() {
		inOneWindow(t, func() error {
			l := NewRate(each)
			var all errgroup.Group
			for part := range 4 {
				all.Go(func() error {
					for n := part; n < crowd; n += 4 {
						key := crowded(n).String()
						for act := range 10 {
							if got := l.Allow(key); got != (act < each) {
								return fmt.Errorf("%s: act %d is allowed: %v", key, act+1, got)
							}
						}
					}
					return nil
				})
			}
			if err := all.Wait(); err != nil {
				return err
			}
			for n := range crowd {
				if l.Allow(crowded(n).String()) {
					return fmt.Errorf("%s is allowed once more", crowded(n))
				}
			}
			if !l.Allow("somebody else") {
				return errors.New("somebody who did nothing is refused")
			}
			return nil
		})
	})
}

// TestAKeyIsAsLongAsItsSenderLikes: what is kept of one is a number.
func TestAKeyIsAsLongAsItsSenderLikes(t *testing.T) {
	peak.Within(t, dearest, func() {
		inOneWindow(t, func() error {
			l := NewRate(1)
			long := make([]byte, 4<<10)
			for n := range crowd {
				binary.BigEndian.PutUint32(long, uint32(n))
				if key := string(long); !l.Allow(key) || l.Allow(key) {
					return fmt.Errorf("key %d is not allowed once", n)
				}
			}
			return nil
		})
	})
}

// TestTenThousandHoldersOfAQuota: each holds its share and is refused more, all together
// hold no more than there is, and who gave everything back is forgotten.
func TestTenThousandHoldersOfAQuota(t *testing.T) {
	q := NewQuota(5*crowd-5, 5)
	peak.Within(t, dearest, func() {
		for n := range crowd - 1 {
			if err := q.Take(crowded(n), 5); err != nil {
				t.Fatalf("%s: %v", crowded(n), err)
			}
		}
	})
	if err := q.Take(crowded(7), 1); !errors.Is(err, ErrShare) {
		t.Errorf("beyond its share: %v", err)
	}
	if err := q.Take(crowded(crowd-1), 1); !errors.Is(err, ErrBusy) {
		t.Errorf("beyond what there is: %v", err)
	}
	q.Give(crowded(7), 5)
	if err := q.Take(crowded(crowd-1), 5); err != nil {
		t.Errorf("what was given back: %v", err)
	}
	q.Give(crowded(crowd-1), 5)
	for n := range crowd - 1 {
		if n != 7 {
			q.Give(crowded(n), 5)
		}
	}
	if q.Held() != 0 || q.Holders() != 0 {
		t.Errorf("%d are held by %d when all gave back", q.Held(), q.Holders())
	}
}

// TestManyAddressesOfOneNetworkAreOneClient: who has 64 bits of addresses has one share.
func TestManyAddressesOfOneNetworkAreOneClient(t *testing.T) {
	inOneWindow(t, func() error {
		c, l, allowed := &Clients{}, NewRate(5), 0
		for n := range crowd {
			r := &http.Request{Header: http.Header{}, RemoteAddr: fmt.Sprintf("[2001:db8:7:7::%x]:4000", n+1)}
			if l.Allow(c.Address(r).String()) {
				allowed++
			}
		}
		if allowed != 5 {
			return fmt.Errorf("%d acts of one network are allowed", allowed)
		}
		return nil
	})
}
