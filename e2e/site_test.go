package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is built once per run; the tests drive it and nothing else of ours.
// Those in a browser run two at a time beside each other; what counts time, memory or
// disk runs alone before them.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if from, size := os.Getenv(roomFrom), os.Getenv(roomSize); from != "" {
		fmt.Fprintln(os.Stderr, settle(from, size, os.Args[1:]))
		return 1
	}
	dir, err := os.MkdirTemp("", "delfi-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	defer func() {
		if played.provider != nil {
			_ = played.provider.Close() // nothing is left to be asked of it
		}
		_ = os.RemoveAll(played.data)
	}()
	if _, err := os.Stat("../node_modules/axe-core/axe.min.js"); err != nil {
		fmt.Fprintln(os.Stderr, "npm packages are missing: run make assets")
		return 1
	}
	if browserPath() == "" {
		fmt.Fprintln(os.Stderr, "Chromium is missing: run apt-get install chromium")
		return 1
	}
	binary = filepath.Join(dir, "delfi")
	build := exec.Command("go", "build", "-o", binary, "../cmd/delfi")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return 1
	}
	return m.Run()
}

// site is one running server.
type site struct {
	URL  string
	Data string
	cmd  *exec.Cmd
	log  *lines
	done chan error
	room *os.Root // its data, where they lie in a room that was filled
}

// lines keeps what a process printed.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// data gives a folder that an unprivileged Postgres can reach.
func data(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "delfi-data-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

var address = regexp.MustCompile(`Delfi is at (http://\S+)`)

// serve starts a server on free ports and waits until it says where it is.
func serve(t *testing.T, dir string, args ...string) *site {
	t.Helper()
	return begin(t, dir, exec.Command(binary, serveArgs(dir, args...)...))
}

func serveArgs(dir string, args ...string) []string {
	return append([]string{"serve", "--listen=127.0.0.1:0", "--provider-listen=127.0.0.1:0", "--data=" + dir}, args...)
}

// begin starts a server by a command, and returns when it is ready.
func begin(t *testing.T, dir string, cmd *exec.Cmd) *site {
	t.Helper()
	s := spawn(t, dir, cmd)
	s.ready(t)
	return s
}

// spawn starts a server by a command, and returns when it has an address.
func spawn(t *testing.T, dir string, cmd *exec.Cmd) *site {
	t.Helper()
	s := &site{Data: dir, log: &lines{}, done: make(chan error, 1), cmd: cmd}
	s.cmd.Dir = ".." // where node_modules are, for the private Postgres
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() {
		for in := bufio.NewScanner(out); in.Scan(); {
			fmt.Fprintln(s.log, in.Text())
			if m := address.FindStringSubmatch(in.Text()); m != nil {
				found <- m[1]
			}
		}
		s.done <- s.cmd.Wait()
	}()
	t.Cleanup(func() { s.stop(t) })
	select {
	case s.URL = <-found:
	case err := <-s.done:
		s.done <- err
		t.Fatalf("the server ended: %v\n%s", err, s.log)
	case <-time.After(3 * time.Minute):
		t.Fatalf("the server did not start\n%s", s.log)
	}
	return s
}

// ready waits until every check of the server passes.
func (s *site) ready(t *testing.T) {
	t.Helper()
	var last string
	for range 200 {
		r, err := http.Get(s.URL + "/readyz")
		if err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
			last = r.Status
		} else {
			last = err.Error()
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("never ready: %s\n%s", last, s.log)
}

// stop is Ctrl-C; whatever a test did, nothing is left running.
func (s *site) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	select {
	case err := <-s.done:
		if err != nil && s.cmd.ProcessState != nil && !s.cmd.ProcessState.Success() && s.cmd.ProcessState.ExitCode() >= 0 {
			t.Errorf("the server ended with %v\n%s", err, s.log)
		}
		s.done <- nil
	case <-time.After(10 * time.Second):
		_ = s.cmd.Process.Kill() // the test has failed already
		t.Errorf("Ctrl-C did not stop the server\n%s", s.log)
	}
}

// get is one anonymous request.
func (s *site) get(t *testing.T, path string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "it")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	var b strings.Builder
	if _, err := bufio.NewReader(w.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return w.StatusCode, b.String()
}
