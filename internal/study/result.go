package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
)

// Result is all that is known of a study.
type Result struct {
	Format    string          `json:"format"` // "delfi measure v1"
	Protocol  json.RawMessage `json:"protocol"`
	Offset    int             `json:"offset"` // what the scale's own values have above 1..k; figures are in the study's values
	Panelists int             `json:"panelists"`
	Groups    []string        `json:"groups"`
	Rounds    []Round         `json:"rounds"`
	Items     []Item          `json:"items"`
}

// Round is one round over all items.
type Round struct {
	Round    int      `json:"round"` // the study's own number
	Enrolled int      `json:"enrolled"`
	Answered int      `json:"answered"`
	Measures Measures `json:"measures"`
}

// Item is one item with its history and its verdict after the last round.
type Item struct {
	Item        string               `json:"item"`
	Kind        string               `json:"kind"`   // scale, criteria, estimate, date, ranking, choice, selection, text
	Window      string               `json:"window"` // what "top" is the share of: "7-9"; "" where the item has no scale
	Rounds      []ItemRound          `json:"rounds"`
	Verdict     delphi.Verdict       `json:"verdict"`
	Proposal    delphi.Proposal      `json:"proposal"`
	Sensitivity []delphi.Sensitivity `json:"sensitivity"`
	Attrition   delphi.Bounds        `json:"attrition"`
	Conformity  *delphi.Following    `json:"conformity"` // nil where table M does not exist

	dated string // the unit of a date, for its words
	list  string // the kind's id of a choice, which has one answer for all its options
}

// ItemRound is one item in one round.
type ItemRound struct {
	Round       int      `json:"round"`
	N           int      `json:"n"`
	CannotJudge int      `json:"cannot_judge"`
	Paired      int      `json:"paired"`
	Values      []string `json:"values"` // of the histogram
	Counts      []int    `json:"counts"`
	Thirds      bool     `json:"thirds"` // only thirds may be shown (with disclosure)
	Measures    Measures `json:"measures"`
	Groups      []Group  `json:"groups"`
	Verdict     string   `json:"verdict"`
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
type Measures []delphi.Figure

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

// value finds a figure by its name.
func (m Measures) value(name string) stat.Value {
	for _, f := range m {
		if f.Name == name {
			return f.Value
		}
	}
	return stat.Undefined
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
	closings, err := s.Closings(step)
	if err != nil {
		return Result{}, err
	}
	out := Result{
		Format: "delfi measure v1", Protocol: s.Protocol.Canonical(), Offset: s.Offset,
		Panelists: s.Panelists(), Groups: s.Groups, Rounds: []Round{}, Items: []Item{},
	}
	for r, c := range closings {
		out.Rounds = append(out.Rounds, Round{
			Round: s.Rounds[r], Enrolled: c.Counts.Enrolled, Answered: c.Counts.Answered, Measures: s.reliability(c),
		})
	}
	for i, kind := range s.Kinds {
		out.Items = append(out.Items, s.item(i, kind, closings))
	}
	s.correct(out.Items)
	return out, nil
}

// item measures one item through the rounds from the one that it joined in.
func (s *Study) item(i int, kind delphi.Item, closings []delphi.Closing) Item {
	out := Item{Item: s.Items[i], Rounds: []ItemRound{}, Window: s.window(kind)}
	k, _ := s.Protocol.Kind(kind.Kind)
	if out.Kind = string(k.Kind); k.Kind == delphi.DateForm {
		out.dated = k.Unit
	}
	if k.Kind == delphi.ChoiceForm {
		out.list = k.ID
	}
	for r := s.news[i]; r <= s.lasts[i]; r++ {
		so := closings[:r+1]
		it := kind
		it.New = r == s.news[i] && r > 0
		left := s.Protocol.Answering(s.First + r)
		if r == s.lasts[i] {
			left = 0 // it was not asked again
		}
		verdict, proposal := delphi.Judge(s.Protocol, it, so, left)
		f := delphi.Measure(s.Protocol, it, so)
		row := ItemRound{
			Round: s.Rounds[r], N: f.N, Counts: f.Histogram, Thirds: f.Thirds, Verdict: string(verdict.Key),
			Values: []string{}, Groups: []Group{}, Measures: s.measures(f),
		}
		if n := len(out.Rounds); n > 0 && s.Offset != 0 {
			row.Measures.replace("cv_change", row.Measures.value("cv").Minus(out.Rounds[n-1].Measures.value("cv")))
		}
		subject := delphi.Subject(s.Protocol, it)
		for _, c := range closings[r].Counts.Items {
			if c.Item == subject {
				row.N, row.CannotJudge, row.Paired = c.Valid, c.CannotJudge, c.Paired
			}
		}
		for _, t := range closings[r].Tables {
			if t.ID == "A/"+subject || t.ID == "S/"+subject {
				row.Values = s.values(t.Values)
			}
		}
		for g, own := range f.Groups {
			row.Groups = append(row.Groups, Group{
				Group: s.Groups[g], Withheld: own.Withheld, N: own.N, Counts: own.Histogram,
				Median: s.level(own.Median), Q1: s.level(own.Q1), Q3: s.level(own.Q3), Top: own.Top,
			})
		}
		out.Rounds = append(out.Rounds, row)
		if r == s.lasts[i] {
			out.Verdict, out.Proposal = verdict, proposal
			s.grounds(out.Verdict.Grounds)
			out.Sensitivity = delphi.Sensitive(s.Protocol, it, so)
			out.Attrition = delphi.Attrition(s.Protocol, it, so)
			if c, ok := delphi.Conformity(s.Protocol, it, so); ok {
				out.Conformity = &c
			}
		}
	}
	return out
}

// window names the points that "top" is the share of: the rule's, else the
// highest class.
func (s *Study) window(item delphi.Item) string {
	k, _ := s.Protocol.Kind(item.Kind)
	if k.Kind != delphi.ScaleForm && k.Kind != delphi.CriteriaForm {
		return ""
	}
	class := k.Classes[len(k.Classes)-1]
	if w := s.Protocol.Consensus.Share; w != nil && w.From > 0 {
		class = [2]int{w.From, w.To}
	}
	if class[0] == class[1] {
		return s.moved(strconv.Itoa(class[0]))
	}
	return s.moved(fmt.Sprintf("%d-%d", class[0], class[1]))
}

// level moves a figure that is a place on the scale to the study's own values.
func (s *Study) level(v stat.Value) stat.Value {
	f, ok := v.Float()
	if !ok {
		return v
	}
	return stat.Of(f + float64(s.Offset))
}

// values and moved do the same for the names of points and classes.
func (s *Study) values(list []string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = s.moved(v)
	}
	return out
}

func (s *Study) moved(v string) string {
	if s.Offset == 0 {
		return v
	}
	from, to, ranged := strings.Cut(v, "-")
	a, e1 := strconv.Atoi(from)
	b, e2 := strconv.Atoi(to)
	switch {
	case e1 == nil && !ranged:
		return strconv.Itoa(a + s.Offset)
	case e1 == nil && e2 == nil:
		return strconv.Itoa(a+s.Offset) + "-" + strconv.Itoa(b+s.Offset)
	}
	return v
}

func (s *Study) grounds(list []delphi.Ground) {
	for i := range list {
		g := &list[i]
		switch g.Code {
		case "median":
			g.Value, g.Limit = s.level(g.Value), g.Limit+s.Offset
		case "share", "unanimous", "largest_class", "lowest_class", "highest_class":
			g.Detail = s.moved(g.Detail)
		}
	}
}

// measures lists an item's figures, in the study's own values.
func (s *Study) measures(f delphi.Figures) Measures {
	out := Measures{
		{Name: "median", Value: s.level(f.Median)}, {Name: "q1", Value: s.level(f.Q1)}, {Name: "q3", Value: s.level(f.Q3)},
		{Name: "iqr", Value: f.IQR}, {Name: "top", Value: f.Top}, {Name: "top_low", Value: f.TopLow}, {Name: "top_high", Value: f.TopHigh},
		{Name: "agreement", Value: f.Agreement}, {Name: "scheibe", Value: f.Scheibe}, {Name: "unchanged", Value: f.Unchanged},
		{Name: "within", Value: f.Within}, {Name: "no_change", Value: f.NoChange},
	}
	for _, m := range f.More {
		out = append(out, s.own(m, f))
	}
	return out
}

// own gives a measure that depends on where the scale begins for the study's own
// values.
func (s *Study) own(m delphi.Figure, f delphi.Figures) delphi.Figure {
	if s.Offset == 0 {
		return m
	}
	d := stat.Points(f.Histogram)
	for i := range d.Score {
		d.Score[i] += float64(s.Offset)
	}
	q := s.Protocol.Measures.Quantile
	switch m.Name {
	case "mean", "min", "max":
		m.Value = s.level(m.Value)
	case "cv":
		m.Value = d.CV()
	case "cqv":
		m.Value = d.CQV(q)
	case "relative_iqr":
		m.Value = d.RelativeIQR(q)
	}
	return m
}

// reliability is how far the panel agrees over all scale items of a round. Where
// the scale begins makes no difference to it.
func (s *Study) reliability(c delphi.Closing) Measures {
	r := delphi.Concord(s.Protocol, s.Kinds, c)
	if r.Items == 0 {
		return Measures{}
	}
	return Measures{
		{Name: "krippendorff_nominal", Value: r.Nominal},
		{Name: "krippendorff_ordinal", Value: r.Ordinal},
		{Name: "krippendorff_interval", Value: r.Interval},
		{Name: "fleiss_kappa", Value: r.Fleiss.Kappa}, {Name: "fleiss_z", Value: r.Fleiss.Z}, {Name: "fleiss_p", Value: r.Fleiss.P},
	}
}

// correct adds to each item's last round its Wilcoxon p corrected for how many
// items there are, as the protocol says.
func (s *Study) correct(items []Item) {
	p := make([]stat.Value, len(items))
	for i, it := range items {
		if n := len(it.Rounds); n > 0 {
			p[i] = it.Rounds[n-1].Measures.value("wilcoxon_p")
		}
	}
	for i, v := range s.Protocol.Corrected(p) {
		if n := len(items[i].Rounds); n > 0 && p[i].Defined() {
			m := &items[i].Rounds[n-1].Measures
			*m = append(*m, delphi.Figure{Name: "wilcoxon_p_corrected", Value: v})
		}
	}
}
