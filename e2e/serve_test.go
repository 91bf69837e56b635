package e2e

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// refused runs the binary and expects exit status 2 with the words.
func refused(t *testing.T, words string, args ...string) {
	t.Helper()
	var text bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Dir, cmd.Stderr, cmd.Stdout = "..", &text, &text
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(text.String(), words) {
		t.Errorf("delfi %s: %v, want status 2 and %q, said:\n%s", strings.Join(args, " "), err, words, text.String())
	}
}

func TestSettingsThatCannotWorkAreRefusedByName(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := data(t)
	refused(t, "--listen "+taken.Addr().String(), "serve", "--data="+dir, "--listen="+taken.Addr().String())
	refused(t, "--provider-anywhere", "serve", "--data="+dir, "--listen=0.0.0.0:0")
	refused(t, "--oidc-client-id", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--oidc-issuer=https://login.example.it")
	refused(t, "--oidc-issuer", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--oidc-client-id=delfi")
	refused(t, "--base-url", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--base-url=delfi.example.it/x")
	refused(t, "--base-url", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--base-url=http://u:hush@127.0.0.1:1")
	refused(t, "--private-anywhere", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--private-listen=0.0.0.0:0")
	refused(t, "--private-listen "+taken.Addr().String(), "serve", "--data="+dir, "--listen=127.0.0.1:0", "--private-listen="+taken.Addr().String())
	refused(t, "--max-work", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--max-work=0")
	refused(t, "--forwarded", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--forwarded=everybody")
	refused(t, "--max-wait", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--max-wait=0s")
	refused(t, "DELFI_MASTER_KEY", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--master-key=short")
	refused(t, "DELFI_SMTP_URL", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--smtp=smtp://delfi:hush@127.0.0.1:2525")
	refused(t, "DATABASE_URL", "serve", "--data="+dir, "--database-url=postgres://delfi:hush@127.0.0.1:1/none")
	refused(t, "--oidc-client-secret", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--oidc-client-secret=hush")
	refused(t, "--oidc-issuer", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--base-url=https://delfi.example.it")
	refused(t, "--session-staff-look", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--session-staff-look=2h")
	refused(t, "--log-level", "serve", "--data="+dir, "--log-level=loud")
	refused(t, "--database-url", "serve", "--data="+dir, "--listen=127.0.0.1:0", "--database-url=postgres:/127.0.0.1:1/none")
}

func TestSecretsAreNotPrinted(t *testing.T) {
	const key = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDA="
	t.Setenv("DELFI_MASTER_KEY", key)
	t.Setenv("DELFI_SMTP_URL", "smtp://delfi:hush-hush@127.0.0.1:2525")
	s := serve(t, data(t))
	if text := s.log.String(); strings.Contains(text, key) || strings.Contains(text, "hush-hush") {
		t.Errorf("a secret was printed:\n%s", text)
	}
}

// postmaster gives the process number of the private Postgres.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	var found string
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "postmaster.pid" {
			found = name
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("no postmaster.pid in %s: %v", dir, err)
	}
	b, err := os.ReadFile(found)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(b), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// alive tells whether a process runs; a zombie does not.
func alive(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

func gone(t *testing.T, pid int) {
	t.Helper()
	for range 200 {
		if !alive(pid) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("process %d is still there", pid)
}

func TestNothingIsLeftWhenTheServerIsKilledAndTheNextStartRecovers(t *testing.T) {
	dir := data(t)
	first := serve(t, dir)
	pg := postmaster(t, dir)
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	gone(t, pg)

	second := serve(t, dir)
	pg = postmaster(t, dir)
	if err := errors.Join(second.cmd.Process.Kill(), syscall.Kill(pg, syscall.SIGKILL)); err != nil {
		t.Fatal(err)
	}
	gone(t, pg)

	third := serve(t, dir)
	if status, _ := third.get(t, "/healthz"); status != 200 {
		t.Errorf("after two kills: %d", status)
	}
	pg = postmaster(t, dir)
	third.stop(t)
	gone(t, pg)
}
