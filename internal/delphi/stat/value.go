package stat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Value is a figure, or the statement that there is none. The zero Value is
// Undefined, so that a figure that nobody computed cannot pass for 0.
type Value struct {
	v  float64
	ok bool
}

// Undefined is the Value of a measure whose definition gives no number.
var Undefined = Value{}

// Of makes a Value of x. NaN is Undefined; an infinity stays, because "never" is
// an answer to an estimate and a median may fall on it. −0 becomes 0.
func Of(x float64) Value {
	if math.IsNaN(x) {
		return Undefined
	}
	return Value{v: x + 0, ok: true} // −0 + 0 is 0
}

// count makes a Value of a number of people.
func count(n int) Value { return Of(float64(n)) }

// Float gives the number, and false (with 0) when there is none.
func (v Value) Float() (float64, bool) { return v.v, v.ok }

// Defined tells whether there is a number.
func (v Value) Defined() bool { return v.ok }

// Or gives the number, or x when there is none.
func (v Value) Or(x float64) float64 {
	if !v.ok {
		return x
	}
	return v.v
}

// Equal tells whether both are the same number or both Undefined.
func (v Value) Equal(w Value) bool { return v == w }

// Minus is v − w; Undefined when either is, or at ∞ − ∞.
func (v Value) Minus(w Value) Value {
	if !v.ok || !w.ok {
		return Undefined
	}
	return Of(v.v - w.v)
}

// Over is v / w; Undefined when either is, or when w is 0.
func (v Value) Over(w Value) Value {
	if !v.ok || !w.ok || w.v == 0 {
		return Undefined
	}
	return Of(v.v / w.v)
}

// Abs is |v|, Undefined when v is.
func (v Value) Abs() Value {
	v.v = math.Abs(v.v)
	return v
}

// String gives the shortest decimal that reads back as the same number, or "–".
func (v Value) String() string {
	if !v.ok {
		return "–"
	}
	return strconv.FormatFloat(v.v, 'g', -1, 64)
}

// MarshalJSON writes the number, null when Undefined, and the strings "inf" and
// "-inf" for the infinities, which JSON numbers cannot hold.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case !v.ok:
		return []byte("null"), nil
	case math.IsInf(v.v, 1):
		return []byte(`"inf"`), nil
	case math.IsInf(v.v, -1):
		return []byte(`"-inf"`), nil
	}
	return json.Marshal(v.v)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(b []byte) error {
	switch s := string(bytes.TrimSpace(b)); s {
	case "null":
		*v = Undefined
	case `"inf"`:
		*v = Of(math.Inf(1))
	case `"-inf"`:
		*v = Of(math.Inf(-1))
	default:
		var x float64
		if err := json.Unmarshal(b, &x); err != nil {
			return fmt.Errorf("figure %q is neither a number nor null: %w", s, err)
		}
		*v = Of(x)
	}
	return nil
}
