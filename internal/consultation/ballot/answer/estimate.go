package answer

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
)

// estimate encodes an estimate or a date: a byte for the sort of answer, then the value
// as its distance from the kind's Min, and with a triple those of low and high.
type estimate struct {
	kind delphi.ItemKind
	size int // bytes of one distance
}

// The first byte of an encoded estimate.
const (
	estimated = 1
	noJudge   = 2
	never     = 3
)

func newEstimate(k delphi.ItemKind) Codec {
	return estimate{kind: k, size: max(1, (bits.Len64(uint64(k.Max-k.Min))+7)/8)}
}

// parts are the values of an answer, the likely one first.
func (c estimate) parts(a *delphi.Answer) []*int {
	if c.kind.Triple {
		return []*int{&a.Value, &a.Low, &a.High}
	}
	return []*int{&a.Value}
}

func (c estimate) Width() int { return 1 + c.size*len(c.parts(&delphi.Answer{})) }

func (c estimate) Encode(b []byte, a *delphi.Answer) {
	clear(b)
	switch {
	case a.CannotJudge:
		b[0] = noJudge
		return
	case a.Never:
		b[0] = never
		return
	}
	b[0] = estimated
	for n, v := range c.parts(a) {
		at := b[1+n*c.size : 1+(n+1)*c.size]
		distance := uint64(*v - c.kind.Min)
		for i := len(at) - 1; i >= 0; i-- {
			at[i] = byte(distance)
			distance >>= 8
		}
	}
}

func (c estimate) Decode(b []byte, a *delphi.Answer) bool {
	a.CannotJudge, a.Never = b[0] == noJudge, b[0] == never
	a.Value, a.Low, a.High = 0, 0, 0
	if b[0] != estimated {
		return a.CannotJudge || a.Never
	}
	for n, v := range c.parts(a) {
		distance := uint64(0)
		for _, d := range b[1+n*c.size : 1+(n+1)*c.size] {
			distance = distance<<8 | uint64(d)
		}
		if distance > uint64(c.kind.Max-c.kind.Min) {
			return false
		}
		*v = c.kind.Min + int(distance)
	}
	return true
}

func (c estimate) Text(a *delphi.Answer) string {
	switch {
	case a.CannotJudge:
		return leaf.CannotJudge
	case a.Never:
		return Never
	case c.kind.Triple:
		return c.kind.Written(a.Low) + "," + c.kind.Written(a.Value) + "," + c.kind.Written(a.High)
	}
	return c.kind.Written(a.Value)
}

func (c estimate) Parse(text string) (delphi.Answer, error) {
	if unable(c.kind, text) {
		return delphi.Answer{CannotJudge: true}, nil
	}
	if c.kind.Never && text == Never {
		return delphi.Answer{Never: true}, nil
	}
	var a delphi.Answer
	into := c.parts(&a)
	if c.kind.Triple {
		into = []*int{&a.Low, &a.Value, &a.High}
	}
	parts := strings.Split(text, ",")
	if len(parts) != len(into) {
		return delphi.Answer{}, fmt.Errorf("%q has not %d values", text, len(into))
	}
	for n, part := range parts {
		v, ok := c.read(part)
		if !ok || c.kind.Written(v) != part {
			return delphi.Answer{}, fmt.Errorf("%q is no value of its kind", part)
		}
		*into[n] = v
	}
	if bad := c.Check(&a, Question{}); len(bad) > 0 {
		return delphi.Answer{}, fmt.Errorf("%q: %s", text, bad[0].Message)
	}
	return a, nil
}

// read reads a value as people and tables write it: a whole number, or a date in the
// kind's unit.
func (c estimate) read(s string) (int, bool) {
	if c.kind.Kind == delphi.DateForm {
		return delphi.Moment(s, c.kind.Unit)
	}
	v, err := strconv.Atoi(s)
	return v, err == nil
}

func (c estimate) Check(a *delphi.Answer, of Question) []fault.Field {
	switch bad := judged(c.kind, a, of); {
	case bad != nil || a.CannotJudge:
		return bad
	case a.Never && !c.kind.Never:
		return []fault.Field{{Name: of.Field(), Code: "never_off", Message: "that it never happens is no answer to this question: give a value"}}
	case a.Never && (a.Value != 0 || a.Low != 0 || a.High != 0):
		return []fault.Field{{Name: of.Field(), Code: "one_answer", Message: "give a value or say that it never happens, not both"}}
	case a.Never:
		return nil
	}
	bad := c.inRange(a.Value, of.Field())
	if !c.kind.Triple {
		return bad
	}
	bad = append(append(bad, c.inRange(a.Low, of.Field("low"))...), c.inRange(a.High, of.Field("high"))...)
	if len(bad) == 0 && (a.Low > a.Value || a.Value > a.High) {
		bad = append(bad, fault.Field{Name: of.Field(), Code: "triple_order", Message: "the likely value lies between the lowest and the highest: put the three in order"})
	}
	return bad
}

// inRange gives the fault of a value outside of the kind's range, which it names as
// people write it.
func (c estimate) inRange(v int, field string) []fault.Field {
	if v >= c.kind.Min && v <= c.kind.Max {
		return nil
	}
	least, most := c.kind.Written(c.kind.Min), c.kind.Written(c.kind.Max)
	return []fault.Field{{
		Name: field, Code: "out_of_range", Message: fmt.Sprintf("give a value from %s to %s", least, most),
		Args: map[string]any{"min": least, "max": most},
	}}
}

// Read reads the likely value, with a triple low and high too; or Unable or Never in the
// field beside them.
func (c estimate) Read(form Form, of Question) (delphi.Answer, bool, []fault.Field) {
	switch form.Value(of.Field()) {
	case Unable:
		return delphi.Answer{CannotJudge: true}, true, nil
	case Never:
		return delphi.Answer{Never: true}, true, nil
	}
	fields := []string{of.Field()}
	if c.kind.Triple {
		fields = append(fields, of.Field("low"), of.Field("high"))
	}
	var a delphi.Answer
	var bad []fault.Field
	given := false
	for n, v := range c.parts(&a) {
		sent := strings.TrimSpace(form.Value(fields[n]))
		if sent == "" {
			bad = append(bad, fault.Field{Name: fields[n], Code: "value_needed", Message: "give this value too"})
			continue
		}
		given = true
		var ok bool
		if *v, ok = c.read(sent); !ok {
			bad = append(bad, c.unread(fields[n]))
		}
	}
	if !given {
		return delphi.Answer{}, false, nil
	}
	return a, true, bad
}

// unread is the fault of a field that holds no value at all.
func (c estimate) unread(field string) fault.Field {
	example := c.kind.Written(c.kind.Min)
	if c.kind.Kind == delphi.DateForm {
		return fault.Field{Name: field, Code: "no_date", Message: "write the date like " + example, Args: map[string]any{"example": example}}
	}
	return fault.Field{Name: field, Code: "no_number", Message: "write a whole number like " + example, Args: map[string]any{"example": example}}
}
