package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"delfi/internal/fault"
	"delfi/web/i18n"
)

// Quiet is a page under which people answer: a ballot, a code, a contribution, what is
// read just before or after them. It leaves no line in any log, whatever its status;
// what is counted of it moves by the hour (docs/RECORD.md §2.5). It is a type
// of its own, so that a route says which it is where it is registered.
type Quiet struct{ http.HandlerFunc }

// Quietly makes a quiet page of h.
func (a *App) Quietly(h Handler, guards ...Guard) Quiet { return Quiet{a.Handle(h, guards...)} }

// quiet finds whether people answer at an address, before anything of the request is
// looked at: what is refused early must be as quiet as what is answered.
type quiet struct {
	routes   *chi.Mux // of the quiet pages alone
	patterns []string
	failed   failures
}

// SetRoutes takes the routes of the site, and reads which of them are quiet. A pattern is
// quiet for every method.
func (a *App) SetRoutes(routes chi.Routes) error {
	a.routes = routes
	mux := chi.NewRouter()
	var patterns []string
	err := chi.Walk(routes, func(method, pattern string, h http.Handler, _ ...func(http.Handler) http.Handler) error {
		if c, ok := h.(*chi.ChainHandler); ok {
			h = c.Endpoint
		}
		pattern = strings.ReplaceAll(pattern, "/*/", "/")
		if _, ok := h.(Quiet); !ok || slices.Contains(patterns, pattern) {
			return nil
		}
		patterns = append(patterns, pattern)
		mux.Get(pattern, func(http.ResponseWriter, *http.Request) {})
		return nil
	})
	if err != nil {
		return fmt.Errorf("page: quiet routes: %w", err)
	}
	a.quiet.routes, a.quiet.patterns = mux, patterns
	return nil
}

// hushed marks requests to quiet pages.
func (a *App) hushed(r *http.Request) *http.Request {
	if a.quiet.routes == nil {
		return r
	}
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	if _, path = i18n.Split(path); a.quiet.routes.Match(chi.NewRouteContext(), http.MethodGet, path) {
		return r.WithContext(context.WithValue(r.Context(), quietKey, true))
	}
	return r
}

// IsQuiet tells whether a request is to a quiet page.
func IsQuiet(ctx context.Context) bool {
	is, _ := ctx.Value(quietKey).(bool)
	return is
}

// IsQuietRoute tells it of a pattern.
func (a *App) IsQuietRoute(pattern string) bool {
	return slices.Contains(a.quiet.patterns, strings.TrimSuffix(pattern, "/")) || slices.Contains(a.quiet.patterns, pattern)
}

// failures counts by kind what failed on quiet pages, and shows it by the hour.
type failures struct {
	mu              sync.Mutex
	hour            time.Time
	counting, shown map[string]int64 // since the start
}

// add counts a failure at an instant.
func (f *failures) add(kind string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(now)
	if f.counting == nil {
		f.counting = map[string]int64{}
	}
	f.counting[kind]++
}

// turn shows what was counted if another hour has begun, and gives what is new of it;
// the lock is held.
func (f *failures) turn(now time.Time) map[string]int64 {
	hour := now.Truncate(time.Hour)
	if hour.Equal(f.hour) {
		return nil
	}
	f.hour = hour
	news := map[string]int64{}
	shown := make(map[string]int64, len(f.counting))
	for kind, n := range f.counting {
		if more := n - f.shown[kind]; more > 0 {
			news[kind] = more
		}
		shown[kind] = n
	}
	f.shown = shown
	return news
}

// Failed gives how often quiet pages failed, by kind, as of the last whole hour.
func (a *App) Failed() map[string]int64 {
	a.sum()
	f := &a.quiet.failed
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make(map[string]int64, len(f.shown))
	for kind, n := range f.shown {
		out[kind] = n
	}
	return out
}

// sum writes one line for each kind of failure, when another hour has begun.
func (a *App) sum() {
	f := &a.quiet.failed
	f.mu.Lock()
	news := f.turn(a.now())
	f.mu.Unlock()
	for kind, n := range news {
		a.opts.Log.Error("pages under which people answer failed in an hour", "kind", kind, "n", n)
	}
}

// sums sees to it that an hour's failures are told although nobody asks.
func (a *App) sums(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.sum()
		}
	}
}

// kindOfFailure names an error without anything of the request: a fault's code, the
// place of a panic, or nothing more than that it was internal.
func kindOfFailure(err error) string {
	var p panicked
	if errors.As(err, &p) {
		return "panic at " + p.at
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return "internal"
}

// panicked is a handler that did.
type panicked struct {
	error
	at string // the function of ours
}

// placeOfPanic names the function of ours in which the panic that is being recovered began.
func placeOfPanic() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for panicking := false; ; {
		frame, more := frames.Next()
		if panicking && strings.HasPrefix(frame.Function, "delfi/") {
			return frame.Function
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return "an unknown place"
		}
	}
}
