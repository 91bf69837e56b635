package blob_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"delfi/internal/fault"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

func folder(t *testing.T) (*blob.Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	f, err := blob.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f, dir
}

func put(t *testing.T, s blob.Store, body string) blob.Digest {
	t.Helper()
	d, n, err := s.Put(t.Context(), strings.NewReader(body), 1<<20)
	if err != nil || n != int64(len(body)) || d != sha256.Sum256([]byte(body)) {
		t.Fatalf("put %q: %s, %d, %v", body, d, n, err)
	}
	return d
}

func read(t *testing.T, s blob.Store, d blob.Digest) (string, error) {
	t.Helper()
	b, err := s.Open(t.Context(), d)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(b)
	if err := errors.Join(err, b.Close()); err != nil || int64(len(body)) != b.Size() {
		t.Fatalf("read %s: %d of %d bytes, %v", d, len(body), b.Size(), err)
	}
	return string(body), nil
}

// names lists the files of a folder, and checks that nobody else may read them.
func names(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s has %v", path, info.Mode())
		}
		if !e.IsDir() {
			out = append(out, e.Name())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestABlobIsReadAsItWasStored(t *testing.T) {
	f, dir := folder(t)
	for _, body := range []string{"", "uno", strings.Repeat("due", 100_000)} {
		d := put(t, f, body)
		put(t, f, body) // equal bytes are one blob
		if got, err := read(t, f, d); err != nil || got != body {
			t.Errorf("%d bytes: %v", len(body), err)
		}
		if again, err := blob.Parse(d.String()); err != nil || again != d {
			t.Errorf("%s: %v", d, err)
		}
	}
	if got := names(t, dir); len(got) != 3 {
		t.Errorf("files: %q", got)
	}
	if _, err := read(t, f, sha256.Sum256([]byte("never"))); fault.KindOf(err) != fault.NotFound {
		t.Errorf("what is not there: %v", err)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("g", 64), strings.Repeat("A", 64), "../" + strings.Repeat("0", 61)} {
		if _, err := blob.Parse(bad); err == nil {
			t.Errorf("%q is a digest", bad)
		}
	}
}

// What is too large, breaks off or is given up leaves nothing.
func TestNothingIsLeftOfWhatFails(t *testing.T) {
	f, dir := folder(t)
	read := 0
	_, _, err := f.Put(t.Context(), countTo(&read, iotest.HalfReader(endless{})), 1000)
	var bad *fault.Fault
	if !errors.As(err, &bad) || bad.Kind != fault.TooLarge || bad.Code != "file_too_large" || bad.Args["max"] != int64(1000) {
		t.Errorf("too large: %v", err)
	}
	if read > 1001 {
		t.Errorf("%d bytes were read of a file of at most 1000", read)
	}
	broken := errors.New("broken off")
	if _, _, err := f.Put(t.Context(), io.MultiReader(strings.NewReader("uno"), iotest.ErrReader(broken)), 1000); !errors.Is(err, broken) {
		t.Errorf("broken off: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Put(ctx, endless{}, 1<<40); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
	if d, n, err := f.Put(t.Context(), io.LimitReader(endless{}, 1000), 1000); err != nil || n != 1000 {
		t.Errorf("exactly as large: %s, %d, %v", d, n, err)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// countTo counts what is read.
func countTo(n *int, r io.Reader) io.Reader { return counted{n, r} }

type counted struct {
	n *int
	r io.Reader
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	*c.n += n
	return n, err
}

// A file whose bytes have changed is not served, however it changed, and is mended by its
// own bytes.
func TestADamagedBlobIsNotServed(t *testing.T) {
	f, dir := folder(t)
	body := make([]byte, 100_000)
	if _, err := rand.Read(body); err != nil {
		t.Fatal(err)
	}
	d := put(t, f, string(body))
	path := filepath.Join(dir, d.String()[:2], d.String())
	if _, err := read(t, f, d); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func() error{
		"a bit": func() error {
			torn := bytes.Clone(body)
			torn[70_000] ^= 4
			return os.WriteFile(path, torn, 0o600)
		},
		"its end": func() error { return os.Truncate(path, 99_999) },
		"a link": func() error {
			return errors.Join(os.Remove(path), os.Symlink("/etc/passwd", path))
		},
		"a folder": func() error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, f, d); err == nil {
			t.Errorf("%s: served", name)
		}
		if name == "a folder" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		put(t, f, string(body))
		if got, err := read(t, f, d); err != nil || got != string(body) {
			t.Errorf("%s: not mended: %v", name, err)
		}
	}
}

func TestASweepLeavesWhatIsYoungOrWanted(t *testing.T) {
	f, dir := folder(t)
	wanted, old, young := put(t, f, "wanted"), put(t, f, "old"), put(t, f, "young")
	left := filepath.Join(dir, ".new-123")
	foreign := filepath.Join(dir, "README")
	for _, path := range []string{left, foreign} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	for _, d := range []blob.Digest{wanted, old, young} {
		if err := os.Chtimes(filepath.Join(dir, d.String()[:2], d.String()), yesterday, yesterday); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{left, foreign} {
		if err := os.Chtimes(path, yesterday, yesterday); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Touch(t.Context(), young); err != nil {
		t.Fatal(err)
	}
	n, err := f.Sweep(t.Context(), time.Now().Add(-time.Hour), func(d blob.Digest) bool { return d == wanted })
	if err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, err := read(t, f, old); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the old one: %v", err)
	}
	if got := names(t, dir); len(got) != 3 {
		t.Errorf("left: %q", got)
	}
	if err := f.Touch(t.Context(), old); fault.KindOf(err) != fault.NotFound {
		t.Errorf("touching what is gone: %v", err)
	}
}

// Rows and sweeps exclude each other: whoever used a blob finds it, or is told that it is
// gone before the row is there.
func TestASweepTakesNothingThatARowRefersTo(t *testing.T) {
	f, _ := folder(t)
	db := testdb.New(t)
	if _, err := db.Pool().Exec(`CREATE TABLE refers (digest text)`); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	var all sync.WaitGroup
	stop := make(chan struct{})
	all.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			err := db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
				if err := blob.Alone(ctx, tx); err != nil {
					return err
				}
				var used []string
				if err := tx.SelectContext(ctx, &used, `SELECT digest FROM refers`); err != nil {
					return err
				}
				wanted := map[string]bool{}
				for _, d := range used {
					wanted[d] = true
				}
				_, err := f.Sweep(ctx, time.Now().Add(time.Hour), func(d blob.Digest) bool { return wanted[d.String()] })
				return err
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	var rows []blob.Digest
	for n := range 60 {
		d, _, err := f.Put(ctx, strings.NewReader(strings.Repeat("x", n)), 1000)
		if errors.Is(err, fs.ErrNotExist) {
			continue // swept while it was written: this sweep leaves nothing young
		}
		if err != nil {
			t.Fatal(err)
		}
		err = db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			if err := blob.Use(ctx, tx, f, d); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO refers VALUES ($1)`, d.String())
			return err
		})
		switch {
		case err == nil:
			rows = append(rows, d)
		case fault.KindOf(err) != fault.NotFound:
			t.Error(err)
		}
	}
	close(stop)
	all.Wait()
	for _, d := range rows {
		if _, err := read(t, f, d); err != nil {
			t.Errorf("a row refers to %s: %v", d, err)
		}
	}
}

// Many writers of equal bytes, and readers beside them.
func TestEqualBytesAreStoredAtOnce(t *testing.T) {
	f, dir := folder(t)
	body := strings.Repeat("uguali", 50_000)
	d := put(t, f, body)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if _, _, err := f.Put(context.Background(), strings.NewReader(body), 1<<20); err != nil {
					t.Error(err)
				}
				if got, err := read(t, f, d); err != nil || got != body {
					t.Errorf("read: %v", err)
				}
			}
		})
	}
	all.Wait()
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left: %q", got)
	}
}
