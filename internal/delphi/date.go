package delphi

import "time"

// The units of a date.
const (
	UnitDay   = "day"
	UnitMonth = "month"
	UnitYear  = "year"
)

func Layout(unit string) string {
	switch unit {
	case UnitYear:
		return "2006"
	case UnitMonth:
		return "2006-01"
	}
	return time.DateOnly
}

// Moment turns a date, written in its unit (2031-04-05, 2031-04 or 2031), into
// the number that tables count with: days since 1970, months or years since year 0.
func Moment(s, unit string) (int, bool) {
	t, err := time.Parse(Layout(unit), s)
	if err != nil || t.Format(Layout(unit)) != s {
		return 0, false
	}
	switch unit {
	case UnitYear:
		return t.Year(), true
	case UnitMonth:
		return t.Year()*12 + int(t.Month()) - 1, true
	}
	days := t.Unix() / 86400
	return int(days), true // midnight UTC: divides without a rest
}

// Date writes a Moment's number again.
func Date(moment int, unit string) string {
	t := time.Date(1970, 1, 1+moment, 0, 0, 0, 0, time.UTC)
	switch unit {
	case UnitYear:
		t = time.Date(moment, 1, 1, 0, 0, 0, 0, time.UTC)
	case UnitMonth:
		t = time.Date(moment/12, time.Month(moment%12+1), 1, 0, 0, 0, 0, time.UTC)
	}
	return t.Format(Layout(unit))
}
