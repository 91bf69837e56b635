package canonical_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"delfi/internal/delphi/canonical"
	"delfi/internal/delphi/stat"
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
		"a function":      func() {},
		"no number":       math.NaN(),
		"deep in a list":  []any{1, []any{math.Inf(1)}},
		"deep in a field": map[string]any{"a": map[string]any{"b": make(chan int)}},
		"no JSON":         json.RawMessage(`{"a"`),
	} {
		if got, err := canonical.Marshal(v); err == nil {
			t.Errorf("%s: was written as %s", what, got)
		}
	}
}

// reference is the canonical form as encoding/json and a tree give it.
func reference(v any) string {
	loose, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	d := json.NewDecoder(bytes.NewReader(loose))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		panic(err)
	}
	var write func(v any) string
	write = func(v any) string {
		var parts []string
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				parts = append(parts, write(e))
			}
			return "[" + strings.Join(parts, ",") + "]"
		case map[string]any:
			for _, k := range slices.SortedFunc(maps.Keys(v), func(x, y string) int {
				return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
			}) {
				parts = append(parts, write(k)+":"+write(v[k]))
			}
			return "{" + strings.Join(parts, ",") + "}"
		case string:
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(v); err != nil {
				panic(err)
			}
			out := strings.TrimSpace(b.String())
			return strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029", `\u007f`, "\x7f").Replace(out)
		}
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	return write(tree)
}

// kit is a document with a field of each shape.
type kit struct {
	Text    string             `json:"text"`
	Whole   int                `json:"whole"`
	Small   int8               `json:"small"`
	Figure  float64            `json:"figure"`
	Value   stat.Value         `json:"value"`
	Truth   bool               `json:"truth"`
	ID      uuid.UUID          `json:"id"`
	Bytes   []byte             `json:"bytes"`
	Raw     json.RawMessage    `json:"raw"`
	Pair    [2]int             `json:"pair"`
	List    []string           `json:"list"`
	Lists   [][]int            `json:"lists"`
	Map     map[string]float64 `json:"map"`
	Pointer *inner             `json:"pointer"`
	Left    string             `json:"left,omitempty"`
	Few     []inner            `json:"few,omitempty"`
	inner
}

type inner struct {
	Name  string `json:"name"`
	Count int    `json:"count,omitempty"`
}

func drawn(t *rapid.T) kit {
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "è", "\"\\\b\f\n\r\t", "\x00\x1f\x7f", "\u2028\U0001F600\uFB33", "<&>/"}))
	some := rapid.Custom(func(t *rapid.T) inner {
		return inner{Name: texts.Draw(t, "name"), Count: rapid.IntRange(0, 3).Draw(t, "count")}
	})
	k := kit{
		Text: texts.Draw(t, "text"), Whole: rapid.Int().Draw(t, "whole"), Small: rapid.Int8().Draw(t, "small"),
		Figure: rapid.Float64().Filter(func(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }).Draw(t, "figure"),
		Value:  rapid.SampledFrom([]stat.Value{stat.Undefined, stat.Of(0), stat.Of(1e-7), stat.Of(math.Inf(-1)), stat.Of(1e21)}).Draw(t, "value"),
		Truth:  rapid.Bool().Draw(t, "truth"), ID: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
		Bytes: rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes"), Pair: [2]int{rapid.Int().Draw(t, "one"), 2},
		Raw:  json.RawMessage(rapid.SampledFrom([]string{`null`, `{"a":[1,2.50,{}],"b":"x"}`, `[]`, `"é"`, `1.0`}).Draw(t, "raw")),
		List: rapid.SliceOfN(texts, 0, 40).Draw(t, "list"), Lists: rapid.SliceOfN(rapid.SliceOfN(rapid.Int(), 0, 30), 0, 20).Draw(t, "lists"),
		Map:  rapid.MapOfN(texts, rapid.Float64Range(-9, 9), 0, 9).Draw(t, "map"),
		Left: texts.Draw(t, "left"), Few: rapid.SliceOfN(some, 0, 40).Draw(t, "few"), inner: some.Draw(t, "inner"),
	}
	if rapid.Bool().Draw(t, "absent") {
		k.List, k.Map, k.Bytes = nil, nil, nil
	} else {
		p := some.Draw(t, "pointer")
		k.Pointer = &p
	}
	return k
}

// TestDocumentsAreWrittenAsTheReferenceDoes, whole and as a stream, and read back as they
// were, from a source that gives them byte by byte too.
func TestDocumentsAreWrittenAsTheReferenceDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawn(t)
		text, err := canonical.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		if want := reference(k); string(text) != want {
			t.Fatalf("wrote %s, want %s", text, want)
		}
		var stream bytes.Buffer
		if err := canonical.Write(&stream, k); err != nil || stream.String() != string(text) {
			t.Fatalf("the stream is %s (%v)", stream.String(), err)
		}
		for what, in := range map[string]io.Reader{"whole": bytes.NewReader(text), "byte by byte": iotest.OneByteReader(bytes.NewReader(text))} {
			var again kit
			read, err := canonical.Read(in, int64(len(text)), &again)
			if err != nil || !bytes.Equal(read, text) {
				t.Fatalf("%s: %v, read %s of %s", what, err, read, text)
			}
			if d := cmp.Diff(k, again, cmp.AllowUnexported(kit{}), cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("%s: %s", what, d)
			}
			if d, err := canonical.Differ(text, again, 100); d != nil || err != nil {
				t.Fatalf("%s: %+v, %v", what, d, err)
			}
		}
		var loose kit
		if err := canonical.Loose([]byte(reference(k)), &loose); err != nil {
			t.Fatal(err)
		}
		if _, err := canonical.Read(bytes.NewReader(text), int64(len(text))-1, &kit{}); err == nil {
			t.Fatal("a text that is longer than it may be was read")
		}
	})
}

// TestWhatIsReadIsWhatWouldBeWritten: a document in which any byte was changed, put in or
// left out is refused, or is itself what its values are written as. No two readers see
// two documents in one.
func TestWhatIsReadIsWhatWouldBeWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, err := canonical.Marshal(drawn(t))
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		with := rapid.SampledFrom([]string{"", " ", "0", "1", "-", ".", ",", "\"", "\\", "u", "{", "}", "[", "]", "null", "\n", "A", "a", "\x80", `\u0041`, `,"text":"x"`}).Draw(t, "with")
		gone := rapid.IntRange(0, 2).Draw(t, "gone")
		changed := slices.Concat(text[:at], []byte(with), text[min(len(text), at+gone):])
		var k kit
		if _, err := canonical.Read(bytes.NewReader(changed), 1<<20, &k); err != nil {
			var f *canonical.Fault
			if !errors.As(err, &f) || f.Error() == "" {
				t.Fatalf("refused without words: %v", err)
			}
			return
		}
		if again, err := canonical.Marshal(k); err != nil || !bytes.Equal(again, changed) {
			t.Fatalf("%s was read, which is written %s (%v)", changed, again, err)
		}
	})
}

// TestFaultsSayWhatAndWhere.
func TestFaultsSayWhatAndWhere(t *testing.T) {
	type item struct {
		ID   string `json:"id"`
		N    int    `json:"n"`
		Note string `json:"note,omitempty"`
	}
	type document struct {
		Items []item         `json:"items"`
		Pair  [2]int         `json:"pair"`
		Sums  map[string]int `json:"sums"`
	}
	good := `{"items":[{"id":"a","n":1},{"id":"b","n":2}],"pair":[1,2],"sums":{"x":1}}`
	for _, c := range []struct{ from, to, want string }{
		{`"n":2`, `"n":2.0`, "at items[1].n: must be a whole number, not 2.0"},
		{`"n":2`, `"n":-0`, "at items[1].n: -0 is not how canonical JSON writes 0"},
		{`"n":2`, `"n":"2"`, "at items[1].n: must be a whole number, not a text"},
		{`"n":2`, `"n":null`, "at items[1].n: must be a whole number, not null"},
		{`"n":2`, `"n":` + strings.Repeat("9", 65), "at items[1].n: a number has more than 64 characters"},
		{`,"n":2`, ``, `at items[1]: fields are missing: "n"`},
		{`"n":2`, `"n":2,"o":1`, `at items[1]: unknown field "o"`},
		{`"n":2`, `"N":2`, `at items[1]: unknown field "N"`},
		{`"n":2`, `"n":2,"n":2`, `at items[1]: the field "n" is given twice`},
		{`"id":"b","n":2`, `"n":2,"id":"b"`, `at items[1]: fields are missing: "id"`},
		{`"n":2`, `"n":2,"note":""`, "at items[1].note: the field is given although it is empty"},
		{`"n":2`, `"n": 2`, "at items[1].n: a space stands where canonical JSON has none"},
		{`"b"`, `"\u0062"`, "at items[1].id: an escape stands in a text where canonical JSON has none, or a shorter one"},
		{`"b"`, `"\u000A"`, "at items[1].id: an escape stands in a text where canonical JSON has none, or a shorter one"},
		{`"b"`, `"\/"`, "at items[1].id: an escape that JSON does not have stands in a text"},
		{`"b"`, "\"\xff\"", "at items[1].id: the text is not UTF-8"},
		{`"b"`, "\"\n\"", "at items[1].id: a control character stands in a text: write it as an escape"},
		{`"b"`, `["b"]`, "at items[1].id: must be a text, not a list"},
		{`[1,2]`, `[1]`, "at pair: the list has 1 entries instead of 2"},
		{`[1,2]`, `[1,2,3]`, "at pair[2]: the list has more than 2 entries"},
		{`{"x":1}`, `{"x":1,"x":1}`, `at sums: the field "x" is out of order, or given twice`},
		{`{"x":1}`, `{"x":1,"w":1}`, `at sums: the field "w" is out of order, or given twice`},
		{`"items":[`, `"items":[null,`, "at items[0]: must be an object, not null"},
		{`"items":[{`, `"items":[tru`, "at items[0]: must be an object, not true or false"},
		{good, good + "\n", "byte 74: a space stands where canonical JSON has none"},
		{good, good + "1", "byte 74: there is more after the end of the document"},
		{good, good[:20], "at items[0]: the text ends too early"},
		{good, "", "byte 1: the text ends too early"},
		{good, `{"items":` + strings.Repeat("[", 70), "at items[0]: must be an object, not a list"},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("%s is not there", c.from)
		}
		var d document
		_, err := canonical.Read(strings.NewReader(strings.Replace(good, c.from, c.to, 1)), 1<<20, &d)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %q", c.to, err, c.want)
		}
	}
	var any json.RawMessage
	for text, want := range map[string]string{
		strings.Repeat("[", 65) + strings.Repeat("]", 65): "lists and objects stand within each other more than 64 deep",
		`{"a":1,"a":2}`: "out of order, or given twice", `{"b":1,"a":2}`: "out of order, or given twice",
		`01`: "is no number", `1.`: "is no number", `+1`: "expected a value", `1e`: "is no number", `.5`: "expected a value", `truth`: "expected a value",
		`{"` + strings.Repeat("a", 5000) + `":1}`: "the text is longer than 4096 bytes", `{"a" :1}`: "a space stands",
	} {
		if _, err := canonical.Read(strings.NewReader(text), 1<<20, &any); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", text, err, want)
		}
	}
	if _, err := canonical.Read(strings.NewReader(strings.Repeat("[", 64)+strings.Repeat("]", 64)), 1<<20, &any); err != nil {
		t.Errorf("64 deep: %v", err)
	}
}

// TestLooseTextIsReadAsItsAuthorMeansIt: spaces, any order, any escape; twice is once too often.
func TestLooseTextIsReadAsItsAuthorMeansIt(t *testing.T) {
	type document struct {
		A string `json:"a"`
		B []int  `json:"b"`
		C []byte `json:"c"`
	}
	for text, want := range map[string]document{
		" { \"b\" : [ 1 , 2 ] ,\n \"a\" : \"\\u00e8\\/\\ud83d\\ude00\" } \n": {A: "è/😀", B: []int{1, 2}},
		`{}`: {}, `{"a":null,"c":"AQI="}`: {C: []byte{1, 2}},
	} {
		var d document
		if err := canonical.Loose([]byte(text), &d); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if diff := cmp.Diff(want, d); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	for text, want := range map[string]string{
		`{"a":"x","a":"y"}`: "given twice", `{"d":1}`: `unknown field "d"`, `{"A":"x"}`: `unknown field "A"`, `{"a":"\ud800"}`: "half a surrogate pair",
		`{"a":"\udc00\ud800"}`: "half a surrogate pair", `{"c":"?"}`: "illegal base64", `{} {}`: "more after the end", `{"a":"\x41"}`: "an escape that JSON does not have",
	} {
		var d document
		if err := canonical.Loose([]byte(text), &d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	var some struct {
		B []int `json:"b"`
	}
	if err := canonical.Some([]byte(`{"a":{"x":[1]},"b":[3],"c":null}`), &some); err != nil || len(some.B) != 1 {
		t.Errorf("some fields: %+v, %v", some, err)
	}
	if err := canonical.Some([]byte(`{"b":[3],"a":1}`), &some); err == nil {
		t.Error("fields out of order were passed over")
	}
}

// TestADifferenceIsNamedByItsPath.
func TestADifferenceIsNamedByItsPath(t *testing.T) {
	want := map[string]any{"a": []any{1, map[string]any{"b": "è", "c": 2}}, "d": "end"}
	for found, named := range map[string]canonical.Difference{
		`{"a":[1,{"b":"e","c":2}],"d":"end"}`:         {Path: "a[1].b", Found: `"e"`, Want: `"è"`},
		`{"a":[1,{"b":"è","c":3}],"d":"end"}`:         {Path: "a[1].c", Found: "3", Want: "2"},
		`{"a":[1,{"b":"è"}],"d":"end"}`:               {Path: "a[1].c", Found: "no such field", Want: "2"},
		`{"a":[1,{"b":"è","bb":[],"c":2}],"d":"end"}`: {Path: "a[1].bb", Found: "[]", Want: "no such field"},
		`{"a":[1],"d":"end"}`:                         {Path: "a", Found: "1 of them", Want: "2"},
		`{"a":[],"d":"end"}`:                          {Path: "a", Found: "0 of them", Want: "2"},
		`{"a":[1,{"b":"è","c":2},3,4],"d":"end"}`:     {Path: "a", Found: "4 of them", Want: "2"},
		`{"a":{},"d":"end"}`:                          {Path: "a", Found: "{}", Want: `[1,{"b":"è`},
		`{"a":[1,{"b":"è","c":2}]}`:                   {Path: "d", Found: "no such field", Want: `"end"`},
		`{}`:                                          {Path: "a", Found: "no such field", Want: `[1,{"b":"è`},
		`[]`:                                          {Path: "", Found: "[]", Want: `{"a":[1,{"b`},
	} {
		d, err := canonical.Differ([]byte(found), want, 11)
		if err != nil || d == nil {
			t.Errorf("%s: %+v, %v", found, d, err)
			continue
		}
		if diff := cmp.Diff(named, *d); diff != "" {
			t.Errorf("%s: %s", found, diff)
		}
	}
}

// TestAStreamIsReadByParts: an object and a list field by field, with places by line.
func TestAStreamIsReadByParts(t *testing.T) {
	r := canonical.NewReader(iotest.HalfReader(strings.NewReader("{\n \"a\": [1, 22],\n \"b\": {\"id\": 3}\n}")), 1000)
	var got []string
	err := r.Object(func(name string) error {
		if name == "a" {
			return r.List(func(n int) error {
				var v int
				err := r.Value(&v)
				line, column := r.Place()
				got = append(got, fmt.Sprintf("a[%d]=%d at %d:%d", n, v, line, column))
				return err
			})
		}
		var v struct {
			ID string `json:"id"`
		}
		return r.Value(&v)
	})
	var f *canonical.Fault
	if !errors.As(err, &f) || f.Path != "b.id" || f.Line != 3 || f.Column != 14 || f.Want != "a text" || f.Found != "a number" {
		t.Errorf("%+v", f)
	}
	if d := cmp.Diff([]string{"a[0]=1 at 2:9", "a[1]=22 at 2:13"}, got); d != "" {
		t.Error(d)
	}
}

// TestASourceThatFailsIsNoFaultOfItsText.
func TestASourceThatFailsIsNoFaultOfItsText(t *testing.T) {
	away := errors.New("the server is away")
	for _, begun := range []string{"", "{", `{"a":"x`, `{"a":1`} {
		var d struct {
			A int `json:"a"`
		}
		if _, err := canonical.Read(io.MultiReader(strings.NewReader(begun), iotest.ErrReader(away)), 100, &d); !errors.Is(err, away) && begun != `{"a":"x` {
			t.Errorf("%q: %v", begun, err)
		}
	}
}

// BenchmarkSome reads one field of a small document, as verify does of each entry of a log.
func BenchmarkSome(b *testing.B) {
	text := []byte(`{"decided":"settle","item":1,"kind":"settle","proposed":"settle","role":"system","round":3}`)
	b.ReportAllocs()
	for b.Loop() {
		var f struct {
			Role string `json:"role"`
		}
		if err := canonical.Some(text, &f); err != nil {
			b.Fatal(err)
		}
	}
}

// TestNumbersAreCounted, and digits within texts are none.
func TestNumbersAreCounted(t *testing.T) {
	for text, n := range map[string]int{
		`[]`: 0, `[1,-2.5,"3 4",{"5":6}]`: 3, `"\"7\""`: 0, `1e+30`: 1, `{"a":[0,0],"b":null}`: 2,
	} {
		if got := canonical.Numbers([]byte(text)); got != n {
			t.Errorf("%s: %d, %d expected", text, got, n)
		}
	}
}
