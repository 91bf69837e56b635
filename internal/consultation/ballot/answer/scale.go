package answer

import (
	"fmt"
	"strconv"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
)

// scale encodes a point of 1..points in one byte.
type scale struct{ kind delphi.ItemKind }

func (scale) Width() int { return 1 }

func (scale) Encode(b []byte, a *delphi.Answer) {
	if b[0] = byte(a.Value); a.CannotJudge {
		b[0] = unableByte
	}
}

func (c scale) Decode(b []byte, a *delphi.Answer) bool {
	if a.CannotJudge = b[0] == unableByte; a.CannotJudge {
		a.Value = 0
		return true
	}
	a.Value = int(b[0])
	return a.Value > 0 && a.Value <= c.kind.Points
}

func (scale) Text(a *delphi.Answer) string {
	if a.CannotJudge {
		return leaf.CannotJudge
	}
	return strconv.Itoa(a.Value)
}

func (c scale) Parse(text string) (delphi.Answer, error) {
	if unable(c.kind, text) {
		return delphi.Answer{CannotJudge: true}, nil
	}
	v, err := whole(text)
	if err != nil || v < 1 || v > c.kind.Points {
		return delphi.Answer{}, fmt.Errorf("%q is no point from 1 to %d", text, c.kind.Points)
	}
	return delphi.Answer{Value: v}, nil
}

func (c scale) Check(a *delphi.Answer, of Question) []fault.Field {
	switch bad := judged(c.kind, a, of); {
	case bad != nil || a.CannotJudge:
		return bad
	case a.Value == 0:
		return []fault.Field{missing(of)}
	}
	return within(a.Value, 1, c.kind.Points, of.Field())
}

func (c scale) Read(form Form, of Question) (delphi.Answer, bool, []fault.Field) {
	if form.Value(of.Field()) == Unable {
		return delphi.Answer{CannotJudge: true}, true, nil
	}
	v, sent, ok := number(form, of.Field())
	if !sent {
		return delphi.Answer{}, false, nil
	}
	if !ok || v < 1 {
		return delphi.Answer{}, true, within(0, 1, c.kind.Points, of.Field())
	}
	return delphi.Answer{Value: v}, true, nil
}
