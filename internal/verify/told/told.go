package told

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/report/schema"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// Opinion checks what an opinion tells of a consultation's life. It was published at an entry.
func Opinion(file string, l *replay.Life, p protocol.Protocol, o *schema.Opinion, at int64) error {
	c := comparison{file}
	if err := c.days(l, p, o); err != nil {
		return err
	}
	if err := c.rounds(l, p, o.Rounds); err != nil {
		return err
	}
	var before []replay.Steered
	for _, s := range l.Steered {
		if s.Entry < at {
			before = append(before, s)
		}
	}
	if err := c.acts(before, o.Acts); err != nil {
		return err
	}
	return c.deviations(before, o.Deviations)
}

// comparison is one of an opinion with the log.
type comparison struct{ file string }

// same is a fault where two values of a field differ.
func (c comparison) same(field string, found, want any) error {
	if found == want {
		return nil
	}
	return &source.Fault{File: c.file, What: "the opinion does not tell what the log has, at " + field, Found: source.OrNothing(source.Short(fmt.Sprint(found))), Expected: source.OrNothing(source.Short(fmt.Sprint(want)))}
}

// days compares the days of its life, and what a document always says.
func (c comparison) days(l *replay.Life, p protocol.Protocol, o *schema.Opinion) error {
	concluded, published := l.Ended[consultation.ActConclude], l.Ended[consultation.ActPublish]
	due := ""
	if at := published.Time(); !l.Foreign() && !at.IsZero() {
		due = civiltime.Date(l.ReplyDue(p, at))
	}
	if concluded.Removed {
		concluded.Words.Reason = o.ConcludedReason
	}
	return cmp.Or(
		c.same("format", o.Format, schema.Format), c.same("language", o.Language, p.Languages[0]),
		c.same("announced_on", o.AnnouncedOn, civiltime.Date(l.Announced)), c.same("concluded_on", o.ConcludedOn, civiltime.Date(concluded.Time())),
		c.same("published_on", o.PublishedOn, civiltime.Date(published.Time())), c.same("destroyed_on", o.DestroyedOn, civiltime.Date(l.Destroyed)),
		c.same("reply_due", o.ReplyDue, due), c.same("concluded_reason", o.ConcludedReason, concluded.Words.Reason),
		c.minority(l, o.Minority, published.Time()), c.received(o),
	)
}

// minority compares since when the panel read the report. Entries tell minutes: in the one that
// ends a day both numbers are true.
func (c comparison) minority(l *replay.Life, m schema.Minority, published time.Time) error {
	if l.Report == nil || l.Report.Text == "" {
		return cmp.Or(c.same("minority.shown_on", m.ShownOn, ""), c.same("minority.days", m.Days, 0))
	}
	shown := l.Report.Record.Time()
	least, most := schema.WholeDays(shown.Add(time.Minute), published), schema.WholeDays(shown, published)
	return cmp.Or(c.same("minority.shown_on", m.ShownOn, civiltime.Date(shown)), c.same("minority.days", m.Days, min(max(m.Days, least), most)))
}

// received compares the counts of contributions with each other and with their list.
func (c comparison) received(o *schema.Opinion) error {
	counts := map[string]int{}
	for _, one := range o.Contributions {
		counts[one.State]++
	}
	n := o.Received
	return cmp.Or(
		c.same("received.all", n.All, n.Admitted+n.Rejected+n.Pending), c.same("received.admitted", n.Admitted, counts["admitted"]),
		c.same("received.rejected", n.Rejected, counts["rejected"]), c.same("received.pending", n.Pending, counts["pending"]),
	)
}

// rounds compares the participation in each round that the protocol plans.
func (c comparison) rounds(l *replay.Life, p protocol.Protocol, rounds []schema.Round) error {
	if err := c.same("rounds", len(rounds), len(p.Rounds)); err != nil {
		return err
	}
	for n, r := range rounds {
		name := fmt.Sprintf("rounds[%d].", n)
		w, opened, closed := l.Rounds[n+1], "", ""
		if w == nil {
			w = &replay.Round{}
		}
		at, people := w.Ended()
		opened, closed = civiltime.Date(w.Opened.Time()), civiltime.Date(at)
		if closed == "" {
			closed = r.ClosedOn // acts of earlier programs did not tell it
		}
		reason, known := w.Reason()
		if !known {
			reason = r.Reason
		}
		if err := cmp.Or(
			c.same(name+"number", r.Number, n+1), c.same(name+"kind", r.Kind, p.Round(n+1).Kind), c.same(name+"opened_on", r.OpenedOn, opened),
			c.same(name+"closed_on", r.ClosedOn, closed), c.same(name+"extensions", r.Extensions, w.Extensions()), c.same(name+"reason", r.Reason, reason),
		); err != nil {
			return err
		}
		if w.Kind == delphi.Gather && w.State == consultation.RoundReleased {
			if err := cmp.Or(c.same(name+"enrolled", r.Enrolled, people), c.same(name+"answered", r.Answered, 0), c.same(name+"document", r.Document, ""), c.same(name+"groups", len(r.Groups), 0)); err != nil {
				return err
			}
		}
	}
	return nil
}

// acts compares how often the staff and the system did what.
func (c comparison) acts(all []replay.Steered, told []schema.ActCount) error {
	counts := map[schema.ActCount]int{}
	for _, s := range all {
		counts[schema.ActCount{Kind: s.Kind(), Role: s.Role()}]++
	}
	for _, a := range told {
		of := schema.ActCount{Kind: a.Kind, Role: a.Role}
		if err := c.same("acts, "+a.Kind+" by "+a.Role, a.Count, counts[of]); err != nil {
			return err
		}
		delete(counts, of)
	}
	for of, n := range counts {
		return c.same("acts, "+of.Kind+" by "+of.Role, 0, n)
	}
	return nil
}

// deviations compares the acts that departed from the plan. Of a closing by the system whose
// words are gone nobody knows whether it had a reason, and so departed.
func (c comparison) deviations(all []replay.Steered, told []schema.Deviation) error {
	all = slices.DeleteFunc(all, func(s replay.Steered) bool {
		unknown := s.Gone && s.Kind() == string(consultation.ActClose) && s.Role() == string(consultation.System)
		return !s.Departs && (!unknown || len(told) == 0)
	})
	for _, s := range all {
		name := fmt.Sprintf("deviations, entry %d", s.Entry)
		if len(told) == 0 || told[0].Kind != s.Kind() || told[0].On != civiltime.Date(s.At) {
			if !s.Departs {
				continue // and it did not
			}
			return c.same(name, "nothing, or another act", s.Kind()+" on "+civiltime.Date(s.At))
		}
		if !s.Says(told[0].Target, told[0].Reason) {
			return c.same(name, told[0].Target+": "+told[0].Reason, "the words beside it")
		}
		told = told[1:]
	}
	return c.same("deviations", len(told), 0)
}
