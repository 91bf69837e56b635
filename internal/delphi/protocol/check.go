package protocol

import (
	"fmt"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/claim"
	"delfi/internal/fault"
)

// faults checks what no field can say alone: ids, the rounds that a variant has,
// and whether the rule fits what is asked.
func (p Protocol) faults() []fault.Field {
	r := &reader{}
	groups, kinds := []string{}, []string{}
	for i, g := range p.Panel.Groups {
		if slices.Contains(groups, g.ID) {
			r.fault(fmt.Sprintf("panel.groups[%d].id", i), "duplicate", "is the id of another group: choose another")
		}
		groups = append(groups, g.ID)
	}
	for i, k := range p.ItemKinds {
		if slices.Contains(kinds, k.ID) {
			r.fault(fmt.Sprintf("item_kinds[%d].id", i), "duplicate", "is the id of another item kind: choose another")
		}
		kinds = append(kinds, k.ID)
	}
	p.checkRounds(r)
	p.checkKinds(r)
	p.checkRule(r)
	p.checkAccess(r)
	return r.faults
}

// flow is the answering part of a variant's rounds (docs/METHOD.md §9, "Variants as
// rounds"). A gather round may precede it exactly where contributions are asked for.
type flow struct {
	least, most int // answer rounds
	selects     bool
	discusses   bool // one of its rounds is discussed
	words       string
}

var flows = map[Variant]flow{
	VariantClassical:       {least: 2, most: 10, words: "gather, then 2 or more answer rounds"},
	VariantPolicy:          {least: 2, most: 10, words: "gather, then 2 or more answer rounds"},
	VariantRanking:         {least: 1, most: 3, selects: true, words: "gather, select, then 1 to 3 answer rounds"},
	VariantEstimate:        {least: 2, most: 10, words: "2 or more answer rounds"},
	VariantAppropriateness: {least: 2, most: 2, discusses: true, words: "2 answer rounds with a discussion between them (discussion: true on the second)"},
	VariantCoreOutcomes:    {least: 2, most: 10, words: "2 or more answer rounds"},
	VariantArgumentative:   {least: 1, most: 10, discusses: true, words: "gather with discussion, then 1 or more answer rounds"},
}

func (p Protocol) checkRounds(r *reader) {
	kinds := make([]delphi.RoundKind, len(p.Rounds))
	discusses := false
	for i, q := range p.Rounds {
		kinds[i] = q.Kind
		discusses = discusses || q.Discussion
	}
	gathers := kinds[0] == delphi.Gather
	if gathers {
		kinds = kinds[1:]
	}
	f, found := flows[p.Variant]
	switch {
	case !found: // real time
		if len(kinds) != 1 || kinds[0] != delphi.StandingKind {
			r.fault("rounds", "variant", "do not fit real-time: plan one standing round, a gather round before it at most")
		}
	default:
		answers := kinds
		if f.selects && len(kinds) > 0 && kinds[0] == delphi.Select {
			answers = kinds[1:]
		}
		odd := slices.ContainsFunc(answers, func(k delphi.RoundKind) bool { return k != delphi.AnswerRound })
		if odd || len(answers) < f.least || len(answers) > f.most || f.discusses && !discusses {
			r.fault("rounds", "variant", "do not fit %s: plan %s", p.Variant, f.words)
		}
	}
	switch {
	case gathers && p.Items.Source == "given":
		r.fault("items.source", "rounds", "is \"given\" while a round gathers contributions: choose contributions or both, or drop the gather round")
	case !gathers && p.Items.Source != "given" && !p.Panel.has(AccessImported):
		r.fault("items.source", "rounds", "asks for contributions, and no round gathers them: put a gather round first, or choose given")
	}
	if n := p.Items.NewAfterRound; n != 0 && (p.Round(n).Kind != delphi.AnswerRound || p.Answering(n) == 0) {
		r.fault("items.new_after_round", "rounds", "must be an answer round that another one follows, or 0 for none")
	}
	if n := p.Items.Narrow; n != nil && n.Max > p.Items.Max {
		r.fault("items.narrow.max", "out_of_range", "is above items.max: lower it")
	}
	drifts := p.Stop.When == "deadline" || p.Stop.When == "drift"
	if standing := p.Standing(); standing != drifts && p.Stop.When != "facilitator" {
		r.fault("stop.when", "rounds", "does not fit the rounds: deadline and drift belong to a standing round, stable and rounds to answer rounds")
	}
}

// needs is the form of items without which a variant is not what it is called.
var needs = map[Variant][]delphi.Form{
	VariantClassical: {delphi.ScaleForm}, VariantPolicy: {delphi.CriteriaForm}, VariantRanking: {delphi.RankingForm},
	VariantEstimate: {delphi.EstimateForm, delphi.DateForm}, VariantAppropriateness: {delphi.ScaleForm}, VariantCoreOutcomes: {delphi.ScaleForm},
}

func (p Protocol) checkKinds(r *reader) {
	fits, rankings, asks := false, 0, false
	wanted := needs[p.Variant]
	for i, k := range p.ItemKinds {
		name := fmt.Sprintf("item_kinds[%d].", i)
		fits = fits || slices.Contains(wanted, k.Kind)
		asks = asks || k.Kind != delphi.TextForm
		if k.Kind == delphi.RankingForm {
			rankings++
		}
		nine := p.Variant == VariantAppropriateness || p.Variant == VariantCoreOutcomes
		if nine && k.Kind == delphi.ScaleForm && k.Points != 9 {
			r.fault(name+"points", "variant", "must be 9: %s rates from 1 to 9", p.Variant)
		}
		if p.Variant == VariantCoreOutcomes && k.Kind == delphi.ScaleForm && !k.CannotJudge {
			r.fault(name+"cannot_judge", "variant", "must be true: core outcomes are rated by people who may not know all of them")
		}
		if p.Variant == VariantClassical && k.Kind != delphi.ScaleForm && k.Kind != delphi.TextForm {
			r.fault(name+"kind", "variant", "does not fit classical: its items are scales")
		}
	}
	if len(wanted) > 0 && !fits {
		r.fault("item_kinds", "variant", "hold none that %s needs: add one of kind %s", p.Variant, wanted[0])
	}
	if !asks {
		r.fault("item_kinds", "variant", "ask for words alone: add a kind that is answered")
	}
	if rankings > 1 {
		// One list, one table of ties (docs/RECORD.md §3).
		r.fault("item_kinds", "ranking", "hold %d rankings: a consultation ranks one list", rankings)
	}
}

// ruleForms says which forms a rule can judge (docs/METHOD.md §4).
var ruleForms = map[RuleName][]delphi.Form{
	RuleShare:       {delphi.ScaleForm, delphi.CriteriaForm, delphi.ChoiceForm, delphi.SelectionForm},
	RuleMedianIQR:   {delphi.ScaleForm, delphi.CriteriaForm},
	RuleRand:        {delphi.ScaleForm, delphi.CriteriaForm},
	RuleComet:       {delphi.ScaleForm, delphi.CriteriaForm},
	RuleAgreement:   {delphi.ScaleForm, delphi.CriteriaForm},
	RuleCns:         {delphi.ScaleForm, delphi.CriteriaForm},
	RuleRelativeIQR: {delphi.EstimateForm, delphi.DateForm},
	RuleIQR:         {delphi.ScaleForm, delphi.CriteriaForm, delphi.EstimateForm, delphi.DateForm},
	RuleW:           {delphi.RankingForm},
}

func (p Protocol) checkRule(r *reader) {
	c := p.Consensus
	pointed := false
	if c.Scope == "each-group" {
		for i, k := range p.ItemKinds {
			if k.Kind == delphi.RankingForm || k.Kind == delphi.SelectionForm {
				r.fault("consensus.scope", "kind", "cannot be each-group: item_kinds[%d] is a %s, which has no tables by group: choose panel", i, k.Kind)
			}
		}
	}
	for i, k := range p.ItemKinds {
		if k.Kind == delphi.TextForm {
			continue
		}
		if !slices.Contains(ruleForms[c.Rule], k.Kind) {
			r.fault("consensus.rule", "kind", "%q cannot judge item_kinds[%d], a %s: choose %s", c.Rule, i, k.Kind, rulesFor(k.Kind))
			continue
		}
		if c.Rule == RuleIQR && k.Points == 0 && c.IQR >= k.Max-k.Min {
			r.fault("consensus.iqr", "out_of_range", "must be less than %d, the whole range of item_kinds[%d]", k.Max-k.Min, i)
		}
		if c.Rule == RuleRelativeIQR && k.Kind == delphi.EstimateForm && max(k.Min, -k.Max) > k.Max-k.Min {
			// 1 % of the year 2050 is twenty years: any spread would be narrow. So it is
			// on the other side of zero.
			r.fault("consensus.rule", "zero", "\"relative-iqr\" needs a scale with a true zero, and item_kinds[%d] runs from %d to %d: ask for a date, or choose iqr, in units", i, k.Min, k.Max)
		}
		if k.Points == 0 {
			continue
		}
		pointed = true
		low, high := k.Classes[0], k.Classes[len(k.Classes)-1]
		switch {
		case c.Rule == RuleIQR && c.IQR >= k.Points-1:
			r.fault("consensus.iqr", "out_of_range", "must be less than %d, the width of the %d points of item_kinds[%d]", k.Points-1, k.Points, i)
		case c.Share != nil:
			s := *c.Share
			switch {
			case s.From < 1 || s.To < s.From || s.To > k.Points:
				r.fault("consensus.share", "window", "needs from and to with 1 ≤ from ≤ to ≤ %d, the points of item_kinds[%d]", k.Points, i)
			case s.From <= low[1] && s.To >= high[0]:
				r.fault("consensus.share", "window", "reaches from the lowest to the highest class: narrow the window to one side")
			}
		case c.MedianIQR != nil:
			m := *c.MedianIQR
			if m.MedianMin > k.Points || 2*m.MedianMin <= k.Points+1 {
				// Below the centre the mirrored median would hold at the same time.
				r.fault("consensus.median_iqr.median_min", "window", "must lie above the middle of the %d points of item_kinds[%d]", k.Points, i)
			}
			if m.IQRMax >= k.Points-1 {
				r.fault("consensus.median_iqr.iqr_max", "out_of_range", "must be less than %d, the width of the scale", k.Points-1)
			}
		case (c.Rule == RuleRand || c.Rule == RuleComet) && k.Points != 9:
			r.fault("consensus.rule", "points", "%q is defined on 9 points, and item_kinds[%d] has %d: choose another rule or 9 points", c.Rule, i, k.Points)
		case c.Rule == RuleAgreement && k.Points < 3:
			r.fault("consensus.rule", "points", "agreement needs 3 points or more, and item_kinds[%d] has %d: choose share", i, k.Points)
		}
	}
	if c.Comet != nil && c.Comet.Out == CometAtMostHalf && c.Scope != "each-group" {
		r.fault("consensus.comet.out", "scope", "\"at-most-half\" asks every group whether at most half score 7–9: choose scope each-group, or out mirror")
	}
	if c.Denominator == DenominatorAnswered && c.Scope == "each-group" {
		r.fault("consensus.denominator", "scope", "cannot be answered with scope each-group: \"cannot judge\" is not counted by group; choose judged, or scope panel")
	}
	if c.Share != nil && !pointed && (c.Share.From != 0 || c.Share.To != 0) {
		r.fault("consensus.share", "window", "has a window, and nothing is rated in points: leave from and to out")
	}
}

func rulesFor(f delphi.Form) string {
	out := []string{}
	for _, name := range ruleNames {
		if slices.Contains(ruleForms[RuleName(name)], f) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// shareLeast is the least share that a consultation may call consensus, in permille.
const shareLeast = 660

// promises checks what a consultation's panel must be able to rely on before it
// answers: that the rule asks for enough, and that figures which may be shown can
// tell it.
func (p Protocol) promises() []fault.Field {
	r := &reader{}
	c := p.Consensus
	if c.Share != nil && c.Share.Permille < shareLeast {
		r.beyond("consensus.share.permille", shareLeast, 1000, "is %d: a consensus asks for at least %d (66 %%), at most 1000", c.Share.Permille, shareLeast)
	}
	if p.Disclosure.Small == SmallOpen || p.Disclosure.MinN >= p.Disclosure.SmallBelow {
		return r.faults
	}
	pointed := slices.ContainsFunc(p.ItemKinds, func(k delphi.ItemKind) bool { return k.Points > 0 })
	switch c.Rule {
	case RuleMedianIQR, RuleAgreement, RuleCns, RuleIQR:
		if pointed {
			r.fault("consensus.rule", "thirds", "%q reads every point, and of fewer than %d people only thirds are shown: choose share, or disclosure.small open (by invitation or imported list), or disclosure.min_n %d", c.Rule, p.Disclosure.SmallBelow, p.Disclosure.SmallBelow)
		}
	}
	return r.faults
}

func (p Protocol) checkAccess(r *reader) {
	for i, g := range p.Panel.Groups {
		if g.Access != AccessClaim {
			continue
		}
		if _, err := claim.Parse(g.Rule); err != nil {
			r.fault(fmt.Sprintf("panel.groups[%d].rule", i), "claim", "%v", err)
		}
	}
	if p.Disclosure.Small == SmallOpen && !p.Panel.invited() {
		// Each member must have read that answers can be guessed (docs/METHOD.md §7).
		r.fault("disclosure.small", "access", "may be open only where every group has access by invitation or imported list: choose thirds")
	}
}
