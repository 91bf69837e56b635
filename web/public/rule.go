package public

import (
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/web/page"
	"delfi/web/ui"
)

// promises are the commitment's facts beside its quotation.
func (v view) promises(q *page.Request) []ui.Fact {
	c := v.Commitment
	facts := []ui.Fact{{Name: q.T("consultation.commitment.decider"), Value: ui.In(v.Language, c.Decider)}}
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, ui.Fact{Name: q.T("consultation.commitment." + key), Value: value})
		}
	}
	add("subject", ui.In(v.Language, c.Subject))
	if !c.DecideBy.IsZero() {
		add("decide_by", q.Date(c.DecideBy))
	}
	switch r := v.Protocol.Reply; {
	case c.ReplyDays != 0:
		add("reply", q.T("consultation.commitment.reply_days", "n", c.ReplyDays))
	case r.Unit == delphi.UnitMonth:
		add("reply", q.T("consultation.commitment.reply_months", "n", r.N))
	default:
		add("reply", q.T("consultation.commitment.reply_days", "n", r.N))
	}
	add("money", ui.In(v.Language, c.Money))
	add("left_out", ui.In(v.Language, c.LeftOut))
	return facts
}

// lines collects the sentences of a frozen protocol: nothing in them is written by
// hand, every figure is the document's own.
type lines struct {
	view
	q     *page.Request
	lines []string
}

func (l *lines) say(key string, args ...any) {
	l.lines = append(l.lines, l.q.T("consultation.protocol."+key, args...))
}

// chapterOfRules is some of a protocol's rules under their title.
type chapterOfRules struct {
	Title string
	Said  []string
	Open  bool // the rule that decides: never folded
}

// rules says the frozen protocol in plain words, one sentence each: everything in it
// that decides something.
func (v view) rules(q *page.Request) []chapterOfRules {
	var all []chapterOfRules
	chapter := func(name string, tell ...func(*lines)) {
		l := &lines{view: v, q: q}
		for _, t := range tell {
			t(l)
		}
		all = append(all, chapterOfRules{q.T("consultation.rules." + name), l.lines, name == "consensus"})
	}
	if v.Origin != nil {
		// How people took part where it was held, nobody here can say.
		chapter("panel", (*lines).elsewhere, (*lines).panel)
		chapter("answers", (*lines).kinds)
		chapter("consensus", (*lines).consensus)
		chapter("stability", (*lines).gates, (*lines).stability)
		chapter("shown", (*lines).disclosure)
		chapter("after", (*lines).report)
		return all
	}
	chapter("panel", (*lines).variant, (*lines).panel, (*lines).joiners)
	chapter("answers", (*lines).rounds, (*lines).items, (*lines).kinds)
	chapter("consensus", (*lines).consensus)
	chapter("stability", (*lines).gates, (*lines).stability, (*lines).stop)
	chapter("shown", (*lines).feedback, (*lines).disclosure)
	chapter("after", (*lines).key, (*lines).report)
	return all
}

// variant says which family of Delphi it is.
func (l *lines) variant() { l.say("variant_" + string(l.Protocol.Variant)) }

// elsewhere says that these are the rules of the reading, not of the conversation.
func (l *lines) elsewhere() { l.say("elsewhere", "name", l.Origin.Name) }

// kinds says how each kind of item is answered.
func (l *lines) kinds() {
	for _, k := range l.Protocol.ItemKinds {
		l.kind(k)
	}
}

// report says how the opinion comes about.
func (l *lines) report() {
	if l.compared() {
		l.say("multiplicity_" + l.Protocol.Stability.Multiplicity)
	}
	if l.Origin == nil {
		l.say("publication", "n", l.Protocol.Publication.WithinDays)
		l.say("facilitator")
	}
}

// gates are the rules that are the same whatever tells consensus.
func (v view) gates(q *page.Request) []string {
	l := &lines{view: v, q: q}
	l.gates()
	l.stability()
	return l.lines
}

// opened tells whether anybody may join some group of the panel.
func (v view) opened() bool {
	return slices.ContainsFunc(v.Protocol.Panel.Groups, func(g protocol.GroupPlan) bool { return g.Access == protocol.AccessOpen })
}

// unbound says whom an open panel stands for, and what is asked of it all the same.
func (v view) unbound(q *page.Request) string {
	if r := v.Protocol.Gates.Response; r > 0 {
		return q.T("consultation.protocol.open_asked", "share", ui.Permille(q, ui.The, r))
	}
	return q.T("consultation.protocol.open")
}

// panel says who may take part.
func (l *lines) panel() {
	p := l.Protocol.Panel
	for _, g := range p.Groups {
		key := "access_" + g.Access
		if len(p.Groups) > 1 {
			l.say("group", "group", l.view.Say(l.q, g.Name), "access", l.q.T("consultation.protocol."+key))
		} else {
			l.say("one_group", "access", l.q.T("consultation.protocol."+key))
		}
	}
	if l.opened() {
		l.lines = append(l.lines, l.unbound(l.q))
	}
}

// joiners says until when one may join.
func (l *lines) joiners() {
	if l.Protocol.Panel.LateJoiners {
		l.say("late")
	} else {
		l.say("not_late")
	}
}

// rounds says what each kind of round does and how often.
func (l *lines) rounds() {
	gather, selects, answers, discussed, silent, longer, shortest := 0, 0, 0, false, false, 0, 0
	for _, r := range l.Protocol.Rounds {
		switch r.Kind {
		case delphi.Gather:
			gather++
		case delphi.Select:
			selects++
		case delphi.AnswerRound:
			answers++
		case delphi.StandingKind:
			l.say("standing")
		}
		discussed, silent = discussed || r.Discussion, silent || r.Silent
		longer, shortest = max(longer, r.MaxExtensions), max(shortest, r.MinDays)
	}
	if gather > 0 {
		l.say("gather")
	}
	if selects > 0 {
		l.say("select")
	}
	if answers > 0 {
		l.say("rounds", "n", answers)
	}
	if discussed {
		l.say("discussion")
	}
	if silent {
		l.say("silent")
	}
	if shortest > 0 {
		l.say("shortest", "n", shortest)
	}
	if longer > 0 {
		l.say("longer", "n", longer)
	} else {
		l.say("not_longer")
	}
}

// items says where statements come from and which of them go on.
func (l *lines) items() {
	i := l.Protocol.Items
	l.say("items_"+i.Source, "n", i.Max)
	if i.NewAfterRound > 0 {
		l.say("new_items", "round", i.NewAfterRound)
	}
	if w := i.Narrow; w != nil {
		l.say("narrow", "share", ui.Permille(l.q, ui.Of, w.Keep), "least", w.Min, "most", w.Max)
	}
}

// kind says how one kind of item is answered.
func (l *lines) kind(k delphi.ItemKind) {
	s := l.Scale(l.q, k.ID)
	switch k.Kind {
	case delphi.ScaleForm:
		l.say("scale", "points", s.Points, "low", s.Low, "high", s.High)
	case delphi.CriteriaForm:
		l.say("criteria", "n", len(k.Criteria), "criteria", strings.Join(k.Criteria, ", "), "points", s.Points, "low", s.Low, "high", s.High)
	case delphi.EstimateForm:
		l.say("estimate", "low", k.Min, "high", k.Max, "unit", k.Unit, "grid", k.Grid)
	case delphi.DateForm:
		l.say("date", "low", delphi.Date(k.Min, k.Unit), "high", delphi.Date(k.Max, k.Unit), "n", k.Grid, "unit", l.q.T("consultation.protocol.unit_"+k.Unit))
	case delphi.SelectionForm:
		l.say("selection", "n", k.K)
	case delphi.RankingForm:
		l.say("ranking")
		if slices.ContainsFunc(l.Protocol.Rounds, func(r protocol.RoundPlan) bool { return r.Kind == delphi.Select }) {
			l.say("shortlist", "n", k.K)
		}
	default:
		l.say(string(k.Kind))
	}
	if k.Points > 0 {
		l.say("classes", "classes", strings.Join(spans(k.Classes), ", "))
	}
	if k.Never {
		l.say("never")
	}
	if k.Triple {
		l.say("triple")
	}
	if k.CannotJudge {
		l.say("cannot_judge")
	}
}

// spans writes classes by their points: "1–3", or "3" alone.
func spans(classes [][2]int) []string {
	out := make([]string, len(classes))
	for i, c := range classes {
		out[i] = strconv.Itoa(c[0])
		if c[0] != c[1] {
			out[i] += "–" + strconv.Itoa(c[1])
		}
	}
	return out
}
