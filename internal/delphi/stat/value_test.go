package stat

import (
	"encoding/json"
	"math"
	"testing"
)

func TestValue(t *testing.T) {
	for _, c := range []struct {
		name string
		v    Value
		json string
		text string
	}{
		{"nothing", Value{}, "null", "–"},
		{"NaN is nothing", Of(math.NaN()), "null", "–"},
		{"nought", Of(0), "0", "0"},
		{"minus nought", Of(math.Copysign(0, -1)), "0", "0"},
		{"a number", Of(0.25), "0.25", "0.25"},
		{"never", Of(math.Inf(1)), `"inf"`, "+Inf"},
		{"ever since", Of(math.Inf(-1)), `"-inf"`, "-Inf"},
		{"x/0", Of(1).Over(Of(0)), "null", "–"},
		{"x/nothing", Of(1).Over(Undefined), "null", "–"},
		{"x−y", Of(1).Minus(Of(3)), "-2", "-2"},
		{"nothing−y", Undefined.Minus(Of(3)), "null", "–"},
		{"∞−∞", Of(math.Inf(1)).Minus(Of(math.Inf(1))), "null", "–"},
		{"|x|", Of(-2).Abs(), "2", "2"},
		{"|nothing|", Undefined.Abs(), "null", "–"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := json.Marshal(c.v)
			if err != nil || string(b) != c.json {
				t.Errorf("JSON %s (%v), want %s", b, err, c.json)
			}
			back := Of(7) // must be overwritten, by null too
			if err := json.Unmarshal(b, &back); err != nil || !back.Equal(c.v) {
				t.Errorf("read back %v (%v), want %v", back, err, c.v)
			}
			if s := c.v.String(); s != c.text {
				t.Errorf("text %q, want %q", s, c.text)
			}
		})
	}
	var v Value
	if err := json.Unmarshal([]byte(`"many"`), &v); err == nil {
		t.Error("a word passed for a figure")
	}
	if Undefined.Or(3) != 3 || Of(2).Or(3) != 2 {
		t.Error("Or does not stand in for nothing, and only for that")
	}
	if x, ok := Undefined.Float(); x != 0 || ok {
		t.Error("nothing gave a number")
	}
}

// TestThresholds: shares are compared in integers, where floats would miss:
// 0.15·20 is 3 and 3/20 is not below 0.15.
func TestThresholds(t *testing.T) {
	for _, c := range []struct {
		count, n, permille    int
		atLeast, above, below bool
	}{
		{3, 20, 150, true, false, false},
		{2, 20, 150, false, false, true},
		{4, 20, 150, true, true, false},
		{7, 10, 700, true, false, false},
		{69, 100, 700, false, false, true},
		{1, 3, 333, true, true, false},
		{0, 5, 0, true, false, false},
		{0, 0, 0, false, false, false},
	} {
		if got := AtLeast(c.count, c.n, c.permille); got != c.atLeast {
			t.Errorf("AtLeast(%d, %d, %d) is %v", c.count, c.n, c.permille, got)
		}
		if got := Above(c.count, c.n, c.permille); got != c.above {
			t.Errorf("Above(%d, %d, %d) is %v", c.count, c.n, c.permille, got)
		}
		if got := Below(c.count, c.n, c.permille); got != c.below {
			t.Errorf("Below(%d, %d, %d) is %v", c.count, c.n, c.permille, got)
		}
	}
	h := []int{1, 2, 3, 4, 5}
	for _, c := range []struct{ from, to, want int }{{1, 5, 15}, {4, 5, 9}, {0, 2, 3}, {5, 9, 5}, {4, 3, 0}} {
		if got := Window(h, c.from, c.to); got != c.want {
			t.Errorf("Window(%d, %d) is %d, want %d", c.from, c.to, got, c.want)
		}
	}
}
