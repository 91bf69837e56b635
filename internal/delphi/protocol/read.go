package protocol

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Parse reads a protocol document: defaults are filled in, an unknown or
// duplicate field is an error, every constraint is checked. The fault names each
// field by its path ("rounds[1].days") with what is wrong and the remedy.
func Parse(document []byte) (Protocol, error) {
	root, err := parseDocument(document)
	if err != nil {
		return Protocol{}, err
	}
	if root.shape != anObject {
		return Protocol{}, broken("wrong_type", "the document must be an object")
	}
	r := &reader{}
	p := r.protocol(root)
	if len(r.faults) == 0 {
		// The fields make sense one by one; now together.
		r.faults = p.faults()
	}
	r.faults = append(r.faults, p.promises()...)
	if len(r.faults) > 0 {
		return Protocol{}, fault.Bad(r.faults...)
	}
	return p, nil
}

// Syntax gives what keeps a text from being read as a document, whatever the document says:
// nil, or the first fault, with its line and column or the path of a duplicate field.
func Syntax(document []byte) *fault.Field {
	root, err := parseDocument(document)
	if err == nil && root.shape != anObject {
		err = broken("wrong_type", "the document must be an object")
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		if len(f.Fields) == 0 {
			return &fault.Field{Name: "document", Code: f.Code, Message: f.Message}
		}
		return &f.Fields[0]
	}
	return nil
}

// checked gives a protocol built in code the same treatment as a document.
func (p Protocol) checked() (Protocol, error) { return Parse(p.Canonical()) }

// ParseStudy reads the protocol of a study that others held: what a consultation
// promises its panel in advance, such as a share of at least 66 %, does not bind it.
func ParseStudy(document []byte) (Protocol, error) {
	root, err := parseDocument(document)
	if err != nil {
		return Protocol{}, err
	}
	r := &reader{}
	p := r.protocol(root)
	if len(r.faults) == 0 {
		r.faults = p.faults()
	}
	if len(r.faults) > 0 {
		return Protocol{}, fault.Bad(r.faults...)
	}
	return p, nil
}

// reader turns nodes into a protocol and collects what is wrong.
type reader struct{ faults []fault.Field }

func (r *reader) fault(name, code, format string, args ...any) {
	r.faults = append(r.faults, fault.Field{Name: name, Code: code, Message: fmt.Sprintf(format, args...)})
}

// beyond faults a number that lies outside of its bounds.
func (r *reader) beyond(name string, low, high int, format string, args ...any) {
	r.fault(name, "out_of_range", format, args...)
	r.faults[len(r.faults)-1].Args = map[string]any{"min": low, "max": high}
}

// part is one object of the document, at its path. It remembers which of its
// fields were asked for: the rest are unknown.
type part struct {
	r      *reader
	path   string
	fields map[string]node
	known  map[string]bool
}

func (r *reader) part(path string, n node) part {
	if n.shape != "" && n.shape != anObject {
		r.fault(path, "wrong_type", "must be an object, not %s", n.shape)
	}
	return part{r: r, path: path, fields: n.fields, known: map[string]bool{}}
}

// take gives a field of a shape; false when it is absent or of another shape,
// which is a fault.
func (o part) take(key string, want shape) (node, bool) {
	o.known[key] = true
	n, there := o.fields[key]
	if there && n.shape != want {
		o.r.fault(join(o.path, key), "wrong_type", "must be %s, not %s", want, n.shape)
		return node{}, false
	}
	return n, there
}

// has says whether a field was given at all.
func (o part) has(key string) bool { _, there := o.fields[key]; return there }

func (o part) missing(key, remedy string) {
	if !o.has(key) { // a field of the wrong shape has its fault already
		o.r.fault(join(o.path, key), "required", "is missing: %s", remedy)
	}
}

// text gives a text of 1..most characters without edge spaces on one
// line, "" when it is absent.
func (o part) text(key string, most int) string {
	n, there := o.take(key, aText)
	if there {
		o.r.words(join(o.path, key), n.text, most)
	}
	return n.text
}

func (r *reader) words(name, s string, most int) {
	switch {
	case strings.TrimSpace(s) != s:
		r.fault(name, "spaces", "has spaces at its ends: remove them")
	case utf8.RuneCountInString(s) > most:
		r.fault(name, "too_long", "is longer than %d characters: shorten it", most)
	case !prose.Line(s):
		r.faults = append(r.faults, prose.NotOneLine(name))
	case prose.Clean(s) != s:
		r.fault(name, "not_composed", "has letters apart from their accents: write it in normal form C")
	case s != "" && !prose.Visible(s):
		r.fault(name, "invisible", "shows nothing that can be read: write it in words or figures")
	}
}

// id gives a short name: lower-case letters, digits and inner hyphens.
func (o part) id(key string) string {
	n, there := o.take(key, aText)
	if !there {
		o.missing(key, "give a short name, such as \"main\"")
	} else {
		o.r.id(join(o.path, key), n.text)
	}
	return n.text
}

func (r *reader) id(name, s string) {
	odd := func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' }
	if s == "" || len(s) > 40 || strings.ContainsFunc(s, odd) || s[0] == '-' || s[len(s)-1] == '-' {
		r.fault(name, "id", "is no short name: use 1 to 40 lower-case letters, digits and inner hyphens")
	}
}

// one gives one of the allowed words, the default (unless "") when absent.
func (o part) one(key, otherwise string, allowed ...string) string {
	n, there := o.take(key, aText)
	if !there {
		if otherwise == "" {
			o.missing(key, "choose one of "+strings.Join(allowed, ", "))
		}
		return otherwise
	}
	if !slices.Contains(allowed, n.text) {
		o.r.fault(join(o.path, key), "not_one_of", "is %q: choose one of %s", n.text, strings.Join(allowed, ", "))
	}
	return n.text
}

// whole gives a whole number within bounds, the default when absent.
func (o part) whole(key string, low, high, otherwise int) int {
	n, there := o.take(key, aWhole)
	if !there {
		return otherwise
	}
	if n.whole < low || n.whole > high {
		o.r.beyond(join(o.path, key), low, high, "is %d: give a whole number from %d to %d", n.whole, low, high)
	}
	return n.whole
}

// needed is whole without a default.
func (o part) needed(key string, low, high int, remedy string) int {
	o.missing(key, remedy)
	return o.whole(key, low, high, low)
}

func (o part) truth(key string, otherwise bool) bool {
	n, there := o.take(key, aBool)
	if !there {
		return otherwise
	}
	return n.truth
}

// part gives an object below; an absent one has all defaults.
func (o part) part(key string) part {
	n, _ := o.take(key, anObject)
	return o.r.part(join(o.path, key), n)
}

// list gives the entries of a list, whose length must be within bounds.
func (o part) list(key string, low, high int) []node {
	n, there := o.take(key, aList)
	if !there && low > 0 {
		o.missing(key, fmt.Sprintf("give a list of %d to %d", low, high))
		return nil
	}
	if there && (len(n.list) < low || len(n.list) > high) {
		o.r.fault(join(o.path, key), "length", "has %d entries: give %d to %d", len(n.list), low, high)
	}
	return n.list[:min(len(n.list), high)]
}

// texts gives a list of different texts, each passed to check with its path.
func (o part) texts(key string, low, high int, check func(name, s string)) []string {
	out := []string{}
	for i, n := range o.list(key, low, high) {
		name := fmt.Sprintf("%s[%d]", join(o.path, key), i)
		switch {
		case n.shape != aText:
			o.r.fault(name, "wrong_type", "must be a text")
		case slices.Contains(out, n.text):
			o.r.fault(name, "duplicate", "stands twice in the list: keep one")
		default:
			check(name, n.text)
		}
		out = append(out, n.text)
	}
	return out
}

// words gives a text for each language of the consultation; all or, where
// optional, none.
func (o part) words(key string, languages []string, optional bool) map[string]string {
	return o.wordsOf(key, languages, optional, 200)
}

// wordsOf is words of at most so many characters.
func (o part) wordsOf(key string, languages []string, optional bool, most int) map[string]string {
	n, there := o.take(key, anObject)
	out := map[string]string{}
	if !there && !optional {
		o.missing(key, "give its words in "+strings.Join(languages, ", "))
	}
	if !there || optional && len(n.fields) == 0 {
		return out
	}
	w := o.r.part(join(o.path, key), n)
	for _, l := range languages {
		s, there := w.take(l, aText)
		if !there || strings.TrimSpace(s.text) == "" {
			o.r.fault(join(w.path, l), "required", "has no words: every language of the consultation needs them")
		} else {
			o.r.words(join(w.path, l), s.text, most)
			out[l] = s.text
		}
	}
	w.done()
	return out
}

// translations gives a text's words in each language beside the first; nil for none.
func (o part) translations(key string, languages []string, most int) map[string]string {
	if !o.has(key) {
		return nil
	}
	return o.wordsOf(key, languages[min(1, len(languages)):], true, most)
}

// done reports the fields that nobody asked for.
func (o part) done() {
	unknown := []string{}
	for k := range o.fields {
		if !o.known[k] {
			unknown = append(unknown, k)
		}
	}
	slices.Sort(unknown)
	for _, k := range unknown {
		o.r.fault(join(o.path, k), "unknown", "is not a field that belongs here: remove it or mend its name")
	}
}

func (r *reader) protocol(root node) Protocol {
	o := r.part("", root)
	p := Protocol{
		Version: o.needed("version", 1, 1, "give 1"),
		Variant: Variant(o.one("variant", "", variantNames...)),
		Languages: o.texts("languages", 1, MostLanguages, func(name, s string) {
			if !language(s) {
				r.fault(name, "language", "is no language code: give one such as \"it\" or \"de-AT\"")
			}
		}),
	}
	p.Panel = r.panel(o.part("panel"), p.Languages)
	p.Anonymity = r.anonymity(o.part("anonymity"))
	standing, selecting, gathering := false, false, false
	for i, n := range o.list("rounds", 1, MostRounds) {
		round := r.round(r.part(fmt.Sprintf("rounds[%d]", i), n))
		standing = standing || round.Kind == delphi.StandingKind
		selecting = selecting || round.Kind == delphi.Select
		gathering = gathering || round.Kind == delphi.Gather
		p.Rounds = append(p.Rounds, round)
	}
	for i, n := range o.list("item_kinds", 1, MostKinds) {
		p.ItemKinds = append(p.ItemKinds, r.itemKind(r.part(fmt.Sprintf("item_kinds[%d]", i), n), p.Languages))
	}
	p.Items = r.items(o.part("items"), p.Rounds, p.Variant, selecting, gathering)
	m := o.part("measures")
	quantile := m.whole("quantile", 2, 7, 7)
	if !slices.Contains([]int{2, 6, 7}, quantile) {
		r.fault("measures.quantile", "not_one_of", "is %d: choose 2, 6 or 7", quantile)
	}
	p.Measures = MeasurePlan{Quantile: quantile, EstebanRayAlpha: m.whole("esteban_ray_alpha", 1, 1600, 1000)}
	m.done()
	if !o.has("consensus") {
		o.missing("consensus", "choose the rule that tells consensus")
	}
	p.Consensus = r.consensus(o.part("consensus"), o.has("consensus"))
	r.figures(o, &p, standing)
	o.done()
	return p
}

var variantNames = []string{
	string(VariantClassical), string(VariantPolicy), string(VariantRanking), string(VariantEstimate),
	string(VariantAppropriateness), string(VariantCoreOutcomes), string(VariantRealTime), string(VariantArgumentative),
}

// language tells a code such as "it", "sl" or "de-AT" (the part of BCP 47 that
// a municipality needs).
func language(s string) bool {
	lead, rest, region := strings.Cut(s, "-")
	small := !strings.ContainsFunc(lead, func(c rune) bool { return c < 'a' || c > 'z' })
	odd := func(c rune) bool { return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') }
	return small && (len(lead) == 2 || len(lead) == 3) &&
		(!region || len(rest) >= 2 && len(rest) <= 8 && !strings.ContainsFunc(rest, odd))
}

const ruleMost = 500 // characters

func (r *reader) panel(o part, languages []string) PanelPlan {
	p := PanelPlan{}
	for i, n := range o.list("groups", 1, MostGroups) {
		g := r.part(fmt.Sprintf("panel.groups[%d]", i), n)
		p.Groups = append(p.Groups, GroupPlan{
			ID: g.id("id"), Name: g.words("name", languages, false),
			Access: g.one("access", AccessOpen, AccessOpen, AccessClaim, AccessRoll, AccessInvitation, AccessDraw, AccessDeclared, AccessImported),
			Rule:   g.text("rule", ruleMost),
		})
		if rule := &p.Groups[i]; rule.Access != AccessClaim {
			rule.RuleIn = g.translations("rule_in", languages, ruleMost)
		}
		if group := &p.Groups[i]; group.Access == AccessDeclared {
			group.Asks = g.one("asks", AsksNumber, AsksName, AsksNumber, AsksWords)
		}
		g.done()
	}
	p.LateJoiners = o.truth("late_joiners", true)
	o.done()
	return p
}

func (r *reader) anonymity(o part) Anonymity {
	a := Anonymity{Mode: o.one("mode", "sealed-key", "sealed-key", "held-code")}
	n, there := o.take("latest_key_date", aText)
	if !there {
		o.missing("latest_key_date", "give the day on which the key dies at the latest, such as 2027-06-30")
	} else if _, err := time.Parse(time.DateOnly, n.text); err != nil {
		r.fault("anonymity.latest_key_date", "date", "is no day: write it as 2027-06-30")
	}
	a.LatestKeyDate = n.text
	a.ProofFiles = o.truth("proof_files", true)
	a.Cosigners = o.texts("cosigners", 0, 12, func(name, s string) {
		if s == "" {
			r.fault(name, "required", "is empty: name the cosigner")
		}
		r.words(name, s, 200)
	})
	o.done()
	return a
}

func (r *reader) round(o part) RoundPlan {
	p := RoundPlan{
		Kind:   delphi.RoundKind(o.one("kind", "", string(delphi.Gather), string(delphi.Select), string(delphi.AnswerRound), string(delphi.StandingKind))),
		Silent: o.truth("silent", true),
		Days:   o.whole("days", 1, 120, 14),
	}
	// A round shorter than the default minimum has its own length as minimum.
	p.MinDays = o.whole("min_days", 0, 120, min(3, p.Days))
	if p.MinDays > p.Days {
		r.fault(join(o.path, "min_days"), "out_of_range", "is more than the round's %d days: lower it", p.Days)
	}
	p.Discussion = o.truth("discussion", false)
	p.MaxExtensions = o.whole("max_extensions", 0, 3, 1)
	o.done()
	return p
}
