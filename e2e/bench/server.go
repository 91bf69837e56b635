package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"delfi/e2e/bench/load"
)

// server is a process that says where it is: bin/delfi, or this program as the
// bare server.
type server struct {
	url     string
	private string // address of its profiles; "" where it has none
	pid     int
	ready   time.Duration // from its start to its first 200
	cmd     *exec.Cmd
	done    chan struct{}
}

var address = regexp.MustCompile(` is at (http://\S+)`)

// start runs a program until it says its address. What it says besides goes to log.
func start(log io.Writer, program string, stdin []byte, env []string, args ...string) (*server, error) {
	s := &server{done: make(chan struct{})}
	s.cmd = exec.Command(program, args...)
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stdin, s.cmd.Stderr = bytes.NewReader(stdin), log
	// Nothing is left behind, whatever ends the bench.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	found := make(chan string, 1)
	failed := make(chan error, 1)
	go func() {
		defer close(s.done)
		// The death signal comes when the forking thread ends; it is kept until then.
		runtime.LockOSThread()
		if err := s.cmd.Start(); err != nil {
			failed <- err
			return
		}
		for in := bufio.NewScanner(out); in.Scan(); {
			fmt.Fprintln(log, in.Text())
			if m := address.FindStringSubmatch(in.Text()); m != nil {
				found <- m[1]
			}
		}
		failed <- fmt.Errorf("%s ended: %w", filepath.Base(program), errors.Join(s.cmd.Wait(), io.EOF))
	}()
	select {
	case s.url = <-found:
		s.pid = s.cmd.Process.Pid
		return s, nil
	case err := <-failed:
		return nil, err
	case <-time.After(load.Patience):
		return nil, errors.Join(fmt.Errorf("%s says no address", program), s.cmd.Process.Kill())
	}
}

// await asks a path until it answers 200, and notes how long that took since began.
func (s *server) await(path string, began time.Time) error {
	c := load.NewClient(s.url)
	defer c.Close()
	for time.Since(began) < load.Patience {
		if r, err := c.Get(path, "", ""); err == nil && r.Status == 200 {
			s.ready = time.Since(began)
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return fmt.Errorf("%s%s is not ready after %s", s.url, path, load.Patience)
}

// stop is Ctrl-C; a process that does not listen is killed.
func (s *server) stop() error {
	if s == nil {
		return nil
	}
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-time.After(15 * time.Second):
		return errors.Join(errors.New("the server does not stop"), s.cmd.Process.Kill())
	}
}

// memory gives a process' resident bytes now and at its highest since forget.
func memory(pid int) (now, peak int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		name, rest, _ := strings.Cut(line, ":")
		if name != "VmRSS" && name != "VmHWM" {
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err != nil {
			return 0, 0, err
		}
		if name == "VmRSS" {
			now = kb << 10
		} else {
			peak = kb << 10
		}
	}
	return now, peak, nil
}

// forget makes the highest mark of a process' memory what it is now.
func forget(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

// hook runs a command of the caller's beside a case, with what it may look at in
// its environment: a profiler. It ends with the case.
func hook(ctx context.Context, command, name string, pid int) (end func(), err error) {
	if command == "" {
		return func() {}, nil
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", "exec "+command)
	cmd.Env = append(os.Environ(), "CASE="+strings.ReplaceAll(name, " ", "-"), fmt.Sprint("PID=", pid))
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("--hook: %w", err)
	}
	return func() {
		// It may have ended by itself; what it found is its own affair.
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	}, nil
}

// freeAddress gives a loopback address that nobody listens on at this moment.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
