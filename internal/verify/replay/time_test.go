package replay

import (
	"testing"
	"time"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
)

// TestDrifted: a standing round that the system closes before its deadline was closed because its
// releases hold still, but on the last day of the key, which ends every round.
func TestDrifted(t *testing.T) {
	opened := time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		closed         time.Time
		releases       int
		drifted, fault bool
	}{
		"after a release":            {opened.Add(8 * day), 1, true, false},
		"before its least days":      {opened.Add(2 * day), 1, false, true},
		"without a release":          {opened.Add(8 * day), 0, false, true},
		"on the last day of the key": {opened.Add(29*day + 12*time.Hour), 1, false, false},
		"on that day, unreleased":    {opened.Add(29*day + 12*time.Hour), 0, false, false},
		"at its deadline":            {opened.Add(35 * day), 1, false, false},
	} {
		p := protocol.Protocol{
			Rounds: []protocol.RoundPlan{{Kind: delphi.StandingKind, Days: 30, MinDays: 7, MaxExtensions: 1}},
			Stop:   protocol.StopPlan{When: "drift", Auto: true}, Anonymity: protocol.Anonymity{LatestKeyDate: "2027-01-31"},
		}
		w := &Round{
			Number: 1, Kind: delphi.StandingKind, Opened: Record{at: opened}, Opening: Opening{Deadline: opened.Add(30 * day)}, deadline: opened.Add(35 * day),
			closing: Record{at: c.closed, Role: "system"}, Releases: make([]Release, c.releases),
		}
		w.Opened.Type, w.closing.Type = "round_opened", "act"
		l := &Life{Protocol: &Record{at: opened}, Rounds: map[int]*Round{1: w}}
		err := l.Timed(p)
		if _, drifted := w.Drifted(); drifted != c.drifted || (err != nil) != c.fault {
			t.Errorf("%s: drifted %v, %v", name, drifted, err)
		}
	}
}
