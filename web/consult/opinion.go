package consult

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/report"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// opinionView is the published opinion. Every figure on it is read from the stored
// document; the consultation gives only where it stands now.
type opinionView struct {
	view
	report.Opinion
}

// opinion shows the published opinion.
func (c room) opinion(q *page.Request) error {
	v, err := c.load(q)
	if err != nil {
		return err
	}
	o, _, err := c.Reports.Of(q.Context(), v.ID)
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.NotFound, "no_opinion", "the opinion has not been published yet")
	}
	if err != nil {
		return err
	}
	return q.Render(200, opinion(opinionView{view: v, Opinion: o}))
}

// document gives the stored bytes, exactly those that were hashed.
func (c room) document(q *page.Request) error {
	v, err := c.about(q)
	if err != nil {
		return err
	}
	_, raw, err := c.Reports.Of(q.Context(), v.ID)
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.NotFound, "no_opinion", "the opinion has not been published yet")
	}
	if err != nil {
		return err
	}
	return q.Bytes(200, "application/json", raw)
}

// headline says the whole result in one sentence.
func (o opinionView) headline(q *page.Request) string {
	agreed, divided, open := len(o.On(report.Agreed)), len(o.On(report.Divided)), len(o.On(report.Open))
	return q.T("consult.opinion.headline.agreed", "n", agreed) +
		q.T("consult.opinion.headline.divided", "n", divided) +
		q.T("consult.opinion.headline.open", "n", open)
}

// pileClass is the class of a pile's box.
func pileClass(p report.Pile) string {
	switch p {
	case report.Divided:
		return "div"
	case report.Open:
		return "open"
	}
	return ""
}

// itemScale is an item's scale as the document has it.
func (o opinionView) itemScale(q *page.Request, i report.Item) ui.Scale {
	s := o.Scales[i.Kind]
	return o.named(q, ui.Scale{Points: s.Points, Low: o.say(q, s.Low), High: o.say(q, s.High), Classes: s.Classes})
}

// anyScale is the scale of the first rated item, for the legend of the bars.
func (o opinionView) anyScale(q *page.Request) (ui.Scale, bool) {
	for _, i := range o.Opinion.Items {
		if s := o.itemScale(q, i); i.Pile != "" && len(s.Classes) > 1 {
			return s, true
		}
	}
	return ui.Scale{}, false
}

// last is the picture of an item's last round; false when it may not be shown.
func (o opinionView) last(q *page.Request, i report.Item) (chart.Distribution, bool) {
	r, ok := i.Last()
	if !ok || r.Figures.Histogram == nil {
		return chart.Distribution{}, false
	}
	return ui.Distribution(id("b", i.Number), q.T("consult.statement", "n", strconv.Itoa(i.Number)), r.Figures, o.itemScale(q, i), 0), true
}

// series is an item over its rounds, those that may be shown.
func (o opinionView) series(q *page.Request, i report.Item) (chart.Series, bool) {
	last, _ := i.Last()
	s := chart.Series{ID: id("r", i.Number), Title: q.T("consult.opinion.series", "n", strconv.Itoa(i.Number)), Poles: ui.Poles(last.Figures, i.Verdict)}
	for _, r := range i.History {
		if r.Figures.Histogram == nil || len(r.Figures.Histogram) != len(last.Figures.Histogram) {
			continue // withheld, or thirds beside points: two scales do not share an axis
		}
		name := q.T("consult.round.short", "n", strconv.Itoa(r.Round))
		if o.Opinion.Origin != nil {
			name = q.T("consult.round.release", "n", strconv.Itoa(r.Round))
		}
		s.Rounds = append(s.Rounds, chart.Round{Name: name,
			Distribution: ui.Distribution(id("r", i.Number, r.Round), name, r.Figures, o.itemScale(q, i), 0)})
	}
	return s, len(s.Rounds) > 0
}

// why is the sentence under a statement: the verdict's, with the shares of its sides.
func (o opinionView) why(q *page.Request, i report.Item) string {
	m := ui.Verdict(q, i.Verdict, o.permille())
	d, ok := o.last(q, i)
	if !ok {
		return m.Sentence
	}
	return m.Sentence + " " + o.sides(q, d)
}

// sides says the shares of the two ends and between.
func (o opinionView) sides(q *page.Request, d chart.Distribution) string {
	n := d.Sides()
	s := chart.Shares(n[:])
	return q.T("consult.opinion.sides", "low", s[0], "middle", s[1], "high", s[2], "from", d.Low, "to", d.High)
}

// stillness says how much moved since the round before; "" where nothing is known.
func (o opinionView) stillness(q *page.Request, i report.Item) string {
	r, ok := i.Last()
	if !ok {
		return ""
	}
	words := ""
	if r.Figures.Unchanged.Defined() {
		words = q.T("consult.opinion.unchanged", "share", ui.Percent(r.Figures.Unchanged)) + " "
	}
	if r.Figures.Scheibe.Defined() {
		words += q.T("consult.opinion.scheibe", "share", ui.Percent(r.Figures.Scheibe), "limit", o.view.Protocol.Stability.Scheibe/10)
	}
	return words
}

// against is the last decision against the engine's proposal; nil when there is none.
func against(i report.Item) *report.Decision {
	for k := len(i.History) - 1; k >= 0; k-- {
		if d := i.History[k].Decision; d != nil && d.Against {
			return d
		}
	}
	return nil
}

// lineage draws which contributions an item was made of; false for none.
func (o opinionView) lineage(q *page.Request, i report.Item) (chart.Lineage, bool) {
	l := chart.Lineage{ID: id("l", i.Number), Title: q.T("consult.opinion.lineage", "n", strconv.Itoa(i.Number)),
		Target: q.T("consult.statement", "n", strconv.Itoa(i.Number)), Caption: q.T("consult.opinion.made_of", "n", len(i.Contributions))}
	for _, c := range i.Contributions {
		if from, ok := o.Contribution(c); ok {
			l.Sources = append(l.Sources, from.Alias)
		}
	}
	// A statement that came from one contribution as it stood needs no drawing.
	return l, len(l.Sources) > 1
}

// number gives an item's number by its id, for parents.
func (o opinionView) number(item uuid.UUID) string {
	for _, i := range o.Opinion.Items {
		if i.ID == item {
			return strconv.Itoa(i.Number)
		}
	}
	return "?"
}

// otherRules are the rules of the sensitivity table, in the order of the document.
func (o opinionView) otherRules() []string {
	for _, i := range o.Opinion.Items {
		if len(i.Sensitivity) > 0 {
			names := make([]string, len(i.Sensitivity))
			for k, s := range i.Sensitivity {
				names[k] = s.Rule
			}
			return names
		}
	}
	return nil
}

// under gives an item's verdict under another rule in words.
func under(q *page.Request, i report.Item, rule string) string {
	for _, s := range i.Sensitivity {
		if s.Rule == rule {
			if !s.Defined {
				return q.T("consult.opinion.not_defined")
			}
			return ui.Verdict(q, delphi.Verdict{Key: s.Key}, 0).Word
		}
	}
	return "–"
}

// ruleName says a published rule's name; one without words keeps its own.
func ruleName(q *page.Request, rule string) string {
	key := "consult.rule." + rule
	if !page.Known(key) {
		return rule
	}
	return q.T(key)
}

// dissenting lists the items that have dissent.
func (o opinionView) dissenting() []report.Item {
	var all []report.Item
	for _, i := range o.Opinion.Items {
		if i.Dissent.Any() {
			all = append(all, i)
		}
	}
	return all
}

// kicker says what this document is.
func (o opinionView) kicker(q *page.Request) string {
	return q.T("consult.opinion.kicker", "version", strconv.Itoa(o.Version), "day", q.Date(o.PublishedAt))
}

// share writes answered of enrolled.
func share(answered, enrolled int) string {
	if enrolled == 0 {
		return "–"
	}
	return fmt.Sprintf("%d%%", 100*answered/enrolled)
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
