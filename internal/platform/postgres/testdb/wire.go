package testdb

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"delfi/internal/platform/postgres"
)

// Wire stands before a fresh database and counts how often its clients wait for an
// answer: a simple query and a Sync each end one round trip.
type Wire struct {
	trips atomic.Int64
	url   string
}

// NewWire makes a wire; it ends with the test.
func NewWire(t testing.TB) *Wire {
	t.Helper()
	u, err := url.Parse(URL(t))
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
	w := &Wire{}
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

// DB opens the database behind the wire with one connection: statements are prepared
// once for each.
func (w *Wire) DB(t testing.TB) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.Pool().SetMaxOpenConns(1)
	return db
}

// Trips tells how many round trips something costs.
func (w *Wire) Trips(do func()) int64 {
	before := w.trips.Load()
	do()
	return w.trips.Load() - before
}

// forward passes a client's messages on, counting. The first has no type.
func (w *Wire) forward(to io.Writer, from io.Reader) {
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
