package answer

import (
	"strconv"
	"strings"

	"delfi/internal/delphi"
)

// Fields gives the fields of a form that Read reads an answer from, with its words: a
// form that is opened again is filled in with them. Of a choice and of a selection they
// are those of the item that the answer is about.
func (s *Set) Fields(kind int, a *delphi.Answer, of Question) map[string]string {
	out := map[string]string{}
	s.codecs[kind].fill(out, a, of)
	if a.Reason != "" {
		out[of.ReasonField()] = a.Reason
	}
	if a.Argues != "" {
		out[of.ArguesField()] = string(a.Argues)
	}
	if a.Confidence > 0 {
		out[of.ConfidenceField()] = strconv.Itoa(a.Confidence)
	}
	return out
}

func (scale) fill(to map[string]string, a *delphi.Answer, of Question) {
	if to[of.Field()] = strconv.Itoa(a.Value); a.CannotJudge {
		to[of.Field()] = Unable
	}
}

func (c criteria) fill(to map[string]string, a *delphi.Answer, of Question) {
	for n, name := range c.kind.Criteria {
		field := of.Field(name)
		if to[field] = Unable; !a.CannotJudge && a.Criteria[n] > 0 {
			to[field] = strconv.Itoa(a.Criteria[n])
		}
	}
}

func (c estimate) fill(to map[string]string, a *delphi.Answer, of Question) {
	switch {
	case a.CannotJudge:
		to[of.SayField()] = Unable
		return
	case a.Never:
		to[of.SayField()] = Never
		return
	}
	fields := []string{of.Field(), of.Field("low"), of.Field("high")}
	for n, v := range c.parts(a) {
		written := c.kind.Written(*v)
		if c.kind.Kind != delphi.DateForm {
			to[fields[n]] = written
			continue
		}
		names, parts := DateParts(c.kind), strings.Split(written, "-")
		for i, part := range parts {
			to[fields[n]+"_"+names[len(names)-1-i]] = part
		}
	}
}

func (ranking) fill(to map[string]string, a *delphi.Answer, of Question) {
	to[of.Field()] = strconv.Itoa(a.Value)
}

func (choice) fill(to map[string]string, a *delphi.Answer, of Question) {
	if to[of.ListField()] = strconv.Itoa(of.Number); a.CannotJudge {
		to[of.ListField()] = Unable
	}
}

func (selection) fill(to map[string]string, a *delphi.Answer, of Question) {
	if to[of.SeenField()] = Yes; a.Value == 1 {
		to[of.Field()] = Yes
	}
}

func (text) fill(map[string]string, *delphi.Answer, Question) {}
