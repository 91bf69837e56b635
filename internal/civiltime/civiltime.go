// Package civiltime reads instants on Italy's civil clock and writes them in the
// languages of the site. It exists so that a deadline, a page, a letter and an opinion
// name the same day: Europe/Rome is loaded here and nowhere else, zone data included.
//
//	instant (UTC, stored) ──Rome──▶ day, clock ──language──▶ "lunedì 20 aprile alle 23:59"
//
// Languages are "it" and "en".
package civiltime

import (
	"fmt"
	"strconv"
	"time"
	_ "time/tzdata" // Europe/Rome on machines without zone files
)

// Rome is the zone in which days begin and deadlines are read.
var Rome = func() *time.Location {
	l, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err) // the zone is embedded in the binary
	}
	return l
}()

// At gives hour:minute of the day that is a number of days after t's, in UTC.
func At(t time.Time, days, hour, minute int) time.Time {
	y, m, d := t.In(Rome).Date()
	return time.Date(y, m, d+days, hour, minute, 0, 0, Rome).UTC()
}

// AddDays moves t by calendar days, in UTC: 23:59 stays 23:59 when the clocks change.
func AddDays(t time.Time, days int) time.Time { return t.In(Rome).AddDate(0, 0, days).UTC() }

// Days counts the midnights between two instants: 0 on one day, 1 to the next, negative
// backwards.
func Days(from, to time.Time) int {
	return int(Midnight(to).Sub(Midnight(from)).Round(24*time.Hour) / (24 * time.Hour))
}

// Midnight gives t's day as midnight in UTC, as dates are stored: all its days are 24
// hours long.
func Midnight(t time.Time) time.Time {
	y, m, d := t.In(Rome).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Date writes t's day as "2026-04-20"; "" for the zero instant.
func Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(Rome).Format(time.DateOnly)
}

// Stamp writes t as RFC 3339, e.g. "2026-04-20T23:59:00+02:00".
func Stamp(t time.Time) string { return t.In(Rome).Format(time.RFC3339) }

// Clock writes "23:59".
func Clock(t time.Time) string { return t.In(Rome).Format("15:04") }

// Day writes "lunedì 20 aprile", "Monday 20 April".
func Day(lang string, t time.Time) string {
	t = t.In(Rome)
	return weekdays[lang][t.Weekday()] + " " + dayOfMonth(lang, t)
}

// DayOfYear writes "20 aprile 2026", "20 April 2026".
func DayOfYear(lang string, t time.Time) string {
	t = t.In(Rome)
	return fmt.Sprintf("%s %d", dayOfMonth(lang, t), t.Year())
}

// Moment writes "lunedì 20 aprile alle 23:59", "Monday 20 April at 23:59".
func Moment(lang string, t time.Time) string { return AtClock(lang, Day(lang, t), t) }

// AtClock adds t's clock to a day that is written already.
func AtClock(lang, day string, t time.Time) string {
	at := " at "
	if lang == "it" {
		at = " alle "
	}
	return day + at + Clock(t)
}

// dayOfMonth writes "20 aprile" of an instant in Rome.
func dayOfMonth(lang string, t time.Time) string {
	number := strconv.Itoa(t.Day())
	if lang == "it" && t.Day() == 1 {
		number = "1º"
	}
	return number + " " + months[lang][t.Month()-1]
}

var (
	weekdays = map[string][7]string{
		"it": {"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"},
		"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	}
	months = map[string][12]string{
		"it": {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
		"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	}
)
