package consult

import (
	"regexp"

	"delfi/internal/account"
	"delfi/internal/ledger"
	"delfi/web/page"
	"delfi/web/ui"
)

// recordView is the public record of one consultation, newest first.
type recordView struct {
	view
	Entries []ledger.Entry
}

// record lists who steered: what, why and when. It names staff by their office and
// never a participant.
func (c room) record(q *page.Request) error {
	v, err := c.load(q)
	if err != nil {
		return err
	}
	entries, err := c.Record.Of(q.Context(), v.ID)
	if err != nil {
		return err
	}
	latest := make([]ledger.Entry, len(entries))
	for i, e := range entries {
		latest[len(entries)-1-i] = e
	}
	return q.Render(200, record(recordView{view: v, Entries: latest}))
}

// did says what an entry records: an act by its kind, everything else by its type.
func did(q *page.Request, e ledger.Entry) string {
	if e.Kind != "" {
		return actWord(q, e.Kind)
	}
	key := "consult.entry." + e.Type
	if !page.Known(key) {
		return e.Type
	}
	return q.T(key)
}

// actWord says an act's kind; one without words keeps its own.
func actWord(q *page.Request, kind string) string {
	key := "consult.did." + kind
	if !page.Known(key) {
		return kind
	}
	return q.T(key)
}

// targets are the things that the record names in English, because its words never
// change; a page says them in the reader's language.
var targets = regexp.MustCompile(`^(round|statement) (\d+)$`)

// target says what an act was done to.
func target(q *page.Request, e ledger.Entry, title string) string {
	if m := targets.FindStringSubmatch(e.Target); m != nil {
		return q.T("consult.record."+m[1], "n", m[2])
	}
	// What the whole page is about need not be said again.
	if e.Target == title || e.Target == e.Type {
		return ""
	}
	return e.Target
}

// by says who did it.
func by(q *page.Request, e ledger.Entry) string {
	if e.Name == "" {
		return q.T("consult.role.system")
	}
	return e.Name + ", " + role(q, account.Role(e.Role))
}

// facts are the opinion's participation in four figures.
func (o opinionView) facts(q *page.Request) []ui.Fact {
	facts := []ui.Fact{}
	enrolled, answered := 0, ""
	for _, r := range o.Opinion.Rounds {
		enrolled = max(enrolled, r.Enrolled)
		if r.Answered > 0 {
			if answered != "" {
				answered += ", " + q.T("consult.opinion.then") + " "
			}
			answered += q.Number(r.Answered) + " (" + share(r.Answered, r.Enrolled) + ")"
		}
	}
	acts := 0
	for _, a := range o.Acts {
		acts += a.Count
	}
	facts = append(facts, ui.Fact{Name: q.T("consult.opinion.enrolled"), Value: q.Number(enrolled)})
	if answered != "" {
		facts = append(facts, ui.Fact{Name: q.T("consult.opinion.answered"), Value: answered})
	}
	if o.Received.All > 0 {
		facts = append(facts, ui.Fact{Name: q.T("consult.opinion.contributions"),
			Value: q.T("consult.opinion.contributions_of", "all", o.Received.All, "items", len(o.Opinion.Items))})
	}
	if o.Opinion.Origin == nil {
		facts = append(facts, ui.Fact{Name: q.T("consult.opinion.acts"), Value: q.Number(acts)})
	}
	return facts
}
