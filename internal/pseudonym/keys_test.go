package pseudonym

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
)

// newKeys makes a key store in a folder of its own, and gives the folder.
func newKeys(t *testing.T) (Keys, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	k, err := NewFileKeys(dir, bytes.Repeat([]byte{7}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	return k, dir
}

func TestAKeyIsMadeOnceHoweverManyAsk(t *testing.T) {
	keys, dir := newKeys(t)
	name := panelScope.name(uuid.New())
	got := make([][]byte, 16)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			var err error
			if got[i], err = keys.Create(context.Background(), name); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, k := range got {
		if !bytes.Equal(k, got[0]) || len(k) != keySize {
			t.Fatal("two askers were given two keys")
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("the folder holds %d files, want the key alone (%v)", len(files), err)
	}
}

func TestKeyFilesAreForTheirOwnerAloneAndDoNotShowTheKey(t *testing.T) {
	keys, dir := newKeys(t)
	name := panelScope.name(uuid.New())
	key, err := keys.Create(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name+".key")
	for p, want := range map[string]os.FileMode{dir: 0o700, path: 0o600} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(p), info.Mode().Perm(), want)
		}
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(body, key) {
		t.Error("the file shows the key without the master key")
	}
}

func TestAKeyOpensUnderItsMasterKeyAndItsNameAlone(t *testing.T) {
	ctx := context.Background()
	keys, dir := newKeys(t)
	name, other := panelScope.name(uuid.New()), panelScope.name(uuid.New())
	if _, err := keys.Create(ctx, name); err != nil {
		t.Fatal(err)
	}
	stranger, err := NewFileKeys(dir, bytes.Repeat([]byte{8}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Read(ctx, name); err == nil {
		t.Error("another master key opens the file")
	}
	body, err := os.ReadFile(filepath.Join(dir, name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, other+".key"), body, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Read(ctx, other); err == nil {
		t.Error("a key opens under another consultation's name")
	}
	if _, err := NewFileKeys(dir, []byte("short")); err == nil {
		t.Error("a short master key is taken")
	}
}

func TestADestroyedKeyIsGone(t *testing.T) {
	ctx := context.Background()
	keys, dir := newKeys(t)
	name := panelScope.name(uuid.New())
	if _, err := keys.Create(ctx, name); err != nil {
		t.Fatal(err)
	}
	for range 2 { // gone already is no fault
		if err := keys.Destroy(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := keys.Read(ctx, name); codeOf(err) != "key_destroyed" {
		t.Errorf("reading a destroyed key: %v", err)
	}
	if _, err := keys.Create(ctx, name); codeOf(err) != "key_destroyed" {
		t.Errorf("making a destroyed key again: %v", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != name+".destroyed" {
		t.Errorf("what is left is %v, want the tombstone alone (%v)", files, err)
	}
}

func TestAKeyNameCannotLeaveTheFolder(t *testing.T) {
	keys, _ := newKeys(t)
	for _, name := range []string{"", "../x", "panel-" + strings.Repeat("/", 36), "panel-x"} {
		if _, err := keys.Create(context.Background(), name); err == nil {
			t.Errorf("%q is taken as a name", name)
		}
	}
}

// A key stays open for those who need it in the same moment, in each server for
// itself; its end, and another file in its place, are seen by all of them at once.
func TestAKeyThatIsOpenEndsForEveryServer(t *testing.T) {
	ctx := t.Context()
	here, dir := newKeys(t)
	there, err := NewFileKeys(dir, bytes.Repeat([]byte{7}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	name, other := panelScope.name(uuid.New()), panelScope.name(uuid.New())
	key, err := here.Create(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	read := func(k Keys, want []byte) {
		t.Helper()
		got, err := k.Read(ctx, name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("read another key (%v)", err)
		}
		clear(got) // whoever was given one may forget it
	}
	for range 2 {
		read(here, key)
		read(there, key)
	}
	if _, err := here.Create(ctx, other); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, other+".key"), filepath.Join(dir, name+".key")); err != nil {
		t.Fatal(err)
	}
	if _, err := here.Read(ctx, name); err == nil {
		t.Error("another file in its place is not looked at")
	}
	name = panelScope.name(uuid.New())
	if key, err = here.Create(ctx, name); err != nil {
		t.Fatal(err)
	}
	read(here, key)
	read(there, key)
	if err := there.Destroy(ctx, name); err != nil {
		t.Fatal(err)
	}
	for _, k := range []Keys{here, there} {
		if _, err := k.Read(ctx, name); err == nil {
			t.Error("a destroyed key opens")
		}
		if left := k.(*FileKeys).open[name].key; left != nil {
			t.Error("a destroyed key is still in memory")
		}
	}
}

// Nothing of a key stays in memory once nobody needs it.
func TestAKeyDoesNotStayOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, _ := newKeys(t)
		name := panelScope.name(uuid.New())
		if _, err := keys.Create(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Read(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		k := keys.(*FileKeys)
		k.mu.Lock()
		kept := k.open[name].key
		k.mu.Unlock()
		if kept == nil {
			t.Fatal("the key is not kept for the next")
		}
		time.Sleep(keptOpen)
		synctest.Wait()
		k.mu.Lock()
		defer k.mu.Unlock()
		if len(k.open) != 0 || !bytes.Equal(kept, make([]byte, keySize)) {
			t.Error("the key is still in memory")
		}
	})
}
