package page

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"time"

	"delfi/web/middleware"
)

// File is a file that lies finished.
type File struct {
	Name  string // that a browser stores it under
	Type  string // its media type
	Tag   string // of its bytes
	Body  io.ReadSeeker
	Cache Caching // NoStore for a file that not everybody may read; 0 for the class of its route
}

// Send sends a stored file, or the parts of it that are asked for. No browser shows it as
// a page of ours: it is an attachment, and without rights of its own where one opens it all
// the same. A reader holds neither a connection of the database nor a place at work, and is
// cut below the least rate.
func (q *Request) Send(f File) error {
	from, sending := q.app.clients.Address(q.R), q.app.downloads.Sending
	if err := sending.Take(from, 1); err != nil {
		return err
	}
	defer sending.Give(from, 1)
	if p := middleware.PlaceOf(q.W); p != nil {
		p.Release()
	}
	h := q.W.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", f.Name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	cache := cmp.Or(f.Cache, q.visit.route.Cache)
	h.Set("Cache-Control", cache.control(false))
	if cache == Stored {
		h.Set("ETag", `"`+f.Tag+`"`)
	}
	http.ServeContent(q.app.downloads.Paced(q.W), q.R, "", time.Time{}, f.Body)
	return nil
}
