package source

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
	"regexp"
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
func Web(ctx context.Context, record string) fs.FS { return WebWithin(ctx, record, idleMost) }

// WebWithin is Web of a server that may say nothing for so long.
func WebWithin(ctx context.Context, record string, idle time.Duration) fs.FS {
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
	b := &body{client: w.client, name: name, ctx: ctx, cancel: cancel, pace: pace{idle: w.idle}}
	if err := b.get(u.JoinPath(name)); err != nil {
		cancel(nil)
		return nil, err
	}
	return b, nil
}

// body is a file that is being transferred, page by page where the server sends it so.
type body struct {
	io.ReadCloser // of the present page
	client        *http.Client
	name          string
	ctx           context.Context
	cancel        context.CancelCauseFunc
	pace          pace
	url           *url.URL // of the present page
	next          *url.URL // of the page after it; nil for none
	bytes         int64    // of the present page, so far
}

// next is the link of a page to the one after it (RFC 8288).
var next = regexp.MustCompile(`<([^<>]*)>[^,<]*;\s*rel="?next"?`)

// get asks for a page.
func (b *body) get(u *url.URL) error {
	r, err := http.NewRequestWithContext(b.ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return err
	}
	if answer.StatusCode == http.StatusOK {
		b.ReadCloser, b.url, b.next, b.bytes = answer.Body, u, nil, 0
		if m := next.FindStringSubmatch(strings.Join(answer.Header["Link"], ",")); m != nil {
			if b.next, err = b.after(m[1]); err != nil {
				return errors.Join(err, answer.Body.Close())
			}
		}
		return nil
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone {
		return &fs.PathError{Op: "open", Path: b.name, Err: fs.ErrNotExist}
	}
	return fmt.Errorf("%s: the server answers %s", b.name, answer.Status)
}

// after reads the address of the next page, which differs in its query alone.
func (b *body) after(link string) (*url.URL, error) {
	to, err := b.url.Parse(link)
	if err != nil {
		return nil, fmt.Errorf("the server's next page has no address: %w", err)
	}
	if to.Scheme != b.url.Scheme || to.Host != b.url.Host || to.Path != b.url.Path || to.RawQuery == b.url.RawQuery {
		return nil, fmt.Errorf("the server leads from a page to %s, which is no further page of the same file", to)
	}
	return to, nil
}

// turn goes to the next page.
func (b *body) turn() error {
	if b.bytes == 0 {
		return errors.New("the server sends a page with nothing in it, and leads to a next one")
	}
	begun := time.Now()
	if err := errors.Join(b.ReadCloser.Close(), b.get(b.next)); err != nil {
		return err
	}
	return b.pace.add(0, time.Since(begun))
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

// Read reads the file to the end of its last page, as long as the server sends.
func (b *body) Read(p []byte) (int, error) {
	for {
		n, err := b.read(p)
		if b.next == nil || !errors.Is(err, io.EOF) {
			return n, err
		}
		if n > 0 {
			return n, nil // the page's end comes again
		}
		if err := b.turn(); err != nil {
			return 0, err
		}
	}
}

func (b *body) read(p []byte) (int, error) {
	begun := time.Now()
	silent := time.AfterFunc(b.pace.idle, func() {
		b.cancel(fmt.Errorf("the server has said nothing for %s", b.pace.idle))
	})
	n, err := b.ReadCloser.Read(p)
	silent.Stop()
	b.bytes += int64(n)
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
