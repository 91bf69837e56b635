package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"delfi/internal/ledger/leaf"
)

// shown is a server that shows a key, and a checkpoint of an origin that it signed.
func shown(t *testing.T, name, origin string) (fetch Fetch, key string) {
	t.Helper()
	secret, key, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: leaf.Checkpoint{Origin: origin, Size: 0, Root: new(leaf.Tree).Root()}.Text()}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return func(_ context.Context, path string) ([]byte, error) {
		return map[string][]byte{"key": []byte(key + "\n"), "checkpoint": signed}[path], nil
	}, key
}

// TestAFirstLookTakesNoKeyOnItsOwn: it is told one, or told to trust; and what it was
// told stays.
func TestAFirstLookTakesNoKeyOnItsOwn(t *testing.T) {
	w := Witness{Name: "garante.test", Dir: t.TempDir()}
	fetch, key := shown(t, "delfi.test/record", "delfi.test/record")
	w.Fetch = fetch
	var unpinned Unpinned
	if _, _, err := w.Look(t.Context()); !errors.As(err, &unpinned) || unpinned.Met != key {
		t.Errorf("a key that nobody told: %v", err)
	}
	for _, name := range []string{"log.key", "checkpoint"} {
		if _, err := os.Stat(filepath.Join(w.Dir, name)); err == nil {
			t.Errorf("%s was kept", name)
		}
	}
	told, trusting := w, w
	told.Dir, told.Log, trusting.Dir, trusting.Trust = t.TempDir(), key, t.TempDir(), true
	for _, w := range []Witness{told, trusting} {
		if _, _, err := w.Look(t.Context()); err != nil {
			t.Error(err)
		}
		w.Log, w.Trust = "", false
		if _, _, err := w.Look(t.Context()); err != nil {
			t.Errorf("the second look: %v", err)
		}
		// Another key in its place is not taken, trusted or not.
		w.Fetch, _ = shown(t, "delfi.test/record", "delfi.test/record")
		w.Trust = true
		if _, _, err := w.Look(t.Context()); err == nil || !strings.Contains(err.Error(), "is not signed by the key that this witness knows") {
			t.Errorf("another key: %v", err)
		}
	}
}

// TestAWitnessSignsNoOtherOrigin than the key's, at its first look or later.
func TestAWitnessSignsNoOtherOrigin(t *testing.T) {
	fetch, key := shown(t, "delfi.test/record", "other.test/record")
	for _, w := range []Witness{
		{Name: "garante.test", Dir: t.TempDir(), Log: key, Fetch: fetch},
		{Name: "garante.test", Dir: t.TempDir(), Trust: true, Fetch: fetch},
	} {
		if signed, _, err := w.Look(t.Context()); err == nil || signed != nil || !strings.Contains(err.Error(), "of another record") {
			t.Errorf("%s, %v", signed, err)
		}
		if _, err := os.Stat(filepath.Join(w.Dir, "checkpoint")); err == nil {
			t.Error("the checkpoint was kept")
		}
	}
}
