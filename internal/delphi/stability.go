package delphi

import (
	"delfi/internal/delphi/stat"
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

// permille gives a share as a Value in permille.
func permille(count, n int) stat.Value {
	if n <= 0 {
		return stat.Undefined
	}
	return stat.Of(1000 * float64(count) / float64(n))
}

func times1000(v stat.Value) stat.Value {
	f, ok := v.Float()
	if !ok {
		return stat.Undefined
	}
	return stat.Of(1000 * f)
}

func people(n int) stat.Value { return stat.Of(float64(n)) }

// steady works through METHOD.md §4's gates and stability tests. final says that
// no round is left.
func (p Protocol) steady(now, before *view, final bool) steadiness {
	s := steadiness{enough: true}
	gate := func(code string, holds bool, value stat.Value, limit int) {
		s.grounds = append(s.grounds, Ground{Code: code, Holds: holds, Value: value, Limit: limit})
		s.enough = s.enough && holds
	}
	// Enrolled is 0 only where nobody could answer.
	gate("response", stat.AtLeast(now.doc.Answered, now.doc.Enrolled, p.Gates.Response), permille(now.doc.Answered, now.doc.Enrolled), p.Gates.Response)
	gate("valid_n", now.counts.Valid >= p.Disclosure.MinN, people(now.counts.Valid), p.Disclosure.MinN)
	standing := p.Standing()
	if now.form == RankingForm {
		gate("raters", now.counts.Valid >= 3, people(now.counts.Valid), 3)
	}
	if before != nil && !standing && paired(now.form) && now.adjacent(p, before) {
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
func (s *steadiness) tests(p Protocol, now, before *view) {
	if now.form == RankingForm {
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
		g, ok := p.test(t, now, before)
		if ok {
			add(g)
		} else {
			s.grounds = append(s.grounds, Ground{Code: "test_dropped", Holds: true, Detail: string(t)})
		}
	}
	if !s.compare {
		if g, ok := p.test(ScheibeTest, now, before); ok {
			add(g)
		}
	}
	if d, ok := now.tables["D"]; ok && d.N < now.counts.Paired {
		s.grounds = append(s.grounds, Ground{Code: "left_out", Holds: true, Value: people(now.counts.Paired - d.N)})
	}
	s.stable = s.stable && s.compare
}

// test runs one test; false when its table does not exist.
func (p Protocol) test(t Test, now, before *view) (Ground, bool) {
	if t == ScheibeTest {
		x, y, ok := histograms(before, now)
		change := stat.Scheibe(x, y)
		if !ok || !change.Defined() {
			return Ground{}, false
		}
		return Ground{
			Code: string(t), Holds: stat.ScheibeBelow(x, y, p.Stability.Scheibe),
			Value: times1000(change), Limit: p.Stability.Scheibe,
		}, true
	}
	d, exists := now.tables["D"]
	shifts := d.Shifts()
	if !exists || shifts.N() == 0 {
		return Ground{}, false
	}
	if t == UnchangedTest {
		return Ground{
			Code: string(t), Holds: stat.AtLeast(shifts.Same(), shifts.N(), p.Stability.UnchangedMin),
			Value: permille(shifts.Same(), shifts.N()), Limit: p.Stability.UnchangedMin,
		}, true
	}
	r := stat.SignedRank(shifts, p.zeros())
	// Undefined where nobody moved: then nothing shifted.
	probability, pok := r.GateP.Float()
	effect, eok := r.GateR.Float()
	shifted := pok && eok && 1000*probability < float64(p.Stability.Wilcoxon.Alpha) && reaches(r.GateR, p.Stability.Wilcoxon.EffectMin)
	return Ground{
		Code: string(t), Holds: !shifted, Value: times1000(r.GateP), Limit: p.Stability.Wilcoxon.Alpha,
		Detail: stat.Of(1000 * effect).String(),
	}, true
}

// rising is the stability of a ranking: agreement is reached, or W no longer
// rises (Schmidt 1997).
func (s *steadiness) rising(p Protocol, now, before *view) {
	a, b := before.concordance().W, now.concordance().W
	x, xok := a.Float()
	y, yok := b.Float()
	s.compare = xok && yok
	if !s.compare {
		return
	}
	s.stable = y <= x+rounding || reaches(b, p.Consensus.W)
	s.grounds = append(s.grounds, Ground{Code: "w_rising", Holds: s.stable, Value: times1000(b), Limit: int(1000*x + 0.5)})
}

// rounding is the width within which a float and a threshold are the same: far
// above the error of a few sums, far below what one person can change.
const rounding = 1e-9

// reaches says whether a figure that is no ratio of counts is at least a
// threshold in permille; an undefined one never is.
func reaches(v stat.Value, limit int) bool {
	f, ok := v.Float()
	return ok && 1000*f >= float64(limit)-1000*rounding
}

// Corrected corrects the p values of one round's items for how many they are, as
// the protocol says (none, holm, bh): for what is reported, never for the gate.
func (p Protocol) Corrected(values []stat.Value) []stat.Value {
	switch p.Stability.Multiplicity {
	case "holm":
		return stat.Holm(values)
	case "bh":
		return stat.BenjaminiHochberg(values)
	}
	return values
}
