package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"delfi/cmd/internal/command"
)

// asked is the variable under which this test's binary is the program itself.
const asked = "DELFI_TEST_IS_THE_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(asked) {
	case "":
	case stuck:
		ctx := command.UntilSignal()
		context.AfterFunc(ctx, func() { fmt.Println("first") })
		fmt.Println("ready")
		_ = command.Abandon(ctx, time.Hour, func() error { select {} })
	default:
		main()
	}
	os.Exit(m.Run())
}

// stuck is its value for a check that does not end by itself.
const stuck = "stuck"

// TestASecondSignalEndsAtOnce what the first could not.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		c := exec.Command(self)
		c.Env = append(os.Environ(), asked+"="+stuck)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for _, want := range []string{"ready", "first"} {
			if !lines.Scan() || lines.Text() != want {
				t.Fatalf("%s: it says %q", of, lines.Text())
			}
			// Given again until it ends: the first is taken back just after it was told.
			if err := c.Process.Signal(of); err != nil {
				t.Fatal(err)
			}
		}
		ended := make(chan struct{})
		go func() {
			_ = c.Wait() // a signal ends it: the status says so
			close(ended)
		}()
		for over := false; !over; {
			select {
			case <-ended:
				over = true
			case <-time.After(50 * time.Millisecond):
				_ = c.Process.Signal(of) // it may have ended meanwhile
			}
		}
		if status := c.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != of {
			t.Errorf("%s: it ends with %s", of, c.ProcessState)
		}
	}
}

// TestASignalEndsACheck of a server that says nothing, and a look of a witness.
func TestASignalEndsACheck(t *testing.T) {
	met := make(chan struct{}, 4)
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		met <- struct{}{}
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(over)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", server.URL}, {"witness", server.URL, "--name", "garante.test", "--trust-first", "--dir", filepath.Join(t.TempDir(), "w")},
	} {
		c := exec.Command(self, args...)
		c.Env = append(os.Environ(), asked+"=1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		<-met
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err != nil && c.ProcessState.ExitCode() != 1 {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// TestAPipeIsNotWaitedFor, whichever file it stands for.
func TestAPipeIsNotWaitedFor(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", pipe}, {"verify", "--receipt", pipe, folder}, {"verify", "--checkpoint", pipe, folder},
	} {
		if status, _ := run(t, args...); status != 2 {
			t.Errorf("%v: status %d", args, status)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "checkpoint"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _ := run(t, "verify", folder); status != 1 {
		t.Errorf("a pipe in the record: status %d", status)
	}
}

// TestWhatDoesNotEndIsLeft after the first signal; what ends says how.
func TestWhatDoesNotEndIsLeft(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := make(chan struct{})
	defer close(never)
	if err := command.Abandon(ctx, time.Millisecond, func() error { <-never; return nil }); err == nil || !strings.Contains(err.Error(), "stopped") {
		t.Error(err)
	}
	own := errors.New("own")
	if err := command.Abandon(t.Context(), time.Hour, func() error { return own }); !errors.Is(err, own) {
		t.Error(err)
	}
}

// TestAnswersToAWitnessAreBounded, and stay with the server that was asked.
func TestAnswersToAWitnessAreBounded(t *testing.T) {
	page := bytes.Repeat([]byte{'a'}, answerMost/4)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte("no\x1b[2J" + strings.Repeat("o", 1000)))
			return
		}
		for r.Context().Err() == nil {
			if _, err := w.Write(page); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	if b, err := ask(t.Context(), server.Client(), http.MethodGet, server.URL+"/checkpoint", nil); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if _, err := ask(t.Context(), server.Client(), http.MethodGet, server.URL+"/refused", nil); err == nil || len(err.Error()) > 500 {
		t.Errorf("%v", err)
	}
}

// TestASignalEndsAStart with the status of a clean stop, whatever is under way: the folder
// that it leaves starts next time.
func TestASignalEndsAStart(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	begin := func(data string) (*exec.Cmd, *bufio.Scanner, *bytes.Buffer) {
		t.Helper()
		c := exec.Command(self, "serve", "--data", data, "--listen", "127.0.0.1:0", "--provider-listen", "127.0.0.1:0")
		c.Env = append(os.Environ(), asked+"=1")
		log := new(bytes.Buffer)
		c.Stderr = log
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c, bufio.NewScanner(out), log
	}
	for _, sign := range []string{"new-*/PG_VERSION", "new-*/global/*", "postgres/PG_VERSION", "postgres/postmaster.pid"} {
		t.Run(filepath.Dir(sign), func(t *testing.T) {
			data, err := os.MkdirTemp("", "delfi-stop-")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(data)
			if err := os.Chmod(data, 0o711); err != nil {
				t.Fatal(err)
			}
			c, _, log := begin(data)
			for found := false; !found; time.Sleep(time.Millisecond) {
				made, err := filepath.Glob(filepath.Join(data, sign))
				if err != nil {
					t.Fatal(err)
				}
				found = len(made) > 0
			}
			if err := c.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := c.Wait(); err != nil {
				t.Errorf("stopped at %s: %v: %s", sign, err, log)
			}
			c, lines, log := begin(data)
			ready := false
			for !ready && lines.Scan() {
				ready = strings.HasPrefix(lines.Text(), "Ctrl-C")
			}
			if err := c.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() {
				continue
			}
			if err := c.Wait(); err != nil || !ready {
				t.Errorf("after a stop at %s: ready %v, %v: %s", sign, ready, err, log)
			}
		})
	}
}
