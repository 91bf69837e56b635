package ui

import (
	"regexp"

	"delfi/internal/ledger"
	"delfi/web/i18n"
	"delfi/web/page"
)

// Did says what an entry of the record tells: an act by its kind, everything else
// by its type.
func Did(q *page.Request, e ledger.Entry) string {
	if e.Kind != "" {
		return Act(q, e.Kind)
	}
	key := "ui.entry." + string(e.Type)
	if !i18n.Known(key) {
		return string(e.Type)
	}
	return q.T(key)
}

// Act says an act's kind; one without words keeps its own.
func Act(q *page.Request, kind string) string {
	key := "ui.did." + kind
	if !i18n.Known(key) {
		return kind
	}
	return q.T(key)
}

// targets are the things that the record names in English, because its words never
// change; a page says them in the reader's language.
var (
	targets = regexp.MustCompile(`^(document|round|statement|rules) (\d+)$`)
	texts   = regexp.MustCompile(`^text ([a-z_]+)$`)
)

// Target says the target of an act of the record; a title stands as it is.
func Target(q *page.Request, target string) string {
	if m := targets.FindStringSubmatch(target); m != nil {
		return q.T("ui.target."+m[1], "n", m[2])
	}
	if m := texts.FindStringSubmatch(target); m != nil && i18n.Known("ui.target.text_"+m[1]) {
		return q.T("ui.target.text_" + m[1])
	}
	return target
}
