package private

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"delfi/internal/platform/postgres"
)

// serverVariable makes this test binary a server that holds a cluster until it
// is killed: only another process can be killed.
const serverVariable = "DELFI_PRIVATE_TEST_SERVER"

func TestMain(m *testing.M) {
	if data := os.Getenv(serverVariable); data != "" {
		k, err := Start(context.Background(), Config{Data: data, Fast: true})
		if err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		fmt.Println("ready", k.cmd.Process.Pid)
		<-k.Done()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// server starts such a server and gives it with its Postgres' process.
func server(t *testing.T, data string) (*exec.Cmd, int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), serverVariable+"="+data)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	pid, atoi := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "ready ")))
	if err := errors.Join(err, atoi); err != nil {
		t.Fatalf("the server said %q: %v", line, err)
	}
	t.Cleanup(func() {
		// Both may be gone already, which is what most tests are about.
		_ = cmd.Process.Kill()
		_ = syscall.Kill(pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	return cmd, pid
}

// gone waits until process pid has ended (or is a zombie that waits for its parent).
func gone(t *testing.T, pid int, limit time.Duration) {
	t.Helper()
	for until := time.Now().Add(limit); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
	}
	t.Fatalf("process %d is still there after %s", pid, limit)
}

// started starts a cluster for the length of the test.
func started(t *testing.T, c Config) *Cluster {
	t.Helper()
	k, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return k
}

// folder is a short data folder, removed with the test: t.TempDir has the test's
// name in it, which may be longer than a socket's path.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "delfi-private-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// do runs one statement and gives its first value.
func do(t *testing.T, k *Cluster, query string) string {
	t.Helper()
	db, err := postgres.Open(t.Context(), k.URL(Database))
	if err != nil {
		t.Fatal(err)
	}
	var value string
	if err := errors.Join(db.Pool().Get(&value, query), db.Close()); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func TestAStoppedClusterIsFoundAgain(t *testing.T) {
	data := folder(t)
	k := started(t, Config{Data: data})
	do(t, k, `CREATE TABLE kept AS SELECT 7 AS n; SELECT n FROM kept`)
	pid := k.cmd.Process.Pid
	if err := k.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	gone(t, pid, time.Second)

	k = started(t, Config{Data: data})
	if got := do(t, k, `SELECT n FROM kept`); got != "7" {
		t.Errorf("kept %q", got)
	}
}

// docs/RECORD.md §2.4; and nobody but the runner reaches the socket.
func TestTheClusterKeepsSilent(t *testing.T) {
	k := started(t, Config{Data: folder(t)})
	for name, want := range map[string]string{
		"listen_addresses": "", "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0",
		"log_error_verbosity": "terse", "log_statement": "none", "track_commit_timestamp": "off",
		"log_min_error_statement": "panic", "log_min_messages": "log", "log_min_duration_statement": "-1", "fsync": "on", "full_page_writes": "on",
	} {
		if got := do(t, k, `SELECT current_setting('`+name+`')`); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	info, err := os.Stat(k.sockets)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder has mode %v, %v", info.Mode(), err)
	}
	// A broken CHECK, a failed cast and a broken key leave no value in the log.
	db, err := postgres.Open(t.Context(), k.URL(Database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Pool().Exec(`CREATE TABLE sealed (id text PRIMARY KEY, value text CHECK (value <> 'marked-secret'))`); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]any{{"a", "marked-secret"}, {"marked-id", "x"}, {"marked-id", "x"}} {
		if _, err := db.Pool().Exec(`INSERT INTO sealed (id, value) VALUES ($1, $2)`, args...); err != nil && strings.Contains(err.Error(), "marked") {
			t.Errorf("the error tells: %v", err)
		}
	}
	// Nor does any of them, or a request that took too long in the middle of its
	// transaction, leave a line at all: its time would be that of somebody who answers.
	late, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = db.Transact(late, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, `SELECT pg_sleep(60)`)
		return err
	})
	if err == nil || late.Err() == nil {
		t.Fatalf("the request was not late: %v", err)
	}
	log, err := os.ReadFile(filepath.Join(filepath.Dir(k.sockets), "postgres.log"))
	if err != nil || !strings.Contains(string(log), "LOG:  database system is ready") {
		t.Fatalf("the log tells of nothing at all: %v\n%s", err, log)
	}
	for _, of := range []string{"ERROR", "marked", "sealed", "canceling", "client"} {
		if strings.Contains(string(log), of) {
			t.Errorf("the log tells of %s:\n%s", of, log)
		}
	}
}

func TestPostgresNeverRunsAsRoot(t *testing.T) {
	k := started(t, Config{Data: folder(t), Fast: true})
	info, err := os.Stat(fmt.Sprintf("/proc/%d", k.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	uid := info.Sys().(*syscall.Stat_t).Uid
	if me := os.Geteuid(); uid == 0 || me != 0 && int(uid) != me {
		t.Errorf("Postgres runs as %d, and we as %d", uid, me)
	}
}

func TestPostgresDiesWithAKilledServer(t *testing.T) {
	data := folder(t)
	cmd, pid := server(t, data)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	gone(t, pid, 5*time.Second)
	started(t, Config{Data: data, Fast: true})
}

// The next start does not wait to be asked: it begins while the killed server's
// Postgres is still shutting down.
func TestAStartRightAfterAKill(t *testing.T) {
	data := folder(t)
	cmd, _ := server(t, data)
	if err := errors.Join(cmd.Process.Kill(), ignoreExit(cmd.Wait())); err != nil {
		t.Fatal(err)
	}
	started(t, Config{Data: data, Fast: true})
}

func TestRecoveryAfterBothWereKilled(t *testing.T) {
	data := folder(t)
	first := started(t, Config{Data: data, Fast: true})
	do(t, first, `CREATE TABLE kept AS SELECT 7 AS n; SELECT n FROM kept`)
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	cmd, pid := server(t, data)
	// Postgres first, or the server's death would stop it gently.
	err := errors.Join(syscall.Kill(pid, syscall.SIGKILL), cmd.Process.Kill(), ignoreExit(cmd.Wait()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, "postgres", "postmaster.pid")); err != nil {
		t.Fatalf("nothing stale was left, so nothing is tried: %v", err)
	}
	k := started(t, Config{Data: data, Fast: true})
	if got := do(t, k, `SELECT n FROM kept`); got != "7" {
		t.Errorf("kept %q", got)
	}
}

func ignoreExit(err error) error {
	if e := new(exec.ExitError); errors.As(err, &e) {
		return nil
	}
	return err
}

// After a restart of the machine the number in a stale lock may be a stranger's.
func TestALockThatNamesAStrangerIsStale(t *testing.T) {
	data := folder(t)
	k := started(t, Config{Data: data, Fast: true})
	if err := k.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	pid := filepath.Join(data, "postgres", "postmaster.pid")
	if err := os.WriteFile(pid, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	started(t, Config{Data: data, Fast: true})
}

// A zombie answers kill(pid, 0); so does a Postgres of somebody else's.
func TestAZombieIsNotAlive(t *testing.T) {
	dir := folder(t)
	fake := filepath.Join(dir, "postgres")
	if err := copyFile("/bin/sleep", fake, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(fake, "60")
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	deadline := time.Now().Add(5 * time.Second)
	for !alive(pid, dir) { // between fork and exec it has our own name
		if time.Now().After(deadline) {
			t.Fatal("a process named postgres that stands in the folder is alive")
		}
		time.Sleep(time.Millisecond)
	}
	if alive(pid, filepath.Join(dir, "other")) {
		t.Error("it does not stand in the other folder")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	gone(t, pid, 5*time.Second)
	if syscall.Kill(pid, 0) != nil {
		t.Fatal("no zombie was left to try")
	}
	if alive(pid, dir) {
		t.Error("a zombie passes for alive")
	}
	if err := ignoreExit(cmd.Wait()); err != nil {
		t.Fatal(err)
	}
}

func TestAnotherMajorVersionIsRefused(t *testing.T) {
	data := folder(t)
	k := started(t, Config{Data: data, Fast: true})
	have := do(t, k, `SELECT current_setting('server_version_num')::int / 10000`)
	if err := k.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "postgres", "PG_VERSION"), []byte("12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Config{Data: data})
	if err == nil || !strings.Contains(err.Error(), "Postgres 12") || !strings.Contains(err.Error(), "Postgres "+have) {
		t.Errorf("got %v", err)
	}
}

func TestAFolderInUseIsRefusedOrBorrowed(t *testing.T) {
	data := folder(t)
	k := started(t, Config{Data: data, Fast: true})
	if _, err := Start(t.Context(), Config{Data: data}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second server got %v", err)
	}
	b, err := Start(t.Context(), Config{Data: data, Borrow: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Stop(t.Context()); err != nil || !b.Borrowed {
		t.Errorf("borrowed %v, %v", b.Borrowed, err)
	}
	if do(t, k, `SELECT 1`) != "1" {
		t.Error("the borrower stopped it")
	}
}

func TestALongPathPutsTheSocketElsewhere(t *testing.T) {
	data := filepath.Join(folder(t), strings.Repeat("long/", 25), "data")
	k := started(t, Config{Data: data, Fast: true})
	if n := len(filepath.Join(k.sockets, socketName)); n > maxSocket {
		t.Errorf("the socket's path has %d bytes", n)
	}
	info, err := os.Stat(k.sockets)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("its folder has mode %v, %v", info.Mode(), err)
	}
	if err := k.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The same folder is found again, and not if it is somebody's trap.
	started(t, Config{Data: data, Fast: true})
	t.Cleanup(func() {
		if err := os.RemoveAll(k.sockets); err != nil {
			t.Error(err)
		}
	})
}

func TestAClosedFolderIsNamed(t *testing.T) {
	if os.Geteuid() != 0 {
		// An ordinary user runs Postgres as themselves: what they can reach, it can.
		if err := Reachable(t.TempDir()); err != nil {
			t.Error(err)
		}
		return
	}
	home := filepath.Join(folder(t), "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(home, "data")
	for _, err := range []error{Reachable(data), func() error { _, err := Start(t.Context(), Config{Data: data}); return err }()} {
		if err == nil || !strings.Contains(err.Error(), home) {
			t.Errorf("got %v, which does not name %s", err, home)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("something was made in the closed folder")
	}
}
