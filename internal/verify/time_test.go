package verify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

const day = 24 * time.Hour

// begun is the minute of the first entries.
var begun = time.Date(2026, 11, 27, 23, 7, 0, 0, time.UTC)

// deadline is the end of a round of so many days that opens now.
func (b *book) deadline(days int) string {
	b.until = b.now.Truncate(day).AddDate(0, 0, days).Add(23*time.Hour - time.Minute)
	if b.until.Sub(b.now) < time.Duration(days)*day {
		b.until = b.until.Add(day)
	}
	return b.until.Format(time.RFC3339)
}

// minuteOf changes when an entry says that it was written.
func (b *book) minuteOf(n int, at time.Time) {
	b.t.Helper()
	e, err := leaf.ParseEntry(b.lines[n].Entry)
	if err != nil {
		b.t.Fatal(err)
	}
	e.Minute = at.Format(replay.Minute)
	b.lines[n].Entry = e.Text()
}

// written is when an entry says that it was written.
func (b *book) written(n int) time.Time {
	e, err := leaf.ParseEntry(b.lines[n].Entry)
	if err != nil {
		b.t.Fatal(err)
	}
	at, err := time.Parse(replay.Minute, e.Minute)
	if err != nil {
		b.t.Fatal(err)
	}
	return at
}

// insert lays an act of a round or of the consultation after entry n, at an instant.
func (b *book) insert(n int, at time.Time, body map[string]any) { b.lay(n, at, body, nil) }

// lay is insert of an act with words beside it.
func (b *book) lay(n int, at time.Time, body map[string]any, texts map[string]string) {
	b.layOf("act", n, at, body, texts)
}

// layOf is lay of an entry of a type.
func (b *book) layOf(kind string, n int, at time.Time, body map[string]any, texts map[string]string) {
	before, after := b.lines[:n+1:n+1], append([]entryLine{}, b.lines[n+1:]...)
	now := b.now
	b.lines, b.now = before, at
	b.entry(kind, body, texts)
	b.now = now
	for _, l := range after {
		l.N = len(b.lines)
		b.lines = append(b.lines, l)
	}
}

// TestTimesAreCheckedAgainstTheProtocol: the log is signed anew each time, and the
// first instant that the frozen rules do not allow is named.
func TestTimesAreCheckedAgainstTheProtocol(t *testing.T) {
	honest := press(t, nil)
	extended := func(b *book, days int, by time.Duration) {
		n := b.find("round_opened", 0)
		deadline := b.written(n + 1)
		b.insert(n, b.written(n), map[string]any{"kind": "extend", "role": "facilitator", "round": 1, "days": days, "deadline": deadline.Add(by).Format(time.RFC3339)})
		b.minuteOf(n+2, deadline.Add(by))
		b.minuteOf(n+3, deadline.Add(by))
		b.shift(n+4, by)
	}
	suspended := func(b *book, days int, took time.Duration, role string) {
		n := b.find("act", 0) // announced, not started
		at := b.written(n)
		b.insert(n, at, map[string]any{"kind": "suspend", "role": "moderator", "days_left": 90})
		b.insert(n+1, at.Add(took), map[string]any{"kind": "resume", "role": role, "days": days})
		b.shift(n+3, took)
	}
	replaced := func(b *book, role string) {
		n := b.find("act", 0) // announced, not started
		b.insert(n, b.written(n), map[string]any{"kind": "replace", "role": role, "from": "2026-03-12", "office": "moderator"})
	}
	for name, c := range map[string]struct {
		does func(b *book)
		want string
	}{
		"staff replaced":                     {func(b *book) { replaced(b, "administrator") }, ""},
		"staff replaced by one of them":      {func(b *book) { replaced(b, "moderator") }, "this act was not possible here"},
		"an entry older than the one before": {func(b *book) { b.minuteOf(4, begun.Add(-time.Hour)) }, "it says that it is older than entry 0"},
		"clocks that differ a little":        {func(b *book) { b.minuteOf(4, begun.Add(-5*time.Minute)) }, ""},
		"a round cut short at its opening": {func(b *book) {
			b.rewrite(b.find("round_opened", 1), func(body map[string]any) {
				body["deadline"] = b.written(b.find("round_opened", 1)).Add(4 * day).Format(time.RFC3339)
			})
		}, "round 2 is open for other than the days of the protocol"},
		"a round too long at its opening": {func(b *book) {
			b.rewrite(b.find("round_opened", 1), func(body map[string]any) {
				body["deadline"] = b.written(b.find("round_opened", 1)).Add(40 * day).Format(time.RFC3339)
			})
		}, "round 2 is open for other than the days of the protocol"},
		"closed by itself before its deadline": {func(b *book) {
			n := b.find("round_opened", 0)
			b.minuteOf(n+1, b.written(n).Add(13*day))
		}, "round 1 closes by itself before its deadline"},
		"closed by hand on the first day": {func(b *book) {
			n := b.find("round_opened", 0)
			b.rewrite(n+1, func(body map[string]any) { body["role"] = "facilitator" })
			b.minuteOf(n+1, b.written(n).Add(day))
		}, "round 1 is closed by hand earlier than the protocol allows"},
		"extended as the protocol allows":        {func(b *book) { extended(b, 5, 5*day) }, ""},
		"extended by more than its own length":   {func(b *book) { extended(b, 15, 15*day) }, "round 1 is extended by more than its own length"},
		"a deadline moved by other days":         {func(b *book) { extended(b, 5, 9*day) }, "not moved by the days of its extension"},
		"extended more often than allowed":       {func(b *book) { extended(b, 5, 5*day); extended2(b) }, "round 1 is extended more often than the protocol allows"},
		"suspended for ninety days":              {func(b *book) { suspended(b, 90, 90*day, "moderator") }, ""},
		"suspended for ninety-one days by hand":  {func(b *book) { suspended(b, 91, 91*day, "moderator") }, "suspended for longer than a consultation may be"},
		"suspended for other days than it moves": {func(b *book) { suspended(b, 9, 3*day, "moderator") }, "deadlines move by other days than it was suspended"},
		"opened after the key's end": {func(b *book) {
			b.shift(b.find("round_opened", 2), 200*day)
		}, "round 3 opens after the latest date of the key"},
		"counted after the key's end": {func(b *book) {
			for n := b.find("round_closed", 1); n < len(b.lines); n++ {
				b.minuteOf(n, b.written(n).Add(200*day))
			}
		}, "round 3 is counted after the latest date of the key"},
	} {
		t.Run(name, func(t *testing.T) {
			b := honest.copied(t)
			c.does(b)
			b.retells()
			b.seal()
			_, err := Run(t.Context(), b.files, Options{})
			if c.want == "" {
				if err != nil {
					t.Errorf("it was named so: %v", err)
				}
				return
			}
			var f *source.Fault
			if !errors.As(err, &f) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestTheKeyEndsEveryRound: on the key's last day the system closes a round whose deadline was
// moved beyond it, and not a day before.
func TestTheKeyEndsEveryRound(t *testing.T) {
	const last = "2027-01-12"
	honest := pressed(t, strings.Replace(rules, "2027-06-30", last, 1), nil)
	honest.rewrite(honest.find("protocol", 0), func(body map[string]any) { body["latest_key_date"] = last })
	n := honest.find("round_opened", 2)
	deadline := honest.written(n + 1).Add(10 * day)
	honest.insert(n, honest.written(n), map[string]any{"kind": "extend", "role": "facilitator", "round": 3, "days": 10, "deadline": deadline.Format(time.RFC3339)})
	for closed, want := range map[string]string{
		"2027-01-11T12:00:00Z": "",
		"2027-01-10T12:00:00Z": "round 3 closes by itself before its deadline",
	} {
		b := honest.copied(t)
		b.rewrite(n+2, func(body map[string]any) { body["closed_at"] = closed })
		at, err := time.Parse(time.RFC3339, closed)
		if err != nil {
			t.Fatal(err)
		}
		for k := n + 2; k < len(b.lines); k++ {
			b.minuteOf(k, at)
		}
		b.retells()
		b.seal()
		_, err = Run(t.Context(), b.files, Options{})
		if f := (*source.Fault)(nil); want == "" && err != nil || want != "" && (!errors.As(err, &f) || !strings.Contains(err.Error(), want)) {
			t.Errorf("closed at %s: %v, want %q", closed, err, want)
		}
	}
}

// extended2 extends round 1 once more by a day that nobody uses.
func extended2(b *book) {
	n := b.find("round_opened", 0) + 1 // the first extension
	deadline := b.written(n + 1)
	b.insert(n, b.written(n), map[string]any{"kind": "extend", "role": "facilitator", "round": 1, "days": 1, "deadline": deadline.Add(day).Format(time.RFC3339)})
}

// shift moves an opening, with its deadline, and all after it.
func (b *book) shift(n int, by time.Duration) {
	for ; n < len(b.lines); n++ {
		b.minuteOf(n, b.written(n).Add(by))
		if strings.Contains(b.lines[n].Entry, "round_opened") {
			b.rewrite(n, func(body map[string]any) {
				was, err := time.Parse(time.RFC3339, body["deadline"].(string))
				if err != nil {
					b.t.Fatal(err)
				}
				body["deadline"] = was.Add(by).Format(time.RFC3339)
			})
		}
	}
}

// TestTermsAreReported, kept or not.
func TestTermsAreReported(t *testing.T) {
	r, err := Run(t.Context(), press(t, nil).files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	k := r.Consultations[0].Clock
	if k == nil || k.Concluded == "" || k.Published == "" || k.Answered != "" || k.PublishBy < k.Concluded[:10] || k.AnswerBy < k.PublishBy[:4] {
		t.Fatalf("%+v", k)
	}
	for lang, want := range map[string]string{"en": "answered not until " + k.Last + ", to be by " + k.AnswerBy, "it": "risposta non fino a " + k.Last + ", termine " + k.AnswerBy} {
		var out strings.Builder
		if err := r.Write(&out, lang); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s does not say %q: %v\n%s", lang, want, err, out.String())
		}
	}
}
