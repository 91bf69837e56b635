package public

import (
	"encoding/json"
	"slices"
	"time"

	"delfi/internal/consultation"
	"delfi/internal/consultation/correction"
	"delfi/internal/ledger"
	"delfi/web/page"
	"delfi/web/ui"
)

// moment is one line of a consultation's timeline: an entry of the record.
type moment struct {
	Entry  ledger.Entry
	Words  string           // what was done
	Of     string           // to what; "" for the consultation itself
	Detail string           // what the entry's figures add
	Fixed  *correction.Made // of a text; nil for what is no correction
}

// timelineView is all that happened to a consultation, newest first.
type timelineView struct {
	view
	Moments []moment
}

// told are the acts that a timeline tells; those on statements and contributions stand on
// pages of their own, but for statements that join and that are taken back.
var told = []string{
	string(consultation.ActAnnounce), string(consultation.ActImport), string(consultation.ActStart), string(consultation.ActPostpone),
	string(consultation.ActSuspend), string(consultation.ActResume), string(consultation.ActConclude), string(consultation.ActMinority),
	string(consultation.ActForgo), string(consultation.ActPublish), string(consultation.ActReply), string(consultation.ActWithdraw),
	string(consultation.ActReplace), string(consultation.ActCorrect), string(consultation.ActOpen), string(consultation.ActExtend), string(consultation.ActRemind), string(consultation.ActClose),
	string(consultation.ActRelease), string(consultation.ActSkip), string(consultation.ActBrief), string(consultation.ActJoin), string(consultation.ActRemove),
	"secretary", "document-add", "document-edit", "document-replace", "document-withdraw",
}

// tells tells whether a timeline has an entry.
func tells(e ledger.Entry) bool {
	switch e.Type {
	case ledger.Act, ledger.RoundOpened:
		return slices.Contains(told, e.Kind)
	case "opinion", "key_destroyed":
		return true
	}
	return false
}

// timeline is the page of all that happened, from the record.
func (c room) timeline(q *page.Request) error {
	v, err := c.about(q)
	if err != nil {
		return err
	}
	all, err := c.Record.Of(q.Context(), v.ID)
	if err != nil {
		return err
	}
	t := timelineView{view: v}
	fixed := correction.Read(all)
	for _, e := range slices.Backward(all) {
		if tells(e) {
			m := t.moment(q, e)
			if i := slices.IndexFunc(fixed, func(f correction.Made) bool { return f.Entry.Sequence == e.Sequence }); i >= 0 {
				m.Fixed = &fixed[i]
			}
			t.Moments = append(t.Moments, m)
		}
	}
	return q.Render(200, timelinePage(t))
}

func (t timelineView) moment(q *page.Request, e ledger.Entry) moment {
	m := moment{Entry: e, Words: ui.Did(q, e)}
	if e.Target != t.Title {
		m.Of = ui.Target(q, e.Target)
	}
	var f struct {
		Deadline, Opens time.Time
		Version         int
	}
	// An entry's figures are ours: what cannot be read here adds nothing.
	_ = json.Unmarshal([]byte(e.Body), &f)
	switch {
	case !f.Deadline.IsZero():
		m.Detail = q.T("consultation.timeline.until", "deadline", q.Moment(f.Deadline))
	case !f.Opens.IsZero():
		m.Detail = q.T("consultation.timeline.opens", "moment", q.Moment(f.Opens))
	case e.Type == "opinion":
		m.Detail = q.T("consultation.timeline.version", "n", f.Version)
	}
	return m
}

// by says who did it, by name and office; "" for what happened by itself.
func (m moment) by(q *page.Request) string {
	if m.Entry.Name == "" {
		return q.T("consultation.timeline.itself")
	}
	return m.Entry.Name + ", " + q.T("consultation.timeline.role_"+m.Entry.Role)
}
