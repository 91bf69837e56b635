package public

import (
	"slices"
	"strings"
	"time"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/web/page"
	"delfi/web/ui"
)

// consensus says the rule that decides, with its figures, and how the rest is parted.
func (l *lines) consensus() {
	q, c := l.q, l.Protocol.Consensus
	switch c.Rule {
	case protocol.RuleShare:
		l.share(*c.Share)
	case protocol.RuleMedianIQR:
		l.say("median_iqr", "median", c.MedianIQR.MedianMin, "n", c.MedianIQR.IQRMax)
	case protocol.RuleComet:
		l.say("comet", "in", ui.Permille(q, ui.The, c.Comet.In), "against", ui.Permille(q, ui.Of, c.Comet.Against))
		l.say("comet_" + map[string]string{protocol.CometMirror: "mirror", protocol.CometAtMostHalf: "half"}[c.Comet.Out])
	case protocol.RuleAgreement:
		l.say("agreement", "least", ui.Thousandths(q, c.Agreement))
	case protocol.RuleCns:
		l.say("cns", "least", ui.Thousandths(q, c.Cns))
	case protocol.RuleRelativeIQR:
		l.say("relative_iqr", "most", ui.Permille(q, ui.The, c.RelativeIQR))
	case protocol.RuleIQR:
		l.say("iqr", "n", c.IQR)
	case protocol.RuleW:
		l.say("w", "least", ui.Thousandths(q, c.W))
	default:
		l.say(string(c.Rule))
	}
	if c.Rule != protocol.RuleW {
		l.say("scope_" + c.Scope)
	}
	if l.judged() {
		l.say("denominator_" + c.Denominator)
	}
	for _, k := range l.Protocol.ItemKinds {
		if k.Points > 0 {
			l.sides(k)
		}
	}
	if slices.ContainsFunc(l.Protocol.ItemKinds, func(k delphi.ItemKind) bool { return k.Points > 0 }) {
		l.say("ladder")
	}
	l.say("quantile", "type", l.Protocol.Measures.Quantile)
}

// share says a share of the answers in a window, or of the choices.
func (l *lines) share(s protocol.ShareRule) {
	where := l.q.T("consultation.protocol.window_choice")
	switch {
	case s.From == 0:
	case s.From == s.To:
		where = l.q.T("consultation.protocol.window_point", "at", s.From)
	default:
		where = l.q.T("consultation.protocol.window", "from", s.From, "to", s.To)
	}
	if n, of, ok := ui.Fraction(s.Permille); ok && n > 1 {
		l.say("share_fraction", "n", n, "of", of, "where", where)
	} else {
		l.say("share", "share", ui.Permille(l.q, ui.The, s.Permille), "where", where)
	}
}

// sides says which points are in favour, in the middle and against.
func (l *lines) sides(k delphi.ItemKind) {
	low, high := spans(k.Classes[:1])[0], spans(k.Classes[len(k.Classes)-1:])[0]
	middle := ""
	if last := len(k.Classes) - 1; last > 1 {
		middle = spans([][2]int{{k.Classes[1][0], k.Classes[last-1][1]}})[0]
	}
	switch ui.Declared(l.Protocol, k.ID) {
	case verdict.Middle:
		l.say("sides_outer", "for", middle, "low", low, "high", high)
		return
	case verdict.Low:
		low, high = high, low
	}
	if middle == "" {
		l.say("sides_two", "for", high, "against", low)
	} else {
		l.say("sides", "for", high, "middle", middle, "against", low)
	}
}

// judged tells whether anything can be answered with "cannot judge".
func (l *lines) judged() bool {
	return slices.ContainsFunc(l.Protocol.ItemKinds, func(k delphi.ItemKind) bool { return k.CannotJudge })
}

// gates says what must be there before anything is judged.
func (l *lines) gates() {
	g := l.Protocol.Gates
	if g.Response > 0 {
		l.say("response", "share", ui.Permille(l.q, ui.The, g.Response))
	} else if !l.opened() { // of an open panel it is said already
		l.say("no_response")
	}
	if l.judged() && g.JudgedMin > 0 {
		l.say("judged", "share", ui.Permille(l.q, ui.The, g.JudgedMin))
	}
	if l.compared() && !l.Protocol.Standing() && g.PairedMin > 0 {
		l.say("paired", "n", g.PairedMin)
	}
}

// compared tells whether any answers are compared with earlier ones.
func (l *lines) compared() bool { return l.Protocol.Answering(0) > 1 || l.Protocol.Standing() }

// stability says when answers are held to be still: all tests agree.
func (l *lines) stability() {
	p := l.Protocol
	if !l.compared() {
		l.say("no_stability")
		return
	}
	rankings := slices.ContainsFunc(p.ItemKinds, func(k delphi.ItemKind) bool { return k.Kind == delphi.RankingForm })
	if rankings {
		l.say("stable_ranking", "least", ui.Thousandths(l.q, p.Consensus.W))
	}
	if !rankings || len(p.ItemKinds) > 1 {
		tests := make([]string, len(p.Stability.Tests))
		for i, t := range p.Stability.Tests {
			tests[i] = l.test(t)
		}
		l.say("stable", "tests", listed(l.q, tests))
		if slices.Contains(p.Stability.Tests, protocol.ScheibeTest) && slices.ContainsFunc(p.ItemKinds, func(k delphi.ItemKind) bool { return k.Points > 0 }) {
			l.say("chance")
		}
	}
	if p.Standing() {
		l.say("stable_standing")
	}
}

// test says one test with its figures.
func (l *lines) test(t protocol.Test) string {
	q, s := l.q, l.Protocol.Stability
	two := q.T("consultation.protocol.two")
	if l.Protocol.Standing() {
		two = q.T("consultation.protocol.two_standing")
	}
	switch t {
	case protocol.ScheibeTest:
		return q.T("consultation.protocol.scheibe", "two", two, "limit", ui.Permille(q, ui.Of, s.Scheibe))
	case protocol.UnchangedTest:
		key := map[int]string{0: "unchanged", 1: "within", protocol.WithinByScale: "within_seven"}[s.UnchangedWithin]
		return q.T("consultation.protocol."+key, "two", two, "limit", ui.Permille(q, ui.The, s.UnchangedMin))
	}
	return q.T("consultation.protocol.wilcoxon", "alpha", ui.Thousandths(q, s.Wilcoxon.Alpha),
		"effect", ui.Thousandths(q, s.Wilcoxon.EffectMin), "zeros", q.T("consultation.protocol.zeros_"+s.Wilcoxon.Zeros))
}

// stop says when the rounds end, and who ends them.
func (l *lines) stop() {
	s := l.Protocol.Stop
	key := "stop_" + s.When
	if l.Protocol.Variant == protocol.VariantPolicy && s.When == "stable" {
		key = "stop_policy"
	}
	l.say(key)
	if s.Auto {
		l.say("stop_auto")
	} else {
		l.say("stop_by_hand")
	}
	if r := l.Protocol.Release; r != nil {
		l.say("release", "n", r.MinChanged, "minutes", r.TickMinutes)
	}
}

// feedback says what the panel sees before it answers again.
func (l *lines) feedback() {
	f := l.Protocol.Feedback
	if l.Protocol.Standing() {
		l.say("after_own")
	}
	var shown []string
	for _, one := range []struct {
		name  string
		shown bool
	}{{"own", f.Own}, {"histogram", f.Histogram}, {"median", f.MedianIQR}, {"groups", f.Groups && len(l.Protocol.Panel.Groups) > 1}} {
		if one.shown {
			shown = append(shown, l.q.T("consultation.protocol.shown_"+one.name))
		}
	}
	if len(shown) > 0 {
		l.say("shown", "what", listed(l.q, shown))
	} else {
		l.say("nothing_shown")
	}
	l.say("reasons_" + f.Reasons)
	if f.AskReasonOutsideIQR && f.Reasons != "none" {
		l.say("ask_reason")
	}
}

// disclosure says below how many people nothing is shown.
func (l *lines) disclosure() {
	d := l.Protocol.Disclosure
	l.say("disclosure", "n", d.MinN)
	if len(l.Protocol.Panel.Groups) > 1 {
		l.say("group_n", "n", d.GroupN)
	}
	if d.Small == protocol.SmallOpen {
		l.say("small_open", "n", d.SmallBelow)
	} else {
		l.say("small_thirds", "n", d.SmallBelow)
	}
	l.say("extremes", "n", d.ExtremesN)
	if l.compared() && !l.Protocol.Standing() {
		l.say("pairs", "left", d.LeftOutN, "n", d.PairsT)
	}
}

// key says how answers are kept from names, and until when at most.
func (l *lines) key() {
	a := l.Protocol.Anonymity
	l.say("anonymity_" + a.Mode)
	if day, err := time.Parse(time.DateOnly, a.LatestKeyDate); err == nil {
		l.say("key_date", "day", ui.Date(l.q, ui.The, day))
	}
	if a.ProofFiles {
		l.say("proof_files")
	} else {
		l.say("no_proof_files")
	}
	if len(a.Cosigners) > 0 {
		l.say("cosigners", "names", strings.Join(a.Cosigners, ", "))
	}
}

// listed joins words: "a, b e c".
func listed(q *page.Request, words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " " + q.T("consultation.and") + " " + words[last]
}
