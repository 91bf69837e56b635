package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // Europe/Rome on machines without zone files
)

// rome is where every consultation's clock stands.
var rome = func() *time.Location {
	l, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err) // the zone is embedded in the binary
	}
	return l
}()

var weekdays = map[string][7]string{
	"it": {"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"},
	"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
}

var months = map[string][12]string{
	"it": {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// Day writes "lunedì 20 aprile", "Monday 20 April" in Rome's day; with the year
// when it is not this one.
func (q *Request) Day(t time.Time) string {
	t = t.In(rome)
	return weekdays[q.Lang][t.Weekday()] + " " + q.day(t, t.Year() != q.Now.In(rome).Year())
}

// Date writes "20 aprile 2026", "20 April 2026".
func (q *Request) Date(t time.Time) string { return q.day(t.In(rome), true) }

// Clock writes "23:59" in Rome.
func (q *Request) Clock(t time.Time) string { return t.In(rome).Format("15:04") }

// Moment writes "lunedì 20 aprile alle 23:59", "Monday 20 April at 23:59".
func (q *Request) Moment(t time.Time) string {
	at := " at "
	if q.Lang == "it" {
		at = " alle "
	}
	return q.Day(t) + at + q.Clock(t)
}

// Stamp is t for a <time datetime> attribute: RFC 3339 in Rome.
func (q *Request) Stamp(t time.Time) string { return t.In(rome).Format(time.RFC3339) }

// Days counts the midnights of Rome between now and t: 0 today, 1 tomorrow,
// negative when past.
func (q *Request) Days(t time.Time) int {
	return int(midnight(t).Sub(midnight(q.Now)).Round(24*time.Hour) / (24 * time.Hour))
}

// midnight is t's day in Rome, as an instant whose days are all 24 hours long.
func midnight(t time.Time) time.Time {
	y, m, d := t.In(rome).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (q *Request) day(t time.Time, year bool) string {
	number := strconv.Itoa(t.Day())
	if q.Lang == "it" && t.Day() == 1 {
		number = "1º"
	}
	s := number + " " + months[q.Lang][t.Month()-1]
	if year {
		s = fmt.Sprintf("%s %d", s, t.Year())
	}
	return s
}

// Number writes n as the reader's language does: "12.345", "12,345".
func (q *Request) Number(n int) string { return Number(q.Lang, int64(n)) }

// Number writes n as a language does. Italian leaves four digits whole.
func Number(lang string, n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	mark, least := ",", 4
	if lang == "it" {
		mark, least = ".", 5
	}
	if len(digits) < least {
		return sign + digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}
