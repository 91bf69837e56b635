package page

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"delfi/web/middleware"
	"delfi/web/page/download"
)

// spooled runs the handler of a Spooled route, with a place among the answers that are
// made in place of one at work. The handler ends in Stream.
func (a *App) spooled(q *Request) error {
	if p := middleware.PlaceOf(q.W); p != nil {
		p.Release()
	}
	making := a.downloads.Making
	if !making.Acquire(q.Context()) {
		if err := q.Context().Err(); err != nil {
			return err
		}
		q.W.Header().Set("Retry-After", "10")
		return middleware.ErrBusy
	}
	q.made = sync.OnceFunc(making.Release)
	defer q.made()
	return q.visit.route.Handler(q)
}

// Stream sends what write writes, when all of it is there: its failure is told with a
// status, and write never waits for a reader. A reader that takes less than the least
// rate is cut. name, if any, is the file that a browser stores it under. The route is a
// Spooled one.
func (q *Request) Stream(contentType, name string, write func(w io.Writer) error) error {
	if q.made == nil {
		return fmt.Errorf("stream: %s is no spooled route", q.visit.route)
	}
	s := q.app.downloads.Spool(q.W, q.app.clients.Address(q.R))
	defer s.Close()
	if err := write(s); err != nil {
		return err
	}
	q.made()
	if name != "" {
		q.W.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	}
	tag := base64.RawURLEncoding.EncodeToString(s.Sum()[:18])
	if !q.Fresh(contentType, tag, false) {
		return nil
	}
	err := s.Send()
	var broken download.Broken
	if errors.As(err, &broken) {
		q.app.log(q, http.StatusInternalServerError, err)
		panic(http.ErrAbortHandler) // what breaks off must not look whole
	}
	return err
}

// write sends a body from memory.
func (q *Request) write(status int, body []byte) error {
	return q.app.downloads.Write(q.W, q.app.clients.Address(q.R), status, body)
}
