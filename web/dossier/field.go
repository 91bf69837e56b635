package dossier

import (
	"strconv"
	"strings"

	"delfi/internal/consultation/draft/form"
	"delfi/internal/fault"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// FieldKey is a path as a key of words.
func FieldKey(path string) string {
	return strings.NewReplacer("[].", "_", "[]", "", ".", "_").Replace(form.Pattern(path))
}

// FieldAt cuts the path of words in one language.
func FieldAt(path string) (p form.Place, base, lang string) {
	if original, lang, ok := form.Translated(path); ok {
		p, _ := form.At(original)
		return p, original, lang
	}
	if p, ok := form.At(path); ok {
		return p, path, ""
	}
	at := strings.LastIndexByte(path, '.')
	if at < 0 {
		return form.Place{Path: path}, path, ""
	}
	if p, ok := form.At(path[:at]); ok && p.Sort == form.Words {
		return p, path[:at], path[at+1:]
	}
	return form.Place{Path: path}, path, ""
}

// FieldLabel names a field; in a list of languages, with the language.
func FieldLabel(q *page.Request, path string, languages int) string {
	_, base, lang := FieldAt(path)
	words := q.T("draft.field." + FieldKey(base))
	if _, _, translated := form.Translated(path); lang == "" || languages < 2 && !translated {
		return words
	}
	return q.T("draft.in_language", "label", words, "language", Language(q, lang))
}

// Language names a language in the reader's.
func Language(q *page.Request, code string) string {
	if key := "draft.language_" + code; i18n.Known(key) {
		return q.T(key)
	}
	return code
}

// FieldName names a field with its row, for lists of faults.
func FieldName(q *page.Request, path string, languages int) string {
	words := FieldLabel(q, path, languages)
	list, rest, row := strings.Cut(path, "[")
	if !row {
		return words
	}
	number, _, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(number)
	if err != nil {
		return words
	}
	return q.T("draft.row."+FieldKey(list), "n", n+1) + ", " + words
}

// DraftProblems are what keeps a draft from being announced, each with its field's name and a
// link into it; where words in a language beside the first are missing, names say the language.
func DraftProblems(q *page.Request, why *fault.Fault, first string, address func(q *page.Request, field string) string) ui.Problems {
	p := ui.ProblemsOf(why)
	if why == nil {
		return p
	}
	languages := 1
	for _, f := range why.Fields {
		if _, _, lang := FieldAt(f.Name); lang != "" && lang != first {
			languages = 2
		}
	}
	for _, f := range why.Fields {
		p = p.Label(f.Name, FieldName(q, f.Name, languages)).Lead(f.Name, address(q, f.Name))
	}
	return p
}
