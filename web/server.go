package web

import (
	"net/http"
	"time"
)

// Server gives the server of a handler: no connection holds it for ever, and none
// makes it remember much. page.Options.Patience stays below WriteTimeout, after
// which an answer would reach nobody.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
}
