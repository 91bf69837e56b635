package form

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
)

// Step is one page of the wizard.
type Step string

// The steps, in the order in which they are offered.
const (
	StepVariant  Step = "variant"
	StepQuestion Step = "question"
	StepPanel    Step = "panel"
	StepItems    Step = "items"
	StepRounds   Step = "rounds"
	StepFeedback Step = "feedback"
	StepStaff    Step = "staff"
	StepSummary  Step = "summary"
)

// Steps are all of them.
var Steps = []Step{StepVariant, StepQuestion, StepPanel, StepItems, StepRounds, StepFeedback, StepStaff, StepSummary}

// Sort is how a field is typed.
type Sort int

// The sorts of fields.
const (
	Line    Sort = iota // text
	Area                // text of several lines
	Whole               // a whole number
	Share               // permille, typed in hundredths: "75", "66,7"
	Switch              // true or false
	One                 // one of Options
	Several             // some of Options
	Words               // a text in each language
	List                // texts, with commas between them
	Spans               // classes: "1-3, 4-6, 7-9"
	Day                 // a date
	People              // accounts
	Rows                // a list of rows, which have fields of their own
)

// Place is where a field of a draft is typed. Path is a pattern: [] stands for any entry.
type Place struct {
	Path    string
	Step    Step
	Sort    Sort
	Options []string // of One and Several, as the document writes them
	Default string   // meant where the field is left out
	Kinds   []string // the forms of item that have it; nil for all
	When    string   // the rule, the kind of round or the way into a group without which it is not there

	Translated bool // its text has words in each further language too (Translation)
}

// In names a pattern's field in one entry of its list.
func In(pattern string, n int) string {
	return strings.Replace(pattern, "[]", fmt.Sprintf("[%d]", n), 1)
}

var (
	yes        = "true"
	no         = "false"
	scales     = []string{"scale", "criteria"}
	estimates  = []string{"estimate", "date"}
	judgeables = []string{"scale", "criteria", "estimate", "date", "choice"}
)

// Places is the one table of the fields of a draft: each stands on one step.
var Places = []Place{
	{Path: "variant", Step: StepVariant, Sort: One, Options: []string{"classical", "policy", "ranking", "estimate", "appropriateness", "core-outcomes", "real-time", "argumentative"}},

	{Path: "title", Step: StepQuestion, Translated: true}, {Path: "slug", Step: StepQuestion},
	{Path: "question", Step: StepQuestion, Translated: true}, {Path: "background", Step: StepQuestion, Sort: Area, Translated: true},
	{Path: "language", Step: StepQuestion, Sort: One, Options: consultation.Languages},
	{Path: "languages", Step: StepQuestion, Sort: Several, Options: consultation.Translatable},
	{Path: "reply.template", Step: StepQuestion, Sort: One, Options: []string{"plain", "er-15-2018", "dibattito-pubblico"}, Default: "plain"},
	{Path: "commitment_quotation", Step: StepQuestion, Sort: Area, Translated: true}, {Path: "commitment_decider", Step: StepQuestion, Translated: true},
	{Path: "commitment_subject", Step: StepQuestion, Translated: true}, {Path: "commitment_decide_by", Step: StepQuestion, Sort: Day},
	{Path: "reply.n", Step: StepQuestion, Sort: Whole, Default: "30"},
	{Path: "reply.unit", Step: StepQuestion, Sort: One, Options: []string{"day", "month"}, Default: "day"},
	{Path: "commitment_act", Step: StepQuestion, Translated: true}, {Path: "commitment_signatory", Step: StepQuestion, Translated: true},
	{Path: "commitment_money", Step: StepQuestion, Translated: true}, {Path: "commitment_left_out", Step: StepQuestion, Translated: true},

	{Path: "panel.groups", Step: StepPanel, Sort: Rows},
	{Path: "panel.groups[].id", Step: StepPanel}, {Path: "panel.groups[].name", Step: StepPanel, Sort: Words},
	{Path: "panel.groups[].access", Step: StepPanel, Sort: One, Options: []string{"open", "claim", "roll", "invitation", "draw", "declared"}, Default: "open"},
	{Path: "panel.groups[].rule", Step: StepPanel, Translated: true},
	{Path: "panel.groups[].asks", Step: StepPanel, Sort: One, Options: []string{"name", "number", "words"}, Default: "number", When: "declared"},
	{Path: "panel.late_joiners", Step: StepPanel, Sort: Switch, Default: yes},
	{Path: "anonymity.mode", Step: StepPanel, Sort: One, Options: []string{"sealed-key", "held-code"}, Default: "sealed-key"},
	{Path: "disclosure.min_n", Step: StepPanel, Sort: Whole, Default: "5"}, {Path: "disclosure.group_n", Step: StepPanel, Sort: Whole, Default: "10"},
	{Path: "disclosure.left_out_n", Step: StepPanel, Sort: Whole, Default: "5"}, {Path: "disclosure.extremes_n", Step: StepPanel, Sort: Whole, Default: "10"},
	{Path: "disclosure.pairs_t", Step: StepPanel, Sort: Whole, Default: "100"}, {Path: "disclosure.small_below", Step: StepPanel, Sort: Whole, Default: "20"},
	{Path: "disclosure.small", Step: StepPanel, Sort: One, Options: []string{"thirds", "open"}, Default: "thirds"},
	{Path: "anonymity.latest_key_date", Step: StepPanel, Sort: Day}, {Path: "anonymity.proof_files", Step: StepPanel, Sort: Switch, Default: yes},
	{Path: "anonymity.cosigners", Step: StepPanel, Sort: List},

	{Path: "items.source", Step: StepItems, Sort: One, Options: []string{"contributions", "given", "both"}},
	{Path: "item_kinds", Step: StepItems, Sort: Rows},
	{Path: "item_kinds[].id", Step: StepItems},
	{Path: "item_kinds[].kind", Step: StepItems, Sort: One, Options: []string{"scale", "criteria", "estimate", "date", "ranking", "choice", "selection", "text"}},
	{Path: "item_kinds[].criteria", Step: StepItems, Sort: List, Kinds: []string{"criteria"}},
	{Path: "item_kinds[].points", Step: StepItems, Sort: Whole, Default: "9", Kinds: scales},
	{Path: "item_kinds[].low", Step: StepItems, Sort: Words, Kinds: scales}, {Path: "item_kinds[].high", Step: StepItems, Sort: Words, Kinds: scales},
	{Path: "item_kinds[].classes", Step: StepItems, Sort: Spans, Kinds: scales},
	{Path: "item_kinds[].unit", Step: StepItems, Kinds: estimates, Translated: true},
	{Path: "item_kinds[].min", Step: StepItems, Sort: Whole, Kinds: estimates}, {Path: "item_kinds[].max", Step: StepItems, Sort: Whole, Kinds: estimates},
	{Path: "item_kinds[].grid", Step: StepItems, Sort: Whole, Default: "1", Kinds: estimates},
	{Path: "item_kinds[].never", Step: StepItems, Sort: Switch, Default: no, Kinds: estimates},
	{Path: "item_kinds[].triple", Step: StepItems, Sort: Switch, Default: no, Kinds: estimates},
	{Path: "item_kinds[].k", Step: StepItems, Sort: Whole, Kinds: []string{"ranking", "selection"}},
	{Path: "item_kinds[].cannot_judge", Step: StepItems, Sort: Switch, Default: yes, Kinds: judgeables},
	{Path: "given", Step: StepItems, Sort: Rows}, {Path: "given[].text", Step: StepItems, Translated: true}, {Path: "given[].kind", Step: StepItems, Sort: One},
	{Path: "items.max", Step: StepItems, Sort: Whole, Default: "100"}, {Path: "items.new_after_round", Step: StepItems, Sort: Whole},
	{Path: "items.narrow.keep", Step: StepItems, Sort: Share, Default: "500", When: "select"},
	{Path: "items.narrow.min", Step: StepItems, Sort: Whole, Default: "5", When: "select"}, {Path: "items.narrow.max", Step: StepItems, Sort: Whole, Default: "20", When: "select"},

	{Path: "rounds", Step: StepRounds, Sort: Rows},
	{Path: "rounds[].kind", Step: StepRounds, Sort: One, Options: []string{"gather", "select", "answer", "standing"}},
	{Path: "rounds[].days", Step: StepRounds, Sort: Whole, Default: "14"}, {Path: "rounds[].min_days", Step: StepRounds, Sort: Whole},
	{Path: "rounds[].max_extensions", Step: StepRounds, Sort: Whole, Default: "1"},
	{Path: "rounds[].discussion", Step: StepRounds, Sort: Switch, Default: no}, {Path: "rounds[].silent", Step: StepRounds, Sort: Switch, Default: yes},
	{Path: "consensus.rule", Step: StepRounds, Sort: One, Options: []string{"share", "median-iqr", "rand", "comet", "agreement", "cns", "relative-iqr", "iqr", "w"}},
	{Path: "consensus.share.permille", Step: StepRounds, Sort: Share, Default: "750", When: "share"},
	{Path: "consensus.share", Step: StepRounds, Sort: Whole, When: "share"},
	{Path: "consensus.share.from", Step: StepRounds, Sort: Whole, When: "share"}, {Path: "consensus.share.to", Step: StepRounds, Sort: Whole, When: "share"},
	{Path: "consensus.median_iqr.median_min", Step: StepRounds, Sort: Whole, When: "median-iqr"}, {Path: "consensus.median_iqr.iqr_max", Step: StepRounds, Sort: Whole, When: "median-iqr"},
	{Path: "consensus.comet.in", Step: StepRounds, Sort: Share, Default: "700", When: "comet"}, {Path: "consensus.comet.against", Step: StepRounds, Sort: Share, Default: "150", When: "comet"},
	{Path: "consensus.comet.out", Step: StepRounds, Sort: One, Options: []string{"mirror", "at-most-half"}, Default: "mirror", When: "comet"},
	{Path: "consensus.agreement", Step: StepRounds, Sort: Share, Default: "700", When: "agreement"}, {Path: "consensus.cns", Step: StepRounds, Sort: Share, Default: "750", When: "cns"},
	{Path: "consensus.relative_iqr", Step: StepRounds, Sort: Share, Default: "250", When: "relative-iqr"}, {Path: "consensus.iqr", Step: StepRounds, Sort: Whole, When: "iqr"},
	{Path: "consensus.w", Step: StepRounds, Sort: Share, Default: "700", When: "w"},
	{Path: "consensus.denominator", Step: StepRounds, Sort: One, Options: []string{"judged", "answered"}, Default: "judged"},
	{Path: "consensus.scope", Step: StepRounds, Sort: One, Options: []string{"panel", "each-group"}, Default: "panel"},
	{Path: "gates.response", Step: StepRounds, Sort: Share}, {Path: "gates.judged_min", Step: StepRounds, Sort: Share, Default: "500"},
	{Path: "gates.paired_min", Step: StepRounds, Sort: Whole, Default: "5"},
	{Path: "stability.tests", Step: StepRounds, Sort: Several, Options: []string{"scheibe", "unchanged", "wilcoxon"}, Default: "scheibe,unchanged"},
	{Path: "stability.scheibe", Step: StepRounds, Sort: Share, Default: "150"}, {Path: "stability.unchanged_min", Step: StepRounds, Sort: Share, Default: "700"},
	{Path: "stability.unchanged_within", Step: StepRounds, Sort: Whole},
	{Path: "stability.wilcoxon.alpha", Step: StepRounds, Sort: Share, Default: "50"}, {Path: "stability.wilcoxon.effect_min", Step: StepRounds, Sort: Share, Default: "100"},
	{Path: "stability.wilcoxon.zeros", Step: StepRounds, Sort: One, Options: []string{"drop", "pratt", "split"}, Default: "drop"},
	{Path: "stability.multiplicity", Step: StepRounds, Sort: One, Options: []string{"none", "holm", "bh"}, Default: "holm"},
	{Path: "stop.when", Step: StepRounds, Sort: One, Options: []string{"stable", "rounds", "deadline", "drift", "facilitator"}},
	{Path: "stop.auto", Step: StepRounds, Sort: Switch, Default: no},
	{Path: "measures.quantile", Step: StepRounds, Sort: Whole, Default: "7"}, {Path: "measures.esteban_ray_alpha", Step: StepRounds, Sort: Whole, Default: "1000"},

	{Path: "feedback.own", Step: StepFeedback, Sort: Switch, Default: yes}, {Path: "feedback.histogram", Step: StepFeedback, Sort: Switch, Default: yes},
	{Path: "feedback.median_iqr", Step: StepFeedback, Sort: Switch, Default: yes}, {Path: "feedback.groups", Step: StepFeedback, Sort: Switch, Default: yes},
	{Path: "feedback.reasons", Step: StepFeedback, Sort: One, Options: []string{"none", "all", "outside-first"}, Default: "outside-first"},
	{Path: "feedback.ask_reason_outside_iqr", Step: StepFeedback, Sort: Switch, Default: yes},
	{Path: "release.min_changed", Step: StepFeedback, Sort: Whole, Default: "10", When: "standing"}, {Path: "release.tick_minutes", Step: StepFeedback, Sort: Whole, Default: "60", When: "standing"},
	{Path: "publication.within_days", Step: StepFeedback, Sort: Whole, Default: "14"},

	{Path: "starts_on", Step: StepStaff, Sort: Day}, {Path: "moderators", Step: StepStaff, Sort: People}, {Path: "facilitators", Step: StepStaff, Sort: People},

	{Path: "document", Step: StepSummary, Sort: Area},
}

// entry is the place of an entry in a path.
var entry = regexp.MustCompile(`\[\d+\]`)

// Pattern is a path without the places of its entries.
func Pattern(path string) string { return entry.ReplaceAllString(path, "[]") }

// At gives the place of a field by its path or its name.
func At(path string) (Place, bool) {
	pattern := Pattern(path)
	i := slices.IndexFunc(Places, func(p Place) bool { return p.Path == pattern })
	if i < 0 {
		return Place{}, false
	}
	return Places[i], true
}

// elsewhere are the fields that stand for a fault of an object or of the whole.
var elsewhere = map[string]string{
	"consensus": "consensus.rule", "consensus.median_iqr": "consensus.median_iqr.median_min", "consensus.comet": "consensus.comet.in",
	"items.narrow": "items.narrow.min", "stability.wilcoxon": "stability.wilcoxon.alpha", "panel": "panel.groups",
	"rounds[]": "rounds[].kind", "item_kinds[]": "item_kinds[].kind", "panel.groups[]": "panel.groups[].id",
}

// Locate gives the step and the field in which a fault is mended, by the path or the name that
// the fault has. A path without a field of its own is mended in the whole document.
func (d Document) Locate(path string) (Step, string) {
	if strings.HasPrefix(path, "office_") {
		return StepStaff, path
	}
	if other, ok := elsewhere[Pattern(path)]; ok {
		if at := entry.FindString(path); at != "" {
			other = strings.Replace(other, "[]", at, 1)
		}
		return d.Locate(other)
	}
	if original, l, ok := Translated(path); ok && slices.Contains(d.Further(), l) {
		p, _ := At(original)
		return p.Step, path
	}
	for at := path; at != ""; at = above(at) {
		p, ok := At(at)
		switch {
		case !ok:
			continue
		case p.Sort == Words && at == path: // of all languages: the first
			if languages := d.Languages(); len(languages) > 0 {
				return p.Step, path + "." + languages[0]
			}
		case p.Sort == Words && above(path) == at:
			if slices.Contains(d.Languages(), strings.TrimPrefix(path, at+".")) {
				return p.Step, path
			}
		case at == path, (p.Sort == List || p.Sort == Several || p.Sort == Spans) && strings.HasPrefix(path, at+"["):
			if d.has(p, at) {
				return p.Step, at
			}
		}
	}
	return StepSummary, "document"
}

// above is the path without its last part.
func above(path string) string {
	if strings.HasSuffix(path, "]") {
		return path[:strings.LastIndexByte(path, '[')]
	}
	return path[:max(0, strings.LastIndexByte(path, '.'))]
}

// has tells whether a field is offered in the document as it is.
func (d Document) has(p Place, path string) bool {
	switch {
	case p.Kinds != nil:
		return slices.Contains(p.Kinds, d.Text(above(path)+".kind"))
	case p.When == protocol.AccessDeclared:
		return d.Text(above(path)+".access") == p.When
	case p.When == "select" || p.When == "standing":
		return d.Plans(p.When)
	case p.When != "":
		return d.Text("consensus.rule") == p.When
	}
	return true
}

// Count is how many entries a list of the draft has.
func (f Form) Count(list string) int {
	if list == "given" {
		return len(f.Items)
	}
	return f.Plan().Len(list)
}

// Fields gives the paths of a step's fields in their order, rows and all.
func (f Form) Fields(step Step) []string {
	d := f.Plan()
	var out []string
	add := func(p Place, path string) {
		if p.Sort == Rows || p.Path == "consensus.share" || !d.has(p, path) {
			return
		}
		if p.Sort != Words {
			out = append(out, path)
			if d.translates(p, path) {
				for _, l := range d.Further() {
					out = append(out, Translation(path, l))
				}
			}
			return
		}
		for _, l := range d.Languages() {
			out = append(out, path+"."+l)
		}
	}
	for _, p := range Places {
		if p.Step != step {
			continue
		}
		list, _, row := strings.Cut(p.Path, "[]")
		if !row {
			add(p, p.Path)
			continue
		}
		n := d.Len(list)
		if list == "given" {
			n = len(f.Items)
		}
		for i := range n {
			add(p, In(p.Path, i))
		}
	}
	return out
}
