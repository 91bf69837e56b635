package page

import (
	"net/http"

	"delfi/internal/fault"
)

// known sets the headers that every answer has, assets and probes included, and refuses
// requests that name another host than the site's (421): a name of somebody else's that
// leads to our address is how their pages would speak to us (DNS rebinding). Probes are
// asked by any address of the server.
func (a *App) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.setHeaders(w.Header())
		if a.host != "" && !a.clients.Names(r, a.host) && a.table.visits(r, r.Method).route.Privacy != Probe {
			a.show421(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *App) show421(w http.ResponseWriter, r *http.Request) {
	q := a.outside(w, r)
	if err := a.show(q, http.StatusMisdirectedRequest, errHost); err != nil && !left(q, err) {
		http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
	}
}

var errHost = fault.New(fault.NotFound, "foreign_host", "this address is not the site's")
