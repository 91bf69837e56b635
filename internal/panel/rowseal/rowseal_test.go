package rowseal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/uuid"
)

// TestATextOpensInItsRowAlone, under its own domain and key.
func TestATextOpensInItsRowAlone(t *testing.T) {
	key, row := bytes.Repeat([]byte{7}, 32), uuid.UUID{1}
	s, err := New(key, "a v1")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := s.Seal(row, []byte("Anna"))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := s.Open(row, sealed); string(text) != "Anna" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	other, err := New(key, "b v1")
	if err != nil {
		t.Fatal(err)
	}
	altered := bytes.Clone(sealed)
	altered[len(altered)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another row":    func() ([]byte, error) { return s.Open(uuid.UUID{2}, sealed) },
		"another domain": func() ([]byte, error) { return other.Open(row, sealed) },
		"altered":        func() ([]byte, error) { return s.Open(row, altered) },
		"too short":      func() ([]byte, error) { return s.Open(row, sealed[:5]) },
	} {
		if text, err := open(); !errors.Is(err, ErrMoved) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

// TestDerive: parts are told apart by their lengths, and what servers wrote is found again.
func TestDerive(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	if bytes.Equal(Derive(key, "d", []byte("ab"), []byte("c")), Derive(key, "d", []byte("a"), []byte("bc"))) {
		t.Error("two lists of parts have one hash")
	}
	const want = "592e495411dc9f3f4bd740036bedbcad91dd09787949a16a228c0c448eafbdca"
	if got := hex.EncodeToString(Derive(key, "invitation check v1", make([]byte, 16))); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
