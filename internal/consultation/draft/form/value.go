package form

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/prose"
)

// Hundredths writes permille as they are typed and read: "75", "66.7".
func Hundredths(permille string) string {
	n, err := strconv.Atoi(permille)
	if err != nil {
		return permille
	}
	return strings.TrimSuffix(fmt.Sprintf("%d.%d", n/10, n%10), ".0")
}

// permille reads hundredths, with a point or a comma; what is none stays a text.
func permille(typed string) any {
	typed = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(typed), "%"))
	if typed == "" {
		return nil
	}
	head, tail, _ := strings.Cut(strings.Replace(typed, ",", ".", 1), ".")
	n, err := strconv.Atoi(head)
	if err != nil || n < 0 || n > 1000 || len(tail) > 1 {
		return typed
	}
	tenth := 0
	if tail != "" {
		if tenth, err = strconv.Atoi(tail); err != nil {
			return typed
		}
	}
	return json.Number(strconv.Itoa(10*n + tenth))
}

// line is a text of the document: what says nothing to the eye stays as it is, to be refused.
func line(typed string) any {
	clean := prose.Clean(typed)
	switch {
	case clean != "":
		return clean
	case strings.TrimSpace(typed) != "":
		return typed
	}
	return nil
}

// spans reads classes, "1-3, 4-6, 7-9"; what is none stays a text.
func spans(typed string) any {
	var out []any
	for part := range strings.SplitSeq(typed, ",") {
		from, to, ranged := strings.Cut(strings.TrimSpace(strings.ReplaceAll(part, "–", "-")), "-")
		if !ranged {
			to = from
		}
		a, b := whole(from), whole(to)
		if a == nil || b == nil {
			return line(typed)
		}
		out = append(out, []any{a, b})
	}
	return out
}

// list reads texts with commas between them.
func list(typed string) any {
	var out []any
	for part := range strings.SplitSeq(strings.ReplaceAll(typed, "\n", ","), ",") {
		if v := line(part); v != nil {
			out = append(out, v)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// read gives what is typed in a field as the document has it; nil for nothing.
func (p Place) read(kind string, typed []string) any {
	first := ""
	if len(typed) > 0 {
		first = typed[0]
	}
	switch p.Sort {
	case Whole:
		if kind == "date" && (p.Path == "item_kinds[].min" || p.Path == "item_kinds[].max") {
			return line(first) // a day, a month or a year
		}
		return whole(first)
	case Share:
		return permille(first)
	case Switch:
		return slices.Contains(typed, "true")
	case Several:
		var out []any
		for _, v := range typed {
			if v != "" {
				out = append(out, v)
			}
		}
		return any(out)
	case List:
		return list(first)
	case Spans:
		return spans(first)
	}
	return line(first)
}

// written gives the value at a path as it is typed.
func (d Document) written(p Place, path string) []string {
	v := d.Value(path)
	switch l, isList := v.([]any); {
	case v == nil:
		if p.Sort == Several {
			return strings.Split(p.Default, ",")
		}
		return []string{p.typed(p.Default)}
	case isList && p.Sort == Several:
		return d.Texts(path)
	case isList && p.Sort == List:
		return []string{strings.Join(d.Texts(path), ", ")}
	case isList && p.Sort == Spans:
		var parts []string
		for _, class := range l {
			ends, _ := class.([]any)
			var words []string
			for _, e := range ends {
				if w := fmt.Sprint(e); !slices.Contains(words, w) {
					words = append(words, w)
				}
			}
			parts = append(parts, strings.Join(words, "-"))
		}
		return []string{strings.Join(parts, ", ")}
	}
	return []string{p.typed(d.Text(path))}
}

func (p Place) typed(v string) string {
	if p.Sort == Share {
		return Hundredths(v)
	}
	return v
}

// own are the fields of a draft that are no part of its protocol.
func (f *Form) own(path string) *string {
	switch path {
	case "title":
		return &f.Title
	case "slug":
		return &f.Slug
	case "question":
		return &f.Question
	case "background":
		return &f.Background
	case "language":
		return &f.Language
	case "commitment_quotation":
		return &f.CommitmentQuotation
	case "commitment_decider":
		return &f.CommitmentDecider
	case "commitment_subject":
		return &f.CommitmentSubject
	case "commitment_decide_by":
		return &f.CommitmentDecideBy
	case "commitment_act":
		return &f.CommitmentAct
	case "commitment_signatory":
		return &f.CommitmentSignatory
	case "commitment_money":
		return &f.CommitmentMoney
	case "commitment_left_out":
		return &f.CommitmentLeftOut
	case "starts_on":
		return &f.StartsOn
	}
	var n int
	if _, err := fmt.Sscanf(path, "given[%d]", &n); err == nil && n < len(f.Items) {
		switch above(path) + path[strings.LastIndexByte(path, '.'):] {
		case fmt.Sprintf("given[%d].text", n):
			return &f.Items[n].Text
		case fmt.Sprintf("given[%d].kind", n):
			return &f.Items[n].Kind
		}
	}
	return nil
}

// Typed gives a field's values as they are typed: one, or those chosen of several.
func (f Form) Typed(path string) []string {
	if own := f.own(path); own != nil {
		return []string{*own}
	}
	switch path {
	case "moderators":
		return f.Moderators
	case "facilitators":
		return f.Facilitators
	case "document":
		return []string{f.Plan().Indented()}
	case "languages": // those beside the first
		if others := slices.DeleteFunc(f.Plan().Texts("languages"), func(l string) bool { return l == f.Language }); len(others) > 0 {
			return others
		}
		return []string{""}
	}
	if original, _, ok := Translated(path); ok {
		if words, beside := f.translation(path); beside {
			return []string{words}
		}
		p, _ := At(original)
		return f.Plan().written(p, path)
	}
	if id, ok := strings.CutPrefix(path, "office_"); ok {
		return []string{f.Offices[id]}
	}
	p, ok := At(path)
	if !ok {
		p, _ = At(above(path)) // words in a language
	}
	return f.Plan().written(p, path)
}

// Value is Typed of a field that has one value.
func (f Form) Value(path string) string { return f.Typed(path)[0] }

// Type gives the form with a field as it is typed.
func (f Form) Type(path string, typed []string) Form {
	return f.TypeAll([]string{path}, func(string) ([]string, bool) { return typed, true })
}

// TypeAll gives the form with fields as they are typed, in their order; typed gives a field's
// values, and false for a field that stays. The document is read and written once.
func (f Form) TypeAll(paths []string, typed func(path string) ([]string, bool)) Form {
	f.Items = slices.Clone(f.Items)
	d := f.Plan()
	before := d.String()
	for _, path := range paths {
		if values, ok := typed(path); ok {
			d = f.put(d, path, values)
		}
	}
	if after := d.String(); after != before {
		f.Protocol = after
	}
	return f
}

// put types a field of the form, whose items are its own, or of its document, which it gives.
func (f *Form) put(d Document, path string, typed []string) Document {
	if path == "language" && len(typed) > 0 && typed[0] != f.Language {
		return f.renamed(d, typed[0])
	}
	if own := f.own(path); own != nil {
		*own = ""
		if len(typed) > 0 {
			*own = typed[0]
		}
		return d
	}
	switch path {
	case "moderators":
		f.Moderators = typed
		return d
	case "facilitators":
		f.Facilitators = typed
		return d
	case "languages":
		spoken, known := []string{f.Language}, map[string]bool{f.Language: true}
		if others, ok := list(strings.Join(typed, ",")).([]any); ok {
			for _, l := range others {
				if s := fmt.Sprint(l); !known[s] {
					spoken, known[s] = append(spoken, s), true
				}
			}
		}
		return f.spoken(d, spoken)
	}
	original, _, translated := Translated(path)
	if translated {
		if _, beside := f.translation(path); beside {
			f.translate(path, strings.Join(typed, ""))
			return d
		}
	}
	p, ok := At(original)
	if !ok {
		p, _ = At(above(path))
	}
	return d.With(path, p.read(d.Text(above(path)+".kind"), typed))
}
