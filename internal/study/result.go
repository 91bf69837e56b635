package study

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/stat/resample"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// Result is all that is known of a study.
type Result struct {
	Format    string          `json:"format"` // "delfi measure v1"
	Rules     int             `json:"rule_version"`
	Seed      string          `json:"seed"`      // of the intervals; "" where none were asked for
	Resampler string          `json:"resampler"` // how they are drawn
	Protocol  json.RawMessage `json:"protocol"`
	Notes     []string        `json:"notes"`    // how the input was read
	Warnings  []Warning       `json:"warnings"` // what it may be instead
	remarks   []Remark
	Panelists int      `json:"panelists"`
	Groups    []string `json:"groups"`
	Rounds    []Round  `json:"rounds"`
	Items     []Item   `json:"items"`
	Disclosed bool     `json:"disclosed"` // only what a consultation would publish was measured

	quantile int
}

// Quantile is the Hyndman–Fan type of the quantiles.
func (r Result) Quantile() int { return r.quantile }

// Round is one round over all items.
type Round struct {
	Round    int      `json:"round"` // the study's own number
	Enrolled int      `json:"enrolled"`
	Answered int      `json:"answered"`
	Measures Measures `json:"measures"`

	Intervals Intervals `json:"intervals"`
}

// Item is one item with its history and its verdict after the last round.
type Item struct {
	Item        string                `json:"item"`
	Label       string                `json:"label"`  // its words, "" for none
	Kind        string                `json:"kind"`   // scale, criteria, estimate, date, ranking, choice, selection, text
	Scale       Scale                 `json:"scale"`  // in the study's own values; null where it has none
	Rule        string                `json:"rule"`   // as options write it; "" where it is the protocol's
	Window      string                `json:"window"` // what "top" is the share of: "7-9"; "" where the item has no scale
	Rounds      []ItemRound           `json:"rounds"`
	Verdict     verdict.Verdict       `json:"verdict"`
	Proposal    verdict.Proposal      `json:"proposal"`
	Sensitivity []verdict.Sensitivity `json:"sensitivity"`
	Attrition   verdict.Bounds        `json:"attrition"`
	Conformity  *verdict.Following    `json:"conformity"` // nil where table M does not exist

	Options []string `json:"-"` // of a choice or ranking that Questions gives as one

	dated  string // the unit of a date, for its words
	list   string // the kind's id of a choice or ranking, which has one answer for all its options
	judged judged
}

// ItemRound is one item in one round.
type ItemRound struct {
	Round       int           `json:"round"`
	N           int           `json:"n"`
	CannotJudge int           `json:"cannot_judge"`
	Paired      int           `json:"paired"`
	Values      []string      `json:"values"` // of the histogram
	Counts      []int         `json:"counts"`
	Thirds      bool          `json:"thirds"` // only thirds may be shown (with disclosure)
	Measures    Measures      `json:"measures"`
	Groups      []Group       `json:"groups"`
	Verdict     string        `json:"verdict"`
	Side        delphi.Side   `json:"side"`  // of the verdict
	Bound       verdict.Bound `json:"bound"` // which shares of kept answers are lower bounds (with disclosure)

	Intervals Intervals `json:"intervals"`
}

// Group is one group's answers to one item in one round.
type Group struct {
	Group    string     `json:"group"`
	Withheld bool       `json:"withheld"`
	N        int        `json:"n"`
	Counts   []int      `json:"counts"`
	Median   stat.Value `json:"median"`
	Q1       stat.Value `json:"q1"`
	Q3       stat.Value `json:"q3"`
	Top      stat.Value `json:"top"`
}

// Measures are figures by name; in JSON one object whose fields Fields documents.
type Measures []verdict.Figure

// MarshalJSON writes the figures as one object, in their order.
func (m Measures) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Value finds a figure by its name.
func (m Measures) Value(name string) stat.Value {
	for _, f := range m {
		if f.Name == name {
			return f.Value
		}
	}
	return stat.Undefined
}

// transitions puts the figures of pairs by point in the place of those by class.
func (m *Measures) transitions(pairs [][]int) {
	for _, f := range verdict.Transitions(pairs) {
		if at := slices.IndexFunc(*m, func(own verdict.Figure) bool { return own.Name == f.Name }); at >= 0 {
			(*m)[at].Value = f.Value
		} else {
			*m = append(*m, f)
		}
	}
}

func (m Measures) replace(name string, v stat.Value) {
	for i := range m {
		if m[i].Name == name {
			m[i].Value = v
		}
	}
}

// Measure tabulates and measures a study. step is called with the part done, 0..1.
func (s *Study) Measure(step func(done float64)) (Result, error) {
	closings, err := s.Closings(func(done float64) { step(done / 2) })
	if err != nil {
		return Result{}, err
	}
	var p *sampler
	out := Result{
		Format: "delfi measure v1", Rules: delphi.RuleVersion, Protocol: s.Protocol.Canonical(), Notes: append([]string{}, s.Notes...), Warnings: append([]Warning{}, s.Warnings...), remarks: s.remarks,
		Panelists: s.Panelists(), Disclosed: s.disclosed(), quantile: s.Protocol.Measures.Quantile, Groups: s.Groups, Rounds: []Round{}, Items: []Item{},
	}
	if !s.Bare {
		p = &sampler{seed: cmp.Or(s.Seed, DefaultSeed)}
		out.Seed, out.Resampler = p.seed, resample.Resampler
	}
	for r, c := range closings {
		row := Round{Round: s.Rounds[r], Enrolled: c.Counts.Enrolled, Answered: c.Counts.Answered, Measures: Measures{}, Intervals: Intervals{}}
		s.agreement(p, r, c, &row)
		out.Rounds = append(out.Rounds, row)
	}
	relevant := map[int][][2]int{} // by the round's number: how many of how many, item by item
	for i, kind := range s.Kinds {
		out.Items = append(out.Items, s.item(p, i, kind, closings, relevant))
	}
	validity(&out, relevant)
	s.correct(out.Items)
	if p != nil {
		p.run(func(done float64) { step(0.5 + done/2) })
	}
	return out, nil
}

// item measures one item through the rounds from the one that it joined in.
func (s *Study) item(samples *sampler, i int, kind delphi.Item, closings []table.Closing, relevant map[int][][2]int) Item {
	p, scale := s.rule(i), s.Scales[i]
	out := Item{Item: s.Items[i], Scale: scale, Rounds: []ItemRound{}, Window: window(p, kind, scale), judged: judgement(p, kind, scale)}
	if s.Labels != nil {
		out.Label = s.Labels[i]
	}
	if s.Rules != nil {
		out.Rule = s.Rules[i]
	}
	k, _ := p.Kind(kind.Kind)
	if out.Kind = string(k.Kind); k.Kind == delphi.DateForm {
		out.dated = k.Unit
	}
	if k.Kind == delphi.ChoiceForm || k.Kind == delphi.RankingForm {
		out.list = k.ID
	}
	for r := s.News[i]; r <= s.lasts[i]; r++ {
		if !s.plays(r, i) {
			continue
		}
		so := closings[:r+1]
		it := kind
		it.New = r == s.News[i] && r > 0
		left := p.Answering(s.First + r)
		switch {
		case r == s.lasts[i]:
			left = 0 // it was not asked again
		case p.Standing():
			left = 1 // until its deadline
		}
		v, proposal := verdict.Judge(p, it, so, left)
		f := verdict.Measure(s.whole(p), it, so)
		row := ItemRound{
			Round: s.Rounds[r], N: f.N, Counts: f.Histogram, Thirds: f.Thirds, Verdict: string(v.Key), Side: v.Side, Bound: f.Bound,
			Values: []string{}, Groups: []Group{}, Measures: s.measures(f, scale),
		}
		if n := len(out.Rounds); n > 0 && scale.offset() != 0 {
			row.Measures.replace("cv_change", row.Measures.Value("cv").Minus(out.Rounds[n-1].Measures.Value("cv")))
		}
		subject := table.Subject(p, it)
		var values []string // as the engine counts
		for _, c := range closings[r].Counts.Items {
			if c.Item == subject {
				row.N, row.CannotJudge, row.Paired = c.Valid, c.CannotJudge, c.Paired
			}
		}
		for _, t := range closings[r].Tables {
			if t.ID == "A/"+subject || t.ID == "S/"+subject {
				row.Values, values = s.values(t.Values, scale), t.Values
			}
		}
		pairs := s.Joint(r, i)
		if pairs == nil {
			pairs = classPairs(closings[r], subject)
		} else if stat.N(slices.Concat(pairs...)) > 0 {
			row.Measures.transitions(pairs)
		}
		valid, some := content(p, it, f)
		if row.Measures = append(row.Measures, valid...); valid != nil {
			relevant[row.Round] = append(relevant[row.Round], [2]int{some, f.N})
		}
		row.Intervals = s.sample(samples, i, r, f, values, pairs)
		for g, own := range f.Groups {
			row.Groups = append(row.Groups, Group{
				Group: s.Groups[g], Withheld: own.Withheld, N: own.N, Counts: own.Histogram,
				Median: scale.Level(own.Median), Q1: scale.Level(own.Q1), Q3: scale.Level(own.Q3), Top: own.Top,
			})
		}
		out.Rounds = append(out.Rounds, row)
		if r == s.lasts[i] {
			out.Verdict, out.Proposal = v, proposal
			scale.grounds(out.Verdict.Grounds)
			out.Sensitivity = verdict.Sensitive(p, it, so)
			out.Attrition = verdict.Attrition(p, it, so)
			if c, ok := verdict.Conformity(p, it, so); ok {
				out.Conformity = &c
			}
		}
	}
	return out
}

// window names the points that "top" is the share of: the rule's, else the
// highest class.
func window(p protocol.Protocol, item delphi.Item, scale Scale) string {
	k, _ := p.Kind(item.Kind)
	if k.Kind != delphi.ScaleForm && k.Kind != delphi.CriteriaForm {
		return ""
	}
	from, to := box(p, k)
	return Span(from+scale.offset(), to+scale.offset())
}

// box is the window in points from 1.
func box(p protocol.Protocol, k delphi.ItemKind) (from, to int) {
	if w := p.Consensus.Share; w != nil && w.From > 0 {
		return w.From, w.To
	}
	class := k.Classes[len(k.Classes)-1]
	return class[0], class[1]
}

// values names what a histogram counts, in the study's own values.
func (s *Study) values(list []string, scale Scale) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = scale.Name(v)
	}
	return out
}

// grounds moves grounds to the study's own values.
func (c Scale) grounds(list []verdict.Ground) {
	for i := range list {
		g := &list[i]
		switch g.Code {
		case "median":
			g.Value, g.Limit = c.Level(g.Value), g.Limit+c.offset()
		case "share", "unanimous", "largest_class", "lowest_class", "highest_class":
			g.Detail = c.Name(g.Detail)
		}
	}
}

// measures lists an item's figures, in the study's own values.
func (s *Study) measures(f verdict.Figures, scale Scale) Measures {
	out := Measures{
		{Name: "median", Value: scale.Level(f.Median)}, {Name: "q1", Value: scale.Level(f.Q1)}, {Name: "q3", Value: scale.Level(f.Q3)},
		{Name: "iqr", Value: scale.Width(f.IQR)}, {Name: "top", Value: f.Top}, {Name: "top_low", Value: f.TopLow}, {Name: "top_high", Value: f.TopHigh},
		{Name: "agreement", Value: f.Agreement}, {Name: "scheibe", Value: f.Scheibe}, {Name: "unchanged", Value: f.Unchanged},
		{Name: "within", Value: f.Within}, {Name: "no_change", Value: f.NoChange},
	}
	for _, m := range f.More {
		out = append(out, s.own(m, f, scale))
	}
	return out
}

// own gives a measure that depends on where the scale begins, or on its unit, for
// the study's own values.
func (s *Study) own(m verdict.Figure, f verdict.Figures, scale Scale) verdict.Figure {
	if id, ok := strings.CutPrefix(m.Name, "mean_rank/"); ok {
		if i := slices.IndexFunc(s.Kinds, func(k delphi.Item) bool { return k.ID == id }); i >= 0 {
			m.Name = "mean_rank/" + s.Items[i]
		}
		return m
	}
	switch m.Name {
	case "mean", "min", "max", "low_median", "high_median":
		m.Value = scale.Level(m.Value)
	case "sd", "ad", "ad_mean", "mad", "median_shift", "low_iqr", "high_iqr":
		m.Value = scale.Width(m.Value)
	}
	if scale.offset() == 0 {
		return m
	}
	d := stat.Points(f.Histogram)
	for i := range d.Score {
		d.Score[i] += float64(scale.offset())
	}
	q := s.Protocol.Measures.Quantile
	switch m.Name {
	case "cv":
		m.Value = d.CV()
	case "cqv":
		m.Value = d.CQV(q)
	case "relative_iqr":
		m.Value = d.RelativeIQR(q)
	}
	return m
}

// correct adds to each item's last round its Wilcoxon p corrected for how many
// items there are, as the protocol says.
func (s *Study) correct(items []Item) {
	p := make([]stat.Value, len(items))
	for i, it := range items {
		if n := len(it.Rounds); n > 0 {
			p[i] = it.Rounds[n-1].Measures.Value("wilcoxon_p")
		}
	}
	for i, v := range verdict.Corrected(s.Protocol, p) {
		if n := len(items[i].Rounds); n > 0 && p[i].Defined() {
			m := &items[i].Rounds[n-1].Measures
			*m = append(*m, verdict.Figure{Name: "wilcoxon_p_corrected", Value: v})
		}
	}
}
