package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"delfi/internal/fault"
)

// Program makes an endpoint of h for programs: nobody signs in, no session is read,
// every reader gets the same, and faults are problem documents (RFC 9457) in English,
// as on the command line.
func (k *Kernel) Program(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := k.outside(w, r)
		var err error
		if !q.reads() && !k.posts.allow(k.who(q)) {
			err = tooMany()
		} else {
			err = h(q)
		}
		if err != nil {
			k.problem(q, err)
		}
	}
}

// problem is exit for programs.
func (k *Kernel) problem(q *Request, err error) {
	if left(q, err) {
		return
	}
	var c cut
	if errors.As(err, &c) {
		// The status is gone already: an answer that breaks off must not look whole.
		k.log(q, http.StatusInternalServerError, err)
		panic(http.ErrAbortHandler)
	}
	if fault.KindOf(err) == fault.Internal && k.down(q) {
		err = fault.New(fault.Unavailable, "database_down", "the database does not answer").Because(err)
	}
	status, f := Status(err), safe(err)
	k.log(q, status, err)
	type field struct {
		Name   string `json:"name"`
		Detail string `json:"detail"`
	}
	said := struct {
		Type   string  `json:"type"`
		Title  string  `json:"title"`
		Status int     `json:"status"`
		Detail string  `json:"detail"`
		Code   string  `json:"code"`
		Fields []field `json:"fields,omitempty"`
	}{"about:blank", http.StatusText(status), status, f.Message, f.Code, nil}
	for _, d := range f.Fields {
		said.Fields = append(said.Fields, field{d.Name, d.Message})
	}
	body, err := json.Marshal(said)
	if err != nil {
		k.opts.Log.Error("problem document", "request", RequestID(q.Context()), "error", err)
		body = nil
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		q.W.Header().Set("Retry-After", "60")
	}
	h := q.W.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	q.W.WriteHeader(status)
	_, _ = q.W.Write(body) // a reader that went away is no failure of ours
}

// Public sends a body that is the same for everybody, signed in or not, with an
// ETag. One that never changes may be kept for a year.
func (q *Request) Public(contentType string, immutable bool, body []byte) error {
	sum := sha256.Sum256(body)
	if !q.Fresh(contentType, base64.RawURLEncoding.EncodeToString(sum[:18]), immutable) {
		return nil
	}
	q.W.Header().Set("Content-Length", strconv.Itoa(len(body)))
	q.W.WriteHeader(http.StatusOK)
	if _, err := q.W.Write(body); err != nil {
		return gone{err}
	}
	return nil
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
	h.Set("ETag", `"`+tag+`"`)
	if strings.Contains(q.R.Header.Get("If-None-Match"), `"`+tag+`"`) {
		q.W.WriteHeader(http.StatusNotModified)
		return false
	}
	return true
}

const (
	// spoolSize is up to where an answer is held back, so that its failure can
	// still be told with a status, and its tag be computed.
	spoolSize = 1 << 20
	// streamTime is how long a large answer may take a slow reader.
	streamTime = 30 * time.Minute
)

// Stream sends what write writes. A small answer goes as Public does; a large one
// streams, and breaks off when write fails. name, if any, is the file that a
// browser stores it under.
func (q *Request) Stream(contentType, name string, write func(w io.Writer) error) error {
	if name != "" {
		q.W.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	}
	s := &spool{q: q, contentType: contentType}
	err := write(s)
	switch {
	case err != nil && s.started:
		return cut{err}
	case err != nil:
		q.W.Header().Del("Content-Disposition")
		return err
	case s.started:
		return nil
	}
	return q.Public(contentType, false, s.held.Bytes())
}

// spool holds an answer back until it is large.
type spool struct {
	q           *Request
	contentType string
	held        bytes.Buffer
	started     bool
}

func (s *spool) Write(b []byte) (int, error) {
	if !s.started && s.held.Len()+len(b) <= spoolSize {
		return s.held.Write(b)
	}
	if !s.started {
		s.started = true
		err := http.NewResponseController(s.q.W).SetWriteDeadline(time.Now().Add(streamTime))
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return 0, gone{err}
		}
		h := s.q.W.Header()
		h.Set("Content-Type", s.contentType)
		if h.Get("Cache-Control") == "" {
			h.Set("Cache-Control", "public, no-cache")
		}
		if _, err := s.q.W.Write(s.held.Bytes()); err != nil {
			return 0, gone{err}
		}
		s.held = bytes.Buffer{}
	}
	n, err := s.q.W.Write(b)
	if err != nil {
		return n, gone{err}
	}
	return n, nil
}

// cut is a failure after the first byte of an answer.
type cut struct{ error }

func (c cut) Unwrap() error { return c.error }
