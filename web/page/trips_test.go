package page

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"delfi/internal/account"
	"delfi/internal/postgres"
	"delfi/internal/postgres/testdb"
)

// wire stands before a database and counts how often its clients wait for an answer:
// a simple query and a Sync each end one round trip.
type wire struct {
	trips atomic.Int64
	url   string
}

func newWire(t *testing.T, address string) *wire {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	port := query.Get("port")
	if port == "" {
		port = "5432"
	}
	socket := filepath.Join(query.Get("host"), ".s.PGSQL."+port)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	w := &wire{}
	query.Set("host", "127.0.0.1")
	query.Set("port", strconv.Itoa(listener.Addr().(*net.TCPAddr).Port))
	query.Set("sslmode", "disable")
	u.RawQuery = query.Encode()
	w.url = u.String()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", socket)
			if err != nil {
				t.Error(err)
				client.Close()
				return
			}
			go func() { _, _ = io.Copy(client, server); client.Close() }()
			go func() { w.forward(server, client); server.Close() }()
		}
	}()
	return w
}

// forward passes a client's messages on, counting. The first has no type.
func (w *wire) forward(to io.Writer, from io.Reader) {
	head := make([]byte, 5)
	for first := true; ; first = false {
		part := head
		if first {
			part = head[1:]
		}
		if _, err := io.ReadFull(from, part); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return
		}
		if !first && (head[0] == 'Q' || head[0] == 'S') {
			w.trips.Add(1)
		}
		if _, err := to.Write(append(append([]byte{}, part...), body...)); err != nil {
			return
		}
	}
}

// Who signed in costs two round trips before the page's own: the session and the
// actor, each one prepared statement without a transaction. Nothing is written.
func TestASignedInRequestCostsTwoRoundTrips(t *testing.T) {
	w := newWire(t, testdb.URL(t))
	db, err := postgres.Open(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.Pool().SetMaxOpenConns(1) // statements are prepared once per connection
	accounts := account.New(db)
	id, err := accounts.SignIn(t.Context(), account.Claims{Issuer: "urn:test", Subject: "anna", Name: "Anna"})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, Options{DB: db})
	t.Cleanup(h.kernel.Close)
	h.kernel.opts.Actors = accounts
	h.Get("/sign", h.kernel.Handle(func(q *Request) error {
		if err := q.SignIn(id); err != nil {
			return err
		}
		return q.Redirect("/")
	}))
	signedIn := from(h.get("/sign"))
	if got := h.get("/", signedIn); got.Code != http.StatusOK || got.Body.String() != `home it "Anna" []` {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	before := w.trips.Load()
	if got := h.get("/", signedIn); got.Code != http.StatusOK {
		t.Fatal(got.Code)
	}
	if trips := w.trips.Load() - before; trips != 2 {
		t.Errorf("a signed-in request costs %d round trips, want 2", trips)
	}
	before = w.trips.Load()
	h.get("/")
	if trips := w.trips.Load() - before; trips != 0 {
		t.Errorf("a stranger's costs %d", trips)
	}
}
