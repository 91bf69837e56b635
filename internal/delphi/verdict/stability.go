package verdict

import (
	"slices"
	"strconv"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
)

// gateFrom is the number of valid answers from which releases of a standing
// round are compared: below it, counts rounded to five swing by themselves.
const gateFrom = 100

// steadiness is what the gates say about one item.
type steadiness struct {
	enough  bool // gates passed
	gated   bool // there is a stability gate at all
	compare bool // there is something to compare with
	stable  bool
	grounds []Ground
}

// steady works through docs/METHOD.md §4's gates and stability tests. final says that
// no round is left.
func steady(p protocol.Protocol, now, before *view, final bool) steadiness {
	s := steadiness{enough: true}
	gate := func(code string, holds bool, value stat.Value, limit int) {
		s.grounds = append(s.grounds, Ground{Code: code, Holds: holds, Value: value, Limit: limit})
		s.enough = s.enough && holds
	}
	// Enrolled is 0 only where nobody could answer.
	gate("response", stat.AtLeast(now.doc.Answered, now.doc.Enrolled, p.Gates.Response), permille(now.doc.Answered, now.doc.Enrolled), p.Gates.Response)
	gate("valid_n", now.counts.Valid >= p.Disclosure.MinN, people(now.counts.Valid), p.Disclosure.MinN)
	if asked := now.counts.Valid + now.counts.CannotJudge; asked > 0 {
		gate("judged", stat.AtLeast(now.counts.Valid, asked, p.Gates.JudgedMin), permille(now.counts.Valid, asked), p.Gates.JudgedMin)
	}
	standing := p.Standing()
	if now.form == delphi.RankingForm {
		gate("raters", now.counts.Valid >= 3, people(now.counts.Valid), 3)
	}
	if before != nil && !standing && now.form.Paired() && now.adjacent(p, before) {
		gate("paired_n", now.counts.Paired >= p.Gates.PairedMin, people(now.counts.Paired), p.Gates.PairedMin)
	}
	if !s.enough {
		return s
	}
	state := func(code string) { s.grounds = append(s.grounds, Ground{Code: code, Holds: true}) }
	// An item that only the deadline releases has one round, whatever others had.
	alone := !standing && p.Answering(0) == 1 || standing && final && before == nil
	switch {
	case alone || standing && now.counts.Valid < gateFrom:
		state("no_stability_gate")
		return s
	case before == nil:
		s.gated = true
		state("no_earlier_round")
		return s
	}
	s.gated = true
	s.tests(p, now, before)
	if !s.compare {
		state("no_earlier_round") // too few answered it to be published
	}
	return s
}

// tests is the protocol's AND; a test whose table does not exist drops out, and
// with none left Scheibe's on the published histograms decides.
func (s *steadiness) tests(p protocol.Protocol, now, before *view) {
	if now.form == delphi.RankingForm {
		s.rising(p, now, before)
		return
	}
	s.stable = true
	add := func(g Ground) {
		s.compare = true
		s.stable = s.stable && g.Holds
		s.grounds = append(s.grounds, g)
	}
	for _, t := range p.Stability.Tests {
		g, ok := test(p, t, now, before)
		if ok {
			add(g)
		} else {
			s.grounds = append(s.grounds, Ground{Code: "test_dropped", Holds: true, Detail: string(t)})
		}
	}
	if !s.compare {
		if g, ok := test(p, protocol.ScheibeTest, now, before); ok {
			add(g)
		}
	}
	if n := now.leftOut(p); n > 0 {
		s.grounds = append(s.grounds, Ground{Code: "left_out", Holds: true, Value: people(n)})
	}
	s.stable = s.stable && s.compare
}

// test runs one test; false where the published tables do not allow it.
func test(p protocol.Protocol, t protocol.Test, now, before *view) (Ground, bool) {
	switch t {
	case protocol.ScheibeTest:
		return scheibe(p, now, before)
	case protocol.UnchangedTest:
		return unchanged(p, now)
	}
	return shiftGround(p, now)
}

// scheibe compares the change of the histograms with the protocol's limit, or with
// the mean of that change were nobody to change their mind, in whole permille, where
// that is larger: a small panel's noise is no movement (docs/METHOD.md §3).
func scheibe(p protocol.Protocol, now, before *view) (Ground, bool) {
	x, y, ok := histograms(before, now)
	change := stat.Scheibe(x, y)
	if !ok || !change.Defined() {
		return Ground{}, false
	}
	g := Ground{Code: string(protocol.ScheibeTest), Value: times1000(change), Limit: p.Stability.Scheibe}
	if chance, ok := times1000(noChange(before, now)).Float(); ok {
		rounded := int(chance + 0.5)
		g.Detail = strconv.Itoa(rounded)
		g.Limit = max(g.Limit, rounded)
	}
	g.Holds = stat.ScheibeBelow(x, y, g.Limit)
	return g, true
}

// unchanged asks for the share who kept their answer, or stayed within one point of
// it where that is the protocol's tolerance.
func unchanged(p protocol.Protocol, now *view) (Ground, bool) {
	k, ok := now.kept(p)
	if !ok {
		return Ground{}, false
	}
	g := Ground{Code: string(protocol.UnchangedTest), Limit: p.Stability.UnchangedMin}
	same, least := k.same, k.sameLeast
	if p.Within(now.kind) == 1 {
		g.Code, same, least = "within", k.near, k.nearLeast
	}
	if least {
		g.Detail = "at-least"
	}
	g.Holds, g.Value = stat.AtLeast(same, k.pairs, g.Limit), permille(same, k.pairs)
	return g, true
}

// shiftGround asks whether a shift counts: Wilcoxon's test where every shift has its own
// cell, the sign test where ends are merged. Neither exists where directions are
// withheld or stayers left out.
func shiftGround(p protocol.Protocol, now *view) (Ground, bool) {
	d, ok := now.shift()
	if !ok || d.Form != table.ShiftDirected || now.leftOut(p) > 0 {
		return Ground{}, false
	}
	r := stat.SignedRank(d.Counts, zeros(p))
	code, probability, effect := string(protocol.WilcoxonTest), r.GateP, r.GateR
	if d.Merged() {
		s := stat.Sign(d.Counts)
		code, probability, effect = "sign", s.P, stat.Share(max(s.Up-s.Down, s.Down-s.Up), d.Counts.N())
	}
	// Undefined where nobody moved: then nothing shifted.
	likely, defined := probability.Float()
	counts := defined && 1000*likely < float64(p.Stability.Wilcoxon.Alpha) && reaches(effect, float64(p.Stability.Wilcoxon.EffectMin))
	return Ground{
		Code: code, Holds: !counts, Value: times1000(probability), Limit: p.Stability.Wilcoxon.Alpha,
		Detail: times1000(effect).String(),
	}, true
}

// movedApart tells whether the histograms moved further than the protocol lets them.
func movedApart(p protocol.Protocol, now, before *view) bool {
	g, ok := scheibe(p, now, before)
	return ok && !g.Holds
}

// causeOf tells why answers are not stable: those who stayed moved, or held while
// others left or came. "" where no table tells: a bound below the limit shows neither,
// unless the same people's histograms moved.
func causeOf(p protocol.Protocol, now, before *view) Cause {
	k, ok := now.kept(p)
	if !ok {
		if now.form.Paired() && now.counts.Paired > 0 && now.counts.LeftBefore+now.counts.LeftAfter == 0 {
			return AnswersMoved // the same people
		}
		return "" // no table tells who moved
	}
	same, least := k.same, k.sameLeast
	if p.Within(now.kind) == 1 {
		same, least = k.near, k.nearLeast
	}
	held := stat.AtLeast(same, k.pairs, p.Stability.UnchangedMin)
	others := now.counts.LeftBefore+now.counts.LeftAfter > 0
	shifted := false
	if slices.Contains(p.Stability.Tests, protocol.WilcoxonTest) {
		g, ok := shiftGround(p, now)
		shifted = ok && !g.Holds
	}
	if least && !held && !shifted && (others || !movedApart(p, now, before)) {
		return "" // as many may have held as not
	}
	held = held && !shifted
	if held && others {
		return PanelChanged
	}
	return AnswersMoved
}

// wobble is how often the people of NoChange answer one point more or less, in
// permille: as many as the default of "unchanged" lets move.
const wobble = 300

// noChange is the mean of Scheibe's change were the people of the round before to
// answer again without changing their mind; undefined where there are no neighbouring
// points.
func noChange(before, now *view) stat.Value {
	if now.form != delphi.ScaleForm && now.form != delphi.CriteriaForm {
		return stat.Undefined
	}
	a, aok := before.spread("A")
	b, bok := now.spread("A")
	if !aok || !bok || a.kind.Points != b.kind.Points {
		return stat.Undefined
	}
	x, _ := coarsest(a, b)
	if len(x) == a.kind.Points {
		return stat.NoChange(x, nil, wobble)
	}
	widths := []int{}
	for _, c := range a.kind.Thirds() {
		widths = append(widths, c[1]-c[0]+1)
	}
	return stat.NoChange(x, widths, wobble)
}

// rising is the stability of a ranking: agreement is reached, or W no longer
// rises (Schmidt 1997).
func (s *steadiness) rising(p protocol.Protocol, now, before *view) {
	a, b := before.concordance().W, now.concordance().W
	x, xok := a.Float()
	y, yok := b.Float()
	s.compare = xok && yok
	if !s.compare {
		return
	}
	s.stable = y <= x+rounding || reaches(b, p.Consensus.Fine(p.Consensus.W))
	s.grounds = append(s.grounds, Ground{Code: "w_rising", Holds: s.stable, Value: times1000(b), Limit: int(1000*x + 0.5)})
}

// rounding is the width within which a float and a threshold are the same: far
// above the error of a few sums, far below what one person can change.
const rounding = 1e-9

// reaches says whether a figure that is no ratio of counts is at least a
// threshold in permille; an undefined one never is.
func reaches(v stat.Value, limit float64) bool {
	f, ok := v.Float()
	return ok && 1000*f >= limit-1000*rounding
}

// Corrected corrects the p values of one round's items for how many they are, as
// the protocol says (none, holm, bh): for what is reported, never for the gate.
func Corrected(p protocol.Protocol, values []stat.Value) []stat.Value {
	switch p.Stability.Multiplicity {
	case "holm":
		return stat.Holm(values)
	case "bh":
		return stat.BenjaminiHochberg(values)
	}
	return values
}
