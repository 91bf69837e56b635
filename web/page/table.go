package page

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"delfi/internal/fault"
	"delfi/web/i18n"
	"delfi/web/middleware"
)

// table is the routes of a site, found by method and path. chi matches; nothing is mounted
// in its tree, because a request must have its route before anything else is done for it:
// an answering route that refuses a body leaves no line either.
type table struct {
	mux  *chi.Mux
	rows map[string]map[string]*Route // by pattern and method
	// refusing are the routes of a pattern for other methods than its own: with its privacy class.
	refusing map[string]*Route
}

// nowhere is the route of addresses that no row has.
var nowhere = &Route{Pattern: "/*", Privacy: Public, Cache: NoStore, Handler: func(*Request) error {
	return fault.New(fault.NotFound, "no_page", "there is no such page")
}}

func newTable(routes []Route) *table {
	t := &table{mux: chi.NewRouter(), rows: map[string]map[string]*Route{}, refusing: map[string]*Route{}}
	for _, r := range routes {
		t.mux.Method(r.Method, r.Pattern, http.NotFoundHandler())
		if t.rows[r.Pattern] == nil {
			t.rows[r.Pattern] = map[string]*Route{}
			t.refusing[r.Pattern] = &Route{Pattern: r.Pattern, Privacy: r.Privacy, Cache: NoStore, Handler: t.refuseMethod}
		}
		t.rows[r.Pattern][r.Method] = &r
		if refusing := t.refusing[r.Pattern]; r.Privacy.Answers() {
			refusing.Privacy = r.Privacy
		}
	}
	return t
}

// find returns the row of a method and a path without its language; nil if there is none.
func (t *table) find(method, path string) (*Route, *chi.Context) {
	c := chi.NewRouteContext()
	pattern := t.mux.Find(c, method, path)
	return t.rows[pattern][method], c
}

// at returns a row of a path, whatever its method; nil if there is none.
func (t *table) at(path string) *Route {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if r, _ := t.find(method, path); r != nil {
			return r
		}
	}
	return nil
}

// has reports whether any row has a path.
func (t *table) has(path string) bool { return t.at(path) != nil }

// refuseMethod answers a request to an address that is not asked by its method.
func (t *table) refuseMethod(q *Request) error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		listed := method
		if method == http.MethodHead {
			listed = http.MethodGet
		}
		if t.rows[q.visit.route.Pattern][listed] != nil {
			allowed = append(allowed, method)
		}
	}
	q.W.Header().Set("Allow", strings.Join(allowed, ", "))
	return middleware.Refusal{Status: http.StatusMethodNotAllowed, Fault: fault.New(fault.NotFound, "no_method", "this address is not asked that way")}
}

// visit is a request's way through the site: its route, found once, and its name.
type visit struct {
	route  *Route
	params *chi.Context
	id     string
	inner  bool // the page is drawn for the answer to another request
}

// visitOf returns the visit of a request that Serve received; of another, one to nowhere.
func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey).(*visit); ok {
		return v
	}
	return &visit{route: nowhere, params: chi.NewRouteContext()}
}

// visits finds the visit of a request that is asked by a method.
func (t *table) visits(r *http.Request, method string) *visit {
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	_, stripped := i18n.Split(path)
	if method == http.MethodHead {
		method = http.MethodGet
	}
	route, params := t.find(method, stripped)
	if route == nil {
		if other := t.at(stripped); other != nil {
			route = t.refusing[other.Pattern]
		}
	}
	if route == nil || route.class().bare && stripped != path {
		route = nowhere
	}
	return &visit{route: route, params: params}
}

// Serve returns the handler of the site whose routes these are. The app serves one site.
//
//	known          headers, the site's own name
//	Lookup         cached? → the finished page, and nothing else
//	found          the route; assets and probes end here
//	SingleFlight   one drawing at a time of a page that is shared
//	wrap           the steps of every request: id, language, address, body, place, panics, origin
//	dispatch       the steps of its route: log line, session, guards, handler
func (a *App) Serve(routes []Route) (http.Handler, error) {
	if err := checkAll(routes); err != nil {
		return nil, err
	}
	a.table = newTable(routes)
	return a.known(a.cache.Lookup(a.found(a.cache.SingleFlight(a.wrap(http.HandlerFunc(a.dispatch)))))), nil
}

// found finds the route of each request.
func (a *App) found(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := a.table.visits(r, r.Method)
		r = r.WithContext(context.WithValue(r.Context(), visitKey, v))
		if v.route.class().bare {
			a.answer(w, r)
			return
		}
		site.ServeHTTP(w, r)
	})
}

// Find returns the pattern of the row that a method and a path with its language have, and
// the parameters of the path by name; "" if there is none.
func (a *App) Find(method, path string) (pattern string, param func(name string) string) {
	_, path = i18n.Split(path)
	r, c := a.table.find(method, path)
	if r == nil {
		return "", c.URLParam
	}
	return r.Pattern, c.URLParam
}

// signing reports whether a path, without language, is one of signing in and out.
func (t *table) signing(path string) bool {
	r := t.at(path)
	return r != nil && r.Privacy == Session
}

// answers reports whether people answer under a pattern.
func (t *table) answers(pattern string) bool {
	refusing := t.refusing[pattern]
	return refusing != nil && refusing.Privacy.Answers()
}
