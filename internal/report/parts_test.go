package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/ledger"
)

// A decision departs from the proposal when it is another one: a reason alone, given
// while following it, is no departure.
func TestDeviationsAreDecisionsAgainstTheProposal(t *testing.T) {
	entry := func(proposed, decided, kind, target, reason string) ledger.Entry {
		return ledger.Entry{Type: ledger.Decision, Kind: kind, Role: "facilitator", Target: target, Reason: reason,
			Body: ledger.Body(map[string]any{"proposed": proposed, "decided": decided, "round": 2, "item": 1})}
	}
	var got []string
	for _, d := range deviations([]ledger.Entry{
		entry("go-on", "go-on", "go-on", "statement 1", "Un giro solo non basta."), entry("go-on", "settle", "settle", "statement 1", "Basta così."),
		entry("settle", "reword", "hold", "statement 12", "È ambigua."), entry("reword", "reword", "hold", "statement 2", "È ambigua."),
		{Type: ledger.Act, Kind: "extend", Role: "facilitator", Target: "round 2", Reason: "Neve."},
		{Type: ledger.Act, Kind: "close", Role: "system", Target: "round 2"},
	}) {
		got = append(got, d.Kind+" "+d.Target)
	}
	if d := cmp.Diff([]string{"settle statement 1", "hold statement 12", "extend round 2"}, got); d != "" {
		t.Error(d)
	}
}
