package stat_test

import (
	"encoding/json"
	"math"
	"testing"

	"delfi/internal/delphi/stat"
)

func TestValue(t *testing.T) {
	for _, c := range []struct {
		name string
		v    stat.Value
		json string
		text string
	}{
		{"nothing", stat.Value{}, "null", "–"},
		{"NaN is nothing", stat.Of(math.NaN()), "null", "–"},
		{"nought", stat.Of(0), "0", "0"},
		{"minus nought", stat.Of(math.Copysign(0, -1)), "0", "0"},
		{"a number", stat.Of(0.25), "0.25", "0.25"},
		{"never", stat.Of(math.Inf(1)), `"inf"`, "+Inf"},
		{"ever since", stat.Of(math.Inf(-1)), `"-inf"`, "-Inf"},
		{"x/0", stat.Of(1).Over(stat.Of(0)), "null", "–"},
		{"x/nothing", stat.Of(1).Over(stat.Undefined), "null", "–"},
		{"x−y", stat.Of(1).Minus(stat.Of(3)), "-2", "-2"},
		{"nothing−y", stat.Undefined.Minus(stat.Of(3)), "null", "–"},
		{"∞−∞", stat.Of(math.Inf(1)).Minus(stat.Of(math.Inf(1))), "null", "–"},
		{"|x|", stat.Of(-2).Abs(), "2", "2"},
		{"|nothing|", stat.Undefined.Abs(), "null", "–"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := json.Marshal(c.v)
			if err != nil || string(b) != c.json {
				t.Errorf("JSON %s (%v), want %s", b, err, c.json)
			}
			back := stat.Of(7) // must be overwritten, by null too
			if err := json.Unmarshal(b, &back); err != nil || !back.Equal(c.v) {
				t.Errorf("read back %v (%v), want %v", back, err, c.v)
			}
			if s := c.v.String(); s != c.text {
				t.Errorf("text %q, want %q", s, c.text)
			}
		})
	}
	var v stat.Value
	if err := json.Unmarshal([]byte(`"many"`), &v); err == nil {
		t.Error("a word passed for a figure")
	}
	if stat.Undefined.Or(3) != 3 || stat.Of(2).Or(3) != 2 {
		t.Error("Or does not stand in for nothing, and only for that")
	}
	if x, ok := stat.Undefined.Float(); x != 0 || ok {
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
		if got := stat.AtLeast(c.count, c.n, c.permille); got != c.atLeast {
			t.Errorf("AtLeast(%d, %d, %d) is %v", c.count, c.n, c.permille, got)
		}
		if got := stat.Above(c.count, c.n, c.permille); got != c.above {
			t.Errorf("Above(%d, %d, %d) is %v", c.count, c.n, c.permille, got)
		}
		if got := stat.Below(c.count, c.n, c.permille); got != c.below {
			t.Errorf("Below(%d, %d, %d) is %v", c.count, c.n, c.permille, got)
		}
	}
	h := []int{1, 2, 3, 4, 5}
	for _, c := range []struct{ from, to, want int }{{1, 5, 15}, {4, 5, 9}, {0, 2, 3}, {5, 9, 5}, {4, 3, 0}} {
		if got := stat.Window(h, c.from, c.to); got != c.want {
			t.Errorf("Window(%d, %d) is %d, want %d", c.from, c.to, got, c.want)
		}
	}
}
