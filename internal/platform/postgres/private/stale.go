package private

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// postmaster reads which process the cluster's lock file names, and whether it
// says that connections are welcome. 0 when there is no such file.
func postmaster(data string) (pid int, ready bool, err error) {
	body, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	// Line 1 is the process, line 8 the state: Postgres' own pg_ctl reads both.
	lines := strings.Split(string(body), "\n")
	pid = number(lines[0])
	if pid < 0 { // a stand-alone backend writes its number negated
		pid = -pid
	}
	return pid, len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready", nil
}

// alive tells whether process pid is a Postgres that works on data.
//
// Postgres asks kill(pid, 0), which a zombie answers, and so does a stranger who
// got the number after a restart of the machine or container. /proc says who it
// is: its name, that it is no zombie, and that it stands in the data folder.
func alive(pid int, data string) bool {
	if pid <= 0 {
		return false
	}
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(proc, "stat"))
	if err != nil {
		return false
	}
	// "PID (comm) S …": comm may hold anything, so the last parenthesis counts.
	open, shut := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 0 || shut < open || shut+2 >= len(stat) {
		return false
	}
	if comm := string(stat[open+1 : shut]); comm != "postgres" && comm != "postmaster" {
		return false
	}
	if state := stat[shut+2]; state == 'Z' || state == 'X' {
		return false
	}
	cwd, err := os.Readlink(filepath.Join(proc, "cwd"))
	if err == nil {
		return cwd == data
	}
	// Root without CAP_SYS_PTRACE, as in a container, may not read another
	// user's cwd; the command line is open to all and names the folder too.
	line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	if err != nil {
		return false
	}
	for _, arg := range bytes.Split(line, []byte{0}) {
		if string(arg) == data {
			return true
		}
	}
	return false
}

// sweep removes the locks that a killed Postgres left in data and sockets. The
// caller has made sure that none is alive.
func sweep(data, sockets string) error {
	for _, path := range []string{
		filepath.Join(data, "postmaster.pid"),
		filepath.Join(sockets, socketName),
		filepath.Join(sockets, socketName+".lock"),
	} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
