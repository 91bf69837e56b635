package private

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"delfi/internal/platform/postgres"
)

const (
	// Database is the name of the one database that Start makes sure of.
	Database = "delfi"
	// role is the cluster's superuser; the socket's folder is the lock.
	role = "delfi"

	socketName = ".s.PGSQL.5432"
	// maxSocket is what sockaddr_un holds on Linux, without the final zero.
	maxSocket = 107

	startLimit = 20 * time.Second // crash recovery included
	leaveLimit = 10 * time.Second // for a Postgres whose Delfi has just been killed
	fastLimit  = 3 * time.Second  // for SIGINT, before SIGQUIT
)

// Config says which cluster to start.
type Config struct {
	// Data is the folder that the cluster gets a folder of its own in.
	Data string
	// Bin is the folder with initdb and postgres; "" looks around.
	Bin string
	// Fast gives durability away: for tests.
	Fast bool
	// Borrow uses a cluster that another Delfi already runs on Data, instead of
	// failing: for commands that end soon, beside a server.
	Borrow bool
}

// Cluster is a running Postgres.
type Cluster struct {
	// Borrowed tells that another Delfi runs it and stops it.
	Borrowed bool

	folder  string // with the log
	sockets string
	lock    *os.File
	cmd     *exec.Cmd
	done    chan struct{} // closed when Postgres has ended
}

// lingers is how long a killed process may take to let go of the data folder.
const lingers = 2 * time.Second

// ErrInUse says that another process works on the data folder.
var ErrInUse = errors.New("the data folder is in use")

// Start starts the cluster in c.Data, making it first if the folder is new, and
// waits until it answers. Whatever a crash left behind is cleared. Postgres ends
// with this process even when the process is killed.
func Start(ctx context.Context, c Config) (*Cluster, error) {
	k, err := start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("private cluster in %s: %w", c.Data, err)
	}
	return k, nil
}

func start(ctx context.Context, c Config) (_ *Cluster, err error) {
	r, err := currentRunner()
	if err != nil {
		return nil, err
	}
	folder, err := makeFolder(c.Data, r)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "postgres")
	sockets, err := socketFolder(folder, r)
	if err != nil {
		return nil, err
	}
	patience := lingers
	if c.Borrow {
		patience = 0 // whoever borrows goes on with the one that is there
	}
	lock, err := hold(filepath.Join(folder, "delfi.lock"), patience)
	if errors.Is(err, ErrInUse) && c.Borrow {
		return borrow(folder, data, sockets)
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()

	wanted, err := majorOf(data)
	if err != nil {
		return nil, err
	}
	bin, err := find(ctx, c.Bin, r, wanted)
	if err != nil {
		return nil, err
	}
	if wanted != 0 && wanted != bin.major {
		return nil, fmt.Errorf("it was made by Postgres %d, and the programs in %s are Postgres %d; set PG_BINDIR to the programs of Postgres %d, or move the data with pg_dump, or choose another data folder",
			wanted, bin.dir, bin.major, wanted)
	}
	if wanted == 0 {
		if err := initialise(ctx, bin, r, folder, data, c.Fast); err != nil {
			return nil, err
		}
	}
	if err := vacate(ctx, data); err != nil {
		return nil, err
	}
	if err := sweep(data, sockets); err != nil {
		return nil, err
	}
	if err := configure(data, r, sockets, c.Fast); err != nil {
		return nil, err
	}
	k := &Cluster{folder: folder, sockets: sockets, lock: lock}
	if err := k.launch(ctx, bin, r, folder, data); err != nil {
		return nil, err
	}
	if err := k.createDatabase(ctx); err != nil {
		return nil, errors.Join(err, k.Stop(context.WithoutCancel(ctx)))
	}
	return k, nil
}

// URL addresses one of the cluster's databases.
func (k *Cluster) URL(database string) string {
	q := url.Values{"host": {k.sockets}, "port": {"5432"}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + database, RawQuery: q.Encode()}).String()
}

// Done is closed when Postgres has ended, asked or not; never for a borrowed one.
func (k *Cluster) Done() <-chan struct{} { return k.done }

// LastWords is the end of Postgres' log, which may say why it ended.
func (k *Cluster) LastWords() string { return lastWords(k.folder) }

// Stop ends Postgres: its sessions are cut off, what was committed is safe. It
// takes at most a few seconds, fewer if ctx ends. A borrowed cluster is left.
func (k *Cluster) Stop(ctx context.Context) error {
	if k.Borrowed {
		return nil
	}
	return errors.Join(k.end(ctx), k.release())
}

// release gives the folder back; a second time does nothing.
func (k *Cluster) release() error {
	if err := k.lock.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// end signals Postgres until it has ended.
func (k *Cluster) end(ctx context.Context) error {
	// Fast, which ctx may cut short; then immediate (what was committed is
	// recovered at the next start); then without asking.
	for _, s := range []struct {
		signal syscall.Signal
		limit  time.Duration
		cut    <-chan struct{}
	}{{syscall.SIGINT, fastLimit, ctx.Done()}, {syscall.SIGQUIT, time.Second, nil}, {syscall.SIGKILL, time.Second, nil}} {
		select {
		case <-k.done:
			return nil
		default:
		}
		if err := k.cmd.Process.Signal(s.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		select {
		case <-k.done:
			return nil
		case <-time.After(s.limit):
		case <-s.cut:
		}
	}
	return errors.New("private cluster: Postgres does not end")
}

// makeFolder makes the data folder and gives its real, absolute path. The runner
// passes through it but cannot list it: keys lie beside the cluster.
func makeFolder(data string, r runner) (string, error) {
	folder, err := filepath.Abs(data)
	if err != nil {
		return "", err
	}
	at, err := r.barrier(folder)
	if err != nil {
		return "", err
	}
	if at != "" {
		return "", fmt.Errorf("user %s, who runs Postgres in root's stead, cannot pass through %s; choose another data folder with --data", r.name, at)
	}
	mode := os.FileMode(0o700)
	if r.dropped {
		mode = 0o711
	}
	if err := os.MkdirAll(folder, mode); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(folder)
}

// socketFolder makes the folder of mode 0700 that the socket lies in: inside the
// data folder, or, when that makes the path longer than a socket's may be, in the
// temporary folder under a name derived from the data folder's.
func socketFolder(folder string, r runner) (string, error) {
	sockets := filepath.Join(folder, "run")
	if len(filepath.Join(sockets, socketName)) > maxSocket {
		sum := sha256.Sum256([]byte(folder))
		sockets = filepath.Join(os.TempDir(), "delfi-"+hex.EncodeToString(sum[:8]))
		if at, err := r.barrier(sockets); err != nil || at != "" {
			sockets = filepath.Join("/tmp", filepath.Base(sockets))
		}
		if n := len(filepath.Join(sockets, socketName)); n > maxSocket {
			return "", fmt.Errorf("the socket's path would be %d bytes long, of %d that are possible; choose a data folder with a shorter path", n, maxSocket)
		}
	}
	if err := os.Mkdir(sockets, 0o700); err == nil {
		return sockets, r.own(sockets)
	} else if !errors.Is(err, os.ErrExist) {
		return "", err
	}
	// It was there: make sure that it is ours and no trap laid in /tmp.
	info, err := os.Lstat(sockets)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || !r.owns(info) {
		return "", fmt.Errorf("%s is not a folder of user %s; move it away", sockets, r.name)
	}
	return sockets, os.Chmod(sockets, 0o700)
}

// hold locks path for the life of this process; ErrInUse when another has it. One
// that was killed may still be letting go, thread by thread: it is waited for.
func hold(path string, patience time.Duration) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for until := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(until) {
			break
		}
	}
	if err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = fmt.Errorf("%w by another Delfi; stop that one, or choose another folder with --data", ErrInUse)
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// borrow gives the cluster that another Delfi runs, once it is ready.
func borrow(folder, data, sockets string) (*Cluster, error) {
	until := time.Now().Add(leaveLimit)
	for {
		pid, ready, err := postmaster(data)
		if err != nil {
			return nil, err
		}
		if ready && alive(pid, data) {
			return &Cluster{Borrowed: true, folder: folder, sockets: sockets, done: make(chan struct{})}, nil
		}
		if time.Now().After(until) {
			return nil, fmt.Errorf("%w by another Delfi, whose Postgres does not answer", ErrInUse)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// majorOf reads the major version that made data; 0 when data does not exist.
func majorOf(data string) (int, error) {
	body, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n := number(string(body))
	if n == 0 {
		return 0, fmt.Errorf("its PG_VERSION says %q", strings.TrimSpace(string(body)))
	}
	return n, nil
}

// initialise makes a new cluster beside data and renames it, so that a folder of
// that name is always a whole cluster.
func initialise(ctx context.Context, bin binaries, r runner, folder, data string, isFast bool) error {
	old, err := filepath.Glob(filepath.Join(folder, "new-*"))
	if err != nil {
		return err
	}
	for _, dir := range old { // left by a start that was killed; we hold the lock
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	tmp, err := os.MkdirTemp(folder, "new-")
	if err != nil {
		return err
	}
	if err := r.own(tmp); err != nil {
		return err
	}
	// The runner may write nothing in folder itself, so the new folder is made
	// first. C.UTF-8 orders by code point on every machine; words are sorted for
	// people in Go.
	args := []string{"--pgdata", tmp, "--username", role, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"}
	if isFast {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin.dir, "initdb"), args...)
	cmd.Dir = tmp
	cmd.Env = environment()
	cmd.SysProcAttr = r.attributes()
	var out []byte
	err = onThread(func() (err error) {
		out, err = cmd.CombinedOutput()
		return err
	})
	if err != nil {
		return errors.Join(fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out))), os.RemoveAll(tmp))
	}
	return os.Rename(tmp, data)
}

// vacate waits until a Postgres that is still on data has left: its Delfi was
// killed, and it is shutting down.
func vacate(ctx context.Context, data string) error {
	until := time.Now().Add(leaveLimit)
	for {
		pid, _, err := postmaster(data)
		if err != nil {
			return err
		}
		if !alive(pid, data) {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("%w by a Postgres (process %d) that no Delfi runs; stop it", ErrInUse, pid)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// launch runs postgres and waits until it is ready. When both Delfi and Postgres
// were killed, Postgres' own children need a moment to notice; their shared
// memory stands in the way until then.
func (k *Cluster) launch(ctx context.Context, bin binaries, r runner, folder, data string) error {
	until := time.Now().Add(leaveLimit)
	for {
		err := k.try(ctx, bin, r, folder, data)
		if err == nil || !logged(folder, "is still in use") || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// try runs postgres once.
func (k *Cluster) try(ctx context.Context, bin binaries, r runner, folder, data string) error {
	log, err := newLog(folder)
	if err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(bin.dir, "postgres"), "-D", data)
	cmd.Dir = data
	cmd.Env = environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = r.attributes()

	done, started := make(chan struct{}), make(chan error, 1)
	go func() {
		// The death signal comes when the forking thread ends; this goroutine
		// keeps the thread for as long as Postgres runs.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			// How it ended is told by the log and to whoever waits on Done.
			_ = cmd.Wait()
		}
		close(done)
	}()
	if err := errors.Join(<-started, log.Close()); err != nil {
		return err
	}
	k.cmd, k.done = cmd, done

	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	for {
		pid, ready, err := postmaster(data)
		if err != nil {
			return errors.Join(err, cmd.Process.Kill())
		}
		if ready && pid == cmd.Process.Pid {
			return nil
		}
		select {
		case <-done:
			return fmt.Errorf("postgres ended at once: %s", lastWords(folder))
		case <-limit.C:
			return errors.Join(fmt.Errorf("postgres is not ready after %s: %s", startLimit, lastWords(folder)), cmd.Process.Kill())
		case <-ctx.Done():
			return errors.Join(ctx.Err(), cmd.Process.Signal(syscall.SIGINT))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// onThread runs fn on a thread that lives until fn returns (see attributes).
func onThread(fn func() error) error {
	failed := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		failed <- fn()
	}()
	return <-failed
}

// environment is what Postgres sees of ours: nothing that PG… or DELFI_…
// variables could bend or leak.
func environment() []string {
	env := []string{"LC_ALL=C.UTF-8", "TZ=UTC"}
	if path := os.Getenv("PATH"); path != "" {
		env = append(env, "PATH="+path)
	}
	return env
}

// createDatabase makes the one database, unless it is there.
func (k *Cluster) createDatabase(ctx context.Context) (err error) {
	db, err := postgres.Open(ctx, k.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return createDatabase(ctx, db)
}
