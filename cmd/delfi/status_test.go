package main

import (
	"net"
	"strings"
	"testing"

	"delfi/internal/platform/postgres/testdb"
)

// A database that is not up yet is not a mistake in the settings: the unit tries
// again. One that refuses who asks, or that nobody can read the address of, is.
func TestADatabaseThatIsNotUpYetIsTriedAgain(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := free.Addr().String()
	free.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mute.Close() })
	go func() {
		for {
			c, err := mute.Accept()
			if err != nil {
				return
			}
			c.Close() // as a proxy without a server behind it
		}
	}()
	there := testdb.URL(t)
	for what, c := range map[string]struct {
		status int
		url    string
	}{
		"nobody listens":          {1, "postgres://delfi@" + nobody + "/delfi?sslmode=disable"},
		"the socket is missing":   {1, "postgres://delfi@/delfi?host=" + t.TempDir()},
		"a proxy that hangs up":   {1, "postgres://delfi@" + mute.Addr().String() + "/delfi?sslmode=disable"},
		"no address":              {2, "postgres://delfi@127.0.0.1:bad/delfi"},
		"no such database":        {2, strings.Replace(there, "/test_", "/nowhere_", 1)},
		"all is well (migration)": {0, there},
	} {
		for _, command := range [][]string{{"migrate"}, {"serve", "--listen", "127.0.0.1:0", "--provider-listen", "127.0.0.1:0"}} {
			if command[0] == "serve" && c.status == 0 {
				continue
			}
			if got, text := run(t, append(command, "--data", t.TempDir(), "--database-url", c.url)...); got != c.status {
				t.Errorf("%s, %s: status %d, want %d\n%s", command[0], what, got, c.status, text)
			}
		}
	}
}
