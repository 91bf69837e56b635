package ui

import (
	"delfi/internal/ledger"
	"delfi/web/page"
)

// Did says what an entry of the record tells: an act by its kind, everything else
// by its type.
func Did(q *page.Request, e ledger.Entry) string {
	if e.Kind != "" {
		return Act(q, e.Kind)
	}
	key := "ui.entry." + string(e.Type)
	if !page.Known(key) {
		return string(e.Type)
	}
	return q.T(key)
}

// Act says an act's kind; one without words keeps its own.
func Act(q *page.Request, kind string) string {
	key := "ui.did." + kind
	if !page.Known(key) {
		return kind
	}
	return q.T(key)
}
