package page

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"delfi/internal/platform/changes"
	"delfi/web/i18n"
	"delfi/web/pagecache"
)

// newCache makes the cache of finished pages. Without changes it caches nothing.
func (a *App) newCache() *pagecache.Cache {
	c := pagecache.New(pagecache.Options{
		Now: a.now, Cacheable: a.cacheable,
		Header: a.setHeaders,
		Hit: func(route string, status int) {
			if a.opts.Meter != nil {
				a.opts.Meter.Hit(route, a.table.answers(route), status)
			}
		},
	})
	if a.opts.Changes != nil {
		a.opts.Changes.Subscribe(changes.Handler{Connected: c.SetConnected, Changed: c.Invalidate}, changes.Consultation, changes.Site)
	}
	return c
}

// Cache is the cache of finished pages.
func (a *App) Cache() *pagecache.Cache { return a.cache }

// cacheable reports whether a request is of those that all get the same answer. One
// with a query is not: nobody shall fill the cache by inventing queries. The home page
// is only where it does not redirect its reader to another language. Before its route is
// found a request is looked up whatever its cache class: only Shared pages are stored.
func (a *App) cacheable(r *http.Request) bool {
	if v, found := r.Context().Value(visitKey).(*visit); found && v.route.Cache != Shared {
		return false
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || r.URL.RawPath != "" {
		return false
	}
	if len(r.Header["Cookie"]) > 0 {
		if _, err := r.Cookie(a.sessionCookie()); err == nil {
			return false
		}
		if _, err := r.Cookie(flashCookie); err == nil {
			return false
		}
	}
	return r.URL.Path != "/" || i18n.Preferred(r) == i18n.Languages[0]
}

// store caches a page that was just drawn, if its request is the one that may, and
// returns the entry to answer with; nil if not.
func (a *App) store(q *Request, tag string, body []byte) *pagecache.Entry {
	// Whoever began a session with this very page gets it alone.
	if !pagecache.InFlight(q.Context()) || len(q.W.Header()["Set-Cookie"]) > 0 || a.sessions.Status(q.Context()) != scs.Unmodified {
		return nil
	}
	return a.cache.Store(q.Context(), pagecache.Page{
		Subject: q.Param("slug"), Route: q.visit.route.Pattern, Header: q.W.Header(), Tag: tag, Body: body,
	})
}

// invalidate empties the cache after an act of staff, whose author looks at the public
// page with the next click. Other servers, and this one after acts of others, are
// notified by the database.
func (a *App) invalidate(q *Request) {
	if q.R.Method == http.MethodPost && len(q.Actor.Grants) > 0 {
		a.cache.Invalidate("")
	}
}

// logHits logs once a minute how many answers came from the cache, for they have no lines
// of their own.
func (a *App) logHits(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for logged := int64(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if now := a.cache.Stats().Hits; now > logged {
				a.opts.Log.Info("cached pages served", "n", now-logged)
				logged = now
			}
		}
	}
}
