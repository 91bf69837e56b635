package page

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"time"

	"delfi/internal/fault"
)

// failures counts failures of answering routes, and of parts of other pages, by kind, and shows the counts by the hour.
type failures struct {
	mu              sync.Mutex
	hour            time.Time
	counting, shown map[string]int64 // since the start
	news            map[string]int64 // shown, and not logged yet
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

// Lacks counts a failure without which the page is drawn, as those of answering routes: by
// kind and hour, since a line of its own would have a time.
func (q *Request) Lacks(err error) { q.app.failed.add(kindOfFailure(err), q.Now) }

// turn shows what was counted if another hour has begun; the lock is held. The line of it
// is for who does not answer a request to write: it would have a time.
func (f *failures) turn(now time.Time) {
	hour := now.Truncate(time.Hour)
	if hour.Equal(f.hour) {
		return
	}
	f.hour = hour
	shown := make(map[string]int64, len(f.counting))
	for kind, n := range f.counting {
		if more := n - f.shown[kind]; more > 0 {
			if f.news == nil {
				f.news = map[string]int64{}
			}
			f.news[kind] += more
		}
		shown[kind] = n
	}
	f.shown = shown
}

// told gives what is new at an instant, once.
func (f *failures) told(now time.Time) map[string]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn(now)
	news := f.news
	f.news = nil
	return news
}

// Failed returns how often answering routes failed, by kind, as of the last whole hour.
func (a *App) Failed() map[string]int64 {
	a.sum()
	f := &a.failed
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
	for kind, n := range a.failed.told(a.now()) {
		a.opts.Log.Error("pages under which people answer failed in an hour", "kind", kind, "n", n)
	}
}

// sums logs an hour's failures although nobody reads the figures.
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
