package words

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
)

// Sides lists the sides that have words.
var Sides = []delphi.Side{delphi.For, delphi.Against, delphi.Between}

// Case is a verdict with what its sentence needs.
type Case struct {
	Verdict verdict.Verdict
	Rule    protocol.ConsensusPlan
	Parts   map[delphi.Side]int // percentages that sum to 100; nil where an item has no sides
}

// Side gives the words of a side: "in favour".
func (w Words) Side(s delphi.Side) string {
	if s == delphi.NoSide || s == "" {
		return ""
	}
	return w.T("side." + string(s))
}

// Verdict names a verdict with its side: "Consensus in favour".
func (w Words) Verdict(key verdict.Key, s delphi.Side) string {
	name := w.T("verdict." + slug(key))
	switch {
	case s == delphi.NoSide || s == "" || !sided(key):
		return name
	case key == verdict.Bipolarity:
		return w.T("verdict.larger", name, w.Side(s))
	}
	return name + " " + w.Side(s)
}

// Short names a verdict in a column of 13.
func (w Words) Short(key verdict.Key, s delphi.Side) string {
	name := w.T("short." + slug(key))
	if sided(key) && key != verdict.Bipolarity && s != delphi.NoSide && s != "" {
		return name + map[delphi.Side]string{delphi.For: " (+)", delphi.Against: " (−)", delphi.Between: " (=)"}[s]
	}
	return name
}

func sided(key verdict.Key) bool {
	switch key {
	case verdict.Consensus, verdict.Majority, verdict.Plurality, verdict.Bipolarity:
		return true
	}
	return false
}

// slug is a verdict's key as a part of a key of words.
func slug(key verdict.Key) string { return strings.ReplaceAll(string(key), " ", "-") }

// Title is the name of a case's verdict, with what stands beside it: that it was
// unanimous, or left the item out of the core set.
func (w Words) Title(c Case) string {
	title := w.Verdict(c.Verdict.Key, c.Verdict.Side)
	if c.Verdict.Unanimous {
		title += ", " + w.T("unanimous")
	}
	if c.Verdict.LeftOut {
		title += ", " + w.T("left-out")
	}
	return title
}

// forms are the rules that judge something else than positions.
var forms = map[protocol.RuleName]string{protocol.RuleW: "ranking", protocol.RuleRelativeIQR: "estimate", protocol.RuleIQR: "estimate"}

// Sentence says a verdict in one or two sentences.
func (w Words) Sentence(c Case) string {
	v := c.Verdict
	text := w.class(c, v.Key, v.Side)
	if answered(c.Rule) && v.Key != verdict.TooFew {
		text += " " + w.T("sentence.answered")
	}
	if v.If != "" {
		text += " " + w.If(v.If, c.Verdict.IfSide)
	}
	return text
}

// If says what a verdict would be, were the answers to hold.
func (w Words) If(key verdict.Key, s delphi.Side) string {
	return w.T("if", lower(w.Verdict(key, s)))
}

// lower makes the first letter small.
func lower(s string) string {
	r := []rune(s)
	return strings.ToLower(string(r[:1])) + string(r[1:])
}

func (w Words) class(c Case, key verdict.Key, s delphi.Side) string {
	named := s != delphi.NoSide && s != ""
	// A list and a number have no position that leads.
	switch form := forms[c.Rule.Rule]; {
	case form == "" || named || c.Verdict.Unanimous:
	case w.has("sentence." + form + "." + slug(key)):
		return w.T("sentence." + form + "." + slug(key))
	}
	switch key {
	case verdict.Consensus:
		return w.consensus(c, named) + w.steady(c)
	case verdict.Majority:
		switch {
		case !named:
			return w.T("sentence.majority.any")
		case has(c.Verdict, "too_coarse"):
			return w.T("sentence.majority.coarse", w.Side(s), w.Rule(c.Rule))
		case parted(c.Verdict):
			return w.T("sentence.majority.groups", w.Side(s))
		case c.Rule.Share == nil:
			return w.T("sentence.majority.rule", w.Side(s), w.Rule(c.Rule))
		}
		return w.T("sentence.majority", w.Side(s))
	case verdict.Plurality:
		if !named {
			return w.T("sentence.plurality.any")
		}
		return w.T("sentence.plurality", first(w.Side(s)))
	case verdict.Disagreement:
		switch {
		case c.Parts == nil:
			return w.T("sentence.disagreement.any")
		case fails(c.Verdict, "rand_apart") || fails(c.Verdict, "rand_ipras"):
			return w.T("sentence.disagreement.rand", w.Shares(c.Parts)) // whatever leads
		}
		return w.T("sentence.disagreement", w.Shares(c.Parts))
	case verdict.Bipolarity:
		if c.Parts == nil {
			return w.T("sentence.bipolarity")
		}
		return w.T("sentence.bipolarity") + " " + first(w.Shares(c.Parts)) + "."
	case verdict.Unstable:
		switch c.Verdict.Cause {
		case verdict.PanelChanged:
			return w.T("sentence.unstable.panel")
		case verdict.AnswersMoved:
			return w.T("sentence.unstable")
		}
		return w.T("sentence.unstable.unknown")
	case verdict.Open:
		if has(c.Verdict, "no_earlier_round") {
			return w.T("sentence.open.first")
		}
		return w.T("sentence.open")
	case verdict.TooFew:
		return w.few(c.Verdict)
	}
	return ""
}

func (w Words) consensus(c Case, named bool) string {
	share := c.Rule.Share
	switch {
	case c.Verdict.Unanimous && named:
		return w.T("sentence.consensus.all", w.Side(c.Verdict.Side))
	case c.Verdict.Unanimous:
		return w.T("sentence.consensus.all.any")
	case share == nil && named:
		return w.T("sentence.consensus.rule", w.Side(c.Verdict.Side), w.Rule(c.Rule))
	case share == nil || !named:
		return w.T("sentence.consensus.rule.any", w.Rule(c.Rule))
	}
	if of, ok := map[int][2]int{500: {1, 2}, 600: {3, 5}, 667: {2, 3}, 750: {3, 4}, 800: {4, 5}, 900: {9, 10}}[share.Permille]; ok && share.Above == 0 {
		return w.T("sentence.consensus.ratio", of[0], of[1], w.Side(c.Verdict.Side))
	}
	_, bound := w.against(stat.Undefined, limitOf(share.Permille, share.Above))
	return w.T("sentence.consensus.share", bound, w.Side(c.Verdict.Side))
}

// steady ends the sentence of a consensus: whether answers were seen to hold.
func (w Words) steady(c Case) string {
	if has(c.Verdict, "no_stability_gate") {
		return w.T("sentence.once")
	}
	return w.T("sentence.hold")
}

func (w Words) few(v verdict.Verdict) string {
	for _, g := range v.Grounds {
		if g.Holds {
			continue
		}
		switch key := "sentence.few." + g.Code; {
		case g.Code == "response" || g.Code == "judged":
			_, bound := w.against(g.Value, limitOf(g.Limit, g.Above))
			return w.T(key, bound)
		case w.has(key):
			return w.T(key, w.Whole(g.Limit))
		}
	}
	return w.T("sentence.few")
}

func has(v verdict.Verdict, code string) bool {
	return slices.ContainsFunc(v.Grounds, func(g verdict.Ground) bool { return g.Code == code })
}

// answered says whether a rule's shares are of all who answered: then they are not
// those of a bar, which shows who judged.
func answered(rule protocol.ConsensusPlan) bool {
	return rule.Denominator == protocol.DenominatorAnswered && (rule.Share != nil || rule.Comet != nil)
}

// fails says whether a ground is there and does not hold.
func fails(v verdict.Verdict, code string) bool {
	return slices.ContainsFunc(v.Grounds, func(g verdict.Ground) bool { return g.Code == code && !g.Holds })
}

// parted says whether the whole panel meets the rule and a group does not.
func parted(v verdict.Verdict) bool {
	whole := false
	for _, g := range v.Grounds {
		switch g.Code {
		case "group":
			return whole && fails(v, "group")
		case "share", "middle", "median", "iqr", "agreement", "cns", "comet_in", "comet_against", "rand_size", "rand_quarter", "rand_apart", "rand_ipras":
			if whole = g.Holds; !whole {
				return false
			}
		}
	}
	return false
}

// Shares lists the parts of a bar: "48% in favour, 46% in the middle, 6% against".
func (w Words) Shares(parts map[delphi.Side]int) string {
	var out []string
	for _, s := range []delphi.Side{delphi.For, delphi.Between, delphi.Against} {
		if p, ok := parts[s]; ok {
			out = append(out, w.Part(p)+" "+w.Side(s))
		}
	}
	return strings.Join(out, ", ")
}

// Rule names a consensus rule with its figures.
func (w Words) Rule(c protocol.ConsensusPlan) string {
	figure := func(permille int) string { return w.least(permille, c.Above) }
	switch {
	case c.Share != nil:
		_, bound := w.against(stat.Undefined, limitOf(c.Share.Permille, c.Share.Above))
		return w.T("rule.share", bound)
	case c.MedianIQR != nil:
		return w.T("rule.median-iqr", c.MedianIQR.IQRMax)
	case c.Rule == protocol.RuleAgreement:
		return w.T("rule.agreement", figure(c.Agreement))
	case c.Rule == protocol.RuleCns:
		return w.T("rule.cns", figure(c.Cns))
	case c.Rule == protocol.RuleW:
		return w.T("rule.w", figure(c.W))
	}
	return w.T("rule." + string(c.Rule))
}

// Published names a rule of the sensitivity table.
func (w Words) Published(rule string) string {
	if key := "published." + rule; w.has(key) {
		return w.T(key)
	}
	return rule
}

// Value writes the name of what was answered: that of a selection is yes or no, that
// of an estimate may be never; others are their own.
func (w Words) Value(name string) string {
	if slices.Contains([]string{"yes", "no", "never"}, name) {
		return w.T(name)
	}
	return name
}

// notes are the grounds that state something and ask for nothing.
var notes = []string{"unanimous", "no_earlier_round", "no_stability_gate", "test_dropped", "left_out", "too_coarse"}

// shares are the grounds whose share is of all who answered, where a rule says so.
var shares = []string{"share", "middle", "largest_class", "lowest_class", "highest_class", "comet_in", "comet_against"}

// Ground says one ground of a verdict by a rule, and whether it only states
// something. shown gives the percentage that a class has in its bar, by the name of
// the class.
func (w Words) Ground(g verdict.Ground, rule protocol.ConsensusPlan, shown map[string]int) (text string, stated bool) {
	figure, bound := w.Number(g.Value, 2), fmt.Sprint(g.Limit)
	part, least := w.beside(g.Value.Over(stat.Of(1000)), limitOf(g.Limit, g.Above)), w.least(g.Limit, g.Above)
	share, limit := w.against(g.Value.Over(stat.Of(1000)), limitOf(g.Limit, g.Above))
	if p, ok := shown[g.Detail]; ok && !answered(rule) && (float64(10*p) < limitOf(g.Limit, g.Above)) == (g.Value.Or(0) < limitOf(g.Limit, g.Above)) {
		share = w.Part(p) // as in the bar beside it
	}
	key := "ground." + g.Code
	switch g.Code {
	case "response", "judged", "rand_quarter", "comet_half", "comet_in", "comet_against", "relative_iqr", "never", "finite", "around_median":
		text = w.T(key, share, limit)
	case "unchanged", "within":
		if g.Detail == "at-least" {
			share = w.T("least", share)
		}
		text = w.T(key, share, limit)
	case "scheibe":
		text = w.T(key, share, limit)
		if f, err := strconv.ParseFloat(g.Detail, 64); err == nil { // thousandths
			text += "; " + w.T("ground.scheibe.chance", w.Percent(stat.Of(f/1000)))
		}
	case "share", "middle", "largest_class", "lowest_class", "highest_class":
		text = w.T(key, w.Value(g.Detail), share, limit)
	case "valid_n", "paired_n", "raters", "median", "iqr", "rand_size", "rand_apart", "groups_judged":
		text = w.T(key, figure, bound)
	case "w_rising", "rand_ipras", "agreement", "apart", "cns", "w":
		text = w.T(key, part, least)
	case "wilcoxon", "sign":
		effect := g.Detail
		if f, err := strconv.ParseFloat(g.Detail, 64); err == nil { // thousandths
			effect = w.Number(stat.Of(f/1000), 3)
		}
		text = w.T(key, part, effect, least)
	case "group":
		switch rule.Rule {
		case protocol.RuleShare, protocol.RuleComet:
			figure, bound = share, limit
		case protocol.RuleAgreement, protocol.RuleCns:
			figure, bound = part, least
		}
		text = w.T(key, g.Detail, figure, bound)
	case "unanimous", "too_coarse":
		text = w.T(key, g.Detail)
	case "test_dropped":
		text = w.T(key, w.T("test."+g.Detail))
	case "left_out":
		text = w.T(key, figure)
	default:
		text = w.T(key)
	}
	if answered(rule) && slices.Contains(shares, g.Code) {
		text = w.T("ground.answered", text)
	}
	return text, slices.Contains(notes, g.Code)
}
