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

// idleMost is how long a server may say nothing.
const idleMost = time.Minute

// leastRate is how many bytes a second a server sends at least, on the whole.
const leastRate = 1 << 10

// Web gives the files beneath an address as a file system that only opens. A server
// that says nothing for a minute, or sends slower than a kilobyte a second on the
// whole, is given up; so is one that leads to another.
func Web(ctx context.Context, record string) fs.FS { return newWeb(ctx, record, idleMost) }

func newWeb(ctx context.Context, record string, idle time.Duration) web {
	return web{ctx: ctx, base: record, idle: idle, client: &http.Client{
		CheckRedirect: SameHost,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: idle, TLSHandshakeTimeout: idle,
			MaxIdleConnsPerHost: 2, MaxResponseHeaderBytes: 64 << 10,
		},
	}}
}

// SameHost follows a few redirects that stay with the server that was asked.
func SameHost(next *http.Request, via []*http.Request) error {
	if len(via) > 3 {
		return errors.New("the server leads from one address to the next without an end")
	}
	if next.URL.Host != via[0].URL.Host {
		return fmt.Errorf("the server leads to another, %s: give that address if it is the one you mean", next.URL.Host)
	}
	return nil
}

type web struct {
	ctx    context.Context
	base   string
	idle   time.Duration
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
	ctx, cancel := context.WithCancelCause(w.ctx)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath(name).String(), nil)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	answer, err := w.client.Do(r)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	if answer.StatusCode == http.StatusOK {
		return &body{ReadCloser: answer.Body, ctx: ctx, cancel: cancel, pace: pace{idle: w.idle}}, nil
	}
	cancel(nil)
	if err := answer.Body.Close(); err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return nil, fmt.Errorf("%s: the server answers %s", name, answer.Status)
}

// body is a file that is being transferred.
type body struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	pace   pace
}

// pace is how fast a server sends.
type pace struct {
	idle  time.Duration // that it may say nothing
	spent time.Duration // waiting for it
	bytes int64
}

// add counts a read; the error is that the server is too slow.
func (p *pace) add(bytes int, spent time.Duration) error {
	p.bytes += int64(bytes)
	p.spent += spent
	if due := p.idle + time.Duration(p.bytes)*time.Second/leastRate; p.spent > due {
		return fmt.Errorf("the server sends slower than %d bytes a second", leastRate)
	}
	return nil
}

// Read reads what the server sends, as long as it sends.
func (b *body) Read(p []byte) (int, error) {
	begun := time.Now()
	silent := time.AfterFunc(b.pace.idle, func() {
		b.cancel(fmt.Errorf("the server has said nothing for %s", b.pace.idle))
	})
	n, err := b.ReadCloser.Read(p)
	silent.Stop()
	if err != nil && !errors.Is(err, io.EOF) && b.ctx.Err() != nil {
		err = context.Cause(b.ctx)
	}
	if err == nil {
		err = b.pace.add(n, time.Since(begun))
	}
	return n, err
}

// Close ends the transfer.
func (b *body) Close() error {
	b.cancel(nil)
	return b.ReadCloser.Close()
}

// Stat tells nothing: no length is needed, and the server need not say one.
func (*body) Stat() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }

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
