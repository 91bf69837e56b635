package page

import (
	"encoding/json"
	"fmt"
	"strings"

	"delfi/internal/fault"
)

// problem is the one document of a fault for programs (RFC 9457), in the language of
// the request: code names the fault, next says what to do, as on the page.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Code   string         `json:"code"`
	Next   string         `json:"next"`
	Fields []problemField `json:"fields,omitempty"`
}

// problemField is one thing to mend.
type problemField struct {
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

// program reports whether a program asks: a route of programs, or any with JSON accepted
// and no page.
func (q *Request) program() bool {
	if !q.visit.route.class().page {
		return true
	}
	accept := q.R.Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// problem sends the document of a fault.
func (q *Request) problem(status int, f *fault.Fault) error {
	text := problem{"about:blank", q.StatusTitle(status, f), status, q.Fault(f), f.Code, q.StatusNext(status), nil}
	for _, d := range f.Fields {
		text.Fields = append(text.Fields, problemField{d.Name, q.Field(d)})
	}
	body, err := json.Marshal(text)
	if err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	q.private = true
	h := q.W.Header()
	retryAfter(h, status)
	for _, name := range []string{"ETag", "Content-Disposition"} {
		h.Del(name) // of the answer that it was to be
	}
	h.Set("Content-Language", q.Lang)
	return q.Bytes(status, "application/problem+json", body)
}
