package answer

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/prose"
)

// MaxReason is how many characters one reason may have.
const MaxReason = 600

// Confidences is how many steps self-rated confidence has.
const Confidences = 4

// Question is one item as a round asks it.
type Question struct {
	Number int    // of the item, 1..
	Kind   string // id of its kind
	List   int    // how many items of its kind the round asks
	First  bool   // it is the first of them, and bears what is said of a whole list
}

// Field is the name of the form field for the item's answer, and of those of its parts
// with part.
func (q Question) Field(part ...string) string {
	name := "answer_" + strconv.Itoa(q.Number)
	for _, p := range part {
		name += "_" + p
	}
	return name
}

// SayField is the name of the form field beside an estimate that says Unable or Never.
func (q Question) SayField() string { return q.Field("say") }

// SeenField is the name of the form field that says that a selection's box was shown.
func (q Question) SeenField() string { return q.Field("seen") }

// ListField is the name of the form field for the one answer to a list of items.
func (q Question) ListField() string { return "choice_" + q.Kind }

// ReasonField, ArguesField and ConfidenceField are the names of the fields beside an
// answer.
func (q Question) ReasonField() string     { return "reason_" + strconv.Itoa(q.Number) }
func (q Question) ArguesField() string     { return "argues_" + strconv.Itoa(q.Number) }
func (q Question) ConfidenceField() string { return "confidence_" + strconv.Itoa(q.Number) }

// Form is what was sent; "" for a field that was not.
type Form interface{ Value(name string) string }

// What a field says that names no value.
const (
	Unable  = "ns"    // the panelist cannot judge
	Never   = "never" // of an estimate or a date
	Yes     = "yes"   // of a selection
	Cleared = "none"  // the answer is taken out again
)

// Sent is what a form gives about one item.
type Sent struct {
	delphi.Answer      // Reason holds the words as they were sent
	Given         bool // there is an answer, or words that ask for one
	Cleared       bool // the answer is to be taken out
}

// Read reads what a form gives about an item of a kind, and the faults of its fields.
func (s *Set) Read(form Form, kind int, of Question) (Sent, []fault.Field) {
	if form.Value(of.Field()) == Cleared || form.Value(of.ListField()) == Cleared {
		return Sent{Cleared: true}, nil
	}
	var out Sent
	var bad []fault.Field
	out.Answer, out.Given, bad = s.codecs[kind].Read(form, of)
	out.Reason, out.Argues = form.Value(of.ReasonField()), delphi.Side(form.Value(of.ArguesField()))
	if v, sent, ok := number(form, of.ConfidenceField()); sent {
		if out.Confidence = v; !ok {
			out.Confidence = -1
		}
	}
	switch {
	case out.Given && len(bad) == 0:
		bad = s.Check(kind, &out.Answer, of)
	case !out.Given && strings.TrimSpace(out.Reason) != "":
		// Words without an answer are words that somebody believes to have said.
		if out.Given = true; words(&out.Answer, of, &bad) {
			bad = append(bad, missing(of))
		}
	}
	return out, bad
}

// Check cleans the words of an answer to an item of a kind, and gives its faults by form
// field.
func (s *Set) Check(kind int, a *delphi.Answer, of Question) []fault.Field {
	var bad []fault.Field
	if !words(a, of, &bad) {
		a.Argues, a.Language = "", "" // neither is said of anything without words
	}
	a.Language, _ = s.LanguageAt(s.Language(a.Language))
	if a.Argues != "" && !a.Argues.Said() {
		bad = append(bad, fault.Field{
			Name: of.ArguesField(), Code: "unknown_side",
			Message: "say that the reason argues for, against or neither, or leave it out",
		})
	}
	if a.Confidence < 0 || a.Confidence > Confidences {
		bad = append(bad, fault.Field{
			Name: of.ConfidenceField(), Code: "out_of_scale", Message: fmt.Sprintf("say how sure you are from 1 to %d", Confidences),
			Args: map[string]any{"min": 1, "max": Confidences},
		})
	}
	return append(bad, s.codecs[kind].Check(a, of)...)
}

// words cleans the words of an answer, and tells whether there are any.
func words(a *delphi.Answer, of Question, bad *[]fault.Field) bool {
	if a.Reason != "" { // most have none
		a.Reason = prose.Field{Name: of.ReasonField(), Max: MaxReason}.Read(a.Reason, bad)
	}
	return a.Reason != ""
}

// missing is the fault of a reason beside no answer.
func missing(of Question) fault.Field {
	return fault.Field{Name: of.Field(), Code: "value_missing", Message: "choose an answer that this reason goes with"}
}

// judged gives the faults of "cannot judge" where the kind does not offer it, or beside
// a value.
func judged(k delphi.ItemKind, a *delphi.Answer, of Question) []fault.Field {
	switch {
	case a.CannotJudge && !k.CannotJudge:
		return []fault.Field{{Name: of.Field(), Code: "cannot_judge_off", Message: "that one cannot judge is no answer to this statement: choose a value"}}
	case a.CannotJudge && (a.Value != 0 || a.Never || len(a.Criteria) > 0):
		return []fault.Field{{Name: of.Field(), Code: "one_answer", Message: "choose a value or that you cannot judge, not both"}}
	}
	return nil
}

// within gives the fault of a value that is none of a range.
func within(value, least, most int, field string) []fault.Field {
	if value >= least && value <= most {
		return nil
	}
	return []fault.Field{{
		Name: field, Code: "out_of_scale", Message: fmt.Sprintf("choose a number from %d to %d", least, most),
		Args: map[string]any{"min": least, "max": most},
	}}
}

// number reads a whole number of a form's field.
func number(form Form, name string) (n int, sent, ok bool) {
	v := form.Value(name)
	if v == "" {
		return 0, false, true
	}
	n, err := strconv.Atoi(v)
	return n, true, err == nil
}

var errWhole = errors.New("it is no whole number in its canonical form")

// whole reads a canonical whole number: no sign but "-", no leading zero.
func whole(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text {
		return 0, errWhole
	}
	return n, nil
}

// unable reads the text of "cannot judge", where a kind offers it.
func unable(k delphi.ItemKind, text string) bool { return k.CannotJudge && text == leaf.CannotJudge }

// unableByte is "cannot judge" in the first byte of an encoded answer.
const unableByte = 255
