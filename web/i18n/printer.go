package i18n

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"delfi/internal/civiltime"
	"delfi/internal/fault"
)

// Printer writes for one reader: in a language, at an instant.
type Printer struct {
	Lang  string    // "it" or "en"
	Reads string    // language in which texts are read (Readings); "" for Lang
	Now   time.Time // from which days are counted and years left out
}

// PrinterFor gives the printer of a reader of one of Readings.
func PrinterFor(lang string, now time.Time) Printer {
	return Printer{Lang: Spoken(lang), Reads: lang, Now: now}
}

// Reading is the language in which the reader reads texts that have words in it.
func (p Printer) Reading() string { return cmp.Or(p.Reads, p.Lang) }

// T gives the words for key in the reader's language; args are names and
// values in turn. The int argument "n" chooses the plural form.
func (p Printer) T(key string, args ...any) string { return Words(p.Lang, key, args...) }

// URL gives the address of path in the reader's language.
func (p Printer) URL(path string) string { return Path(p.Reading(), path) }

// Day writes "lunedì 20 aprile", "Monday 20 April" in Rome's day; with the year
// when it is not this one.
func (p Printer) Day(t time.Time) string {
	day := civiltime.Day(p.Lang, t)
	if year := t.In(civiltime.Rome).Year(); year != p.Now.In(civiltime.Rome).Year() {
		day += " " + strconv.Itoa(year)
	}
	return day
}

// Date writes "20 aprile 2026", "20 April 2026".
func (p Printer) Date(t time.Time) string { return civiltime.DayOfYear(p.Lang, t) }

// Clock writes "23:59" in Rome.
func (p Printer) Clock(t time.Time) string { return civiltime.Clock(t) }

// Moment writes "lunedì 20 aprile alle 23:59", "Monday 20 April at 23:59"; with the year
// when it is not this one.
func (p Printer) Moment(t time.Time) string { return civiltime.AtClock(p.Lang, p.Day(t), t) }

// Stamp is t for a <time datetime> attribute: RFC 3339 in Rome.
func (p Printer) Stamp(t time.Time) string { return civiltime.Stamp(t) }

// Days counts the midnights of Rome between now and t: 0 today, 1 tomorrow,
// negative when past.
func (p Printer) Days(t time.Time) int { return civiltime.Days(p.Now, t) }

// Number writes n as the reader's language does: "12.345", "12,345".
func (p Printer) Number(n int) string { return Number(p.Lang, int64(n)) }

// Fault gives the words of a fault: its code's, else its own English.
func (p Printer) Fault(f *fault.Fault) string {
	return p.phrase("fault."+f.Code, f.Message, f.Args)
}

// Field gives the words of a field to mend: its code's, else its own English.
func (p Printer) Field(f fault.Field) string {
	return p.phrase("field."+f.Code, f.Message, f.Args)
}

func (p Printer) phrase(key, otherwise string, figures map[string]any) string {
	if !Known(key) {
		return otherwise
	}
	args := make([]any, 0, 2*len(figures))
	for name, v := range figures {
		if terms, ok := v.(fault.Terms); ok {
			v = p.either(terms)
		}
		args = append(args, name, v)
	}
	// One code can come with figures and without: a sentence with a gap is worse
	// than a whole one in English.
	if words := p.T(key, args...); !strings.Contains(words, "<no value>") {
		return words
	}
	return otherwise
}

// either gives the words of alternatives: "moderator or facilitator".
func (p Printer) either(terms fault.Terms) string {
	var words []string
	for _, t := range terms {
		words = append(words, p.T(string(t)))
	}
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return p.T("ui.either", "some", strings.Join(words[:last], ", "), "last", words[last])
}

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
