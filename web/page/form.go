package page

import (
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"delfi/internal/fault"
	"delfi/web/middleware"
)

// Form is what a person sent, character by character: a form that fails is
// shown again from it with nothing lost.
type Form struct{ values url.Values }

// Form reads the request's body: 413 when it is larger than the limit, 422 when
// it is no form or not text. The query is not part of it.
func (q *Request) Form() (Form, error) {
	kind, with, err := mime.ParseMediaType(q.R.Header.Get("Content-Type"))
	read := q.urlencoded
	if kind == "multipart/form-data" && q.visit.route.File > 0 {
		read = func() (url.Values, error) { return q.parts(with["boundary"]) }
	} else if err != nil || kind != "application/x-www-form-urlencoded" {
		return Form{}, middleware.BadForm("no urlencoded form")
	}
	if q.unread != nil { // the body is read once
		return Form{}, q.unread
	}
	if q.R.PostForm == nil { // the library would make a second copy of it, with the query
		if q.R.PostForm, err = read(); err != nil {
			q.unread = middleware.ReadError(err)
			return Form{}, q.unread
		}
	}
	for name, values := range q.R.PostForm {
		for _, v := range values {
			// Postgres stores neither; refused here, it is the person's to mend.
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return Form{}, fault.Bad(fault.Field{Name: name, Code: "not_text", Message: "is not plain text: remove the characters that cannot be shown"})
			}
		}
	}
	return Form{values: q.R.PostForm}, nil
}

// urlencoded reads a form without a file, which is bounded also where one might come.
func (q *Request) urlencoded() (url.Values, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, q.R.Body, q.app.opts.MaxBody))
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(string(body))
}

// parts reads the fields of a form until its file, which stays to be read.
func (q *Request) parts(boundary string) (url.Values, error) {
	r := multipart.NewReader(q.R.Body, boundary)
	values, left := url.Values{}, q.app.opts.MaxBody
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			q.file = part
			return values, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, err
		}
		if left -= int64(len(value)); left < 0 {
			return nil, &http.MaxBytesError{Limit: q.app.opts.MaxBody}
		}
		values.Add(part.FormName(), string(value))
	}
}

// Uploaded gives the file that came with the form, by the name that its owner has for it and
// what arrives of it; false without one. It is read once, after Form.
func (q *Request) Uploaded() (name string, body io.Reader, ok bool) {
	if q.file == nil {
		return "", nil, false
	}
	return q.file.FileName(), readErrors{q.file}, true
}

// readErrors says why what arrives cannot be read.
type readErrors struct{ io.Reader }

func (r readErrors) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = middleware.ReadError(err)
	}
	return n, err
}

// Value gives a field's first value as sent, or "".
func (f Form) Value(name string) string { return f.values.Get(name) }

// Values gives every value of a field, in the order sent.
func (f Form) Values(name string) []string { return f.values[name] }

// Fields calls visit with every field but those of the names without, as they were sent,
// by name.
func (f Form) Fields(visit func(name, value string), without ...string) {
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		if slices.Contains(without, name) {
			continue
		}
		for _, v := range f.values[name] {
			visit(name, v)
		}
	}
}

// Names gives the fields that begin with a prefix, in order.
func (f Form) Names(prefix string) []string {
	var out []string
	for name := range f.values {
		if strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Has tells whether the field was sent: a ticked box, a pressed button.
func (f Form) Has(name string) bool { return f.values.Has(name) }

// Contains tells whether value is one of the field's.
func (f Form) Contains(name, value string) bool {
	for _, v := range f.values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Int gives a field's whole number; false when there is none.
func (f Form) Int(name string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(f.Value(name)))
	return n, err == nil
}
