package dossier

import (
	"strconv"
	"strings"
	"time"

	"delfi/internal/civiltime"
	"delfi/internal/delphi"
	"delfi/web/i18n"
	"delfi/web/page"
)

// Value writes a value of an estimate or date: "12.500 euro", "marzo 2030".
func Value(q *page.Request, k delphi.ItemKind, v int) string {
	if k.Kind != delphi.DateForm {
		return strings.TrimSpace(Bare(q, k, v) + " " + k.Unit)
	}
	return Bare(q, k, v)
}

// Bare is Value without the unit.
func Bare(q *page.Request, k delphi.ItemKind, v int) string {
	if k.Kind != delphi.DateForm {
		return q.Number(v)
	}
	switch k.Unit {
	case delphi.UnitYear:
		return strconv.Itoa(v)
	case delphi.UnitMonth:
		day := civiltime.DayOfYear(q.Lang, time.Date(v/12, time.Month(v%12+1), 15, 12, 0, 0, 0, time.UTC))
		_, month, _ := strings.Cut(day, " ")
		return month
	}
	return civiltime.DayOfYear(q.Lang, time.Date(1970, 1, 1+v, 12, 0, 0, 0, time.UTC))
}

// Criterion asks a criterion: in the words of the four that policy Delphi has, else by
// the protocol's own name.
func Criterion(q *page.Request, id string) string {
	if key := "consultation.criterion." + id; i18n.Known(key) {
		return q.T(key)
	}
	return strings.ReplaceAll(id, "-", " ")
}

// CriterionText says what a criterion of policy Delphi means; "" for another.
func CriterionText(q *page.Request, id string) string {
	if key := "consultation.criterion." + id + "_text"; i18n.Known(key) {
		return q.T(key)
	}
	return ""
}
