package civiltime_test

import (
	"testing"
	"time"

	"delfi/internal/civiltime"
)

func TestInstantsAreWrittenInRomesDayAndTheReadersLanguage(t *testing.T) {
	deadline := time.Date(2026, 4, 20, 21, 59, 0, 0, time.UTC) // 23:59 in Rome's summer
	winter := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)  // already 2027 in Rome
	for _, c := range []struct{ got, want string }{
		{civiltime.Moment("it", deadline), "lunedì 20 aprile alle 23:59"},
		{civiltime.Moment("en", deadline), "Monday 20 April at 23:59"},
		{civiltime.Day("it", winter), "venerdì 1º gennaio"},
		{civiltime.DayOfYear("en", winter), "1 January 2027"},
		{civiltime.Date(winter), "2027-01-01"},
		{civiltime.Date(time.Time{}), ""},
		{civiltime.Stamp(deadline), "2026-04-20T23:59:00+02:00"},
		{civiltime.Clock(winter), "00:30"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// The clocks go forward on 29 March 2026 and back on 25 October 2026.
func TestDaysAreWholeAcrossTheChangeOfHour(t *testing.T) {
	for _, c := range []struct {
		from, to time.Time
		days     int
	}{
		{time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC), 4},
		{time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 22, 30, 0, 0, time.UTC), 1},
		{time.Date(2026, 10, 26, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 21, 30, 0, 0, time.UTC), -2},
		{time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 22, 30, 0, 0, time.UTC), 0},
	} {
		if got := civiltime.Days(c.from, c.to); got != c.days {
			t.Errorf("from %s to %s: %d days, want %d", c.from, c.to, got, c.days)
		}
	}
	friday := time.Date(2026, 3, 27, 22, 59, 0, 0, time.UTC) // 23:59
	if got, want := civiltime.AddDays(friday, 3), time.Date(2026, 3, 30, 21, 59, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("three days later: %s, want %s", got, want)
	}
	if got, want := civiltime.At(friday, 3, 9, 0), time.Date(2026, 3, 30, 7, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("at nine, three days later: %s, want %s", got, want)
	}
}
