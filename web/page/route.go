package page

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// Route is a row of the site's table of routes (web/routes.go). Everything that differs
// between routes follows from its columns: whether a session is read, whether the access
// log has a line, which limiter and limit of a body apply, whether the page cache stores
// the answer, and which Cache-Control it has.
type Route struct {
	Method  string // GET, which answers HEAD too, or POST
	Pattern string // chi's, of a path without its language
	Privacy Privacy
	Cache   Caching
	Handler Handler
	Guards  []Guard // run before Handler, in order
	File    int64   // bytes of a file that comes with the form; 0: text alone
}

// Get returns the row of something that is read.
func Get(pattern string, p Privacy, c Caching, h Handler, guards ...Guard) Route {
	return Route{Method: http.MethodGet, Pattern: pattern, Privacy: p, Cache: c, Handler: h, Guards: guards}
}

// Post returns the row of something that is sent. Nothing stores its answer.
func Post(pattern string, p Privacy, h Handler, guards ...Guard) Route {
	return Route{Method: http.MethodPost, Pattern: pattern, Privacy: p, Cache: NoStore, Handler: h, Guards: guards}
}

// Upload returns the row of a form that comes with a file of so many bytes at most. The file
// is the last part of the form, and is not read before the handler reads it.
func Upload(pattern string, p Privacy, file int64, h Handler, guards ...Guard) Route {
	r := Post(pattern, p, h, guards...)
	r.File = file
	return r
}

// Privacy is the privacy class of a route: which traces of its reader a request reads, and
// which it leaves (docs/RECORD.md §2.5). The zero value is of no route.
type Privacy uint8

const (
	// Public routes answer everybody who has no session alike. A session is read for the
	// name in the page's frame.
	Public Privacy = iota + 1
	// Personal routes answer an account alone: they have the guard SignedIn.
	Personal
	// Session routes sign in and out. No sign-in ends at one.
	Session
	// Answering routes are those under which people answer, and those that they read just
	// before and after: a ballot, a contribution, an enrolment. No log has a line of one,
	// whatever its status, and no session is written; their counts move by the hour.
	Answering
	// AnsweringByCode routes are answering routes outside the sessions: none is read whatever
	// cookie comes along, so that no line of ours sees the code and the account of one
	// request together (docs/RECORD.md §1).
	AnsweringByCode
	// Program routes answer programs: no session is read, every reader gets the same, and
	// faults are problem documents in English.
	Program
	// Asset routes serve files of the build: without session, limiter and log line.
	Asset
	// Probe routes report the server's state to its operator. They are Asset routes that are
	// asked by any host name.
	Probe
)

// class has the properties that a privacy class implies.
type class struct {
	name    string
	session bool      // it is read, and says who asks
	line    bool      // the access log has one, and the meter counts by route
	page    bool      // the answer is a page in the reader's language
	bare    bool      // nothing of what pages and programs pass is passed
	caches  []Caching // that a route may have
}

var classes = [...]class{
	Public:          {name: "public", session: true, line: true, page: true, caches: []Caching{Shared, NoStore, Stored}},
	Personal:        {name: "personal", session: true, line: true, page: true, caches: []Caching{NoStore}},
	Session:         {name: "session", session: true, line: true, page: true, caches: []Caching{NoStore}},
	Answering:       {name: "answering", session: true, page: true, caches: []Caching{Shared, NoStore}},
	AnsweringByCode: {name: "answering by code", page: true, caches: []Caching{NoStore}},
	Program:         {name: "program", line: true, caches: []Caching{NoStore, Revalidated, Immutable, Spooled}},
	Asset:           {name: "asset", bare: true, caches: []Caching{Immutable}},
	Probe:           {name: "probe", bare: true, caches: []Caching{NoStore}},
}

func (p Privacy) String() string { return classes[p].name }

// Answers reports whether routes of the class are among those under which people answer.
func (p Privacy) Answers() bool { return p == Answering || p == AnsweringByCode }

// Caching is the cache class of a route: who may store its answer, and the Cache-Control
// that says so. An answer other than 200 is "no-store" in every class. The zero value is of no
// route.
type Caching uint8

const (
	// NoStore answers are stored by nobody: "no-store".
	NoStore Caching = iota + 1
	// Shared answers to readers without a session are stored by the page cache, and by
	// browsers that ask again: "no-cache" with an ETag. Others get "no-store".
	Shared
	// Revalidated answers may be stored by all who ask again: "public, no-cache" with an ETag.
	Revalidated
	// Immutable answers never change once they are final: "public, max-age=31536000,
	// immutable". Until then they are Revalidated.
	Immutable
	// Spooled answers are Revalidated ones that grow with the record: they are made one by
	// one in a file, with a limiter of their own, before they are sent.
	Spooled
	// Stored answers are files that lie finished: Revalidated ones that are sent in parts if
	// they are asked so, without a place among the requests at work.
	Stored
)

func (c Caching) String() string {
	return [...]string{"", "no-store", "shared", "revalidated", "immutable", "spooled", "stored"}[c]
}

// control returns the Cache-Control of an answer that is the same for everybody.
func (c Caching) control(final bool) string {
	switch {
	case c == Immutable && final:
		return "public, max-age=31536000, immutable"
	case c == Revalidated, c == Spooled, c == Stored, c == Immutable:
		return "public, no-cache"
	}
	return noStoreControl
}

const noStoreControl = "no-store"

// String names a route by its method and pattern.
func (r Route) String() string { return r.Method + " " + r.Pattern }

// class returns the properties of the row's privacy class.
func (r *Route) class() *class { return &classes[r.Privacy] }

// has reports whether a guard stands in the row.
func (r Route) has(g Guard) bool {
	return slices.ContainsFunc(r.Guards, func(one Guard) bool { return one.name == g.name })
}

// check returns an error for a row whose columns contradict each other.
func (r Route) check() error {
	if int(r.Privacy) >= len(classes) {
		return fmt.Errorf("route %s: no privacy class", r)
	}
	c := classes[r.Privacy]
	var wrong string
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		wrong = "neither read nor sent"
	case !strings.HasPrefix(r.Pattern, "/") || r.Pattern != "/" && strings.HasSuffix(r.Pattern, "/"):
		wrong = "not the one address of a page"
	case r.Handler == nil:
		wrong = "no handler"
	case c.name == "":
		wrong = "no privacy class"
	case !slices.Contains(c.caches, r.Cache):
		wrong = fmt.Sprintf("cache class %q does not go with privacy class %q", r.Cache, r.Privacy)
	case r.Method == http.MethodPost && r.Cache != NoStore:
		wrong = "the answer to a post is not stored"
	case (r.Privacy == Personal) != r.has(SignedIn) && !r.Privacy.Answers() && r.Privacy != Session:
		wrong = "personal routes, and no public ones, are for people who signed in"
	case !c.session && (r.has(SignedIn) || r.has(Fresh)):
		wrong = "without a session nobody has signed in"
	case r.has(Fresh) && !r.has(SignedIn):
		wrong = "a sign-in is fresh only of people who signed in"
	default:
		return nil
	}
	return fmt.Errorf("route %s: %s", r, wrong)
}

// checkAll returns an error for each row that is wrong, or listed twice.
func checkAll(routes []Route) error {
	var wrong []error
	listed := map[string]bool{}
	for _, r := range routes {
		wrong = append(wrong, r.check())
		if listed[r.String()] {
			wrong = append(wrong, fmt.Errorf("route %s: listed twice", r))
		}
		listed[r.String()] = true
	}
	return errors.Join(wrong...)
}

// Raw makes a handler of one of net/http, for assets and probes.
func Raw(h http.HandlerFunc) Handler {
	return func(q *Request) error {
		h(q.W, q.R)
		return nil
	}
}

// Complete returns an error that names each field of a room's services that is missing.
func Complete(room string, services any) error {
	var missing []error
	v := reflect.ValueOf(services)
	for i := range v.NumField() {
		if f := v.Type().Field(i); v.Field(i).IsZero() {
			missing = append(missing, fmt.Errorf("%s: service %s is missing", room, f.Name))
		}
	}
	return errors.Join(missing...)
}
