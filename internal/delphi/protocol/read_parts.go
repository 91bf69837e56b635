package protocol

import (
	"fmt"

	"delfi/internal/delphi"
)

func (r *reader) itemKind(o part, languages []string) delphi.ItemKind {
	k := delphi.ItemKind{ID: o.id("id"), Kind: delphi.Form(o.one("kind", "", formNames...)), Low: map[string]string{}, High: map[string]string{}}
	switch k.Kind {
	case delphi.ScaleForm, delphi.CriteriaForm:
		k.Points = o.whole("points", 2, 11, 9)
		k.Low = o.words("low", languages, true)
		k.High = o.words("high", languages, true)
		k.Classes = r.classes(o, k.Points)
		if k.Kind == delphi.CriteriaForm {
			k.Criteria = o.texts("criteria", 1, 6, r.id)
		}
	case delphi.EstimateForm:
		k.Unit = o.text("unit", unitMost)
		if k.Unit == "" {
			o.missing("unit", "say what is counted, such as \"euro\"")
		}
		k.UnitIn = o.translations("unit_in", languages, unitMost)
		k.Min = o.needed("min", -delphi.WholeMost, delphi.WholeMost, "give the least value that can be answered")
		k.Max = o.needed("max", -delphi.WholeMost, delphi.WholeMost, "give the greatest value that can be answered")
	case delphi.DateForm:
		k.Unit = o.one("unit", delphi.UnitDay, delphi.UnitDay, delphi.UnitMonth, delphi.UnitYear)
		k.Min = r.moment(o, "min", k.Unit)
		k.Max = r.moment(o, "max", k.Unit)
	case delphi.RankingForm:
		k.K = o.whole("k", 1, 20, 10)
	case delphi.SelectionForm:
		k.K = o.whole("k", 1, 20, 5)
	}
	if k.Kind == delphi.EstimateForm || k.Kind == delphi.DateForm {
		k.Grid = o.whole("grid", 1, delphi.WholeMost, 1)
		k.Never = o.truth("never", false)
		k.Triple = o.truth("triple", false)
		r.grid(o, k)
	}
	if judged(k.Kind) {
		k.CannotJudge = o.truth("cannot_judge", true)
	}
	o.done()
	return k
}

const unitMost = 40 // characters

var formNames = []string{
	string(delphi.ScaleForm), string(delphi.CriteriaForm), string(delphi.EstimateForm), string(delphi.DateForm),
	string(delphi.RankingForm), string(delphi.ChoiceForm), string(delphi.SelectionForm), string(delphi.TextForm),
}

// judged says whether a form can offer "cannot judge": where a value is given
// for one thing. A ranking or selection is left out instead.
func judged(f delphi.Form) bool {
	return f == delphi.ScaleForm || f == delphi.CriteriaForm || f == delphi.EstimateForm || f == delphi.DateForm || f == delphi.ChoiceForm
}

// classes reads the ordered partition of a scale, by default docs/METHOD.md §1's.
func (r *reader) classes(o part, points int) [][2]int {
	if !o.has("classes") {
		return delphi.DefaultClasses(points)
	}
	name := join(o.path, "classes")
	out := [][2]int{}
	next := 1
	for i, n := range o.list("classes", 2, 11) {
		ok := n.shape == aList && len(n.list) == 2 && n.list[0].shape == aWhole && n.list[1].shape == aWhole
		if !ok || n.list[0].whole != next || n.list[1].whole < next || n.list[1].whole > points {
			r.fault(fmt.Sprintf("%s[%d]", name, i), "partition", "must be [%d, last point of the class]: classes follow each other from 1 to %d without gaps", next, points)
			return delphi.DefaultClasses(points)
		}
		out = append(out, [2]int{n.list[0].whole, n.list[1].whole})
		next = n.list[1].whole + 1
	}
	if len(out) > 0 && next != points+1 {
		r.fault(name, "partition", "end at %d: the last class must end at %d", next-1, points)
	}
	return out
}

// gridMost bounds the points of an estimate: a table has one count for each.
const gridMost = 2000

// grid checks that the ends of an estimate lie on its grid.
func (r *reader) grid(o part, k delphi.ItemKind) {
	if !o.has("min") || !o.has("max") || k.Grid < 1 {
		return // said already
	}
	switch span := k.Max - k.Min; {
	case span <= 0:
		r.fault(join(o.path, "max"), "out_of_range", "must be above min")
	case span%k.Grid != 0:
		r.fault(join(o.path, "grid"), "grid", "does not divide max − min = %d: choose a step that does", span)
	case span/k.Grid >= gridMost:
		r.fault(join(o.path, "grid"), "grid", "gives more than %d steps: choose a coarser one", gridMost)
	}
}

func (r *reader) moment(o part, key, unit string) int {
	n, there := o.take(key, aText)
	if !there {
		o.missing(key, "give the "+unit)
		return 0
	}
	v, ok := delphi.Moment(n.text, unit)
	if !ok {
		r.fault(join(o.path, key), "date", "is no %s: write it as %s", unit, "2031-04-05"[:len(delphi.Layout(unit))])
	}
	return v
}

func (r *reader) items(o part, rounds []RoundPlan, v Variant, selecting, gathering bool) ItemPlan {
	source, joins := "given", 0
	if gathering {
		source = "contributions"
	}
	if v == VariantCoreOutcomes {
		joins = 1
		for joins < len(rounds) && rounds[joins-1].Kind != delphi.AnswerRound {
			joins++
		}
	}
	p := ItemPlan{
		Source:        o.one("source", source, "contributions", "given", "both"),
		Max:           o.whole("max", 1, 1000, 100),
		NewAfterRound: o.whole("new_after_round", 0, 10, joins),
	}
	if selecting {
		n := o.part("narrow")
		p.Narrow = &NarrowPlan{Keep: n.whole("keep", 1, 999, 500), Min: n.whole("min", 1, 1000, 5), Max: n.whole("max", 1, 1000, 20)}
		if p.Narrow.Min > p.Narrow.Max {
			r.fault(join(n.path, "min"), "out_of_range", "is above max: lower it")
		}
		n.done()
	}
	o.done()
	return p
}

// consensus reads the rule and exactly its figures: those of another rule are
// unknown fields, so that a document cannot seem to say what it does not.
func (r *reader) consensus(o part, there bool) ConsensusPlan {
	if !there {
		return ConsensusPlan{}
	}
	c := ConsensusPlan{
		Rule:        RuleName(o.one("rule", "", ruleNames...)),
		Denominator: o.one("denominator", DenominatorJudged, DenominatorJudged, DenominatorAnswered),
		Scope:       o.one("scope", "panel", "panel", "each-group"),
	}
	switch c.Rule {
	case RuleShare:
		s := o.part("share")
		c.Share = &ShareRule{From: s.whole("from", 1, 11, 0), To: s.whole("to", 1, 11, 0), Permille: s.whole("permille", 1, 1000, 750)}
		s.done()
	case RuleMedianIQR:
		s := o.part("median_iqr")
		c.MedianIQR = &MedianIQRRule{
			MedianMin: s.needed("median_min", 1, 11, "give the point that the median must reach"),
			IQRMax:    s.needed("iqr_max", 0, 10, "give the widest interquartile range, in points"),
		}
		s.done()
	case RuleComet:
		s := o.part("comet")
		c.Comet = &CometRule{
			In: s.whole("in", 501, 1000, 700), Against: s.whole("against", 1, 499, 150),
			Out: s.one("out", CometMirror, CometMirror, CometAtMostHalf),
		}
		s.done()
	case RuleAgreement:
		c.Agreement = o.whole("agreement", 1, 1000, 700)
	case RuleCns:
		c.Cns = o.whole("cns", 1, 1000, 750)
	case RuleRelativeIQR:
		c.RelativeIQR = o.whole("relative_iqr", 1, 10000, 250)
	case RuleIQR:
		c.IQR = o.needed("iqr", 0, delphi.WholeMost, "give the widest interquartile range, in points of a scale or units of an estimate")
	case RuleW:
		c.W = o.whole("w", 1, 1000, 700)
	}
	o.done()
	return c
}

var ruleNames = []string{
	string(RuleShare), string(RuleMedianIQR), string(RuleRand), string(RuleComet),
	string(RuleAgreement), string(RuleCns), string(RuleRelativeIQR), string(RuleIQR), string(RuleW),
}

// commonTolerance is the default of unchanged_within: one number where all scales
// share it, so that it is written out.
func (p Protocol) commonTolerance() int {
	common, found := 0, false
	for _, k := range p.ItemKinds {
		if k.Kind != delphi.ScaleForm && k.Kind != delphi.CriteriaForm {
			continue
		}
		if t := tolerance(k.Points); found && t != common {
			return WithinByScale
		} else {
			common, found = t, true
		}
	}
	return common
}

// figures reads the parts that hold thresholds and switches.
func (r *reader) figures(o part, p *Protocol, standing bool) {
	g := o.part("gates")
	response := 500
	if p.Panel.has(AccessOpen) {
		response = 0 // nobody knows whom an open panel stands for
	}
	p.Gates = Gates{
		Response: g.whole("response", 0, 1000, response), JudgedMin: g.whole("judged_min", 0, 1000, 500),
		PairedMin: g.whole("paired_min", 0, 1_000_000, 5),
	}
	g.done()

	s := o.part("stability")
	p.Stability.Tests = []Test{ScheibeTest, UnchangedTest}
	if s.has("tests") {
		p.Stability.Tests = nil
		names := s.texts("tests", 1, 3, func(name, t string) {
			if Test(t) != ScheibeTest && Test(t) != UnchangedTest && Test(t) != WilcoxonTest {
				r.fault(name, "not_one_of", "is %q: choose among scheibe, unchanged, wilcoxon", t)
			}
		})
		for _, t := range names {
			p.Stability.Tests = append(p.Stability.Tests, Test(t))
		}
	}
	p.Stability.Scheibe = s.whole("scheibe", 1, 1000, 150)
	p.Stability.UnchangedMin = s.whole("unchanged_min", 1, 1000, 700)
	p.Stability.UnchangedWithin = p.commonTolerance()
	if s.has("unchanged_within") {
		p.Stability.UnchangedWithin = s.whole("unchanged_within", 0, 1, 0)
	}
	w := s.part("wilcoxon")
	p.Stability.Wilcoxon = WilcoxonPlan{
		Alpha: w.whole("alpha", 1, 999, 50), EffectMin: w.whole("effect_min", 0, 1000, 100),
		Zeros: w.one("zeros", "drop", "drop", "pratt", "split"),
	}
	w.done()
	p.Stability.Multiplicity = s.one("multiplicity", "holm", "none", "holm", "bh")
	s.done()

	t := o.part("stop")
	when := "stable"
	if standing {
		when = "deadline"
	}
	p.Stop = StopPlan{Auto: t.truth("auto", false), When: t.one("when", when, "stable", "rounds", "deadline", "drift", "facilitator")}
	t.done()

	f := o.part("feedback")
	p.Feedback = FeedbackPlan{
		Own: f.truth("own", true), Histogram: f.truth("histogram", true), MedianIQR: f.truth("median_iqr", true),
		Groups: f.truth("groups", true), Reasons: f.one("reasons", "outside-first", "none", "all", "outside-first"),
		AskReasonOutsideIQR: f.truth("ask_reason_outside_iqr", true),
	}
	f.done()

	if standing {
		l := o.part("release")
		p.Release = &ReleasePlan{MinChanged: l.whole("min_changed", 10, 1_000_000, 10), TickMinutes: l.whole("tick_minutes", 1, 44640, 60)}
		l.done()
	}

	d := o.part("disclosure")
	most := 1_000_000 // thresholds may be raised, never lowered
	p.Disclosure = Disclosure{
		MinN: d.whole("min_n", 5, most, 5), GroupN: d.whole("group_n", 10, most, 10),
		LeftOutN: d.whole("left_out_n", 5, most, 5), ExtremesN: d.whole("extremes_n", 10, most, 10),
		PairsT: d.whole("pairs_t", 100, most, 100), SmallBelow: d.whole("small_below", 20, most, 20),
		Small: d.one("small", SmallThirds, SmallThirds, SmallOpen),
	}
	d.done()

	b := o.part("publication")
	p.Publication = Publication{WithinDays: b.whole("within_days", 1, 365, 14)}
	b.done()
	y := o.part("reply")
	p.Reply = Reply{Template: y.one("template", "plain", "plain", "er-15-2018", "dibattito-pubblico"), N: y.whole("n", 1, 365, 30), Unit: y.one("unit", delphi.UnitDay, delphi.UnitDay, delphi.UnitMonth)}
	y.done()
}
