package answer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
)

// criteria encodes a point for each criterion in a byte of its own, 1 more than the
// point: 1 is "cannot judge" of that criterion, unableByte in the first byte of all.
type criteria struct{ kind delphi.ItemKind }

func (c criteria) Width() int { return len(c.kind.Criteria) }

func (criteria) Encode(b []byte, a *delphi.Answer) {
	clear(b)
	if a.CannotJudge {
		b[0] = unableByte
		return
	}
	for i, v := range a.Criteria {
		b[i] = byte(v + 1)
	}
}

func (c criteria) Decode(b []byte, a *delphi.Answer) bool {
	a.Criteria = a.Criteria[:0]
	if a.CannotJudge = b[0] == unableByte; a.CannotJudge {
		return true
	}
	for _, v := range b {
		if v < 1 || int(v)-1 > c.kind.Points {
			return false
		}
		a.Criteria = append(a.Criteria, int(v)-1)
	}
	return true
}

func (c criteria) Text(a *delphi.Answer) string {
	if a.CannotJudge {
		return leaf.CannotJudge
	}
	parts := make([]string, len(a.Criteria))
	for i, v := range a.Criteria {
		if parts[i] = strconv.Itoa(v); v == 0 {
			parts[i] = unjudged
		}
	}
	return strings.Join(parts, ",")
}

// unjudged is the text of a criterion that somebody cannot judge.
const unjudged = "-"

func (c criteria) Parse(text string) (delphi.Answer, error) {
	if unable(c.kind, text) {
		return delphi.Answer{CannotJudge: true}, nil
	}
	var a delphi.Answer
	for _, part := range strings.Split(text, ",") {
		v := 0
		if part != unjudged || !c.kind.CannotJudge {
			var err error
			if v, err = whole(part); err != nil || v < 1 || v > c.kind.Points {
				return delphi.Answer{}, fmt.Errorf("%q is no list of points from 1 to %d", text, c.kind.Points)
			}
		}
		a.Criteria = append(a.Criteria, v)
	}
	if len(a.Criteria) != len(c.kind.Criteria) || !slices.ContainsFunc(a.Criteria, judgedOne) {
		return delphi.Answer{}, fmt.Errorf("%q has not a point for each of %d criteria", text, len(c.kind.Criteria))
	}
	return a, nil
}

func judgedOne(v int) bool { return v != 0 }

// Check makes an answer that judges no criterion one that cannot judge the item: the two
// are counted alike.
func (c criteria) Check(a *delphi.Answer, of Question) []fault.Field {
	if c.kind.CannotJudge && len(a.Criteria) == len(c.kind.Criteria) && !slices.ContainsFunc(a.Criteria, judgedOne) {
		a.CannotJudge, a.Criteria = true, nil
	}
	switch bad := judged(c.kind, a, of); {
	case bad != nil || a.CannotJudge:
		return bad
	case len(a.Criteria) == 0:
		return []fault.Field{missing(of)}
	case len(a.Criteria) != len(c.kind.Criteria):
		return []fault.Field{{
			Name: of.Field(), Code: "criteria_missing", Message: fmt.Sprintf("answer on each of the %d criteria", len(c.kind.Criteria)),
			Args: map[string]any{"n": len(c.kind.Criteria)},
		}}
	}
	var bad []fault.Field
	for i, v := range a.Criteria {
		if v != 0 || !c.kind.CannotJudge {
			bad = append(bad, within(v, 1, c.kind.Points, of.Field(c.kind.Criteria[i]))...)
		}
	}
	return bad
}

// Read reads a field for each criterion once any of them was sent, or Unable for all.
func (c criteria) Read(form Form, of Question) (delphi.Answer, bool, []fault.Field) {
	if form.Value(of.Field()) == Unable {
		return delphi.Answer{CannotJudge: true}, true, nil
	}
	var a delphi.Answer
	var bad []fault.Field
	given := false
	for _, name := range c.kind.Criteria {
		field := of.Field(name)
		v, sent, ok := number(form, field)
		switch {
		case !sent || form.Value(field) == Cleared:
			bad = append(bad, fault.Field{Name: field, Code: "criterion_missing", Message: "answer on this criterion too"})
		case form.Value(field) == Unable && c.kind.CannotJudge:
			v, given = 0, true
		case !ok || v < 1:
			v, given = 0, true
			bad = append(bad, within(0, 1, c.kind.Points, field)...)
		default:
			given = true
		}
		a.Criteria = append(a.Criteria, v)
	}
	if !given {
		return delphi.Answer{}, false, nil
	}
	return a, true, bad
}
