package search

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/search"
	"delfi/internal/space"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is the page, before and after a search.
type view struct {
	Asked    bool // there is a query
	Typed    string
	Request  search.Request
	Found    search.Page
	Problems ui.Problems
}

// find shows the form, or what is found.
func (c room) find(q *page.Request) error {
	v := view{Typed: q.Query("q")}
	if strings.TrimSpace(v.Typed) == "" {
		return q.Render(http.StatusOK, find(v))
	}
	err := c.read(q, &v)
	if err == nil {
		v.Asked = true
		v.Found, err = c.Search.Find(q.Context(), v.Request)
	}
	if fault.KindOf(err) == fault.Invalid {
		v.Asked = false
		v.Problems = ui.ProblemsOf(err)
		return q.Render(http.StatusUnprocessableEntity, find(v))
	}
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, find(v))
}

// read reads what is asked for. Parts that no link of ours has are left out.
func (c room) read(q *page.Request, v *view) (err error) {
	v.Request.Query, err = search.Parse(v.Typed)
	v.Typed = v.Request.Query.Text
	if search.Order(q.Query("order")) == search.Newest {
		v.Request.Order = search.Newest
	}
	if kind := space.Kind(q.Query("kind")); slices.Contains(space.Kinds, kind) {
		v.Request.Kind = kind
	}
	if at, bad := uuid.Parse(q.Query("space")); bad == nil {
		v.Request.Space = at
	}
	v.Request.After = q.Query("after")
	return err
}

// path is the address of a request for hits.
func path(r search.Request) string {
	values := url.Values{"q": {r.Query.Text}}
	for name, value := range map[string]string{"order": string(r.Order), "kind": string(r.Kind), "after": r.After} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if r.Space != uuid.Nil {
		values.Set("space", r.Space.String())
	}
	return "/search?" + values.Encode()
}

// The addresses of the same search with one part of it changed; each begins anew.
func (v view) ordered(o search.Order) string {
	r := v.Request
	r.Order, r.After = o, ""
	return path(r)
}

func (v view) of(kind space.Kind) string {
	r := v.Request
	r.Kind, r.After = kind, ""
	return path(r)
}

func (v view) in(at uuid.UUID) string {
	r := v.Request
	r.Space, r.After = at, ""
	return path(r)
}

func (v view) next() string {
	r := v.Request
	r.After = v.Found.Next
	return path(r)
}

// narrowed tells whether the hits are those of one kind or space.
func (v view) narrowed() bool { return v.Request.Kind != "" || v.Request.Space != uuid.Nil }

// anywhere is the same search of every kind and space.
func (v view) anywhere() string {
	return path(search.Request{Query: v.Request.Query, Order: v.Request.Order})
}

// places bounds the spaces that a page lists.
const places = 8

// spaces are those that the page lists: the ones with most hits, and the chosen one.
func (v view) spaces() []search.Facet {
	all := v.Found.Spaces
	out := slices.Clone(all[:min(places, len(all))])
	for _, f := range all[len(out):] {
		if f.Space == v.Request.Space {
			out = append(out, f)
		}
	}
	return out
}

// every is the number of the newest matches of every kind and space.
func (v view) every() int {
	n := 0
	for _, f := range v.Found.Kinds {
		n += f.Count
	}
	return n
}

// icon is the symbol of a kind.
func icon(kind space.Kind) string {
	switch kind {
	case space.Item:
		return "it-check-circle"
	case space.Contribution:
		return "it-pencil"
	case space.Opinion:
		return "it-file"
	case space.Document:
		return "it-files"
	}
	return "it-comment"
}
