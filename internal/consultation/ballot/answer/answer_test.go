package answer_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// kinds are one of each kind of item, and the others that their codecs tell apart.
var kinds = []delphi.ItemKind{
	{ID: "scale", Kind: delphi.ScaleForm, Points: 9, CannotJudge: true},
	{ID: "judged", Kind: delphi.ScaleForm, Points: 2},
	{ID: "criteria", Kind: delphi.CriteriaForm, Points: 4, CannotJudge: true, Criteria: []string{"desirability", "feasibility", "importance"}},
	{ID: "strict", Kind: delphi.CriteriaForm, Points: 11, Criteria: []string{"one"}},
	{ID: "estimate", Kind: delphi.EstimateForm, Unit: "euro", Min: -40, Max: 1000, Grid: 10, CannotJudge: true},
	{ID: "triple", Kind: delphi.EstimateForm, Unit: "euro", Min: 0, Max: 5_000_000, Grid: 1000, Triple: true, Never: true},
	{ID: "year", Kind: delphi.DateForm, Unit: delphi.UnitYear, Min: 2027, Max: 2090, Grid: 1, Never: true, CannotJudge: true},
	{ID: "month", Kind: delphi.DateForm, Unit: delphi.UnitMonth, Min: 2027 * 12, Max: 2031*12 + 11, Grid: 1, Triple: true},
	{ID: "ranking", Kind: delphi.RankingForm, K: 3},
	{ID: "choice", Kind: delphi.ChoiceForm, CannotJudge: true},
	{ID: "selection", Kind: delphi.SelectionForm, K: 2},
	{ID: "text", Kind: delphi.TextForm},
}

var rules = protocol.Protocol{ItemKinds: kinds}

func set() *answer.Set { return answer.For(rules, delphi.AnswerRound) }

// five is a question of a list of five items.
var five = answer.Question{Number: 3, Kind: "choice", List: 5, First: true}

// draw draws an answer that a kind asks for.
func draw(t *rapid.T, k delphi.ItemKind) delphi.Answer {
	form := k.Kind
	whole := func(least, most int, label string) int { return rapid.IntRange(least, most).Draw(t, label) }
	if k.CannotJudge && whole(0, 4, "judges") == 0 {
		return delphi.Answer{CannotJudge: true}
	}
	if k.Never && whole(0, 4, "ever") == 0 {
		return delphi.Answer{Never: true}
	}
	switch form {
	case delphi.ScaleForm:
		return delphi.Answer{Value: whole(1, k.Points, "point")}
	case delphi.CriteriaForm:
		least := 1
		if k.CannotJudge {
			least = 0
		}
		a := delphi.Answer{Criteria: make([]int, len(k.Criteria))}
		for i := range a.Criteria {
			a.Criteria[i] = whole(least, k.Points, "criterion")
		}
		a.Criteria[0] = max(1, a.Criteria[0])
		return a
	case delphi.EstimateForm, delphi.DateForm:
		if !k.Triple {
			return delphi.Answer{Value: whole(k.Min, k.Max, "value")}
		}
		v := []int{whole(k.Min, k.Max, "value"), whole(k.Min, k.Max, "value"), whole(k.Min, k.Max, "value")}
		slices.Sort(v)
		return delphi.Answer{Low: v[0], Value: v[1], High: v[2]}
	case delphi.RankingForm:
		return delphi.Answer{Value: whole(1, five.List, "rank")}
	case delphi.ChoiceForm:
		return delphi.Answer{Value: 1}
	case delphi.SelectionForm:
		return delphi.Answer{Value: whole(0, 1, "selected")}
	}
	return delphi.Answer{Reason: "parole"}
}

var sameValue = []cmp.Option{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(delphi.Answer{}, "Reason")}

// Every answer that a kind asks for passes, has its kind's width whatever it says, comes
// back from its bytes and from its text, and two answers have one text only when they say
// the same.
func TestAnAnswerOfEachKindComesBackFromItsBytesAndItsText(t *testing.T) {
	for n, k := range kinds {
		t.Run(k.ID, func(t *testing.T) {
			codec := set().Codec(n)
			rapid.Check(t, func(t *rapid.T) {
				a, other := draw(t, k), draw(t, k)
				if bad := set().Check(n, &a, five); len(bad) > 0 {
					t.Fatalf("%+v: %v", a, bad)
				}
				b := slices.Repeat([]byte{0xaa}, codec.Width())
				codec.Encode(b, &a)
				if !slices.ContainsFunc(b, func(x byte) bool { return x != 0 }) {
					t.Fatal("an answer is encoded as none")
				}
				into := delphi.Answer{Criteria: make([]int, 0, 8)}
				if !codec.Decode(b, &into) {
					t.Fatalf("% x cannot be read", b)
				}
				if d := cmp.Diff(a, into, sameValue...); d != "" {
					t.Fatal("from bytes:", d)
				}
				text := codec.Text(&a)
				if text == "" || strings.ContainsAny(text, " \n") {
					t.Fatalf("%q is not one word", text)
				}
				parsed, err := codec.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(a, parsed, sameValue...); d != "" {
					t.Fatal("from its text:", d)
				}
				if (text == codec.Text(&other)) != answer.Same(&a, &other) {
					t.Fatalf("%+v and %+v are told apart by one of text and Same", a, other)
				}
			})
		})
	}
}

// Whatever bytes and texts come, nothing panics, zeros are no answer, and what is read
// from bytes is written as the same bytes: an answer has one encoding.
func TestAnythingElseIsNoAnswer(t *testing.T) {
	for n, k := range kinds {
		t.Run(k.ID, func(t *testing.T) {
			codec := set().Codec(n)
			if codec.Decode(make([]byte, codec.Width()), &delphi.Answer{}) {
				t.Error("zeros are an answer")
			}
			rapid.Check(t, func(t *rapid.T) {
				b := rapid.SliceOfN(rapid.Byte(), codec.Width(), codec.Width()).Draw(t, "bytes")
				var a delphi.Answer
				if codec.Decode(b, &a) {
					again := make([]byte, len(b))
					if codec.Encode(again, &a); !slices.Equal(again, b) && k.Kind != delphi.CriteriaForm && !a.CannotJudge && !a.Never {
						t.Fatalf("% x is read and written as % x", b, again)
					}
				}
				text := rapid.String().Draw(t, "text")
				if a, err := codec.Parse(text); err == nil && codec.Text(&a) != text {
					t.Fatalf("%q is read and written as %q", text, codec.Text(&a))
				}
			})
			for _, text := range []string{"", "07", "+7", " 7", "7 ", "7.0", "0", "-1", "12", "cannot-judge ", "1,", "1,1,1,1,1,1,1", "2027-13", "99999999999999999999"} {
				if a, err := codec.Parse(text); err == nil && codec.Text(&a) != text {
					t.Errorf("%q is read and written as %q", text, codec.Text(&a))
				}
			}
		})
	}
}

// What a round may ask is what its engine counts: an answer that passes is counted, and
// one that a kind does not ask for does not pass.
func TestAnswersThatAKindDoesNotAskForNameTheirField(t *testing.T) {
	cases := []struct {
		kind  string
		a     delphi.Answer
		field string
		code  string
	}{
		{"scale", delphi.Answer{Value: 10}, "answer_3", "out_of_scale"},
		{"scale", delphi.Answer{Value: -1}, "answer_3", "out_of_scale"},
		{"scale", delphi.Answer{}, "answer_3", "value_missing"},
		{"scale", delphi.Answer{Value: 4, CannotJudge: true}, "answer_3", "one_answer"},
		{"scale", delphi.Answer{Value: 4, Confidence: 5}, "confidence_3", "out_of_scale"},
		{"scale", delphi.Answer{Value: 4, Reason: strings.Repeat("è", 601)}, "reason_3", "too_long"},
		{"scale", delphi.Answer{Value: 4, Reason: "perché", Argues: "boh"}, "argues_3", "unknown_side"},
		{"judged", delphi.Answer{CannotJudge: true}, "answer_3", "cannot_judge_off"},
		{"criteria", delphi.Answer{}, "answer_3", "value_missing"},
		{"criteria", delphi.Answer{Criteria: []int{4, 4}}, "answer_3", "criteria_missing"},
		{"criteria", delphi.Answer{Criteria: []int{4, 5, 1}}, "answer_3_feasibility", "out_of_scale"},
		{"criteria", delphi.Answer{Criteria: []int{4, 4, 1}, CannotJudge: true}, "answer_3", "one_answer"},
		{"strict", delphi.Answer{Criteria: []int{0}}, "answer_3_one", "out_of_scale"},
		{"estimate", delphi.Answer{Value: 1001}, "answer_3", "out_of_range"},
		{"estimate", delphi.Answer{Never: true}, "answer_3", "never_off"},
		{"triple", delphi.Answer{Value: 5, Low: 7, High: 9}, "answer_3", "triple_order"},
		{"triple", delphi.Answer{Value: 5, Low: -7, High: 9}, "answer_3_low", "out_of_range"},
		{"triple", delphi.Answer{Value: 5, Never: true}, "answer_3", "one_answer"},
		{"year", delphi.Answer{Value: 2026}, "answer_3", "out_of_range"},
		{"ranking", delphi.Answer{Value: 6}, "answer_3", "out_of_scale"},
		{"ranking", delphi.Answer{}, "answer_3", "value_missing"},
		{"ranking", delphi.Answer{CannotJudge: true}, "answer_3", "cannot_judge_off"},
		{"choice", delphi.Answer{Value: 2}, "answer_3", "out_of_scale"},
		{"choice", delphi.Answer{}, "answer_3", "value_missing"},
		{"selection", delphi.Answer{Value: 2}, "answer_3", "out_of_scale"},
		{"selection", delphi.Answer{CannotJudge: true}, "answer_3", "cannot_judge_off"},
		{"text", delphi.Answer{Reason: " \u00a0\n"}, "reason_3", "required"},
		{"text", delphi.Answer{CannotJudge: true, Reason: "x"}, "reason_3", ""},
	}
	for _, c := range cases {
		n, err := set().Number(c.kind)
		if err != nil {
			t.Fatal(err)
		}
		bad := set().Check(n, &c.a, five)
		if c.code == "" {
			c.field, c.code = "answer_3", "cannot_judge_off"
		}
		if !slices.ContainsFunc(bad, func(f fault.Field) bool { return f.Name == c.field && f.Code == c.code }) {
			t.Errorf("%s, %+v: %+v, want %s at %s", c.kind, c.a, bad, c.code, c.field)
		}
	}
	if _, err := set().Number("?"); err == nil {
		t.Error("a kind that is not has a number")
	}
}

// Who can judge no criterion cannot judge the item: the engine counts the two alike, and
// a mark binds one of them.
func TestWhoJudgesNoCriterionCannotJudge(t *testing.T) {
	n, _ := set().Number("criteria")
	a := delphi.Answer{Criteria: []int{0, 0, 0}}
	if bad := set().Check(n, &a, five); len(bad) > 0 || !a.CannotJudge || a.Criteria != nil {
		t.Errorf("%+v, %v", a, bad)
	}
}

// A ranking is selected first: its codec in a select round is a selection's.
func TestARankingIsSelectedInASelectRound(t *testing.T) {
	s := answer.For(rules, delphi.Select)
	n, _ := s.Number("ranking")
	if s.Form(n) != delphi.SelectionForm || s.Most(n) != 3 || set().Most(n) != 0 {
		t.Errorf("%s, at most %d", s.Form(n), s.Most(n))
	}
	if text := s.Codec(n).Text(&delphi.Answer{Value: 1}); text != "yes" {
		t.Errorf("selected is written %q", text)
	}
}

type form map[string]string

func (f form) Value(name string) string { return f[name] }

func TestAFormOfEachKindIsRead(t *testing.T) {
	cases := []struct {
		kind string
		sent form
		want answer.Sent
		bad  map[string]string // codes by field
	}{
		{"scale", form{}, answer.Sent{}, nil},
		{"scale", form{"answer_3": "7", "reason_3": " sì\r\n", "argues_3": "for", "confidence_3": "4"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 7, Reason: "sì", Argues: delphi.For, Confidence: 4}}, nil},
		{"scale", form{"answer_3": "ns"}, answer.Sent{Given: true, Answer: delphi.Answer{CannotJudge: true}}, nil},
		{"scale", form{"answer_3": "none", "reason_3": "x"}, answer.Sent{Cleared: true}, nil},
		{"scale", form{"reason_3": "perché"}, answer.Sent{}, map[string]string{"answer_3": "value_missing"}},
		{"scale", form{"reason_3": "\u200b"}, answer.Sent{}, map[string]string{"reason_3": "invisible"}},
		{"scale", form{"answer_3": "sette"}, answer.Sent{}, map[string]string{"answer_3": "out_of_scale"}},
		{"scale", form{"answer_3": "-7"}, answer.Sent{}, map[string]string{"answer_3": "out_of_scale"}},
		{"judged", form{"answer_3": "ns"}, answer.Sent{}, map[string]string{"answer_3": "cannot_judge_off"}},
		{"criteria", form{"answer_3_desirability": "4", "answer_3_feasibility": "ns", "answer_3_importance": "1"}, answer.Sent{Given: true, Answer: delphi.Answer{Criteria: []int{4, 0, 1}}}, nil},
		{"criteria", form{"answer_3_desirability": "4"}, answer.Sent{}, map[string]string{"answer_3_feasibility": "criterion_missing", "answer_3_importance": "criterion_missing"}},
		{"criteria", form{"answer_3_desirability": "none", "answer_3_feasibility": "none", "answer_3_importance": "none"}, answer.Sent{}, nil},
		{"criteria", form{"answer_3_desirability": "4", "answer_3_feasibility": "none", "answer_3_importance": "2"}, answer.Sent{}, map[string]string{"answer_3_feasibility": "criterion_missing"}},
		{"criteria", form{"answer_3_desirability": "9", "answer_3_feasibility": "x", "answer_3_importance": "1"}, answer.Sent{}, map[string]string{"answer_3_feasibility": "out_of_scale"}},
		{"criteria", form{"answer_3": "ns"}, answer.Sent{Given: true, Answer: delphi.Answer{CannotJudge: true}}, nil},
		{"criteria", form{}, answer.Sent{}, nil},
		{"estimate", form{"answer_3": " 0 "}, answer.Sent{Given: true}, nil},
		{"estimate", form{"answer_3": "-40"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: -40}}, nil},
		{"estimate", form{"answer_3": "3.5"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 4}}, nil},
		{"estimate", form{"answer_3": "3,5"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 4}}, nil},
		{"estimate", form{"answer_3": "3,49"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 3}}, nil},
		{"estimate", form{"answer_3": "−3,5"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: -3}}, nil},
		{"estimate", form{"answer_3": "-0,51"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: -1}}, nil},
		{"estimate", form{"answer_3": "1.000"}, answer.Sent{}, map[string]string{"answer_3": "parted_number"}},
		{"estimate", form{"answer_3": "1.000,000"}, answer.Sent{}, map[string]string{"answer_3": "parted_number"}},
		{"estimate", form{"answer_3": "3,"}, answer.Sent{}, map[string]string{"answer_3": "no_number"}},
		{"estimate", form{"answer_3": "tre"}, answer.Sent{}, map[string]string{"answer_3": "no_number"}},
		{"estimate", form{"answer_3_say": "ns"}, answer.Sent{Given: true, Answer: delphi.Answer{CannotJudge: true}}, nil},
		{"estimate", form{"answer_3": "4", "answer_3_say": "ns"}, answer.Sent{}, map[string]string{"answer_3_say": "value_or_word"}},
		{"triple", form{"answer_3_low": "4", "answer_3_say": "never"}, answer.Sent{}, map[string]string{"answer_3_say": "value_or_word"}},
		{"triple", form{"answer_3_low": "9", "answer_3": "5", "answer_3_high": "1"}, answer.Sent{}, map[string]string{"answer_3_high": "triple_ends"}},
		{"triple", form{"answer_3_low": "6", "answer_3": "5", "answer_3_high": "12"}, answer.Sent{}, map[string]string{"answer_3": "triple_order"}},
		{"estimate", form{"answer_3": "never"}, answer.Sent{}, map[string]string{"answer_3": "never_off"}},
		{"triple", form{"answer_3": "5", "answer_3_low": "1", "answer_3_high": "9"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 5, Low: 1, High: 9}}, nil},
		{"triple", form{"answer_3": "5", "answer_3_high": "9"}, answer.Sent{}, map[string]string{"answer_3_low": "value_needed"}},
		{"year", form{"answer_3": "never"}, answer.Sent{Given: true, Answer: delphi.Answer{Never: true}}, nil},
		{"year", form{"answer_3": "2030-01"}, answer.Sent{}, map[string]string{"answer_3": "no_date"}},
		{"year", form{"answer_3_year": "2030"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 2030}}, nil},
		{"month", form{"answer_3_month": "2", "answer_3_year": "2028", "answer_3_low_month": "01", "answer_3_low_year": "2028", "answer_3_high_month": "12", "answer_3_high_year": "2029"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 2028*12 + 1, Low: 2028 * 12, High: 2029*12 + 11}}, nil},
		{"month", form{"answer_3_month": "2", "answer_3_low_month": "01", "answer_3_low_year": "2028"}, answer.Sent{}, map[string]string{"answer_3": "no_date", "answer_3_high": "value_needed"}},
		{"month", form{"answer_3": "2028-02", "answer_3_low": "2028-01", "answer_3_high": "2029-12"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 2028*12 + 1, Low: 2028 * 12, High: 2029*12 + 11}}, nil},
		{"ranking", form{"answer_3": "2"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 2}}, nil},
		{"ranking", form{"answer_3": "0"}, answer.Sent{}, map[string]string{"answer_3": "out_of_scale"}},
		{"choice", form{"choice_choice": "3"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 1}}, nil},
		{"choice", form{"choice_choice": "4"}, answer.Sent{}, nil},
		{"choice", form{"choice_choice": "ns"}, answer.Sent{Given: true, Answer: delphi.Answer{CannotJudge: true}}, nil},
		{"selection", form{"answer_3": "yes"}, answer.Sent{Given: true, Answer: delphi.Answer{Value: 1}}, nil},
		{"selection", form{"answer_3_seen": "1"}, answer.Sent{Given: true}, nil},
		{"selection", form{}, answer.Sent{}, nil},
		{"text", form{"reason_3": "parole"}, answer.Sent{Given: true, Answer: delphi.Answer{Reason: "parole"}}, nil},
		{"text", form{"reason_3": " "}, answer.Sent{}, nil},
	}
	for i, c := range cases {
		t.Run(c.kind+" "+strconv.Itoa(i), func(t *testing.T) {
			n, err := set().Number(c.kind)
			if err != nil {
				t.Fatal(err)
			}
			got, bad := set().Read(c.sent, n, five)
			codes := map[string]string{}
			for _, f := range bad {
				codes[f.Name] = f.Code
			}
			if d := cmp.Diff(c.bad, codes, cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
			if len(c.bad) > 0 {
				return
			}
			if got.Reason = strings.TrimSpace(got.Reason); !got.Given {
				got.Answer = delphi.Answer{}
			}
			if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
		})
	}
}

// A form that is filled in with an answer gives that answer.
func TestAnAnswerOfEachKindComesBackFromItsFields(t *testing.T) {
	for n, k := range kinds {
		t.Run(k.ID, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				a := draw(t, k)
				a.Reason, a.Argues, a.Confidence = "parole", delphi.For, 2
				if bad := set().Check(n, &a, five); len(bad) > 0 {
					t.Fatalf("%+v: %v", a, bad)
				}
				got, bad := set().Read(form(set().Fields(n, &a, five)), n, five)
				if len(bad) > 0 || !got.Given {
					t.Fatalf("%+v: %+v, %v", a, got, bad)
				}
				if d := cmp.Diff(a, got.Answer, cmpopts.EquateEmpty()); d != "" {
					t.Fatal(d)
				}
			})
		})
	}
}
