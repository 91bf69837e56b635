package canonical_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/delphi/canonical"
)

func TestCanonicalJSONIsTheOneOfRFC8785(t *testing.T) {
	for what, c := range map[string]struct {
		in   any
		want string
	}{
		"fields are sorted and space is gone": {map[string]any{"b": 1, "a": []int{2, 1}}, `{"a":[2,1],"b":1}`},
		"by UTF-16 units, not by code point":  {map[string]any{"\U0001F600": 1, "\uFB33": 2}, "{\"\U0001F600\":1,\"\uFB33\":2}"},
		"escapes are the shortest":            {"<&>\"\\\b\f\n\r\t\x01\u2028è/", "\"<&>\\\"\\\\\\b\\f\\n\\r\\t\\u0001\u2028è/\""},
		"numbers as ECMAScript":               {[]float64{1, 0.5, 1e21, 1e-7, 4.35, 333333333.3333333}, `[1,0.5,1e+21,1e-7,4.35,333333333.3333333]`},
		"nothing is null":                     {struct{ A *int }{}, `{"A":null}`},
	} {
		got, err := canonical.Marshal(c.in)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if d := cmp.Diff(c.want, string(got)); d != "" {
			t.Errorf("%s: %s", what, d)
		}
		again, err := canonical.Marshal(json.RawMessage(got))
		if err != nil || string(again) != string(got) {
			t.Errorf("%s: canonical JSON changes when it is written again (%v)", what, err)
		}
	}
}

// A tree that is built by hand is written as one that was read.
func TestTreeIsWrittenAsItsText(t *testing.T) {
	got, err := canonical.Append([]byte("before "), map[string]any{"whole": -7, "none": nil, "yes": true, "list": []any{json.Number("1.50"), ""}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `before {"list":[1.50,""],"none":null,"whole":-7,"yes":true}`; string(got) != want {
		t.Errorf("wrote %s, want %s", got, want)
	}
}

func TestWhatIsNoJSONIsRefused(t *testing.T) {
	for what, v := range map[string]any{
		"a float":         0.5,
		"deep in a list":  []any{1, []any{int64(2)}},
		"deep in a field": map[string]any{"a": map[string]any{"b": []string{"c"}}},
	} {
		if got, err := canonical.Append(nil, v); err == nil {
			t.Errorf("%s: was written as %s", what, got)
		}
	}
	if got, err := canonical.Marshal(func() {}); err == nil {
		t.Errorf("a function was written as %s", got)
	}
}
