package search

import "delfi/web/page"

// title is the page's, with what is looked for.
func (v view) title(q *page.Request) string {
	if !v.Asked {
		return q.T("search.title")
	}
	return q.T("search.title_of", "query", v.Typed)
}

// heading says how much was found.
func (v view) heading(q *page.Request) string {
	switch {
	case v.Found.More:
		return q.T("search.many", "n", v.Found.Count, "query", v.Typed)
	case v.Found.Count == 0 && !v.narrowed():
		return q.T("search.none", "query", v.Typed)
	}
	return q.T("search.found", "n", v.Found.Count, "query", v.Typed)
}
