package testdb_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"delfi/internal/platform/postgres/private"
	"delfi/internal/platform/postgres/testdb"
	"delfi/migrations"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	a, b := testdb.New(t), testdb.New(t)
	if _, err := a.Pool().Exec(`CREATE TABLE civic.mine (n int)`); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := b.Pool().Get(&there, `SELECT to_regclass('civic.mine') IS NOT NULL`); err != nil || there {
		t.Errorf("one test's table is in the other's database: %v, %v", there, err)
	}
	pending, err := migrations.Pending(t.Context(), b)
	if err != nil || pending {
		t.Errorf("it is not migrated: %v, %v", pending, err)
	}
}

func TestADatabaseIsGoneAfterItsTest(t *testing.T) {
	var name string
	t.Run("inner", func(t *testing.T) {
		if err := testdb.New(t).Pool().Get(&name, `SELECT current_database()`); err != nil {
			t.Fatal(err)
		}
	})
	var there bool
	if err := testdb.New(t).Pool().Get(&there, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name); err != nil || there {
		t.Errorf("%s is still there: %v", name, err)
	}
}

func TestTheClockIsTheTests(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	db := testdb.NewAt(t, func() time.Time { return at })
	at = at.Add(time.Hour)
	if got := db.Now(); !got.Equal(at) {
		t.Errorf("now is %v", got)
	}
}

// reachable is a temporary folder that the user who runs Postgres can reach.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "delfi-left-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A test process outside any go command, in a temporary folder of its own, gets
// a cluster, and a little later neither cluster nor data are left. Killed, it
// leaves no more.
func TestNothingIsLeftBehind(t *testing.T) {
	if os.Getenv("DELFI_TESTDB_INNER") != "" {
		testdb.New(t)
		if os.Getenv("DELFI_TESTDB_INNER") == "killed" {
			p, err := os.FindProcess(os.Getpid())
			if err != nil {
				t.Fatal(err)
			}
			t.Fatal(p.Kill())
		}
		return
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"ends", "killed"} {
		tmp := reachable(t)
		// Between us and it stands a shell, as go is not to be seen as its parent.
		cmd := exec.Command("/bin/sh", "-c", `"$0" -test.run '^TestNothingIsLeftBehind$'; exit $?`, exe)
		cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "DELFI_TESTDB_INNER="+how)
		out, err := cmd.CombinedOutput()
		if (err == nil) != (how == "ends") {
			t.Fatalf("%s: %v\n%s", how, err, out)
		}
		base := filepath.Join(tmp, "delfi-testdb-"+strconv.Itoa(os.Geteuid())+"-"+private.Kind())
		left := func() string {
			var all []string
			for _, name := range []string{"data", "address"} {
				if _, err := os.Stat(filepath.Join(base, name)); err == nil {
					all = append(all, name)
				}
			}
			return strings.Join(all, ", ")
		}
		for until := time.Now().Add(20 * time.Second); left() != "" && time.Now().Before(until); {
			time.Sleep(50 * time.Millisecond)
		}
		if l := left(); l != "" {
			t.Errorf("%s: left %s", how, l)
		}
	}
}

// Without a Postgres a test fails at once, in one line that says what to run.
func TestWithoutPostgresItSaysWhatToRun(t *testing.T) {
	if os.Getenv("DELFI_TESTDB_INNER") != "" {
		testdb.New(t)
		return
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tmp := reachable(t)
	cmd := exec.Command(exe, "-test.run", "^TestWithoutPostgresItSaysWhatToRun$")
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "PG_BINDIR="+tmp, "DELFI_TESTDB_INNER=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("it passed without a Postgres")
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "testdb:") && strings.Contains(line, "make assets") {
			return
		}
	}
	t.Errorf("it said:\n%s", out)
}
