package testdb

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

// Line is what lies between somebody and a database. While it is held, nothing that
// the database says arrives.
type Line struct {
	URL  string // of the database, through the line
	held sync.RWMutex
}

// Lay lays a line to the database at an address that a cluster of ours gave.
func Lay(t testing.TB, address string) *Line {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(at.Query().Get("host"), ".s.PGSQL."+at.Query().Get("port"))
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	at.Host, at.RawQuery = in.Addr().String(), "sslmode=disable"
	l := &Line{URL: at.String()}
	go func() {
		for {
			here, err := in.Accept()
			if err != nil {
				return // the test is over
			}
			there, err := net.Dial("unix", socket)
			if err != nil {
				here.Close()
				continue
			}
			// Whichever side ends, ends the other.
			go func() { _, _ = io.Copy(there, here); there.Close() }()
			go func() { _, _ = io.Copy(patient{l, here}, there); here.Close() }()
		}
	}()
	return l
}

// Hold holds the line until Release.
func (l *Line) Hold() { l.held.Lock() }

// Release lets everything through that was held.
func (l *Line) Release() { l.held.Unlock() }

// patient writes when the line is not held.
type patient struct {
	line *Line
	to   io.Writer
}

func (p patient) Write(b []byte) (int, error) {
	p.line.held.RLock()
	defer p.line.held.RUnlock()
	return p.to.Write(b)
}
