package bare

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/go-chi/chi/v5"
)

// Word is the argument by which this program is the bare server.
const Word = "bare-server"

// Config is what the bare server is told: pages by name, and a database.
type Config struct {
	Database string            `json:"database"`
	Pages    map[string][]byte `json:"pages"`
	Form     []byte            `json:"form"`
}

// Serve serves what no program could do with less: finished bytes behind chi,
// and finished bytes after two prepared reads.
func Serve(in io.Reader) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT)
	defer stop()
	var c Config
	if err := json.NewDecoder(in).Decode(&c); err != nil {
		return err
	}
	r := chi.NewRouter()
	for name, body := range c.Pages {
		r.Get("/page/"+name, page(body))
	}
	if c.Database != "" {
		db, err := Open(c.Database, 16)
		if err != nil {
			return err
		}
		defer db.Close()
		reads, err := prepareReads(ctx, db)
		if err != nil {
			return err
		}
		r.Get("/form", form(reads, c.Form))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: r}
	context.AfterFunc(ctx, func() { _ = server.Close() }) // it is all that is under way
	fmt.Fprintf(os.Stdout, "The bare server is at http://%s\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// page writes finished bytes, or 304 to who has them.
func page(body []byte) http.HandlerFunc {
	sum := sha256.Sum256(body)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
	length := strconv.Itoa(len(body))
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Length", length)
		_, _ = w.Write(body) // a reader who left is the generator's to notice
	}
}

// form reads the session that the cookie names and its person's ballot.
func form(reads reads, body []byte) http.HandlerFunc {
	length := strconv.Itoa(len(body))
	return func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("s")
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		n, err := strconv.Atoi(cookie.Value)
		if err == nil {
			err = reads.read(r.Context(), n)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Length", length)
		_, _ = w.Write(body) // as above
	}
}
