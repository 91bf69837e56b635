package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A room is a small file system that one server alone sees, in which its data lie.
// Root makes it in a mount namespace; anybody else in a namespace of users too, in
// which they may mount. It ends with its processes, however a test ends.
const (
	roomFrom = "DELFI_E2E_ROOM_FROM" // the data folder that is copied into it, and in whose place it stands
	roomSize = "DELFI_E2E_ROOM_SIZE"
)

// serveInRoom starts a server on a copy of a data folder, in a room of so many bytes.
func serveInRoom(t *testing.T, dir string, size int64, args ...string) *site {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{binary}, serveArgs(dir, args...)...)...)
	cmd.Env = append(os.Environ(), roomFrom+"="+dir, fmt.Sprintf("%s=%d", roomSize, size))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
		const mayMount = 21 // CAP_SYS_ADMIN, of the new namespace alone
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
		cmd.SysProcAttr.AmbientCaps = []uintptr{mayMount}
	}
	return begin(t, dir, cmd)
}

// settle is the process that becomes the server: it stands in the new namespace,
// makes the room, carries the data in and executes the command.
func settle(from, size string, command []string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("no mount here stays here: %w", err)
	}
	// Beside the old folder first, since the old one must be read.
	beside := from + ".room"
	if err := os.Mkdir(beside, 0o711); err != nil {
		return err
	}
	if err := syscall.Mount("room", beside, "tmpfs", 0, "mode=0711,size="+size); err != nil {
		return fmt.Errorf("a small file system: %w", err)
	}
	if out, err := exec.Command("cp", "-a", from+"/.", beside).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	if err := syscall.Mount(beside, from, "", syscall.MS_BIND, ""); err != nil {
		return err
	}
	if err := errors.Join(syscall.Unmount(beside, 0), os.Remove(beside)); err != nil {
		return err
	}
	env := os.Environ()
	for i, line := range env {
		if strings.HasPrefix(line, roomFrom+"=") {
			env[i] = roomFrom + "="
		}
	}
	return syscall.Exec(command[0], command, env)
}

// inside is where others find what a server in a room sees under a path, while it runs.
func (s *site) inside(path ...string) string {
	return filepath.Join(append([]string{fmt.Sprintf("/proc/%d/root", s.cmd.Process.Pid), s.Data}, path...)...)
}

// postgresLog is what the Postgres of a server in a room has logged.
func (s *site) postgresLog(t *testing.T) string {
	t.Helper()
	body, err := os.ReadFile(s.inside("postgres.log"))
	if err != nil || !strings.Contains(string(body), "LOG: ") {
		t.Fatalf("the log of Postgres says nothing: %v %s", err, body)
	}
	return string(body)
}

// database connects to the Postgres of a server in a room.
func (s *site) database(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", "postgres://delfi@/delfi?"+url.Values{"host": {s.inside("run")}, "port": {"5432"}, "sslmode": {"disable"}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

const ballast = "ballast"

// fill takes all room that is left but so many bytes; what it gives makes room again,
// even when the server has ended: the room is held from here on.
func (s *site) fill(t *testing.T, spare int64) (empty func()) {
	t.Helper()
	var err error
	if s.room, err = os.OpenRoot(s.inside()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.room.Close(); err != nil {
			t.Error(err)
		}
	})
	f, err := s.room.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, piece := range []int{1 << 20, 4 << 10} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, piece))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	full, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		err = f.Truncate(full - spare)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := s.room.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
}

// carry copies what lies in a room that was filled to another folder.
func (s *site) carry(t *testing.T, to string) {
	t.Helper()
	in, err := s.room.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if out, err := exec.Command("cp", "-a", fmt.Sprintf("/proc/%d/fd/%d/.", os.Getpid(), in.Fd()), to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
