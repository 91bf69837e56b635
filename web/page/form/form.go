package form

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"delfi/internal/fault"
	"delfi/web/middleware"
)

// mostFields is how many fields a form may have: a ballot of a thousand items of several
// criteria has half as many. Each takes far more memory than its bytes.
const mostFields = 32 << 10

var errMany = errors.New("the form has more fields than any has")

// File is a file that comes with a form. Its reader says why what arrives cannot be read,
// as Read does.
type File struct {
	Name string // that its owner has for it
	io.Reader
}

// Read reads the fields of a form: at most so many bytes, 413 when there are more; 422 when
// it is no form or not text. With a file only where filed says so; nil for none.
func Read(body io.Reader, contentType string, most int64, filed bool) (url.Values, *File, error) {
	kind, with, err := mime.ParseMediaType(contentType)
	var values url.Values
	var file *File
	switch {
	case err == nil && kind == "multipart/form-data" && filed:
		values, file, err = parts(multipart.NewReader(body, with["boundary"]), most)
	case err == nil && kind == "application/x-www-form-urlencoded":
		values, err = urlencoded(body, most)
	default:
		return nil, nil, middleware.BadForm("no urlencoded form")
	}
	if err != nil {
		return nil, nil, middleware.ReadError(err)
	}
	for name, all := range values {
		for _, v := range all {
			// Postgres stores neither; refused here, it is the person's to mend.
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, nil, fault.Bad(fault.Field{Name: name, Code: "not_text", Message: "is not plain text: remove the characters that cannot be shown"})
			}
		}
	}
	return values, file, nil
}

// urlencoded reads a form without a file, which is bounded also where one might come.
func urlencoded(body io.Reader, most int64) (url.Values, error) {
	b, err := io.ReadAll(http.MaxBytesReader(nil, io.NopCloser(body), most))
	if err != nil {
		return nil, err
	}
	if bytes.Count(b, []byte("&")) >= mostFields {
		return nil, errMany
	}
	values := url.Values{}
	for pair := range strings.SplitSeq(string(b), "&") { // url.ParseQuery takes 10,000
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, err
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, err
		}
		values.Add(name, value)
	}
	return values, nil
}

// parts reads the fields of a form until its file.
func parts(r *multipart.Reader, left int64) (url.Values, *File, error) {
	values, most := url.Values{}, left
	for range mostFields + 1 { // and their end
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) { // a connection that breaks off has another
			return values, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if part.FileName() != "" {
			return values, &File{part.FileName(), arriving{part}}, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, nil, err
		}
		if left -= int64(len(value)); left < 0 {
			return nil, nil, &http.MaxBytesError{Limit: most}
		}
		values.Add(part.FormName(), string(value))
	}
	return nil, nil, errMany
}

// arriving says why what arrives cannot be read.
type arriving struct{ io.Reader }

func (a arriving) Read(b []byte) (int, error) {
	n, err := a.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = middleware.ReadError(err)
	}
	return n, err
}
