package consultation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Version names the state of a consultation on which its staff act: stage, suspension
// and rounds; their dates; a draft's text, who is appointed, the decisions, the minority
// report, and made, what the contributions have become. A desk's form carries that of the
// state that its reader saw.
func (c Consultation) Version(decided []Decided, m Minority, made ...string) string {
	state, dates := []string{string(c.Stage)}, []string{instant(c.StartsAt)}
	if c.Suspended != nil {
		state = append(state, instant(c.Suspended.Since))
	}
	for _, r := range c.Rounds {
		state = append(state, fmt.Sprint(r.Number, " ", r.State))
		dates = append(dates, instant(r.PlannedAt), instant(r.Deadline))
	}
	words := append([]string{m.Version()}, made...)
	if c.Stage == Draft {
		words = append(words, c.Form)
	} else {
		for _, m := range slices.Concat(c.Appointed, c.Secretaries) {
			words = append(words, fmt.Sprint(m.Place), m.ID.String(), instant(m.Since), instant(m.Until))
		}
	}
	for _, d := range decided {
		words = append(words, fmt.Sprint(d.Round), d.Item.String(), d.Version())
	}
	return prose.Version(state...) + "." + prose.Version(dates...) + "." + prose.Version(words...)
}

// Unmoved refuses an act on a consultation whose version is no longer the seen one ("" skips
// the comparison): Conflict "deadline_moved" when nothing but dates differs, "unsaid" for a
// form that names none, "moved_on" otherwise.
func Unmoved(seen, now string) error {
	if seen == "" || seen == now {
		return nil
	}
	if seen == prose.Unsaid {
		return prose.ErrUnsaid
	}
	was, is := strings.Split(seen, "."), strings.Split(now, ".")
	if len(was) == 3 && was[0] == is[0] && was[2] == is[2] {
		return fault.New(fault.Conflict, "deadline_moved", "somebody has moved the deadline meanwhile")
	}
	return fault.New(fault.Conflict, "moved_on", "something changed here since the page was read: look at it, then press again")
}

// instant writes a time down by the second.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
