package pseudonym

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestRewrapExchangesEveryKeyAndGoesOn: one that was cut off after some keys, and one whose
// folder holds a half-written file, end as if nothing had happened; a key of another
// master ends it before any is exchanged; tombstones stay.
func TestRewrapExchangesEveryKeyAndGoesOn(t *testing.T) {
	former, next := bytes.Repeat([]byte{7}, keySize), bytes.Repeat([]byte{8}, keySize)
	keys, dir := newKeys(t)
	held := map[string][]byte{}
	for range 20 {
		name := panelScope.name(uuid.New())
		key, err := keys.Create(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		held[name] = key
	}
	dead := aliasScope.name(uuid.New())
	if _, err := keys.Create(t.Context(), dead); err != nil {
		t.Fatal(err)
	}
	if err := keys.Destroy(t.Context(), dead); err != nil {
		t.Fatal(err)
	}
	opens := func(master []byte) (n int) {
		t.Helper()
		k, err := NewFileKeys(dir, master)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range held {
			if got, err := k.Read(t.Context(), name); err == nil && bytes.Equal(got, want) {
				n++
			}
		}
		if _, err := k.Read(t.Context(), dead); err == nil {
			t.Error("a destroyed key lives again")
		}
		return n
	}

	// A key of somebody else's in the folder.
	stranger, err := NewFileKeys(dir, bytes.Repeat([]byte{9}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	foreign := panelScope.name(uuid.New())
	if _, err := stranger.Create(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	if n, err := Rewrap(dir, former, next); err == nil || n != 0 || !strings.Contains(err.Error(), foreign) || opens(former) != 20 {
		t.Errorf("with a foreign key %d are exchanged (%v), %d open as before", n, err, opens(former))
	}
	if err := os.Remove(filepath.Join(dir, foreign+".key")); err != nil {
		t.Fatal(err)
	}

	// Cut off after seven keys, with the eighth half written.
	will, err := NewFileKeys(dir, next)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, key := range held {
		if n++; n > 7 {
			break
		}
		if err := will.(*FileKeys).exchange(name, key); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, ".new-123"), []byte("delfi"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a, b := opens(former), opens(next); a != 13 || b != 7 {
		t.Fatalf("%d open with the former key, %d with the next", a, b)
	}
	if n, err := Rewrap(dir, former, next); err != nil || n != 13 {
		t.Errorf("%d more: %v", n, err)
	}
	if a, b := opens(former), opens(next); a != 0 || b != 20 {
		t.Errorf("%d open with the former key, %d with the next", a, b)
	}
	if n, err := Rewrap(dir, former, next); err != nil || n != 0 {
		t.Errorf("once more: %d, %v", n, err)
	}
	for name := range held {
		if info, err := os.Stat(filepath.Join(dir, name+".key")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}
