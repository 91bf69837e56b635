package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed all:assets
var files embed.FS

//go:embed assets.sum
var sum string

// Prefix is where Handler is mounted.
const Prefix = "/static/"

// edition is the hash of all assets together. It stands before the path and not
// in each name, so that the relative addresses inside a vendored style sheet
// stay as they are.
var edition = sync.OnceValue(func() string {
	h := sha256.New()
	err := fs.WalkDir(files, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %x\n", name, sha256.Sum256(b))
		return nil
	})
	if err != nil {
		panic(err) // embedded files can be read, or the build is broken
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
})

// URL is the address of an asset, e.g. "css/delfi.css"; it changes when any asset does.
func URL(name string) string { return Prefix + edition() + "/" + name }

// Verify compares the embedded packages with assets.sum and says what to run
// when one is missing or differs.
func Verify() error { return verify(files, sum) }

// verify compares the files beneath tree's "assets" with a list.
func verify(tree fs.FS, list string) error {
	for line := range strings.Lines(list) {
		want, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			return fmt.Errorf("assets.sum: %q is no line of a path and its SHA-256", line)
		}
		b, err := fs.ReadFile(tree, "assets/"+name)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is missing: run make assets", name)
		}
		if err != nil {
			return err
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != want {
			return fmt.Errorf("%s is not the file that assets.sum lists: run make assets", name)
		}
	}
	return nil
}

// Handler serves assets under Prefix: forever at the present edition's address,
// for a moment at another's.
func Handler() http.Handler { return &server{packed: map[string][]byte{}} }

// server serves assets. It caches each asset's gzip form, made at the first request.
// The key is the name of an embedded file: of those there are as many as were built in,
// and an address has one name of one file.
type server struct {
	mu     sync.Mutex
	packed map[string][]byte
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	if !fs.ValidPath(name) { // "a/../b" is no other name for b
		http.NotFound(w, r)
		return
	}
	b, err := files.ReadFile("assets/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if at == edition() {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", contentType(name))
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", `"`+edition()+`"`)
	if compressible(name) && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		b = s.pack(name, b)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

// pack gives the gzip form of the file of a name; one request makes it.
func (s *server) pack(name string, b []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if z, ok := s.packed[name]; ok {
		return z
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	// Neither can fail on a buffer.
	_, _ = z.Write(b)
	_ = z.Close()
	s.packed[name] = out.Bytes()
	return out.Bytes()
}

func compressible(name string) bool { return path.Ext(name) != ".woff2" }

func contentType(name string) string {
	if path.Ext(name) == ".woff2" {
		return "font/woff2"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
