package study

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/study/source"
)

// Options are what the command line adds to a study. Those for tables are refused
// for a document in JSON, which carries its own protocol.
type Options struct {
	Encoding    string        // utf-8, utf-16le, utf-16be, windows-1252; "" to tell by the first bytes
	Sheets      []string      // of a workbook
	Wide        bool          // one column for each item, also where the header looks long
	Person      string        // column of the panelist
	Group       string        // column of the group
	Round       string        // column of the round
	Items       []string      // columns of items: names, ranges Q5-Q9, beginnings Q*
	Ignore      []string      // columns that hold no answers
	Missing     []string      // texts that are no answer
	CannotJudge []string      // texts that say "cannot judge", beside "?"
	Kinds       []string      // "ranking" for all, "q1=ranking" for some: scale, ranking, estimate, selection
	Scales      []string      // "1-9" for all, "q1,q5-q8=1-5" for some; of estimates the ends
	Rules       []string      // "share:7-9>=75" for the items that it fits, "q1=share:4-5>=75" for some
	Codebook    *source.Input // a table of items: item, label, kind, scale …
	Quantile    int           // 2, 6 or 7
	MinN        int           // valid answers below which nothing is judged
	Disclose    bool          // only what a consultation would publish
	Whole       bool          // JSON: also what the protocol's disclosure would hide
}

// Table says whether an option for tables is given, by its flag; "" for none.
func (o Options) Table() string {
	for _, f := range []struct {
		flag  string
		given bool
	}{
		{"--sheet", len(o.Sheets) > 0}, {"--wide", o.Wide}, {"--person", o.Person != ""}, {"--group", o.Group != ""},
		{"--round", o.Round != ""}, {"--items", len(o.Items) > 0}, {"--ignore", len(o.Ignore) > 0}, {"--missing", len(o.Missing) > 0},
		{"--cannot-judge", len(o.CannotJudge) > 0}, {"--kind", len(o.Kinds) > 0}, {"--scale", len(o.Scales) > 0},
		{"--rule", len(o.Rules) > 0}, {"--codebook", o.Codebook != nil}, {"--disclose", o.Disclose},
	} {
		if f.given {
			return f.flag
		}
	}
	return ""
}

// Check refuses what no study can be measured with, before it is read.
func (o Options) Check() error {
	if o.Quantile != 2 && o.Quantile != 6 && o.Quantile != 7 {
		return source.Bad("--quantile", "quantile", fmt.Sprintf("%d is no type of quantile: give 2, 6 or 7", o.Quantile))
	}
	if o.MinN < 1 || o.MinN > 1_000_000 {
		return source.Bad("--min-n", "min_n", fmt.Sprintf("%d is no number of people: give 1 or more", o.MinN))
	}
	for _, text := range o.Kinds {
		if _, err := KindOf("--kind", Split(text).Value); err != nil {
			return err
		}
	}
	for _, text := range o.Scales {
		if _, err := EndsOf(Split(text).Value); err != nil {
			return source.Bad("--scale", "scale", err.Error())
		}
	}
	for _, text := range o.Rules {
		if _, err := RuleOf(Split(text).Value); err != nil {
			return source.Bad("--rule", "rule", err.Error())
		}
	}
	return nil
}

// Choice is a value of a flag for some items; for all where it names none.
type Choice struct{ Items, Value string }

// Split parts "q1,q2=1-5"; the sign ">=" of a rule is no mark of items.
func Split(text string) Choice {
	for i := range len(text) {
		if text[i] == '=' && (i == 0 || text[i-1] != '>') {
			return Choice{Items: text[:i], Value: text[i+1:]}
		}
	}
	return Choice{Value: text}
}

// Of says whether a choice is for an item: by its name, a range in the order of
// names, or a beginning Q*.
func (c Choice) Of(item string) bool {
	if c.Items == "" || c.Items == item {
		return true
	}
	return slices.ContainsFunc(strings.Split(c.Items, ","), func(part string) bool {
		part = source.Clean(part)
		if prefix, ok := strings.CutSuffix(part, "*"); ok && strings.HasPrefix(item, prefix) || part == item {
			return true
		}
		for i := range len(part) {
			if part[i] == '-' && i > 0 && i < len(part)-1 && source.Natural(part[:i], item) <= 0 && source.Natural(item, part[i+1:]) <= 0 {
				return true
			}
		}
		return false
	})
}

// Pick gives the last choice of a flag for an item, one that names it before one
// for all; and refuses one that is for no item.
func Pick(flag string, list []string, items []string) (by []Choice, err error) {
	by = make([]Choice, len(items))
	for _, named := range []bool{false, true} {
		for _, text := range list {
			c := Split(text)
			if (c.Items != "") != named {
				continue
			}
			found := false
			for i, item := range items {
				if c.Of(item) {
					by[i], found = c, true
				}
			}
			if !found {
				return nil, source.Bad(flag, "item", fmt.Sprintf("no item is called %q: the items are %s", c.Items, source.Some(items)))
			}
		}
	}
	return by, nil
}

// KindOf reads a kind of item.
func KindOf(flag, text string) (delphi.Form, error) {
	words := map[string]delphi.Form{
		"scale": delphi.ScaleForm, "scala": delphi.ScaleForm, "ranking": delphi.RankingForm, "graduatoria": delphi.RankingForm,
		"estimate": delphi.EstimateForm, "stima": delphi.EstimateForm, "selection": delphi.SelectionForm, "selezione": delphi.SelectionForm,
	}
	k, ok := words[strings.ToLower(source.Clean(text))]
	if !ok {
		return "", source.Bad(flag, "kind", fmt.Sprintf("%q is no kind of item: give scale, ranking, estimate or selection", text))
	}
	return k, nil
}

// Ends are the declared ends of a scale or an estimate.
type Ends struct{ From, To Answer }

var interval = regexp.MustCompile(`^(-?[0-9.,]+) *(?:-|–|\.\.| to | a ) *(-?[0-9.,]+)$`)

// EndsOf reads "1-9", "-2-2", "0..100" or "-2 to 2".
func EndsOf(text string) (Ends, error) {
	m := interval.FindStringSubmatch(strings.ReplaceAll(source.Clean(text), "\u2212", "-"))
	if m != nil {
		e := Ends{Meaning(m[1], true, true), Meaning(m[2], true, true)}
		a, b := e.values()
		if e.From.Form == Number && e.To.Form == Number && a < b {
			return e, nil
		}
	}
	return Ends{}, fmt.Errorf("%q is no scale: write its ends, the least first, as 1-9", text)
}

func (e Ends) values() (from, to float64) {
	value := func(a Answer) float64 { return float64(a.Whole) / math.Pow10(a.Decimals) }
	return value(e.From), value(e.To)
}

// Scale gives the ends as those of a scale of 2 to 11 points.
func (e Ends) Scale() (from, to int, err error) {
	from, a := e.From.In(0)
	to, b := e.To.In(0)
	if !a || !b || from < -1000 || to > 1000 || to-from > 10 {
		return 0, 0, fmt.Errorf("%s-%s is no scale of 2 to 11 points: declare a kind of answer with --kind estimate if there are more", e.From.Text, e.To.Text)
	}
	return from, to, nil
}

// rule is a consensus rule as it is written, in the study's own values.
type rule struct {
	Name     protocol.RuleName
	from, to int // share: the window; of the highest class where both are windowless
	windowed bool
	figure   int // permille
	above    int // millionths above it
	median   int
	iqr      int
	units    Answer // iqr: points of a scale, units of an estimate
	text     string
}

const ruleHelp = "share:7-9>=75, share>=75 (of the highest class), median-iqr:7,2, rand, comet, agreement:70, cns:75, relative-iqr:25, iqr:1 (in points or units) or w:70 (percentages, 70 for 0.70)"

// RuleOf reads a rule.
func RuleOf(text string) (rule, error) {
	name, figures, given := strings.Cut(text, ":")
	r := rule{text: text}
	wrong := fmt.Errorf("%q is no rule: write %s", text, ruleHelp)
	if share, percent, ok := strings.Cut(name, ">="); ok && !given {
		name, figures = share, ">="+percent
	}
	r.Name = protocol.RuleName(strings.TrimSpace(name))
	defaults := map[protocol.RuleName]int{
		protocol.RuleShare: 750, protocol.RuleAgreement: 700, protocol.RuleCns: 750, protocol.RuleRelativeIQR: 250, protocol.RuleW: 700,
	}
	var err error
	switch r.Name {
	case protocol.RuleShare:
		r.figure = defaults[r.Name]
		window, percent, ok := strings.Cut(figures, ">=")
		if ok {
			if r.figure, r.above, err = percentage(percent); err != nil {
				return r, fmt.Errorf("%q: %w", text, err)
			}
		}
		window = strings.TrimSpace(window)
		if window == "" || window == "top" {
			return r, nil
		}
		r.windowed = true
		if n, err := strconv.Atoi(window); err == nil {
			r.from, r.to = n, n
			return r, nil
		}
		e, err := EndsOf(window)
		if err != nil {
			return r, wrong
		}
		var a, b bool
		r.from, a = e.From.In(0)
		r.to, b = e.To.In(0)
		if !a || !b {
			return r, wrong
		}
		return r, nil
	case protocol.RuleMedianIQR:
		median, iqr, _ := strings.Cut(figures, ",")
		var e1, e2 error
		r.median, e1 = strconv.Atoi(strings.TrimSpace(median))
		r.iqr, e2 = strconv.Atoi(strings.TrimSpace(iqr))
		if e1 != nil || e2 != nil || r.iqr < 0 {
			return r, wrong
		}
		return r, nil
	case protocol.RuleIQR:
		if r.units = Meaning(figures, true, true); r.units.Form != Number || r.units.Whole < 0 {
			return r, wrong
		}
		return r, nil
	case protocol.RuleAgreement, protocol.RuleCns, protocol.RuleRelativeIQR, protocol.RuleW:
		if r.figure = defaults[r.Name]; given {
			if r.figure, r.above, err = percentage(figures); err != nil {
				return r, fmt.Errorf("%q: %w", text, err)
			}
		}
		return r, nil
	case protocol.RuleComet, protocol.RuleRand:
		if !given {
			return r, nil
		}
	}
	return r, wrong
}

// Fits says whether a rule can judge a kind of item.
func (r rule) Fits(k delphi.Form) bool {
	switch r.Name {
	case protocol.RuleShare:
		return k == delphi.ScaleForm || k == delphi.SelectionForm && !r.windowed
	case protocol.RuleIQR:
		return k == delphi.ScaleForm || k == delphi.EstimateForm
	case protocol.RuleRelativeIQR:
		return k == delphi.EstimateForm
	case protocol.RuleW:
		return k == delphi.RankingForm
	}
	return k == delphi.ScaleForm
}

// Plan gives the rule for a scale, by its points from 1.
func (r rule) Plan(c Scale) (protocol.ConsensusPlan, error) {
	out := protocol.ConsensusPlan{Rule: r.Name}
	switch r.Name {
	case protocol.RuleShare:
		out.Share = &protocol.ShareRule{Permille: r.figure, Above: r.above}
		if c.Kind != delphi.ScaleForm {
			break
		}
		from, to := r.from, r.to
		if !r.windowed {
			classes := delphi.DefaultClasses(c.Points())
			from, to = classes[len(classes)-1][0]+c.offset(), c.To
		}
		out.Share.From, out.Share.To = from-c.offset(), to-c.offset()
		if from < c.From || to > c.To || from > to {
			return out, fmt.Errorf("the window %s does not lie on the scale %s", Span(from, to), Span(c.From, c.To))
		}
	case protocol.RuleMedianIQR:
		if r.median < c.From || r.median > c.To {
			return out, fmt.Errorf("the median %d does not lie on the scale %s", r.median, Span(c.From, c.To))
		}
		out.MedianIQR = &protocol.MedianIQRRule{MedianMin: r.median - c.offset(), IQRMax: r.iqr}
	case protocol.RuleIQR:
		var whole bool
		if out.IQR, whole = r.units.In(c.Decimals); !whole {
			return out, fmt.Errorf("%s has more decimals than the answers, which have %d,", r.units.Text, c.Decimals)
		}
	case protocol.RuleRand, protocol.RuleComet:
		if c.Points() != 9 {
			return out, fmt.Errorf("%s is defined on 9 points, not on the %d", r.Name, c.Points())
		}
		if r.Name == protocol.RuleComet {
			out.Comet = &protocol.CometRule{In: 700, Against: 150, Out: protocol.CometMirror}
		}
	case protocol.RuleAgreement:
		out.Agreement, out.Above = r.figure, r.above
	case protocol.RuleCns:
		out.Cns, out.Above = r.figure, r.above
	case protocol.RuleRelativeIQR:
		out.RelativeIQR, out.Above = r.figure, r.above
	case protocol.RuleW:
		out.W, out.Above = r.figure, r.above
	}
	return out, nil
}

// UsualRule is the rule of a kind of item for which none is given.
var UsualRule = map[delphi.Form]string{
	delphi.ScaleForm: "share>=75", delphi.SelectionForm: "share>=75", delphi.EstimateForm: "relative-iqr:25", delphi.RankingForm: "w:70",
}

// AsFlag names the flag that a fault of the protocol made from flags comes from.
func (s *Study) AsFlag(err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return err
	}
	named := *f
	named.Fields = nil
	for _, d := range f.Fields {
		if strings.HasPrefix(d.Name, "consensus") {
			d.Name = "--rule"
			for i, kind := range s.places() {
				d.Message = strings.ReplaceAll(d.Message, fmt.Sprintf("item_kinds[%d]", i), fmt.Sprintf("item %q", s.Items[kind]))
			}
		}
		named.Fields = append(named.Fields, d)
	}
	return &named
}

// places gives the first item of each kind, in the order of the kinds.
func (s *Study) places() (out []int) {
	seen := map[string]bool{}
	for i, k := range s.Kinds {
		if !seen[k.Kind] {
			seen[k.Kind], out = true, append(out, i)
		}
	}
	return out
}

// decimals is how many decimals of a percentage are read: millionths of a share.
const decimals = 4

// percentage reads a percentage: 75, 66.7 or 66,67; as permille, and the millionths above it. 0.75 is taken for a share that was meant as
// one, and refused.
func percentage(percent string) (permille, above int, err error) {
	text := strings.Replace(strings.TrimSuffix(strings.TrimSpace(percent), "%"), ",", ".", 1)
	f, err := strconv.ParseFloat(text, 64)
	_, fraction, _ := strings.Cut(text, ".")
	switch {
	case err != nil || !(f >= 1 && f <= 100):
		return 0, 0, fmt.Errorf("%q is no percentage from 1 to 100: write 75 for 75 %%", percent)
	case len(strings.TrimRight(fraction, "0")) > decimals || strings.ContainsAny(text, "eExX_"):
		unit := math.Pow10(decimals)
		return 0, 0, fmt.Errorf("%q has more decimals than %d: write %.*f or %.*f", percent, decimals, decimals, math.Floor(f*unit)/unit, decimals, math.Ceil(f*unit)/unit)
	}
	millionths := int(math.Round(f * 10_000))
	return millionths / 1000, millionths % 1000, nil
}
