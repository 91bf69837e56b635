package page

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// Public sends a body that is the same for everybody, signed in or not, with an
// ETag. final says that it never changes; on an Immutable route it may be stored for a year.
func (q *Request) Public(contentType string, final bool, body []byte) error {
	sum := sha256.Sum256(body)
	if !q.Fresh(contentType, base64.RawURLEncoding.EncodeToString(sum[:18]), final) {
		return nil
	}
	q.W.Header().Set("Content-Length", strconv.Itoa(len(body)))
	return q.write(http.StatusOK, body)
}

// Fresh sets the headers of a public answer whose tag is known before its body, and
// reports whether the body is wanted; if not, 304 was sent.
func (q *Request) Fresh(contentType, tag string, final bool) bool {
	h := q.W.Header()
	h.Set("Content-Type", contentType)
	control := q.visit.route.Cache.control(final)
	h.Set("Cache-Control", control)
	if control == noStoreControl {
		h.Del("ETag")
		return true
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
