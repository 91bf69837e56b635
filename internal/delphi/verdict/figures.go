package verdict

import (
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/stat/resample"
	"delfi/internal/delphi/table"
)

// Measure computes the figures of an item from the tables of its rounds so far,
// the last one being the one measured. rounds are all closings so far, oldest
// first. What no table tells is Undefined; N is 0 when nothing was published.
func Measure(p protocol.Protocol, item delphi.Item, rounds []table.Closing) Figures {
	now, before := last(p, item, rounds)
	return measure(p, now, before)
}

// MeasureOn is Measure of one criterion of a criteria item: of those that stand
// beside the one that decides.
func MeasureOn(p protocol.Protocol, item delphi.Item, criterion string, rounds []table.Closing) Figures {
	now, before := lastOf(p, item.ID+"/"+criterion, item.New, rounds)
	return measure(p, now, before)
}

func measure(p protocol.Protocol, now, before *view) Figures {
	f := Figures{Groups: []GroupFigures{}, More: []Figure{}}
	if now == nil {
		return f
	}
	switch now.form {
	case delphi.ScaleForm, delphi.CriteriaForm:
		scaleFigures(p, &f, now)
	case delphi.EstimateForm, delphi.DateForm:
		estimateFigures(p, &f, now)
	case delphi.ChoiceForm, delphi.SelectionForm:
		t := now.tables[now.main()]
		f.N, f.Histogram = t.N, t.Counts
		if t.N > 0 {
			largest := t.Counts[stat.Mode(t.Counts)[0]-1]
			if now.form == delphi.SelectionForm {
				largest = t.Counts[1] // the share that selected it
			}
			of := f.N
			if now.all {
				of += now.counts.CannotJudge
			}
			f.top(largest, of)
			f.add("mrq", stat.MRQ(t.Counts))
			f.add("entropy", stat.EntropyShare(t.Counts))
		}
	case delphi.RankingForm:
		rankingFigures(&f, now)
	}
	groupFigures(p, &f, now)
	if k, ok := now.tables["K"]; ok {
		f.add("confidence", stat.Median(k.Counts, 7)) // in its own steps, whatever the protocol's quantile
	}
	if before != nil {
		changeFigures(p, &f, now, before)
	}
	return f
}

// Camps tells whether answers stand in two camps: van der Eijk's A below 0, or the
// verdict itself. No median and no middle half of such answers is shown, because it is
// the place at which nobody stands; so nothing is outside of it either.
func (f Figures) Camps(v Verdict) bool {
	a, ok := f.Agreement.Float()
	return ok && a < 0 || v.Key == Bipolarity || v.If == Bipolarity
}

func (f *Figures) add(name string, v stat.Value) {
	f.More = append(f.More, Figure{Name: name, Value: v})
}

// top is a share with Wilson's interval.
func (f *Figures) top(n, of int) {
	f.Top = stat.Share(n, of)
	f.TopLow, f.TopHigh = stat.Wilson(n, of, stat.Z95)
}

// sidesOf counts a scale's answers by side. Where the middle is declared, both ends
// are against.
func sidesOf(p protocol.Protocol, s spread) *SideCounts {
	out := &SideCounts{}
	declared := declaredBy(p.Consensus, s.kind)
	spans, counts := s.classes()
	for i, n := range counts {
		switch side(classSide(i, len(spans)), declared) {
		case delphi.For:
			out.For += n
		case delphi.Against:
			out.Against += n
		default:
			out.Between += n
		}
	}
	return out
}

// window is the box whose share is shown: the rule's, else the highest class.
func window(p protocol.Protocol, k delphi.ItemKind) (from, to int) {
	if s := p.Consensus.Share; s != nil && s.From > 0 {
		return s.From, s.To
	}
	c := k.Classes[len(k.Classes)-1]
	return c[0], c[1]
}

func scaleFigures(p protocol.Protocol, f *Figures, now *view) {
	s, ok := now.spread("A")
	if ok {
		f.N, f.Histogram, f.Thirds = s.n, s.counts, !s.fine()
		from, to := window(p, now.kind)
		if n, known := s.within(from, to); known {
			f.top(n, s.of)
		}
		f.Sides = sidesOf(p, s)
		if h := s.points(); h != nil {
			q := p.Measures.Quantile
			f.Median, f.IQR = stat.Median(h, q), stat.IQR(h, q)
			f.Q1, f.Q3 = stat.Quantile(h, 250, q), stat.Quantile(h, 750, q)
			f.Agreement = stat.Agreement(h)
			spreadFigures(p, f, h, table.Extremes(p, now.counts))
		}
	}
}

// spreadFigures are the measures of one histogram that figures have no field for.
func spreadFigures(p protocol.Protocol, f *Figures, h []int, extreme bool) {
	d, q := stat.Points(h), p.Measures.Quantile
	humps := stat.Bimodality(d)
	f.add("mean", d.Mean())
	f.add("sd", d.SD())
	f.add("cv", d.CV())
	f.add("cqv", d.CQV(q))
	f.add("relative_iqr", d.RelativeIQR(q))
	f.add("ad", d.AD())
	f.add("ad_mean", d.ADMean())
	f.add("mad", d.MAD())
	if extreme {
		f.add("min", d.Min())
		f.add("max", d.Max())
	}
	f.add("polarization", stat.Polarization(h))
	f.add("cns", stat.Consensus(h))
	f.add("leik", stat.Leik(h))
	f.add("blair_lacy_l2", stat.BlairLacyL2(h))
	f.add("blair_lacy_l", stat.BlairLacyL(h))
	f.add("iov", stat.IOV(h))
	f.add("kvalseth", stat.Kvalseth(h))
	f.add("entropy_bits", stat.Entropy(h))
	f.add("entropy", stat.EntropyShare(h))
	f.add("reardon", stat.Reardon(h))
	f.add("rwg", stat.RWG(h))
	f.add("esteban_ray", stat.EstebanRay(h, nil, float64(p.Measures.EstebanRayAlpha)/1000))
	f.add("bimodality", humps.Coefficient)
	f.add("mrq", stat.MRQ(h))
	if len(h) == 9 {
		r := stat.Ram(h)
		f.add("ipr", r.IPR)
		f.add("ipras", r.IPRAS)
		f.add("disagreement_index", r.Index)
	}
}

func estimateFigures(p protocol.Protocol, f *Figures, now *view) {
	t := now.tables["A"]
	f.N, f.Histogram = t.N, t.Counts
	d, ok := now.scores()
	f.Thirds = t.N > 0 && !ok
	if !ok {
		return
	}
	q := p.Measures.Quantile
	f.Median, f.IQR = d.Median(q), d.IQR(q)
	f.Q1, f.Q3 = d.Quantile(250, q), d.Quantile(750, q)
	f.add("relative_iqr", relativeIQR(now.kind, f.Median, f.IQR))
	// Beside an open distribution's histogram they would name two people.
	if table.Extremes(p, now.counts) && now.counts.Valid >= p.Disclosure.SmallBelow {
		f.add("min", d.Min())
		f.add("max", d.Max())
	}
	if now.kind.Never {
		f.add("never", stat.Share(t.Counts[len(t.Counts)-1], t.N))
	}
	for _, side := range []string{"low", "high"} {
		if other, ok := now.scoresOf("A/" + side); ok {
			f.add(side+"_median", other.Median(q))
			f.add(side+"_iqr", other.IQR(q))
		}
	}
}

func rankingFigures(f *Figures, now *view) {
	c := now.concordance()
	f.N = c.Raters
	if c.Raters == 0 {
		return
	}
	f.add("w", c.W)
	f.add("w_uncorrected", c.Uncorrected)
	f.add("w_chi2", c.Chi2)
	f.add("w_p", c.P)
	f.add("w_exact", c.Exact)
	f.add("friedman_p", stat.Friedman(c).P)
	for i, mean := range c.MeanRanks {
		f.add("mean_rank/"+now.counts.List[i], mean)
	}
}

// changeFigures adds what two rounds tell together.
func changeFigures(p protocol.Protocol, f *Figures, now, before *view) {
	if now.form == delphi.RankingForm {
		f.add("w_rise", now.concordance().W.Minus(before.concordance().W))
		return
	}
	if x, y, ok := histograms(before, now); ok {
		f.Scheibe, f.NoChange = stat.Scheibe(x, y), noChange(before, now)
		h := stat.Homogeneity(x, y)
		f.add("dajani_chi2", h.Chi2)
		f.add("dajani_p", h.P)
		f.add("dajani_small", stat.Of(float64(h.Small)))
		now.drawn(f, "dajani", [][]int{x, y}, h.Small)
	}
	a, aok := before.dist()
	b, bok := now.dist()
	if aok && bok {
		f.add("median_shift", stat.MedianShift(a, b))
		f.add("cv_change", stat.ChangeCV(a, b))
	}
	if k, ok := now.kept(p); ok {
		f.Unchanged, f.Bound.Unchanged = stat.Share(k.same, k.pairs), k.sameLeast
		if p.Within(now.kind) == 1 {
			f.Within, f.Bound.Within = stat.Share(k.near, k.pairs), k.nearLeast
		}
	}
	if now.leftOut(p) > 0 {
		return // what is counted of some pairs is no figure of all
	}
	if d, ok := now.shift(); ok && d.Form == table.ShiftDirected {
		if !d.Merged() {
			r := stat.SignedRank(d.Counts, zeros(p))
			f.add("wilcoxon_w", r.W)
			f.add("wilcoxon_z", r.Z)
			f.add("wilcoxon_p", r.GateP)
			f.add("wilcoxon_r", r.R)
			f.add("wilcoxon_gate_r", r.GateR)
		}
		f.add("sign_p", stat.Sign(d.Counts).P)
	}
	if t, ok := now.tables["T"]; ok {
		square := square(t, len(now.kind.Classes))
		transitionFigures(f, square)
		now.drawn(f, "chaffin_talley", square, stat.ChiSquare(square).Small)
	}
}

// A Monte-Carlo p costs its draws times the table's cells, and a logarithm for
// every person: estimates of thousands of values and panels of millions have none.
const (
	drawnCells  = 200
	drawnPeople = 1_000_000
)

// drawn adds the Monte-Carlo p of a χ² test whose table has expected counts below
// 5, where the round's root is known: it is the seed, with subject and measure.
func (v *view) drawn(f *Figures, measure string, t [][]int, small int) {
	cells, n := 0, 0
	for _, row := range t {
		cells += len(row)
		n += stat.N(row)
	}
	if small == 0 || v.root == nil || cells > drawnCells || n > drawnPeople {
		return
	}
	f.add(measure+"_mc_p", resample.MonteCarlo(t, resample.Seed(v.root, v.counts.Item, measure)))
}

// dist is the published table as scores, where it has them.
func (v *view) dist() (stat.Dist, bool) {
	if s, ok := v.spread("A"); ok && s.fine() {
		return stat.Points(s.counts), true
	}
	return v.scores()
}

// transitionFigures are the measures that read T, over classes.
func transitionFigures(f *Figures, t [][]int) {
	chi := stat.ChiSquare(t)
	f.add("chaffin_talley_chi2", chi.Chi2)
	f.add("chaffin_talley_p", chi.P)
	f.add("cramer_v", chi.V)
	f.add("contingency_c", chi.Contingency)
	linear, quadratic := reliability.Kappa(t, reliability.Linear), reliability.Kappa(t, reliability.Quadratic)
	f.add("kappa_linear", linear.Kappa)
	f.add("kappa_quadratic", quadratic.Kappa)
	unanimous := 0.0
	if linear.Unanimous {
		unanimous = 1
	}
	f.add("kappa_unanimous", stat.Of(unanimous)) // a flag: κ then says nothing
	f.add("bowker_p", stat.Bowker(t).P)
	f.add("stuart_maxwell_p", stat.StuartMaxwell(t).P)
	f.add("spearman", stat.Spearman(t).R)
	f.add("tau_b", stat.TauB(t).R)
	f.add("lambda", stat.Lambda(t))
	if len(t) == 2 {
		f.add("mcnemar_p", stat.McNemar(t).Exact)
	}
}

// Figures are the measures of one item in one round, computed from its tables alone.
type Figures struct {
	N         int            `json:"n"`
	Thirds    bool           `json:"thirds"`    // only class counts exist (under 20 people)
	Histogram []int          `json:"histogram"` // by point, or by class with Thirds; nil when no table exists
	Median    stat.Value     `json:"median"`
	Q1        stat.Value     `json:"q1"`
	Q3        stat.Value     `json:"q3"`
	IQR       stat.Value     `json:"iqr"`
	Top       stat.Value     `json:"top"`     // share in the rule's window (or the highest class)
	TopLow    stat.Value     `json:"top_low"` // Wilson's interval
	TopHigh   stat.Value     `json:"top_high"`
	Agreement stat.Value     `json:"agreement"` // van der Eijk's A
	Scheibe   stat.Value     `json:"scheibe"`   // ½Σ|p2−p1| since the previous answering round
	Unchanged stat.Value     `json:"unchanged"` // share of the pairs that gave the same answer
	Within    stat.Value     `json:"within"`    // share within one point, where the protocol's tolerance is one
	Bound     Bound          `json:"bound"`     // which of the two are lower bounds
	NoChange  stat.Value     `json:"no_change"` // mean of scheibe were nobody to change their mind
	Sides     *SideCounts    `json:"sides"`     // of a scale; nil where no table tells
	More      []Figure       `json:"more"`      // every other measure that the tables give, in a fixed order
	Groups    []GroupFigures `json:"groups"`    // protocol order; withheld ones with N = 0 and Withheld
}

// Bound says which shares of kept answers are lower bounds: true where the published
// tables tell no more than "at least".
type Bound struct {
	Unchanged bool `json:"unchanged"`
	Within    bool `json:"within"`
}

// SideCounts counts the answers to a scale by side: its outer classes, and all
// between them.
type SideCounts struct {
	For     int `json:"for"`
	Between int `json:"middle"`
	Against int `json:"against"`
}

// Figure is one measure by its name.
type Figure struct {
	Name  string     `json:"name"` // "polarization", "cns", "wilcoxon_p" …
	Value stat.Value `json:"value"`
}

// GroupFigures are the figures of one group that may be shown.
type GroupFigures struct {
	Group     string     `json:"group"`
	Withheld  bool       `json:"withheld"`
	N         int        `json:"n"`
	Histogram []int      `json:"histogram"`
	Median    stat.Value `json:"median"`
	Q1        stat.Value `json:"q1"`
	Q3        stat.Value `json:"q3"`
	Top       stat.Value `json:"top"` // as of the panel; of a choice the share of the option that leads in the panel
}

// Transitions are the figures of a square table of earlier by later answers: those
// that Measure reads off table T, here of any categories, such as the points of a
// scale whose raw answers lie at hand.
func Transitions(t [][]int) []Figure {
	var f Figures
	transitionFigures(&f, t)
	return f.More
}
