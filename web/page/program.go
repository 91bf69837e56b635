package page

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"delfi/web/middleware"
)

// Program makes an endpoint of h for programs: nobody signs in, no session is read,
// every reader gets the same, and faults are problem documents in English.
func (a *App) Program(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := a.outside(w, r)
		q.Lang = "en"
		var err error
		if !q.reads() && !a.posts.Allow(a.who(q)) {
			err = middleware.ErrRate
		} else {
			err = h(q)
		}
		if err != nil {
			a.leave(q, err, q.problem)
		}
	}
}

// Public sends a body that is the same for everybody, signed in or not, with an
// ETag. One that never changes may be kept for a year.
func (q *Request) Public(contentType string, immutable bool, body []byte) error {
	sum := sha256.Sum256(body)
	if !q.Fresh(contentType, base64.RawURLEncoding.EncodeToString(sum[:18]), immutable) {
		return nil
	}
	q.W.Header().Set("Content-Length", strconv.Itoa(len(body)))
	return q.write(http.StatusOK, body)
}

// Fresh sets the headers of a public answer whose tag is known before its body, and
// tells whether the body is wanted; if not, 304 was sent.
func (q *Request) Fresh(contentType, tag string, immutable bool) bool {
	h := q.W.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "public, no-cache")
	if immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if own := h.Get("ETag"); own != "" {
		tag = strings.Trim(own, `"`) // of what the body is made from, known before it
	}
	h.Set("ETag", `"`+tag+`"`)
	if strings.Contains(q.R.Header.Get("If-None-Match"), `"`+tag+`"`) {
		q.W.WriteHeader(http.StatusNotModified)
		return false
	}
	return true
}
