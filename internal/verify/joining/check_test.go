package joining_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/report/schema"
	"delfi/internal/verify/joining"
	"delfi/internal/verify/replay"
)

// TestOpinion: it has each statement that joined, also one that no round asked, and the
// contribution on which it rests.
func TestOpinion(t *testing.T) {
	from, other := uuid.New(), uuid.New()
	joins := []replay.Join{{Entry: 9, Item: 3}, {Entry: 10, Item: 4, Contribution: from}}
	for want, items := range map[string][]schema.Item{
		"": {{Number: 1}, {Number: 3}, {Number: 4, Contributions: []uuid.UUID{other, from}}},
		"leaves out item 3, which joined by entry 9":      {{Number: 1}, {Number: 4, Contributions: []uuid.UUID{from}}},
		"leaves out item 4, which joined by entry 10":     {{Number: 3}},
		"does not make item 4 from the contribution that": {{Number: 3}, {Number: 4, Contributions: []uuid.UUID{other}}},
	} {
		err := joining.Opinion("opinion.json", joins, &schema.Opinion{Items: items})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
