package pagecache

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxAge is the greatest age of a cached page: pages write days, deadlines and counts,
// which change without an act.
const maxAge = 10 * time.Second

// Page is a page as its handler finished it.
type Page struct {
	Subject string // what it is about, the route's {slug}: its change invalidates it; "" for any change
	Route   string // pattern, for counting
	Header  http.Header
	Tag     string // ETag without quotes
	Body    []byte
}

// Entry is a cached page, the same for everyone in its language. It never changes: its
// header values are shared by all answers.
type Entry struct {
	subject, route string
	until          time.Time
	tag            string // without quotes, in the ETags of both encodings
	plain          encoding
	gzip           encoding // its body is nil where it would not be shorter
	vary           []string
	contentType    []string
	language       []string // nil for a page in none
}

// encoding is a page's body as it is sent, with the headers that differ.
type encoding struct {
	body        []byte
	length, tag []string
}

var (
	noCache = []string{"no-cache"}
	gzipped = []string{"gzip"}
)

// newEntry makes the entry of a page. old is the former entry of its address, or nil:
// equal bytes are not compressed again.
func newEntry(p Page, now time.Time, old *Entry) *Entry {
	e := &Entry{
		subject: p.Subject, route: p.Route, until: now.Add(maxAge), tag: p.Tag,
		vary:        []string{strings.Join(append(p.Header.Values("Vary"), "Accept-Encoding"), ", ")},
		contentType: p.Header["Content-Type"], language: p.Header["Content-Language"],
	}
	if old != nil && old.tag == p.Tag {
		e.plain, e.gzip = old.plain, old.gzip
		return e
	}
	e.plain = newEncoding(p.Body, p.Tag)
	if small := compress(p.Body); len(small) < len(p.Body) {
		e.gzip = newEncoding(small, p.Tag+"-gzip")
	}
	return e
}

func newEncoding(body []byte, tag string) encoding {
	return encoding{body: body, length: []string{strconv.Itoa(len(body))}, tag: []string{`"` + tag + `"`}}
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	// Neither can fail on a buffer.
	_, _ = z.Write(body)
	_ = z.Close()
	return out.Bytes()
}

// size is about the memory of an entry, in bytes.
func (e *Entry) size() int { return len(e.plain.body) + len(e.gzip.body) + 1024 }

// Serve answers with the page, or with 304, and returns the status. The error is that of
// writing to a reader.
func (e *Entry) Serve(w http.ResponseWriter, r *http.Request) (int, error) {
	h := w.Header()
	form := &e.plain
	h["Vary"] = e.vary
	if e.gzip.body != nil && acceptsGzip(r) {
		form = &e.gzip
	}
	h["Cache-Control"], h["Etag"] = noCache, form.tag
	if asked := r.Header["If-None-Match"]; len(asked) > 0 && strings.Contains(asked[0], e.tag) {
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified, nil
	}
	if form == &e.gzip {
		h["Content-Encoding"] = gzipped
	}
	h["Content-Type"], h["Content-Length"] = e.contentType, form.length
	if e.language != nil {
		h["Content-Language"] = e.language
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return http.StatusOK, nil
	}
	_, err := w.Write(form.body)
	return http.StatusOK, err
}

// acceptsGzip reports whether gzip may be sent; q=0 refuses it.
func acceptsGzip(r *http.Request) bool {
	for _, line := range r.Header["Accept-Encoding"] {
		_, after, ok := strings.Cut(line, "gzip")
		if !ok {
			continue
		}
		first, _, _ := strings.Cut(after, ",")
		_, quality, weighed := strings.Cut(first, "q=")
		return !weighed || strings.Trim(quality, " 0.") != ""
	}
	return false
}
