package ballot

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		got, err := Canonical(c.in)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if d := cmp.Diff(c.want, string(got)); d != "" {
			t.Errorf("%s: %s", what, d)
		}
		again, err := Canonical(json.RawMessage(got))
		if err != nil || string(again) != string(got) {
			t.Errorf("%s: canonical JSON changes when it is written again (%v)", what, err)
		}
	}
}
