package form

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"delfi/internal/fault"
)

// Missing is one thing that an announcement lacks, in the field that mends it.
type Missing struct {
	Step                 Step
	Field, Code, Message string
	Args                 map[string]any // of the words of the code
}

// apart are the codes of faults that one step alone cannot mend, or that say what is not
// written yet: such a step is stored, and the summary names them.
var apart = []string{"required", "variant", "rounds", "kind", "window", "zero", "points", "scope", "thirds", "access", "ranking"}

// worded are the codes under which faults of the protocol have words, by pattern and code,
// where a code of the protocol says different things in different fields.
var worded = map[[2]string]string{
	{"rounds", "variant"}: "rounds_variant", {"item_kinds", "variant"}: "kind_lacking", {"item_kinds", "ranking"}: "one_ranking",
	{"item_kinds[].kind", "variant"}: "kind_unfit", {"item_kinds[].points", "variant"}: "points_nine", {"item_kinds[].cannot_judge", "variant"}: "cannot_judge_needed",
	{"items.source", "rounds"}: "source_rounds", {"items.new_after_round", "rounds"}: "new_after", {"stop.when", "rounds"}: "stop_rounds",
	{"consensus.rule", "kind"}: "rule_kind", {"consensus.rule", "zero"}: "rule_zero", {"consensus.rule", "points"}: "rule_points", {"consensus.rule", "thirds"}: "rule_thirds",
	{"consensus.scope", "kind"}: "scope_kind", {"consensus.comet.out", "scope"}: "out_scope", {"consensus.denominator", "scope"}: "denominator_scope",
	{"consensus.share", "window"}: "share_window", {"consensus.median_iqr.median_min", "window"}: "median_window",
	{"disclosure.small", "access"}:        "small_access",
	{"item_kinds[].classes", "partition"}: "classes_partition", {"item_kinds[].classes[]", "partition"}: "classes_partition",
	{"item_kinds[].min", "date"}: "date_unit", {"item_kinds[].max", "date"}: "date_unit", {"anonymity.latest_key_date", "date"}: "not_a_date",
	{"item_kinds[].max", "out_of_range"}: "above_min", {"rounds[].min_days", "out_of_range"}: "min_days_days", {"items.narrow.min", "out_of_range"}: "narrow_order",
	{"items.narrow.max", "out_of_range"}: "narrow_items", {"consensus.iqr", "out_of_range"}: "iqr_wide", {"consensus.median_iqr.iqr_max", "out_of_range"}: "iqr_wide",
	{"measures.quantile", "not_one_of"}: "quantile_type",
}

// general are the codes of what every field of a sort can have wrong.
var general = map[string]string{
	"wrong_type": "wrong_type", "id": "short_name", "language": "language_code", "grid": "grid_step",
	"spaces": "not_one_line", "not_composed": "says_nothing", "invisible": "says_nothing", "unknown": "field_unknown", "length": "list_length", "not_one_of": "unknown_option",
}

// code is the code under which a fault of the protocol has words.
func code(f fault.Field) (string, map[string]any) {
	if f.Code == "out_of_range" && f.Args != nil {
		return f.Code, f.Args
	}
	if c, ok := worded[[2]string{Pattern(f.Name), f.Code}]; ok {
		return c, f.Args
	}
	if c, ok := general[f.Code]; ok {
		return c, f.Args
	}
	return f.Code, f.Args
}

// lacks turns a fault of the protocol into what the draft lacks, where its field stands.
func (d Document) lacks(f fault.Field) Missing {
	m := Missing{Message: f.Message}
	m.Step, m.Field = d.Locate(f.Name)
	m.Code, m.Args = code(f)
	if m.Field == "document" && f.Name != "document" {
		m.Code, m.Message = "document_path", f.Name+": "+f.Message
		m.Args = map[string]any{"where": m.Message}
		return m
	}
	p, found := At(m.Field)
	switch {
	case !found:
	case f.Code == "wrong_type" && (p.Sort == Whole || p.Sort == Share):
		m.Code = "not_a_number"
	case m.Code == "out_of_range" && p.Sort == Share:
		m.Args = maps.Clone(m.Args)
		for name, v := range m.Args {
			if n, ok := v.(int); ok {
				m.Args[name] = Hundredths(fmt.Sprint(n))
			}
		}
	}
	return m
}

// Unfit gives what is wrong with the draft's protocol, each fault in its field; an error that
// is no fault of the document stays one.
func (d Draft) Unfit() ([]Missing, error) {
	_, err := d.Protocol()
	var f *fault.Fault
	if err == nil {
		return nil, nil
	}
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		return nil, err
	}
	document := d.document
	if len(document.Languages()) == 0 {
		document = document.Spoken([]string{d.language})
	}
	var out []Missing
	for _, field := range f.Fields {
		out = append(out, document.lacks(field))
	}
	return out, nil
}

// Refused gives what keeps a step from being stored: what is typed in its fields and is wrong by
// itself. What other steps decide, and what is not written yet, is stored and missing.
func (d Draft) Refused(step Step) error {
	all, err := d.Unfit()
	if err != nil {
		return err
	}
	var bad []fault.Field
	for _, m := range all {
		if m.Step == step && !m.apart() {
			bad = append(bad, fault.Field{Name: m.Field, Code: m.Code, Message: m.Message, Args: m.Args})
		}
	}
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return nil
}

// apart tells whether a step that lacks it is stored all the same.
func (m Missing) apart() bool {
	if slices.Contains(apart, m.Code) {
		return true
	}
	for at, c := range worded {
		if c == m.Code && slices.Contains(apart, at[1]) {
			return true
		}
	}
	return false
}

// Codes are those under which faults of the protocol have words.
func Codes() []string {
	all := append(slices.Collect(maps.Values(worded)), slices.Collect(maps.Values(general))...)
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// Refusal is Invalid with everything that an announcement waits for.
func Refusal(missing []Missing) error {
	fields := make([]fault.Field, len(missing))
	for i, m := range missing {
		fields[i] = fault.Field{Name: m.Field, Code: m.Code, Message: m.Message, Args: m.Args}
	}
	return fault.Bad(fields...)
}
