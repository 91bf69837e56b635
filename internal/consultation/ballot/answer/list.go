package answer

import (
	"fmt"
	"strconv"
	"strings"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
)

// ranking encodes an item's rank in its list, 1 for the best, in one byte. Equal ranks
// are tied. Lists have at most 30 items (package table).
type ranking struct{}

func (ranking) Width() int { return 1 }

func (ranking) Encode(b []byte, a *delphi.Answer) { b[0] = byte(a.Value) }

func (ranking) Decode(b []byte, a *delphi.Answer) bool {
	a.Value = int(b[0])
	return a.Value > 0
}

func (ranking) Text(a *delphi.Answer) string { return strconv.Itoa(a.Value) }

func (ranking) Parse(text string) (delphi.Answer, error) {
	v, err := whole(text)
	if err != nil || v < 1 || v > 255 {
		return delphi.Answer{}, fmt.Errorf("%q is no rank", text)
	}
	return delphi.Answer{Value: v}, nil
}

func (ranking) Check(a *delphi.Answer, of Question) []fault.Field {
	switch {
	case a.CannotJudge:
		return judged(delphi.ItemKind{}, a, of)
	case a.Value == 0:
		return []fault.Field{missing(of)}
	}
	return within(a.Value, 1, of.List, of.Field())
}

func (ranking) Read(form Form, of Question) (delphi.Answer, bool, []fault.Field) {
	v, sent, ok := number(form, of.Field())
	if sent && (!ok || v < 1) {
		return delphi.Answer{}, true, within(0, 1, of.List, of.Field())
	}
	return delphi.Answer{Value: v}, sent, nil
}

// choice encodes that an item is the one of its list that is chosen, in one byte; or that
// the panelist cannot judge, which the first item of the list bears.
type choice struct{ kind delphi.ItemKind }

// chosen is the text and the byte of a chosen item.
const (
	chosen     = "chosen"
	chosenByte = 1
)

func (choice) Width() int { return 1 }

func (choice) Encode(b []byte, a *delphi.Answer) {
	if b[0] = chosenByte; a.CannotJudge {
		b[0] = unableByte
	}
}

func (choice) Decode(b []byte, a *delphi.Answer) bool {
	a.Value, a.CannotJudge = 0, b[0] == unableByte
	if b[0] == chosenByte {
		a.Value = 1
	}
	return a.CannotJudge || a.Value == 1
}

func (choice) Text(a *delphi.Answer) string {
	if a.CannotJudge {
		return leaf.CannotJudge
	}
	return chosen
}

func (c choice) Parse(text string) (delphi.Answer, error) {
	switch {
	case unable(c.kind, text):
		return delphi.Answer{CannotJudge: true}, nil
	case text != chosen:
		return delphi.Answer{}, fmt.Errorf("%q is no choice", text)
	}
	return delphi.Answer{Value: 1}, nil
}

func (c choice) Check(a *delphi.Answer, of Question) []fault.Field {
	switch bad := judged(c.kind, a, of); {
	case bad != nil || a.CannotJudge:
		return bad
	case a.Value == 0:
		return []fault.Field{missing(of)}
	}
	return within(a.Value, 1, 1, of.Field())
}

// Read reads the field of the list, which names the number of the chosen item.
func (c choice) Read(form Form, of Question) (delphi.Answer, bool, []fault.Field) {
	switch form.Value(of.ListField()) {
	case Unable:
		return delphi.Answer{CannotJudge: true}, of.First, nil
	case strconv.Itoa(of.Number):
		return delphi.Answer{Value: 1}, true, nil
	}
	return delphi.Answer{}, false, nil
}

// selection encodes whether an item is selected, in one byte.
type selection struct{}

// The texts of a selection are the values of its table, its bytes their places from 1 on.
const (
	selected    = "yes"
	notSelected = "no"
)

func (selection) Width() int { return 1 }

func (selection) Encode(b []byte, a *delphi.Answer) { b[0] = byte(1 + a.Value) }

func (selection) Decode(b []byte, a *delphi.Answer) bool {
	a.Value = int(b[0]) - 1
	return a.Value == 0 || a.Value == 1
}

func (selection) Text(a *delphi.Answer) string {
	if a.Value == 1 {
		return selected
	}
	return notSelected
}

func (selection) Parse(text string) (delphi.Answer, error) {
	if text != selected && text != notSelected {
		return delphi.Answer{}, fmt.Errorf("%q is neither %q nor %q", text, selected, notSelected)
	}
	return delphi.Answer{Value: map[string]int{selected: 1}[text]}, nil
}

func (selection) Check(a *delphi.Answer, of Question) []fault.Field {
	if a.CannotJudge {
		return judged(delphi.ItemKind{}, a, of)
	}
	return within(a.Value, 0, 1, of.Field())
}

// Read reads a box that is ticked; one that is not is sent by a field beside it.
func (selection) Read(form Form, of Question) (delphi.Answer, bool, []fault.Field) {
	switch {
	case form.Value(of.Field()) == Yes:
		return delphi.Answer{Value: 1}, true, nil
	case form.Value(of.SeenField()) != "":
		return delphi.Answer{}, true, nil
	}
	return delphi.Answer{}, false, nil
}

// text encodes that an item was answered in words, which are the answer's Reason.
type text struct{}

func (text) Width() int { return 1 }

func (text) Encode(b []byte, _ *delphi.Answer) { b[0] = 1 }

func (text) Decode(b []byte, _ *delphi.Answer) bool { return b[0] == 1 }

func (text) Text(*delphi.Answer) string { return "text" }

func (text) Parse(s string) (delphi.Answer, error) {
	if s != "text" {
		return delphi.Answer{}, fmt.Errorf("%q is no answer in words", s)
	}
	return delphi.Answer{}, nil
}

func (text) Check(a *delphi.Answer, of Question) []fault.Field {
	switch {
	case a.CannotJudge:
		return judged(delphi.ItemKind{}, a, of)
	case a.Reason == "":
		return []fault.Field{{Name: of.ReasonField(), Code: "required", Message: "write an answer, or leave it out"}}
	}
	return nil
}

func (text) Read(form Form, of Question) (delphi.Answer, bool, []fault.Field) {
	return delphi.Answer{}, strings.TrimSpace(form.Value(of.ReasonField())) != "", nil
}
