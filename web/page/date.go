package page

import (
	"strconv"
	"strings"
	"time"

	"delfi/internal/civiltime"
)

// Day writes "lunedì 20 aprile", "Monday 20 April" in Rome's day; with the year
// when it is not this one.
func (q *Request) Day(t time.Time) string {
	day := civiltime.Day(q.Lang, t)
	if year := t.In(civiltime.Rome).Year(); year != q.Now.In(civiltime.Rome).Year() {
		day += " " + strconv.Itoa(year)
	}
	return day
}

// Date writes "20 aprile 2026", "20 April 2026".
func (q *Request) Date(t time.Time) string { return civiltime.DayOfYear(q.Lang, t) }

// Clock writes "23:59" in Rome.
func (q *Request) Clock(t time.Time) string { return civiltime.Clock(t) }

// Moment writes "lunedì 20 aprile alle 23:59", "Monday 20 April at 23:59"; with the year
// when it is not this one.
func (q *Request) Moment(t time.Time) string { return civiltime.AtClock(q.Lang, q.Day(t), t) }

// Stamp is t for a <time datetime> attribute: RFC 3339 in Rome.
func (q *Request) Stamp(t time.Time) string { return civiltime.Stamp(t) }

// Days counts the midnights of Rome between now and t: 0 today, 1 tomorrow,
// negative when past.
func (q *Request) Days(t time.Time) int { return civiltime.Days(q.Now, t) }

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
