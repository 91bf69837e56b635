package answer

import (
	"fmt"
	"math/bits"
	"slices"
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

// read reads a value as tables write it: a whole number, or a date in the kind's unit.
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
	low, likely, high := c.kind.Written(a.Low), c.kind.Written(a.Value), c.kind.Written(a.High)
	args := map[string]any{"low": low, "likely": likely, "high": high}
	switch {
	case len(bad) > 0:
	case a.Low > a.High:
		bad = append(bad, fault.Field{Name: of.Field("high"), Code: "triple_ends", Message: fmt.Sprintf("the highest is %s, but the lowest is %s: put the two in order", high, low), Args: args})
	case a.Low > a.Value || a.Value > a.High:
		bad = append(bad, fault.Field{Name: of.Field(), Code: "triple_order", Message: fmt.Sprintf("the likely value is %s: write one from %s to %s", likely, low, high), Args: args})
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
// likely value's field or in the one beside it.
func (c estimate) Read(form Form, of Question) (delphi.Answer, bool, []fault.Field) {
	fields := []string{of.Field()}
	if c.kind.Triple {
		fields = append(fields, of.Field("low"), of.Field("high"))
	}
	sent := make([]string, len(fields))
	written := ""
	for n, field := range fields {
		sent[n] = c.sent(form, field)
		written += sent[n]
	}
	say := form.Value(of.SayField())
	if sent[0] == Unable || sent[0] == Never {
		say, written = sent[0], strings.Join(sent[1:], "")
	}
	var a delphi.Answer
	var bad []fault.Field
	if a.CannotJudge, a.Never = say == Unable, say == Never; a.CannotJudge || a.Never {
		if written != "" {
			bad = append(bad, fault.Field{Name: of.SayField(), Code: "value_or_word", Message: "you gave a value too: leave one of the two out"})
		}
		return a, true, bad
	}
	if written == "" {
		return delphi.Answer{}, false, nil
	}
	for n, v := range c.parts(&a) {
		if sent[n] == "" {
			bad = append(bad, fault.Field{Name: fields[n], Code: "value_needed", Message: "give this value too"})
			continue
		}
		var wrong string
		if *v, wrong = c.typed(sent[n]); wrong != "" {
			bad = append(bad, c.unread(fields[n], wrong))
		}
	}
	return a, true, bad
}

// DateParts gives the names of the fields of a date of a kind that is typed in parts, the
// smallest first.
func DateParts(k delphi.ItemKind) []string {
	switch k.Unit {
	case delphi.UnitYear:
		return []string{"year"}
	case delphi.UnitMonth:
		return []string{"month", "year"}
	}
	return []string{"day", "month", "year"}
}

// sent is one value of a form, a date put together from its parts; "" for none.
func (c estimate) sent(form Form, field string) string {
	whole := strings.TrimSpace(form.Value(field))
	if c.kind.Kind != delphi.DateForm || whole != "" {
		return whole
	}
	var parts []string
	any := false
	for _, part := range DateParts(c.kind) {
		v := strings.TrimSpace(form.Value(field + "_" + part))
		any = any || v != ""
		if part != "year" && len(v) == 1 {
			v = "0" + v
		}
		parts = append([]string{v}, parts...)
	}
	if !any {
		return ""
	}
	return strings.Join(parts, "-")
}

// typed reads a value as people write it: "3,5" and "3.5" are the same, and are counted as
// the nearest whole number, the higher of two. What is wrong is the code of a fault: a
// point or comma before three digits may part thousands, and is asked about.
func (c estimate) typed(s string) (v int, wrong string) {
	if c.kind.Kind == delphi.DateForm {
		v, ok := delphi.Moment(s, c.kind.Unit)
		if !ok {
			return 0, "no_date"
		}
		return v, ""
	}
	s = strings.Replace(s, "−", "-", 1)
	whole, rest, parted := strings.Cut(strings.ReplaceAll(s, ",", "."), ".")
	v, err := strconv.Atoi(whole)
	if !parted {
		if err != nil {
			return 0, "no_number"
		}
		return v, ""
	}
	digits := rest != "" && strings.Trim(rest, "0123456789") == ""
	switch {
	case err != nil || whole == "" || !digits && !thousands(rest):
		return 0, "no_number"
	case len(rest) == 3 || !digits:
		return 0, "parted_number"
	}
	up := rest[0] >= '5'
	switch {
	case strings.HasPrefix(whole, "-") && (rest[0] > '5' || up && strings.Trim(rest[1:], "0") != ""):
		v--
	case !strings.HasPrefix(whole, "-") && up:
		v++
	}
	return v, ""
}

// thousands tells whether digits go on in groups of three.
func thousands(rest string) bool {
	for _, group := range strings.Split(rest, ".") {
		if len(group) != 3 || strings.Trim(group, "0123456789") != "" {
			return false
		}
	}
	return true
}

// unread is the fault of a field that holds no value at all.
func (c estimate) unread(field, code string) fault.Field {
	example := c.kind.Written(c.kind.Min)
	f := fault.Field{Name: field, Code: code, Args: map[string]any{"example": example}}
	switch code {
	case "no_date":
		f.Message = "write the date like " + example
		parts := strings.Split(example, "-")
		slices.Reverse(parts)
		f.Args["example"] = strings.Join(parts, "/") // as its fields stand in the form
	case "parted_number":
		f.Message = "write the number without parting its thousands"
	default:
		f.Message = "write a number like " + example
	}
	return f
}
