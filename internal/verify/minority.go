package verify

import (
	"delfi/internal/consultation"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// reported sees that the opinion says of the minority report what the log does, and
// that nobody left dissent out in silence.
func (r *reading) reported(o *schema.Opinion) error {
	m, e, by := o.Minority, r.life.Report, r.life.Ended[consultation.ActPublish]
	bad := func(what, found, expected string) error {
		return &source.Fault{File: r.path("opinion.json"), What: what, Found: source.Short(found), Expected: expected}
	}
	dissent := false
	for _, i := range o.Items {
		dissent = dissent || i.Dissent.Any()
	}
	want := schema.MinorityNone
	switch {
	case e == nil && dissent:
		want = schema.MinorityUnwritten
	case e != nil && e.Text == "":
		want = schema.MinorityDeclined
	case e != nil:
		want = schema.MinorityShown
		// Entries tell minutes: in the one that ends the seven days both are true.
		until := e.Until.UTC().Format(replay.Minute)
		if by.Minute < until || m.State == schema.MinorityShort && by.Minute == until {
			want = schema.MinorityShort
		}
	}
	if m.State != want {
		return bad("the opinion says something else of the minority report than the log", string(m.State), string(want))
	}
	byHand := by.Role != string(consultation.System)
	switch {
	case byHand && want == schema.MinorityUnwritten:
		return by.Fault("an opinion with dissent is published by hand without a report of it", "nothing", "a minority report, or a reason for none")
	case byHand && want == schema.MinorityShort:
		return by.Fault("an opinion is published by hand before the panel has read the minority report for seven days", by.Minute, "from "+e.Until.String()+" on")
	case want == schema.MinorityDeclined && m.Reason != e.Record.Words.Reason && !e.Record.Removed:
		return bad("the opinion gives another reason for no minority report than the log", m.Reason, e.Record.Words.Reason)
	case want != schema.MinorityDeclined && m.Reason != "", want != schema.MinorityShown && want != schema.MinorityShort && m.Text != "":
		return bad("the opinion has words about the minority report that nobody said", m.Reason+m.Text, "none")
	}
	if shown := want == schema.MinorityShown || want == schema.MinorityShort; shown && leaf.Digest([]byte(m.Text)) != e.Text {
		return bad("the minority report is not the one that the panel read", "digest "+leaf.Digest([]byte(m.Text)), e.Text)
	}
	return nil
}
