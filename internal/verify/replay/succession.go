package replay

import (
	"fmt"
	"strconv"

	"delfi/internal/ledger/leaf"
)

// Former is a log that was succeeded; its entry 0 follows the succession.
type Former struct {
	Carried int64     // how many of its entries follow
	Key     *leaf.Key // nil where the succession names none
}

// Holds reports whether entry n is one that the former log at a place in Acts.Former
// carried over.
func (f Former) Holds(place int, n int64) bool {
	return n > int64(place) && n <= int64(place)+f.Carried
}

// succession takes the first entry of a log that succeeds another. The entries of that one
// follow it: among them its own succession, if it had one.
func (a *Acts) succession(r Record) error {
	var f struct {
		Carried int64  `json:"carried"`
		Key     string `json:"key"`
		Origin  string `json:"origin"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	if n := int64(len(a.Former)); r.N != n {
		return r.Fault("a log succeeds another with its first entry", fmt.Sprintf("entry %d", r.N), fmt.Sprintf("entry %d", n))
	}
	if f.Carried < 0 || f.Carried >= a.size {
		return r.Fault("it carries over other entries than follow it", strconv.FormatInt(f.Carried, 10), fmt.Sprintf("at most %d", a.size-1))
	}
	now := Former{Carried: f.Carried}
	if f.Key != "" {
		k, err := leaf.ParseKey(f.Key)
		if err != nil || k.Name != f.Origin {
			return r.Fault("the key that it names is not that of the former log", f.Key, "one of "+f.Origin)
		}
		now.Key = &k
	}
	a.Former = append(a.Former, now)
	return nil
}

// number gives the present number of entry n as r counts: an entry that was carried over
// names others by their numbers in its own log, to which each successor put one in front.
func (a *Acts) number(r Record, n int64) int64 {
	for i, f := range a.Former {
		if r.N > int64(i)+f.Carried {
			break
		}
		n++
	}
	return n
}
