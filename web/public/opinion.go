package public

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/strongest"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/report/schema"
	"delfi/web/dossier"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// opinionView is the published opinion. Every figure on it is read from the stored
// document; the consultation gives only where it stands now.
type opinionView struct {
	view
	schema.Opinion
	cases []strongest.Case // that the facilitator marked, without their words
}

// opinion shows the published opinion.
func (c room) opinion(q *page.Request) error {
	o, err := c.published(q)
	if err != nil {
		return err
	}
	return q.Render(200, opinion(o))
}

// published reads the opinion of the consultation that the address names.
func (c room) published(q *page.Request) (opinionView, error) {
	v, err := c.load(q)
	if err != nil {
		return opinionView{}, err
	}
	o, _, err := c.Reports.Of(q.Context(), v.ID)
	if fault.KindOf(err) == fault.NotFound {
		return opinionView{}, fault.New(fault.NotFound, "no_opinion", "the opinion has not been published yet")
	}
	if err != nil {
		return opinionView{}, err
	}
	out := opinionView{view: v, Opinion: o.In(v.Language)}
	if strongest.Weighs(v.Consultation) {
		entries, err := c.Record.Of(q.Context(), v.ID)
		if err != nil {
			return opinionView{}, err
		}
		out.cases = strongest.Read(entries)
	}
	return out, nil
}

// strongest are the marked cases of an item with their words, which stand in the opinion.
func (o opinionView) strongest(i schema.Item) []strongest.Case {
	var out []strongest.Case
	for _, one := range strongest.Of(o.cases, i.Number) {
		for _, r := range i.History {
			if found, stands := one.Found(r.Reasons); r.Round == one.Round && stands {
				out = append(out, found)
			}
		}
	}
	return out
}

// Opinion draws the page of an opinion that is stored nowhere.
func Opinion(c consultation.Consultation, o schema.Opinion) templ.Component {
	return opinion(opinionView{view: view{dossier.View{Consultation: c}}, Opinion: o})
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

// of is the case of an item after its last round, from which its words are drawn.
func (o opinionView) of(i schema.Item) ui.Case {
	last, _ := i.Last()
	return ui.Case{Protocol: o.view.Protocol, Kind: i.Kind, Verdict: i.Verdict, Figures: last.Figures, Final: true}
}

// itemScale is an item's scale as the document has it.
func (o opinionView) itemScale(q *page.Request, i schema.Item) ui.Scale {
	s := o.Scales[i.Kind]
	return o.Named(q, ui.Scale{Points: s.Points, Low: o.Say(q, s.Low), High: o.Say(q, s.High), Classes: s.Classes})
}

// anyScale is the first rated item whose scale the legend of the bars explains.
func (o opinionView) anyScale(q *page.Request) (ui.Scale, string, bool) {
	for _, i := range o.Opinion.Items {
		if s := o.itemScale(q, i); i.Pile != "" && len(s.Classes) > 1 {
			return s, i.Kind, true
		}
	}
	return ui.Scale{}, "", false
}

// last is the picture of an item's last round; false when it may not be shown.
func (o opinionView) last(q *page.Request, i schema.Item) (chart.Distribution, bool) {
	r, ok := i.Last()
	if !ok || r.Figures.Histogram == nil {
		return chart.Distribution{}, false
	}
	return ui.Distribution(dossier.ID("b", i.Number), q.T("consultation.statement", "n", strconv.Itoa(i.Number)), r.Figures, o.itemScale(q, i), 0), true
}

// series is an item over its rounds, those that may be shown.
func (o opinionView) series(q *page.Request, i schema.Item) (chart.Series, bool) {
	last, _ := i.Last()
	s := chart.Series{ID: dossier.ID("r", i.Number), Title: q.T("consultation.opinion.series"+o.standing(), "n", strconv.Itoa(i.Number)), Poles: last.Figures.Camps(i.Verdict)}
	for _, r := range i.History {
		if r.Figures.Histogram == nil || len(r.Figures.Histogram) != len(last.Figures.Histogram) {
			continue // withheld, or thirds beside points: two scales do not share an axis
		}
		name := q.T("consultation.round.short", "n", strconv.Itoa(r.Round))
		if o.view.Protocol.Standing() {
			name = q.T("consultation.round.release", "n", strconv.Itoa(r.Round))
		}
		s.Rounds = append(s.Rounds, chart.Round{Name: name,
			Distribution: ui.Distribution(dossier.ID("r", i.Number, r.Round), name, r.Figures, o.itemScale(q, i), 0)})
	}
	return s, len(s.Rounds) > 0
}

// standing ends the keys of what is said of releases instead of rounds.
func (o opinionView) standing() string {
	if o.view.Protocol.Standing() {
		return "_standing"
	}
	return ""
}

// deviation names the day, the act and its target, in the reader's words.
func deviation(q *page.Request, d schema.Deviation, lang string) string {
	on := ui.Target(q, d.Target)
	if on == d.Target { // the name of what it was done to
		on = ui.In(lang, on)
	}
	text := []string{d.On, ui.Act(q, d.Kind), on}
	if day, err := time.Parse(time.DateOnly, d.On); err == nil {
		text[0] = q.Date(day)
	}
	return strings.Join(text, " · ")
}

// why is what stands under a statement.
func (o opinionView) why(q *page.Request, i schema.Item) []string {
	last, _ := i.Last()
	return o.explain(q, o.of(i), last.Counts)
}

// explain says a verdict's sentence, the shares of its sides where the sentence has
// none, what it would be were it stable, and who could not judge.
func (v view) explain(q *page.Request, c ui.Case, counts table.ItemCounts) []string {
	m := ui.Verdict(q, c)
	text := []string{m.Sentence}
	shares := c.Shares(q)
	switch c.Verdict.Key {
	case verdict.Disagreement, verdict.TooFew: // said already; of too few people no side is
		shares = ""
	}
	if shares != "" {
		text[0] += " " + shares + "."
	}
	if m.If != "" {
		text = append(text, m.If)
	}
	return append(text, v.unsure(q, counts)...)
}

// sides says the shares of all sides of an item's last round.
func (o opinionView) sides(q *page.Request, i schema.Item) string { return o.of(i).Shares(q) }

// unsure says how many answered that they cannot judge, and whether shares count them.
func (v view) unsure(q *page.Request, c table.ItemCounts) []string {
	if c.CannotJudge == 0 {
		return nil
	}
	key := "consultation.unsure_in.apart"
	if v.Protocol.Consensus.Denominator == protocol.DenominatorAnswered {
		key = "consultation.unsure_in.within"
	}
	return []string{q.T("consultation.unsure", "n", c.CannotJudge, "share", ui.Part(q, ui.Plain, c.CannotJudge, c.Valid+c.CannotJudge)) + " " + q.T(key)}
}

// stability says what the last two rounds of an item tell together.
func (o opinionView) stability(q *page.Request, i schema.Item) []string {
	last, ok := i.Last()
	if !ok {
		return nil
	}
	return ui.Stability(q, o.of(i), last.Counts)
}

// against is the last decision against the engine's proposal; nil when there is none.
func against(i schema.Item) *schema.Decision {
	for k := len(i.History) - 1; k >= 0; k-- {
		if d := i.History[k].Decision; d != nil && d.Against {
			return d
		}
	}
	return nil
}

// lineage draws which contributions an item was made of; false for none.
func (o opinionView) lineage(q *page.Request, i schema.Item) (chart.Lineage, bool) {
	l := chart.Lineage{ID: dossier.ID("l", i.Number), Title: q.T("consultation.opinion.lineage", "n", strconv.Itoa(i.Number)),
		Target: q.T("consultation.statement", "n", strconv.Itoa(i.Number)), Caption: q.T("consultation.opinion.drawn_of", "n", len(i.Contributions))}
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

// items gives items by their ids.
func (o opinionView) items(ids []uuid.UUID) []schema.Item {
	return slices.DeleteFunc(slices.Clone(o.Opinion.Items), func(i schema.Item) bool { return !slices.Contains(ids, i.ID) })
}

// children are the items that took the place of one.
func (o opinionView) children(parent schema.Item) []schema.Item {
	return slices.DeleteFunc(slices.Clone(o.Opinion.Items), func(i schema.Item) bool { return !slices.Contains(i.Parents, parent.ID) })
}

// earlier gives the rounds that asked a statement in other words than the round after.
func earlier(i schema.Item) []schema.ItemRound {
	var all []schema.ItemRound
	for n, r := range i.History {
		after := i.Text
		if n+1 < len(i.History) {
			after = i.History[n+1].Text
		}
		if r.Text != after {
			all = append(all, r)
		}
	}
	return all
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
func under(q *page.Request, i schema.Item, rule string) string {
	for _, s := range i.Sensitivity {
		if s.Rule == rule {
			if !s.Defined {
				return q.T("consultation.opinion.not_defined")
			}
			return ui.Word(q, s.Key, s.Side)
		}
	}
	return "–"
}

// decided is an item's verdict in the sensitivity table, beside what it would be were
// it stable: the other rules tell no more than that.
func (o opinionView) decided(q *page.Request, i schema.Item) string {
	word := ui.Verdict(q, o.of(i)).Word
	if i.Verdict.If != "" {
		word += " " + q.T("consultation.opinion.if_stable", "word", ui.Word(q, i.Verdict.If, i.Verdict.IfSide))
	}
	return word
}

// survival is what those who left could have changed of one item.
type survival struct {
	Number int
	Text   string
}

// survivals says of each item whether its class survives those who left.
func (o opinionView) survivals(q *page.Request) []survival {
	var all []survival
	for _, i := range o.Opinion.Items {
		if text := ui.Survival(q, i.Bounds); text != "" {
			all = append(all, survival{i.Number, text})
		}
	}
	return all
}

// ruleName says a published rule's name; one without words keeps its own.
func ruleName(q *page.Request, rule string) string {
	key := "consultation.rule." + rule
	if !i18n.Known(key) {
		return rule
	}
	return q.T(key)
}

// dissenting lists the items that have dissent.
func (o opinionView) dissenting() []schema.Item {
	var all []schema.Item
	for _, i := range o.Opinion.Items {
		if i.Dissent.Any() {
			all = append(all, i)
		}
	}
	return all
}

// kicker says what this document is.
func (o opinionView) kicker(q *page.Request) string {
	return q.T("consultation.opinion.kicker", "version", strconv.Itoa(o.Version), "day", ui.Date(q, ui.The, o.PublishedAt))
}

// facts are the opinion's participation in four figures.
func (o opinionView) facts(q *page.Request) []ui.Fact {
	facts := []ui.Fact{}
	enrolled, answered := 0, ""
	for _, r := range o.Opinion.Rounds {
		enrolled = max(enrolled, r.Enrolled)
		if r.Answered > 0 {
			if answered != "" {
				answered += ", " + q.T("consultation.opinion.then") + " "
			}
			answered += q.Number(r.Answered) + " (" + ui.Part(q, ui.Plain, r.Answered, r.Enrolled) + ")"
		}
	}
	acts := 0
	for _, a := range o.Acts {
		if a.Role != string(consultation.System) {
			acts += a.Count
		}
	}
	if o.Opinion.Origin != nil {
		// Nobody enrolled: those who answered are all that is known of the panel.
		facts = append(facts, ui.Fact{Name: q.T("consultation.opinion.took_part"), Value: q.Number(enrolled)})
	} else {
		facts = append(facts, ui.Fact{Name: q.T("consultation.opinion.enrolled"), Value: q.Number(enrolled)})
	}
	if answered != "" && o.Opinion.Origin == nil {
		facts = append(facts, ui.Fact{Name: q.T("consultation.opinion.answered"), Value: answered})
	}
	if o.Received.All > 0 {
		facts = append(facts, ui.Fact{Name: q.T("consultation.opinion.contributions"),
			Value: q.T("consultation.opinion.contributions_of", "all", o.Received.All, "items", len(o.Opinion.Items))})
	}
	if n := o.joined(); n > 0 {
		facts = append(facts, ui.Fact{Name: q.T("consultation.opinion.joined_fact", "n", o.view.Protocol.Items.NewAfterRound), Value: q.Number(n)})
	}
	if o.Opinion.Origin == nil {
		facts = append(facts, ui.Fact{Name: q.T("consultation.opinion.acts"), Value: q.Number(acts)})
	}
	return facts
}
