package study

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/reliability"
	"delfi/internal/delphi/stat/resample"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// DefaultSeed is the words that intervals are drawn from unless others are given.
const DefaultSeed = "delfi measure"

// Interval is a bootstrap interval of one measure.
type Interval struct {
	Measure   string     `json:"-"`
	Low, High stat.Value // 95 %, in the study's own values
	Draws     int        // samples in which the measure is defined
	Seed      string     // SHA-256 in hex: of the study's seed, the item, and the sample
}

// Intervals are bootstrap intervals by measure; in JSON one object.
type Intervals []*Interval

// MarshalJSON writes the intervals as one object, in their order.
func (list Intervals) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, n := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		inner, err := json.Marshal(struct {
			Low   stat.Value `json:"low"`
			High  stat.Value `json:"high"`
			Draws int        `json:"draws"`
			Seed  string     `json:"seed"`
		}{n.Low, n.High, n.Draws, n.Seed})
		if err != nil {
			return nil, err
		}
		b.WriteString(strconv.Quote(n.Measure) + ":")
		b.Write(inner)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Of finds the interval of a measure; false where there is none with ends.
func (list Intervals) Of(measure string) (Interval, bool) {
	for _, n := range list {
		if n.Measure == measure && n.Low.Defined() {
			return *n, true
		}
	}
	return Interval{}, false
}

// distinctMost is how many ranks of distinct rankings are held for the samples of W:
// where a crowd ranks many items in as many ways, W has no interval.
const distinctMost = 100_000

// sampler collects the intervals that are to be drawn and draws them side by side.
// Each has a seed of its own, so that their order does not matter.
type sampler struct {
	seed  string
	tasks []func()
	lists map[string]Intervals // of rankings, which their items share
}

// add draws one set of samples for measures that read the same counts: sample names
// it ("histogram", "pairs", "rankings", "items"), and with item and round its seed.
// level moves a median to the study's own values; nil where there is none.
func (p *sampler) add(item, sample string, round int, level func(stat.Value) stat.Value, draw func(seed [32]byte) []resample.Limits, measures ...string) Intervals {
	seed := resample.Seed([]byte(p.seed), item, sample+"/"+strconv.Itoa(round))
	out := make(Intervals, len(measures))
	for i, m := range measures {
		out[i] = &Interval{Measure: m, Seed: hex.EncodeToString(seed[:])}
	}
	p.tasks = append(p.tasks, func() {
		for i, l := range draw(seed) {
			n := out[i]
			n.Low, n.High, n.Draws = l.Low, l.High, l.Draws
			if n.Measure == "median" {
				n.Low, n.High = level(l.Low), level(l.High)
			}
		}
	})
	return out
}

// run draws everything; step is called with the part done, 0..1, by one at a time.
func (p *sampler) run(step func(done float64)) {
	var next, done atomic.Int64
	var telling sync.Mutex
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(p.tasks); i = next.Add(1) - 1 {
				p.tasks[i]()
				part := float64(done.Add(1)) / float64(len(p.tasks))
				telling.Lock()
				step(part)
				telling.Unlock()
			}
		})
	}
	all.Wait()
}

// sample collects the intervals of one round of an item: median and A from its
// histogram, κ from its pairs, W from the rankings of its list.
func (s *Study) sample(p *sampler, i, r int, f verdict.Figures, values []string, pairs [][]int) Intervals {
	out := Intervals{}
	if p == nil {
		return out
	}
	scale, q, name, round := s.Scales[i], s.Protocol.Measures.Quantile, s.Items[i], s.Rounds[r]
	switch scores, ok := scored(values, f); {
	case f.N == 0 || f.Thirds || !f.Median.Defined():
	case f.Agreement.Defined():
		points := stat.Points(f.Histogram).Score
		out = append(out, p.add(name, "histogram", round, scale.Level, func(seed [32]byte) []resample.Limits {
			return resample.Bootstrap(f.Histogram, seed, 2, func(drawn []int, out []stat.Value) {
				out[0] = stat.Dist{Score: points, Count: drawn}.Median(q)
				out[1] = stat.Agreement(drawn)
			})
		}, "median", "agreement")...)
	case ok:
		out = append(out, p.add(name, "histogram", round, scale.Level, func(seed [32]byte) []resample.Limits {
			return resample.Bootstrap(f.Histogram, seed, 1, func(drawn []int, out []stat.Value) {
				out[0] = stat.Dist{Score: scores, Count: drawn}.Median(q)
			})
		}, "median")...)
	}
	if stat.N(slices.Concat(pairs...)) > 0 {
		out = append(out, p.add(name, "pairs", round, nil, func(seed [32]byte) []resample.Limits {
			linear, quadratic := reliability.BootstrapKappa(pairs, seed)
			return []resample.Limits{linear, quadratic}
		}, "kappa_linear", "kappa_quadratic")...)
	}
	if k, _ := s.Protocol.Kind(s.Kinds[i].Kind); k.Kind == delphi.RankingForm {
		out = append(out, s.ranked(p, r, k.ID)...)
	}
	return out
}

// ranked is the interval of W of a list in a round, which all its items share.
func (s *Study) ranked(p *sampler, r int, kind string) Intervals {
	key := kind + "/" + strconv.Itoa(r)
	if list, ok := p.lists[key]; ok {
		return list
	}
	scores, counts, ok := s.rankings(r, kind)
	var list Intervals
	if ok {
		list = p.add(s.list(kind), "rankings", s.Rounds[r], nil, func(seed [32]byte) []resample.Limits {
			return []resample.Limits{resample.BootstrapW(scores, counts, seed)}
		}, "w")
	}
	if p.lists == nil {
		p.lists = map[string]Intervals{}
	}
	p.lists[key] = list
	return list
}

// list names all items of a kind, for the seed of what they have together.
func (s *Study) list(kind string) string {
	var names []string
	for i, k := range s.Kinds {
		if k.Kind == kind {
			names = append(names, s.Items[i])
		}
	}
	return strings.Join(names, ", ")
}

// scored gives the scores of a histogram that is no scale's: those of its values,
// "never" above them all; false where the values are ranges.
func scored(values []string, f verdict.Figures) ([]float64, bool) {
	if len(values) != len(f.Histogram) {
		return nil, false
	}
	out := make([]float64, len(values))
	for i, v := range values {
		x, err := strconv.ParseFloat(v, 64)
		switch {
		case v == "never":
			x = math.Inf(1)
		case err != nil:
			return nil, false
		}
		out[i] = x
		if i > 0 && !(out[i] > out[i-1]) {
			return nil, false
		}
	}
	return out, true
}

// classPairs reads table T of a subject: earlier by later class, as published.
func classPairs(c table.Closing, subject string) [][]int {
	for _, t := range c.Tables {
		k := int(math.Sqrt(float64(len(t.Counts))))
		if t.ID != "T/"+subject || k == 0 || k*k != len(t.Counts) {
			continue
		}
		out := make([][]int, k)
		for i := range out {
			out[i] = t.Counts[i*k : (i+1)*k]
		}
		return out
	}
	return nil
}

// rankings counts the distinct complete rankings of a list in a round; false where
// there are too many to hold, and where the study hides who ranked how.
func (s *Study) rankings(round int, kind string) (scores [][]float64, counts []int, ok bool) {
	if s.disclosed() {
		return nil, nil, false
	}
	at := map[string]int{} // place of an item in its list
	for i, k := range s.Kinds {
		if k.Kind == kind && s.plays(round, i) {
			at[k.ID] = len(at)
		}
	}
	seen := map[string]int{} // by ranks
	var room []delphi.Answer
	for p := range s.People {
		b, used, answered := s.ballot(round, p, room)
		room = used
		if !answered {
			continue
		}
		row, given := make([]float64, len(at)), 0
		for _, a := range b.Answers {
			if place, in := at[a.Item]; in && !a.CannotJudge {
				row[place] = float64(a.Value)
				given++
			}
		}
		if given < len(at) || given == 0 {
			continue // an incomplete ranker is dropped, never an item
		}
		ranks, _, _ := stat.Ranked(row)
		key := fmt.Sprint(ranks)
		if seen[key]++; seen[key] > 1 {
			continue
		}
		if len(seen)*len(at) > distinctMost {
			return nil, nil, false
		}
		scores = append(scores, ranks)
	}
	// In order, so that no draw depends on which row came first.
	slices.SortFunc(scores, slices.Compare[[]float64])
	for _, ranks := range scores {
		counts = append(counts, seen[fmt.Sprint(ranks)])
	}
	return scores, counts, len(scores) > 0
}
