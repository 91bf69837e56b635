package pseudonym

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func newSafe(fill byte) *Safe {
	s, err := openSafe(uuid.UUID{1}, bytes.Repeat([]byte{fill}, keySize))
	if err != nil {
		panic(err)
	}
	return s
}

// A blob is what the format says, whoever made it: AES-256-GCM under
// HKDF-SHA256(key, "delfi ballot v1" ‖ panelist ‖ round), nonce first.
func TestABlobIsOfItsFormat(t *testing.T) {
	s, round := newSafe(7), uuid.UUID{2}
	opener := s.Opener(round, BallotBlob)
	for i := range byte(3) {
		p := Panelist{i}
		key, err := hkdf.Key(sha256.New, s.key, nil, "delfi ballot v1"+string(p[:])+string(round[:]), 32)
		if err != nil {
			t.Fatal(err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			t.Fatal(err)
		}
		nonce := bytes.Repeat([]byte{i}, 12)
		blob := gcm.Seal(nonce, nonce, []byte("words"), append([]byte("ballot"), s.consultation[:]...))
		if plain, err := opener.Open(nil, p, blob); err != nil || string(plain) != "words" {
			t.Errorf("panelist %d: %q, %v", i, plain, err)
		}
		sealed, err := s.Seal(p, round, BallotBlob, []byte("words"))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := gcm.Open(nil, sealed[:12], sealed[12:], append([]byte("ballot"), s.consultation[:]...)); err != nil || string(plain) != "words" {
			t.Errorf("panelist %d, sealed: %q, %v", i, plain, err)
		}
	}
}

func TestASealedBlobOpensForItsPanelistRoundAndPurposeAlone(t *testing.T) {
	s, p, round := newSafe(1), Panelist{1}, uuid.UUID{2}
	plain := []byte("what only the panelist knows")
	blob, err := s.Seal(p, round, BallotBlob, plain)
	if err != nil {
		t.Fatal(err)
	}
	if len(blob) != len(plain)+Overhead {
		t.Errorf("the blob has %d bytes for %d", len(blob), len(plain))
	}
	got, err := s.Open(p, round, BallotBlob, blob)
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("got %q, %v", got, err)
	}
	elsewhere := newSafe(1)
	elsewhere.consultation = uuid.UUID{9}
	broken := bytes.Clone(blob)
	broken[len(broken)-1] ^= 1
	for what, open := range map[string]func() ([]byte, error){
		"another panelist":     func() ([]byte, error) { return s.Open(Panelist{2}, round, BallotBlob, blob) },
		"another round":        func() ([]byte, error) { return s.Open(p, uuid.UUID{3}, BallotBlob, blob) },
		"another purpose":      func() ([]byte, error) { return s.Open(p, round, DraftBlob, blob) },
		"another key":          func() ([]byte, error) { return newSafe(2).Open(p, round, BallotBlob, blob) },
		"another consultation": func() ([]byte, error) { return elsewhere.Open(p, round, BallotBlob, blob) },
		"a changed bit":        func() ([]byte, error) { return s.Open(p, round, BallotBlob, broken) },
		"a stump":              func() ([]byte, error) { return s.Open(p, round, BallotBlob, blob[:10]) },
	} {
		if _, err := open(); err == nil {
			t.Errorf("%s opens it", what)
		}
	}
}

func TestSealingTwiceShowsNothingEqual(t *testing.T) {
	s := newSafe(1)
	a, err := s.Seal(Panelist{1}, uuid.UUID{2}, BallotBlob, []byte("same"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Seal(Panelist{1}, uuid.UUID{2}, BallotBlob, []byte("same"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a, b) || bytes.Equal(a[:12], b[:12]) {
		t.Error("two blobs of the same answers are equal")
	}
}

func TestReadersHaveOrdersOfTheirOwn(t *testing.T) {
	s, round := newSafe(1), uuid.UUID{2}
	a, b := Seat{Panelist: Panelist{1}}, Seat{Panelist: Panelist{2}}
	if !bytes.Equal(s.Reader(a, round), s.Reader(a, round)) {
		t.Error("one reader has two orders")
	}
	if bytes.Equal(s.Reader(a, round), s.Reader(b, round)) || bytes.Equal(s.Reader(a, round), s.Reader(a, uuid.UUID{3})) {
		t.Error("two readers, or two rounds, have one order")
	}
}

func TestAPanelistIsNeverPrinted(t *testing.T) {
	p := Panelist{0xde, 0xad, 0xbe, 0xef}
	seat := Seat{Consultation: uuid.New(), Panelist: p, Group: "all"}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "seat", seat, "panelist", p, "err", fmt.Errorf("for %v", p))
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "seat", seat, "panelist", p)
	shown := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q"} {
		shown += fmt.Sprintf(verb, p) + fmt.Sprintf(verb, seat)
	}
	for _, trace := range []string{"dead", "DEAD", "222 173", "222, 173", `\xde`, "3q2+"} {
		if strings.Contains(shown, trace) {
			t.Errorf("%q is shown in %s", trace, shown)
		}
	}
	if _, err := json.Marshal(seat); err == nil {
		t.Error("a seat can be written as JSON, so it could become a job's arguments")
	}
}
