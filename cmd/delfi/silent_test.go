package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"delfi/internal/platform/postgres/testdb"
)

// mute stands in front of a database, and says nothing more once somebody has sent some
// words, neither to them nor to whoever comes later; words "" are sent by everybody.
type mute struct {
	net.Listener
	to     *url.URL
	words  string
	silent atomic.Bool
}

// hush gives the address of a mute one in front of the database of an address.
func hush(t *testing.T, address, words string) string {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mute{Listener: l, to: to, words: words}
	m.silent.Store(words == "")
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { m.pass(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	from := *to
	from.Host, from.RawQuery = l.Addr().String(), "sslmode=disable"
	return from.String()
}

// pass carries one connection until its client leaves.
func (m *mute) pass(c net.Conn) {
	defer c.Close()
	if m.silent.Load() {
		_, _ = io.Copy(io.Discard, c)
		return
	}
	q := m.to.Query()
	server, err := net.Dial("unix", filepath.Join(q.Get("host"), ".s.PGSQL."+q.Get("port")))
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		b := make([]byte, 64<<10)
		for {
			n, err := server.Read(b)
			if err != nil {
				return
			}
			if !m.silent.Load() {
				_, _ = c.Write(b[:n])
			}
		}
	}()
	b := make([]byte, 64<<10)
	for {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		if bytes.Contains(b[:n], []byte(m.words)) {
			m.silent.Store(true)
		}
		if !m.silent.Load() {
			_, _ = server.Write(b[:n])
		}
	}
}

// TestACommandOnASilentDatabaseEnds: a server that accepts a connection and says nothing,
// at once or in the middle of the work, ends each command in words and with status 1. The
// commands run side by side, since each takes as long as silence is borne.
func TestACommandOnASilentDatabaseEnds(t *testing.T) {
	export := t.TempDir()
	for file, text := range map[string]string{
		"comments.csv": "comment-id,author-id,moderated,comment-body\n0,a,1,A park\n",
		"votes.csv":    "timestamp,comment-id,voter-id,vote\n1,0,v,1\n",
		"summary.csv":  "topic,Park\n",
	} {
		if err := os.WriteFile(filepath.Join(export, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	type silence struct {
		words string // after which it begins
		args  []string
	}
	var all []silence
	for words, args := range map[string][]string{
		"goose_db_version":          {"migrate"},
		"FROM civic.administration": {"admin", "administration", "list"},
		"INTO civic.administration": {"admin", "administration", "add", "riva", "Comune di Riva"},
		"FROM civic.role":           {"admin", "role", "list"},
		"FROM civic.account":        {"keys", "rotate"},
		"record.":                   {"succeed", "--reason", "Una prova."},
		"civic.contribution":        {"import", "polis", export},
	} {
		all = append(all, silence{"", args}, silence{words, args})
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = w
	defer func() { os.Stderr = stderr }()
	complaints := make(chan string)
	go func() {
		b, _ := io.ReadAll(r) // what was read until then is looked at
		complaints <- string(b)
	}()
	var under sync.WaitGroup
	for _, one := range all {
		args := append(one.args, "--data", t.TempDir(), "--database-url", hush(t, testdb.URL(t), one.words))
		under.Go(func() {
			if got := realMain(context.Background(), args); got != 1 {
				t.Errorf("%v, silent after %q: status %d", args, one.words, got)
			}
		})
	}
	under.Wait()
	w.Close()
	n := 0
	for line := range strings.Lines(<-complaints) {
		switch {
		case strings.HasPrefix(line, "delfi: ") && strings.Contains(line, "the database does not answer"):
			n++
		case strings.HasPrefix(line, "delfi: "):
			t.Errorf("a command ends with %s", line)
		}
	}
	if n != len(all) {
		t.Errorf("%d of %d commands say that the database does not answer", n, len(all))
	}
}
