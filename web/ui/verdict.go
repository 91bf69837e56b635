package ui

import (
	"math"
	"slices"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
	"delfi/web/page"
	"delfi/web/ui/chart"
)

// Mark is a verdict as a reader sees it: its shape, its word, its sentence. Side is
// "for", "against", "middle", or "" where it takes none: shape and word differ by it,
// and the colour follows.
type Mark struct {
	Shape, Side    string
	Word, Sentence string
	If             string // what it would be were it stable; "" where it is, or nothing tells
	LeftOut        string // beside the word, for what is left out of the core set; "" otherwise
}

// Case is a verdict with what its words are drawn from: "3 in 4" and each gate are the
// protocol's, shares are the figures'.
type Case struct {
	Protocol protocol.Protocol
	Kind     string // id of the item's kind
	Verdict  verdict.Verdict
	Figures  verdict.Figures
	Final    bool // no round follows
}

// Verdict puts a verdict in words (docs/EXPERIENCE.md "Verdicts").
func Verdict(q *page.Request, c Case) Mark {
	m := mark(q, c.Verdict.Key, c.Verdict.Side)
	m.Sentence = strings.Join(slices.Concat([]string{c.sentence(q)}, c.exactly(q), c.byGroup(q)), " ")
	if chosen := c.selected(); chosen != "" {
		m.Word, m.Sentence = q.T("ui.verdict.selected."+m.Shape+"_"+chosen), q.T("ui.verdict.selected."+m.Shape+"_"+chosen+"_text", "share", Permille(q, The, c.Protocol.Consensus.Share.Permille))
	}
	if g, ok := c.ground("narrowed"); ok {
		m.Word = q.T("ui.verdict.narrowed." + map[bool]string{true: "kept", false: "dropped"}[g.Holds])
		m.Sentence = q.T("ui.verdict.narrowed.text", "kept", int(g.Value.Or(0)), "n", g.Limit)
		if by, ok := c.ground("selected_by"); ok {
			m.Sentence = Ground(q, c, by) + ". " + m.Sentence
		}
	}
	if _, ok := c.bounded(); ok {
		m.Word = q.T("ui.verdict.word.unstable_bound")
	}
	if c.Verdict.If != "" {
		m.If = q.T("ui.verdict.if", "word", mark(q, c.Verdict.If, c.Verdict.IfSide).Word)
	}
	if c.Verdict.LeftOut {
		m.LeftOut = q.T("ui.verdict.left_out")
	}
	return m
}

// Word is a class alone: a verdict under another rule, without its sentence.
func Word(q *page.Request, key verdict.Key, side delphi.Side) string {
	return mark(q, key, side).Word
}

// mark is a verdict without its sentence.
func mark(q *page.Request, key verdict.Key, side delphi.Side) Mark {
	m := Mark{Shape: shape(key)}
	switch side {
	case delphi.For, delphi.Against, delphi.Between:
		m.Side = string(side)
	}
	word := "ui.verdict.word." + m.Shape
	switch key {
	case verdict.Consensus, verdict.Majority, verdict.Plurality:
		if m.Side != "" {
			word += "_" + m.Side
		}
	}
	m.Word = q.T(word)
	return m
}

// shape is the name of a verdict in classes and keys of words.
func shape(k verdict.Key) string {
	if k == verdict.TooFew {
		return "few"
	}
	return string(k)
}

// sentence says what a verdict means, and no more than its figures.
func (c Case) sentence(q *page.Request) string {
	switch c.Verdict.Key {
	case verdict.Consensus:
		return c.consensus(q)
	case verdict.Majority:
		if c.sided() == "" {
			return q.T("ui.verdict.majority." + c.form())
		}
		return q.T("ui.verdict.majority."+c.short(), "side", c.sideWords(q))
	case verdict.Plurality:
		if c.sided() == "" {
			return q.T("ui.verdict.plurality." + c.form())
		}
		if g, ok := c.ground("largest_class"); ok && g.Value.Or(0) >= 500 {
			return q.T("ui.verdict.plurality.half_" + c.sided())
		}
		return q.T("ui.verdict.plurality." + c.sided())
	case verdict.Bipolarity:
		return c.poles(q)
	case verdict.Disagreement:
		return c.divided(q)
	case verdict.Unstable:
		return c.unstable(q)
	case verdict.TooFew:
		return c.gates(q)
	}
	return c.open(q)
}

// exactly counts the answers of the side that leads where its whole percentage
// contradicts the sentence: 51 of 103 are short of half, and 50 % on the bar.
func (c Case) exactly(q *page.Request) []string {
	n, ok := c.sides()
	at, lies := map[verdict.Direction]int{verdict.Low: 0, verdict.Middle: 1, verdict.High: 2}[c.Verdict.Direction]
	if k, _ := c.Protocol.Kind(c.Kind); !ok || !lies || c.sided() == "" || len(k.Classes) > 3 {
		return nil // of more classes the bar's middle is no side alone
	}
	whole, all := chart.Shares(n[:])[at], n[0]+n[1]+n[2]
	fits := true
	switch c.Verdict.Key {
	case verdict.Plurality:
		fits = (whole < 50) == (2*n[at] < all)
	case verdict.Majority:
		fits = whole > 50
		if g, ok := c.ground("share"); ok && c.short() == "fewer" && math.Abs(1000*float64(n[at])/float64(all)-g.Value.Or(0)) < onShare {
			fits = fits && 10*whole < g.Limit
		}
	}
	if fits {
		return nil
	}
	return []string{q.T("ui.verdict.exactly", "count", n[at], "n", all)}
}

// sided is the side's name in keys; "" where there is none.
func (c Case) sided() string {
	switch c.Verdict.Side {
	case delphi.For, delphi.Against, delphi.Between:
		return string(c.Verdict.Side)
	}
	return ""
}

// selected tells of an item of a selection that has a verdict whether it is in or out;
// "" of everything else.
func (c Case) selected() string {
	g, ok := c.ground("share")
	switch {
	case c.Verdict.Key != verdict.Consensus && c.Verdict.Key != verdict.Majority || c.Protocol.Consensus.Share == nil:
	case ok && g.Detail == "yes":
		return "in"
	case ok && g.Detail == "no":
		return "out"
	}
	return ""
}

// sideWords is the side in words: "a favore", "contro", "nel mezzo".
func (c Case) sideWords(q *page.Request) string { return Side(q, c.Verdict.Side) }

// Side says a side: "a favore", "contro", "nel mezzo"; "" for none.
func Side(q *page.Request, s delphi.Side) string {
	switch s {
	case delphi.For, delphi.Against, delphi.Between:
		return q.T("ui.side." + string(s))
	}
	return ""
}

// form names in keys what has no sides: an estimate (or date), a ranking, a choice.
func (c Case) form() string {
	k, _ := c.Protocol.Kind(c.Kind)
	switch k.Kind {
	case delphi.EstimateForm, delphi.DateForm:
		return "estimate"
	case delphi.RankingForm:
		return "ranking"
	case delphi.ChoiceForm:
		return "choice"
	}
	return "any"
}

// standing ends the keys of what a standing round says of its releases.
func (c Case) standing() string {
	if c.Protocol.Standing() {
		return "_standing"
	}
	return ""
}

// ground finds a ground of the verdict.
func (c Case) ground(code string) (verdict.Ground, bool) {
	for _, g := range c.Verdict.Grounds {
		if g.Code == code {
			return g, true
		}
	}
	return verdict.Ground{}, false
}

func (c Case) has(code string) bool {
	_, ok := c.ground(code)
	return ok
}

// consensus names the rule that was met, in the protocol's figures, and that answers
// hold only where that was asked.
func (c Case) consensus(q *page.Request) string {
	side, rule := c.sideWords(q), c.Protocol.Consensus
	hold := q.T("ui.verdict.hold")
	if c.has("no_stability_gate") {
		hold = q.T("ui.verdict.unasked")
	} else if c.has("test_dropped") {
		hold = q.T("ui.verdict.partly")
	}
	switch {
	case c.sided() == "":
		return q.T("ui.verdict.consensus.none", "hold", hold)
	case c.Verdict.Unanimous:
		return q.T("ui.verdict.consensus.unanimous", "side", side, "hold", hold)
	case rule.Share != nil:
		if n, of, small := Fraction(rule.Share.Permille); small {
			return q.T("ui.verdict.consensus.fraction", "n", n, "of", of, "side", side, "hold", hold)
		}
		return q.T("ui.verdict.consensus.share", "share", Permille(q, The, rule.Share.Permille), "side", side, "hold", hold)
	case rule.Comet != nil:
		other := delphi.Against
		if c.Verdict.Side == delphi.Against {
			other = delphi.For
		}
		return q.T("ui.verdict.consensus.comet", "share", Permille(q, The, rule.Comet.In), "side", side,
			"few", Permille(q, Of, rule.Comet.Against), "other", Side(q, other), "hold", hold)
	}
	return q.T("ui.verdict.consensus.rule", "side", side, "hold", hold)
}

// short names in keys why a majority is no consensus: fewer than the share asked for,
// or a rule that asks for something else.
func (c Case) short() string {
	if g, ok := c.ground("share"); ok && !g.Holds && c.Protocol.Consensus.Scope != "each-group" {
		return "fewer"
	}
	return "rule"
}

// poles names the larger of two camps where there is one; their shares follow it.
func (c Case) poles(q *page.Request) string {
	if c.has("never") {
		return q.T("ui.verdict.bipolarity.never")
	}
	n, ok := c.sides()
	words := q.T("ui.verdict.bipolarity.between")
	if !ok || n[1] == 0 {
		words = q.T("ui.verdict.bipolarity.two")
	}
	if !ok || c.declared() == verdict.Middle {
		return words // both camps are against
	}
	low, high := delphi.Against, delphi.For
	if c.declared() == verdict.Low {
		low, high = high, low
	}
	switch {
	case n[0] == n[2]:
		return words + " " + q.T("ui.verdict.bipolarity.equal")
	case n[0] > n[2]:
		high = low
	}
	return words + " " + q.T("ui.verdict.bipolarity.larger", "side", Side(q, high))
}

// divided names the shares of all sides.
func (c Case) divided(q *page.Request) string {
	shares := c.Shares(q)
	if shares == "" {
		return q.T("ui.verdict.disagreement." + c.form())
	}
	key := "ui.verdict.disagreement.shares"
	for _, g := range c.Verdict.Grounds {
		if !g.Holds && (g.Code == "rand_apart" || g.Code == "rand_ipras") {
			key = "ui.verdict.disagreement.rand"
		}
	}
	return q.T(key, "shares", shares)
}

// Shares lists the shares of all sides in words, "48 % a favore, 46 % nel mezzo, 6 %
// contro", as the bar shows them; "" where no table tells. Where the middle is what the
// protocol declares, both ends are against.
func (c Case) Shares(q *page.Request) string {
	n, ok := c.sides()
	if !ok {
		return ""
	}
	s, declared := chart.Shares(n[:]), c.declared()
	say := func(side delphi.Side, share int) string {
		return q.T("ui.verdict.part", "share", Percent(q, Plain, share), "side", Side(q, side))
	}
	if declared == verdict.Middle {
		return say(delphi.For, s[1]) + ", " + say(delphi.Against, s[0]+s[2])
	}
	if declared == verdict.Low {
		s[0], s[2] = s[2], s[0]
	}
	parts := []string{say(delphi.For, s[2])}
	if k, _ := c.Protocol.Kind(c.Kind); len(k.Classes) > 2 {
		parts = append(parts, say(delphi.Between, s[1]))
	}
	return strings.Join(append(parts, say(delphi.Against, s[0])), ", ")
}

// sides are the answers to a scale by its lowest class, all between, and the highest.
func (c Case) sides() ([3]int, bool) {
	k, ok := c.Protocol.Kind(c.Kind)
	if !ok || c.Figures.Sides == nil || c.Figures.Histogram == nil || len(k.Classes) < 2 {
		return [3]int{}, false
	}
	return Distribution("", "", c.Figures, Scale{Points: k.Points, Classes: k.Classes}, 0).Sides(), true
}

// declared is the direction that the protocol's rule is for.
func (c Case) declared() verdict.Direction { return Declared(c.Protocol, c.Kind) }

// Declared is the direction on a kind's scale that the protocol's rule is for: that of
// its window, the high end for a rule without one.
func Declared(p protocol.Protocol, kind string) verdict.Direction {
	k, _ := p.Kind(kind)
	s := p.Consensus.Share
	switch {
	case s == nil || s.From == 0 || s.From+s.To > k.Points+1:
		return verdict.High
	case s.From+s.To < k.Points+1:
		return verdict.Low
	}
	return verdict.Middle
}

// unstable says why answers are not stable, and no more: that a bound falls short of
// the limit shows no movement, only that none can be ruled out.
func (c Case) unstable(q *page.Request) string {
	if g, ok := c.bounded(); ok {
		share := stat.Undefined
		if x, ok := g.Value.Float(); ok {
			share = stat.Of(x / 1000)
		}
		return q.T("ui.verdict.unstable.bound_"+g.Code, append([]any{"share", Beside(q, The, share, true, c.fits(g)), "limit", Permille(q, The, g.Limit)}, c.compared(q)...)...)
	}
	return q.T("ui.verdict.unstable." + c.cause() + c.standing())
}

// bounded finds the lower bound that alone keeps a verdict from being stable.
func (c Case) bounded() (verdict.Ground, bool) {
	if c.Verdict.Key != verdict.Unstable || c.Verdict.Cause != "" {
		return verdict.Ground{}, false
	}
	var found verdict.Ground
	for _, g := range c.Verdict.Grounds {
		switch g.Code {
		case "scheibe", "wilcoxon", "sign", "w_rising":
			if !g.Holds {
				return verdict.Ground{}, false // that one shows movement
			}
		case "unchanged", "within":
			if !g.Holds && g.Detail == "at-least" {
				found = g
			}
		}
	}
	return found, found.Code != ""
}

// cause names in keys why answers are not stable; "unknown" where nothing tells.
func (c Case) cause() string {
	switch c.Verdict.Cause {
	case verdict.AnswersMoved:
		return "moved"
	case verdict.PanelChanged:
		return "panel"
	}
	return "unknown"
}

// gates says which gates failed, in the protocol's own figures.
func (c Case) gates(q *page.Request) string {
	var text []string
	for _, g := range c.Verdict.Grounds {
		if g.Holds {
			continue
		}
		switch g.Code {
		case "response":
			if n, of, ok := Fraction(g.Limit); ok && of == 2 {
				text = append(text, q.T("ui.verdict.few.half"))
			} else if ok {
				text = append(text, q.T("ui.verdict.few.fraction", "n", n, "of", of))
			} else {
				text = append(text, q.T("ui.verdict.few.response", "share", Permille(q, Of, g.Limit)))
			}
		case "judged":
			text = append(text, q.T("ui.verdict.few.judged"))
		case "valid_n", "paired_n", "raters":
			text = append(text, q.T("ui.verdict.few."+g.Code, append([]any{"n", g.Limit}, c.compared(q)...)...))
		}
	}
	if text == nil {
		return q.T("ui.verdict.few.unpublished")
	}
	return strings.Join(text, " ")
}

// open says what is not known yet, and that the next round tells only where there is one.
func (c Case) open(q *page.Request) string {
	switch {
	case c.Final && c.Verdict.Cause == "":
		return q.T("ui.verdict.open.final" + c.standing())
	case c.Final:
		return c.unstable(q)
	case c.Verdict.Cause != "":
		return c.unstable(q) + " " + q.T("ui.verdict.open.next"+c.standing())
	}
	return q.T("ui.verdict.open.unknown" + c.standing())
}

// byGroup says how many groups were judged, where the protocol asks each.
func (c Case) byGroup(q *page.Request) []string {
	g, ok := c.ground("groups_judged")
	if !ok {
		return nil
	}
	return []string{q.T("ui.verdict.groups", "count", int(g.Value.Or(0)), "n", g.Limit)}
}

// Explained is a verdict as a page explains it: one mark for each side, one sentence.
type Explained struct {
	Marks    []Mark
	Sentence string
}

// Verdicts explains every verdict without a protocol's figures.
func Verdicts(q *page.Request) []Explained {
	var all []Explained
	for _, key := range []verdict.Key{verdict.Consensus, verdict.Majority, verdict.Plurality, verdict.Bipolarity,
		verdict.Disagreement, verdict.Unstable, verdict.TooFew, verdict.Open} {
		e := Explained{Sentence: q.T("ui.verdict.explained." + shape(key))}
		switch key {
		case verdict.Consensus, verdict.Majority, verdict.Plurality:
			for _, side := range []delphi.Side{delphi.For, delphi.Against, delphi.Between} {
				e.Marks = append(e.Marks, mark(q, key, side))
			}
		default:
			e.Marks = []Mark{mark(q, key, delphi.NoSide)}
		}
		all = append(all, e)
	}
	return all
}

// bars are the heights of five bars that draw a verdict: higher to the right in
// favour, to the left against, in the middle between. A pole's side is its larger camp.
func bars(shape, side string) [5]int {
	drawn := map[string][5]int{
		"consensus": {2, 3, 4, 8, 14}, "consensus middle": {2, 5, 14, 5, 2}, "consensus ": {2, 2, 14, 2, 2},
		"majority": {4, 5, 6, 9, 12}, "majority middle": {4, 7, 12, 7, 4}, "majority ": {4, 4, 12, 4, 4},
		"plurality": {6, 6, 7, 9, 10}, "plurality middle": {7, 8, 10, 8, 7}, "plurality ": {7, 7, 10, 7, 7},
		"bipolarity": {10, 5, 2, 6, 13}, "bipolarity ": {13, 6, 2, 6, 13},
		"disagreement": {9, 9, 9, 9, 9}, "few": {1, 0, 2, 0, 1},
	}
	if h, ok := drawn[shape+" "+side]; ok {
		return h
	}
	h := drawn[shape]
	if side == string(delphi.Against) {
		h[0], h[1], h[3], h[4] = h[4], h[3], h[1], h[0]
	}
	return h
}
