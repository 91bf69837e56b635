package ui

import (
	"net/http"
	"strings"

	"delfi/web/page"
)

// exitLink is where the page of an error leads: address without language, words of the
// link, and the sentence before it.
type exitLink struct{ path, label, next string }

// leads gives that of a status. A conflict is about a consultation, to whose page it leads,
// the desk's for a request of its; elsewhere to the first page of the site.
func leads(q *page.Request, status int) exitLink {
	l := exitLink{"/", q.T("ui.home"), q.StatusNext(status)}
	if status != http.StatusConflict {
		return l
	}
	parts := strings.Split(q.Path(), "/")
	if len(parts) > 3 && parts[2] != "" && (parts[1] == "consultations" || parts[1] == "desk") {
		return exitLink{"/" + parts[1] + "/" + parts[2], q.T("ui.consultation"), l.next}
	}
	l.next = q.T("status.409.elsewhere")
	return l
}
