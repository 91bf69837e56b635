package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Address reads where a record is on the web: the address that its files are
// beneath, and the consultation that is meant, "" for all. It takes a site, its
// record, and the record of one consultation, in any language.
func Address(text string) (record string, slug string, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "", fmt.Errorf("%q is no address: write one like https://delfi.example.it/record/slug", text)
	}
	path := strings.Trim(u.Path, "/")
	rest := ""
	for _, language := range []string{"", "it/", "en/"} {
		if after, ok := strings.CutPrefix(path+"/", language+"record/"); ok {
			rest, path = strings.Trim(after, "/"), ""
			break
		}
	}
	if path != "" && path != "it" && path != "en" {
		return "", "", fmt.Errorf("%q is no address of a record: write the site's, or one beneath its /record/", text)
	}
	slug, _, _ = strings.Cut(rest, "/")
	return u.Scheme + "://" + u.Host + "/record/", strings.TrimSuffix(slug, ".zip"), nil
}

// Web gives the files beneath an address as a file system that only opens. A
// transfer that stands still for a minute is given up.
func Web(ctx context.Context, record string) fs.FS {
	return web{ctx: ctx, base: record, client: &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: time.Minute, MaxIdleConnsPerHost: 2,
	}}}
}

type web struct {
	ctx    context.Context
	base   string
	client *http.Client
}

// Open gets a file.
func (w web) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	u, err := url.Parse(w.base)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(w.ctx, http.MethodGet, u.JoinPath(name).String(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusOK {
		return body{answer.Body}, nil
	}
	if err := answer.Body.Close(); err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return nil, fmt.Errorf("%s: the server answers %s", name, answer.Status)
}

// body is a file that is being transferred.
type body struct{ io.ReadCloser }

// Stat tells nothing: no length is needed, and the server need not say one.
func (body) Stat() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }

// Saved gives the same files and keeps in a folder each that was read to its end.
func Saved(files fs.FS, folder string) fs.FS { return saved{files, folder} }

type saved struct {
	files  fs.FS
	folder string
}

func (s saved) Open(name string) (fs.File, error) {
	f, err := s.files.Open(name)
	if err != nil {
		return nil, err
	}
	// Open has refused names that lead out of the folder.
	to := filepath.Join(s.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	part, err := os.CreateTemp(filepath.Dir(to), ".part-*")
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &saving{File: f, part: part, to: to}, nil
}

// saving is one file that is read and kept.
type saving struct {
	fs.File
	part *os.File
	to   string
	done bool
}

func (s *saving) Read(b []byte) (int, error) {
	n, err := s.File.Read(b)
	if _, werr := s.part.Write(b[:n]); werr != nil {
		return n, werr
	}
	s.done = s.done || errors.Is(err, io.EOF)
	return n, err
}

// Close keeps the file if it was read whole.
func (s *saving) Close() error {
	err := errors.Join(s.File.Close(), s.part.Chmod(0o644), s.part.Close())
	if err == nil && s.done {
		return os.Rename(s.part.Name(), s.to)
	}
	return errors.Join(err, os.Remove(s.part.Name()))
}
