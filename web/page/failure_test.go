package page

import (
	"maps"
	"testing"
	"time"
)

// A failure that is the first thing of an hour takes nothing from the line of the hour
// before, and stands in that of its own.
func TestTheFailuresOfAnHourAreLoggedOnce(t *testing.T) {
	var f failures
	at := time.Date(2026, 11, 30, 10, 59, 0, 0, time.UTC)
	wants := func(want map[string]int64) {
		t.Helper()
		if got := f.told(at); !maps.Equal(got, want) {
			t.Errorf("at %s: %v, want %v", at.Format(time.TimeOnly), got, want)
		}
	}
	wants(nil)
	f.add("late", at)
	f.add("late", at)
	wants(nil) // the hour is not over
	at = at.Add(2 * time.Minute)
	f.add("database_unable", at)
	wants(map[string]int64{"late": 2})
	wants(nil)
	at = at.Add(time.Hour)
	f.add("late", at)
	at = at.Add(time.Hour) // nobody asked in between
	wants(map[string]int64{"database_unable": 1, "late": 1})
}
