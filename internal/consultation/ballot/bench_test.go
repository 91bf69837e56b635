package ballot

import (
	"sync/atomic"
	"testing"

	"delfi/internal/pseudonym"
)

// What one delivered ballot costs, many panelists at once, from a resolved seat
// to the commit. Run it with -cpu 8: ballots wait more than they compute.
func BenchmarkCast(b *testing.B) {
	h := newHouse(b, 64, 8)
	seats := make([]pseudonym.Seat, len(h.people))
	for i := range seats {
		seats[i] = h.seat(i)
	}
	papers := [][]Answer{h.answers(2, 1, 2, 3, 4, 5, 6, 7, 8), h.answers(2, 9, 8, 7, 6, 5, 4, 3, 2)}
	var next atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(next.Add(1))
			if _, err := h.ballots.Cast(b.Context(), seats[n%len(seats)], 2, papers[n/len(seats)%2]); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
