package participate

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
)

// Each reader is given a list in one order, always the same, and no item is first for
// more readers than chance makes it.
func TestEachReaderHasAnOrderOfTheirOwn(t *testing.T) {
	s := screen{Form: delphi.RankingForm}
	for n := range 6 {
		s.Items = append(s.Items, consultation.Item{ID: uuid.UUID{byte(n)}, Number: n + 1})
	}
	first := make([]int, 6)
	for reader := range 1000 {
		p := &paperView{Paper: ballot.Paper{Shuffle: fmt.Appendf(nil, "%032d", reader)}}
		one := p.shuffled(s)
		if !slices.Equal(one, p.shuffled(s)) {
			t.Fatal("the order of one reader changes")
		}
		first[one[0]]++
	}
	for n, times := range first {
		if times < 167-45 || times > 167+45 {
			t.Errorf("item %d is first %d times: %v", n, times, first)
		}
	}
}
