package ui

import (
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/web/page"
)

// Stability says what two rounds of an item tell together, one sentence each: who
// kept their answer, how far the shares moved beside what chance alone gives, who came
// and who went. counts are those of the item in its last round.
func Stability(q *page.Request, c Case, counts table.ItemCounts) []string {
	var text []string
	say := func(key string, args ...any) {
		text = append(text, q.T("ui.stability."+key, append(args, c.compared(q)...)...))
	}
	f := c.Figures
	switch {
	case c.has("no_stability_gate"):
		say(c.ungated())
		return text
	case c.Verdict.Key != verdict.TooFew && c.has("no_earlier_round"):
		say("nothing" + c.standing())
	}
	c.kept(q, say, counts)
	if f.Scheibe.Defined() {
		c.moved(q, say, counts)
	}
	if counts.Paired > 0 && counts.LeftAfter > 0 {
		say("joined", "n", counts.LeftAfter)
	}
	if counts.Paired > 0 && counts.LeftBefore > 0 {
		say("gone", "n", counts.LeftBefore)
	}
	for _, g := range c.Verdict.Grounds {
		switch g.Code {
		case "wilcoxon", "sign":
			say(g.Code + "_" + held(g.Holds))
		case "test_dropped":
			say("dropped", "test", q.T("ui.stability.test."+g.Detail))
		case "left_out":
			say("left_out", "n", int(g.Value.Or(0)))
		}
	}
	return text
}

// compared are the words for the two rounds, or releases, that are compared.
func (c Case) compared(q *page.Request) []any {
	var args []any
	for _, one := range []string{"both", "between", "before"} {
		args = append(args, one, q.T("ui.stability."+one+c.standing()))
	}
	return args
}

// ungated names in keys why stability was not asked.
func (c Case) ungated() string {
	switch {
	case !c.Protocol.Standing():
		return "unasked"
	case c.Figures.N >= 100:
		return "once_standing" // released at the deadline alone
	}
	return "unasked_standing"
}

// kept says who gave the same answer, or one within a point of it: of those who
// answered both rounds, and as a lower bound where the tables tell no more.
func (c Case) kept(q *page.Request, say func(string, ...any), counts table.ItemCounts) {
	f, people := c.Figures, counts.Paired
	if !f.Unchanged.Defined() || people == 0 {
		return
	}
	if counts.Shift == table.ShiftFew {
		say("few_moved", "few", c.Protocol.Disclosure.LeftOutN, "n", people)
		return
	}
	key, value, least, code := "kept", f.Unchanged, f.Bound.Unchanged, "unchanged"
	if f.Within.Defined() {
		key, value, least, code = "within", f.Within, f.Bound.Within, "within"
	}
	if least {
		key += "_least"
	}
	g, tested := c.ground(code)
	if !tested {
		say(key, "share", Proportion(q, The, value, least), "n", people)
	} else {
		say(key+"_asked", "share", Beside(q, The, value, least, c.fits(g)), "n", people, "limit", Permille(q, The, g.Limit))
	}
	if f.Within.Defined() {
		key = "same"
		switch {
		case f.Bound.Unchanged:
			key = "same_least"
		case least && f.Within == f.Unchanged:
			key = "same_bound" // the bound is their number: it is not said again
		}
		say(key, "share", Proportion(q, The, f.Unchanged, f.Bound.Unchanged))
	}
}

// moved says how far the shares moved, beside the limit and beside chance.
func (c Case) moved(q *page.Request, say func(string, ...any), counts table.ItemCounts) {
	f := c.Figures
	people := counts.Paired + counts.LeftBefore // in the earlier round
	if g, tested := c.ground("scheibe"); !tested {
		say("moved", "share", Proportion(q, Of, f.Scheibe, false))
	} else if limit := c.Protocol.Stability.Scheibe; g.Limit > limit {
		say("moved_chance", "share", Beside(q, Of, f.Scheibe, false, c.fits(g)), "limit", Permille(q, Of, limit))
	} else {
		say("moved_asked", "share", Beside(q, Of, f.Scheibe, false, c.fits(g)), "limit", Permille(q, Of, limit))
	}
	if c.Protocol.Standing() {
		say("rounded") // the release before was not that of the closing
	}
	if f.NoChange.Defined() {
		key := "chance"
		if people == 0 {
			key = "chance_alone" // who answered both is not published
		}
		say(key, "share", Proportion(q, The, f.NoChange, false), "n", people)
	}
	if c.Protocol.Disclosure.Small == protocol.SmallOpen && people > 0 && people < 14 {
		say("one_mover", "limit", Permille(q, Of, c.Protocol.Stability.Scheibe))
	}
}

// fits tells whether a whole percentage agrees with what a ground says of its limit.
func (c Case) fits(g verdict.Ground) func(int) bool {
	return func(w int) bool { return ratios[g.Code](10*w, g.Limit) == g.Holds }
}

// held ends the keys of what a test says.
func held(holds bool) string {
	if holds {
		return "held"
	}
	return "moved"
}

// Survival says whether a verdict's class would be another had those who stopped
// answering all answered at one end of the scale; "" where nobody can tell.
func Survival(q *page.Request, b verdict.Bounds) string {
	if !b.Defined {
		return ""
	}
	if b.Leavers == 0 {
		return q.T("ui.survival.nobody")
	}
	left, word := q.T("ui.survival.left", "n", b.Leavers), Word(q, b.Class, b.Side)
	if b.Robust {
		return left + " " + q.T("ui.survival.robust", "word", word)
	}
	return left + " " + q.T("ui.survival.flips", "word", word,
		"low", Word(q, b.Low, b.LowSide), "high", Word(q, b.High, b.HighSide))
}
