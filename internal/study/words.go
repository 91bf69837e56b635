package study

import (
	"fmt"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
)

// conclude says the verdict of an item in words, with its grounds: what held and
// what failed, and what other published rules would say.
func (it Item) conclude(b *strings.Builder) {
	wrapped(b, "→ ", sentence(it.Verdict))
	for _, g := range it.Verdict.Grounds {
		text, stated := ground(g)
		mark := "  holds  "
		switch {
		case stated:
			mark = "  note   "
		case !g.Holds:
			mark = "  fails  "
		}
		wrapped(b, mark, text)
	}
	if a := it.Attrition; it.Verdict.Key != delphi.TooFew && a.Leavers > 0 && a.Defined && !a.Robust {
		wrapped(b, "  note   ", fmt.Sprintf("not robust: had all %d who left answered at one end, it would be %s or %s", a.Leavers, a.Low, a.High))
	}
	for _, row := range it.Rounds {
		if row.Thirds {
			wrapped(b, "  note   ", "so few people may be shown by three classes only: measure without --disclose, or with --whole, for all figures")
			break
		}
	}
	it.others(b)
}

// verdicts says what each verdict means.
var verdicts = map[delphi.VerdictKey]string{
	delphi.Open:         "open: there is nothing yet to tell whether the answers hold still",
	delphi.Consensus:    "consensus",
	delphi.Bipolarity:   "bipolarity: two camps",
	delphi.Majority:     "majority, but no consensus",
	delphi.Plurality:    "plurality: the largest part leads, without a majority",
	delphi.Disagreement: "disagreement",
	delphi.Unstable:     "unstable: the answers still move after the last round",
	delphi.TooFew:       "too few answers to judge",
}

// sentence says a verdict in words.
func sentence(v delphi.Verdict) string {
	text := verdicts[v.Key]
	if v.Key == delphi.Open && v.If != "" {
		text = "open: the answers do not hold still yet, or there is nothing to compare them with"
	}
	if s := side(v.Side); s != "" {
		text += ", " + s
	}
	if v.Unanimous {
		text += ", unanimous"
	}
	if v.If != "" {
		text += "; were they stable: " + string(v.If)
		if s := side(v.IfSide); s != "" {
			text += ", " + s
		}
	}
	return text
}

// side says the side that a verdict takes, "" for none.
func side(s delphi.Side) string {
	return map[delphi.Side]string{delphi.For: "in favour", delphi.Against: "against", delphi.Between: "in the middle"}[s]
}

// ground says one ground of a verdict, and whether it only states something.
func ground(g delphi.Ground) (text string, stated bool) {
	share := percent(g.Value.Over(stat.Of(1000)))
	limit := percent(stat.Of(float64(g.Limit) / 1000))
	figure, bound := short(g.Value, 2), fmt.Sprint(g.Limit)
	part := short(g.Value.Over(stat.Of(1000)), 3)
	least := short(stat.Of(float64(g.Limit)/1000), 3)
	switch g.Code {
	case "response":
		return fmt.Sprintf("response: %s answered, at least %s needed", share, limit), false
	case "valid_n":
		return fmt.Sprintf("answers: %s, at least %s needed", figure, bound), false
	case "paired_n":
		return fmt.Sprintf("people who answered this round and the one before: %s, at least %s needed", figure, bound), false
	case "raters":
		return fmt.Sprintf("complete rankings: %s, at least %s needed", figure, bound), false
	case "scheibe":
		return fmt.Sprintf("change of the histogram (Scheibe): %s, less than %s needed", share, limit), false
	case "unchanged":
		if g.Detail == "at-least" {
			share = "at least " + share
		}
		return fmt.Sprintf("kept their answer: %s; %s needed", share, limit), false
	case "judged":
		return fmt.Sprintf("could judge: %s of those who answered, at least %s needed", share, limit), false
	case "within":
		return fmt.Sprintf("within one point of their answer: %s, at least %s needed", share, limit), false
	case "rand_quarter":
		return fmt.Sprintf("RAND/UCLA: %s outside the median's third, at most %s", share, limit), false
	case "rand_apart":
		return fmt.Sprintf("RAND/UCLA by panel size: %s in the smaller outer third, disagreement from %s on", figure, bound), false
	case "comet_half":
		return fmt.Sprintf("answers at 7-9: %s in the group that has most; at most %s in every group leaves the item out of the core set", share, limit), false
	case "apart":
		return fmt.Sprintf("van der Eijk's A: %s; two classes are poles below %s", part, least), false
	case "middle":
		return fmt.Sprintf("answers at %s: %s, at least %s needed", g.Detail, share, limit), false
	case "wilcoxon", "sign":
		effect := g.Detail
		if f, err := strconv.ParseFloat(g.Detail, 64); err == nil { // thousandths
			effect = short(stat.Of(f/1000), 3)
		}
		name := map[string]string{"wilcoxon": "Wilcoxon", "sign": "sign test"}[g.Code]
		return fmt.Sprintf("no shift (%s): p %s, effect %s; a shift counts at p below %s and an effect as large as the protocol says", name, part, effect, least), false
	case "w_rising":
		return fmt.Sprintf("agreement no longer rises: W %s, %s in the round before", part, least), false
	case "share":
		return fmt.Sprintf("answers at %s: %s, at least %s needed", g.Detail, share, limit), false
	case "median":
		return fmt.Sprintf("median: %s against %s", figure, bound), false
	case "iqr":
		return fmt.Sprintf("interquartile range: %s, at most %s", figure, bound), false
	case "rand_size":
		return fmt.Sprintf("RAND/UCLA by panel size: %s outside the median's third, at most %s", figure, bound), false
	case "rand_ipras":
		return fmt.Sprintf("RAND/UCLA: IPR %s, at most IPRAS %s", part, least), false
	case "comet_in":
		return fmt.Sprintf("answers at 7-9: %s, at least %s needed", share, limit), false
	case "comet_against":
		return fmt.Sprintf("answers at 1-3: %s, less than %s needed", share, limit), false
	case "agreement":
		return fmt.Sprintf("van der Eijk's A: %s, at least %s needed", part, least), false
	case "cns":
		return fmt.Sprintf("Tastle and Wierman's Cns: %s, at least %s needed", part, least), false
	case "relative_iqr":
		return fmt.Sprintf("interquartile range over the median: %s, at most %s", share, limit), false
	case "w":
		return fmt.Sprintf("Kendall's W: %s, at least %s needed", part, least), false
	case "groups_judged":
		return fmt.Sprintf("groups that can be judged: %s of %s", figure, bound), false
	case "group":
		if g.Limit >= 100 { // thousandths, where the rule is no median
			figure, bound = part, least
		}
		return fmt.Sprintf("group %s on the same side: %s against %s", g.Detail, figure, bound), false
	case "largest_class":
		return fmt.Sprintf("largest class, %s: %s against %s", g.Detail, share, limit), false
	case "lowest_class", "highest_class":
		return fmt.Sprintf("camp at %s: %s, at least %s", g.Detail, share, limit), false
	case "never":
		return fmt.Sprintf("said never: %s, at least %s", share, limit), false
	case "finite":
		return fmt.Sprintf("gave a value: %s, at least %s", share, limit), false
	case "around_median":
		return fmt.Sprintf("around the median: %s, more than %s needed for a majority", share, limit), false
	case "unanimous":
		return "everyone answered " + g.Detail, true
	case "no_earlier_round":
		return "no earlier round to compare with", true
	case "no_stability_gate":
		return "one round: stability is not asked for", true
	case "test_dropped":
		return "test left out, for its table may not be shown: " + g.Detail, true
	case "left_out":
		return fmt.Sprintf("paired tables leave out %s who stayed", figure), true
	case "too_coarse":
		return "what may be shown of so few people does not tell what the rule asks: " + g.Detail, true
	}
	return g.Code, true
}

// rules says the rules of the sensitivity table.
var rules = map[string]string{
	"share-750": "75 % in the window", "median-iqr": "median and IQR", "rand": "RAND/UCLA", "comet": "COMET 70/15",
	"agreement-700": "A ≥ 0.70", "cns-750": "Cns ≥ 0.75",
}

// others lists what each published rule would say, one verdict after the other.
func (it Item) others(b *strings.Builder) {
	var order []string
	by := map[string][]string{}
	for _, s := range it.Sensitivity {
		word := "not defined"
		if s.Defined {
			word = string(s.Key)
			if in := side(s.Side); in != "" {
				word += " " + in
			}
		}
		if by[word] == nil {
			order = append(order, word)
		}
		name := rules[s.Rule]
		if name == "" {
			name = s.Rule
		}
		by[word] = append(by[word], name)
	}
	for _, word := range order {
		verb := " by "
		if word == "not defined" {
			verb = " here: "
		}
		wrapped(b, "  other rules: ", word+verb+strings.Join(by[word], ", "))
	}
}
