package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// restore gives the database as it was after n entries.
func restore(t *testing.T, db *postgres.DB, n int) {
	t.Helper()
	tamper(t, db,
		fmt.Sprintf(`DELETE FROM record.words WHERE sequence >= %d`, n),
		fmt.Sprintf(`DELETE FROM record.entry WHERE sequence >= %d`, n),
		fmt.Sprintf(`DELETE FROM record.hash WHERE index >= %d`, 2*n-popcount(n)))
}

// popcount: a tree of n leaves stores 2n − (ones of n) hashes.
func popcount(n int) int { return strings.Count(fmt.Sprintf("%b", n), "1") }

// A backup that would fork the record is refused at the start, at signing and at
// every act, until a successor says openly what was lost.
func TestARestoredOlderDatabaseIsRefused(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "record", "checkpoint")
	db, keys, of := testdb.New(t), newKeys(), uuid.New()
	server := func() *Service { return New(db, keys, Options{Origin: "delfi.test/record", CheckpointFile: kept}) }
	s := server()
	act(t, s, of, 7)
	last, err := s.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if onDisk, err := os.ReadFile(kept); err != nil || string(onDisk) != string(last) {
		t.Fatalf("%s is kept, %v", onDisk, err)
	}
	vkeys, err := s.VerifierKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	restore(t, db, 5)
	faulty(t, append1(t.Context(), s, entry(of, "merge")), fault.Unavailable, "log_forked")
	s = server()
	faulty(t, s.Start(t.Context()), fault.Unavailable, "log_forked")
	faulty(t, append1(t.Context(), s, entry(of, "merge")), fault.Unavailable, "log_forked")
	_, err = s.Checkpoint(t.Context())
	faulty(t, err, fault.Unavailable, "log_forked")

	faulty(t, s.Succeed(t.Context(), " "), fault.Invalid, "invalid")
	if err := s.Succeed(t.Context(), "The disk failed; the last backup is of Friday."); err != nil {
		t.Fatal(err)
	}
	s = server()
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	act(t, s, of, 1)
	all, err := s.Newest(t.Context(), 0, 100)
	if err != nil || len(all) != 1+5+1 {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	first := all[len(all)-1]
	c, err := parseCheckpoint(last)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf(`{"carried":5,"key":"%s","origin":"delfi.test/record","root":"%s","size":7}`, vkeys[0], c.Root); first.Type != Succession || first.Body != want || !strings.Contains(first.Reason, "disk") {
		t.Errorf("%+v", first)
	}
	now, err := s.Checkpoint(t.Context())
	if err != nil || !strings.HasPrefix(string(now), "delfi.test/record/2\n7\n") {
		t.Errorf("%s, %v", now, err)
	}
	if err := s.Recount(t.Context()); err != nil {
		t.Error(err)
	}
	// The database of before the succession is refused as well.
	tamper(t, db, `DELETE FROM record.words WHERE log = 2`, `DELETE FROM record.entry WHERE log = 2`,
		`DELETE FROM record.hash WHERE log = 2`, `DELETE FROM record.log WHERE number = 2`)
	faulty(t, server().Start(t.Context()), fault.Unavailable, "log_forked")
}

// An older text with the same size is a fork as well, and so is an empty database.
func TestAnotherDatabaseIsRefused(t *testing.T) {
	db, keys, kept := testdb.New(t), newKeys(), filepath.Join(t.TempDir(), "checkpoint")
	s := New(db, keys, Options{CheckpointFile: kept})
	act(t, s, uuid.New(), 3)
	if _, err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	faulty(t, New(testdb.New(t), keys, Options{CheckpointFile: kept}).Start(t.Context()), fault.Unavailable, "log_forked")
	tamper(t, db, `UPDATE record.hash SET hash = sha256(hash) WHERE index = 2`)
	faulty(t, append1(t.Context(), s, entry(uuid.New(), "merge")), fault.Unavailable, "log_forked")
}

// A process that holds another key, or none, does not sign.
func TestAnotherKeyDoesNotSign(t *testing.T) {
	db, keys := testdb.New(t), newKeys()
	act(t, New(db, keys, Options{}), uuid.New(), 1)
	_, err := New(db, newKeys(), Options{}).Checkpoint(t.Context())
	faulty(t, err, fault.Unavailable, "log_key")
	for name := range keys.keys {
		other := newKeys()
		if _, err := other.Create(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		_, err = New(db, other, Options{}).Checkpoint(t.Context())
		faulty(t, err, fault.Unavailable, "log_key")
	}
}

// The name of a log is that of its first start: a site that moves keeps its record.
func TestALaterAddressKeepsTheOrigin(t *testing.T) {
	db, keys := testdb.New(t), newKeys()
	act(t, New(db, keys, Options{Origin: "old.test/record"}), uuid.New(), 1)
	got, err := New(db, keys, Options{Origin: "new.test/record"}).Checkpoint(t.Context())
	if err != nil || !strings.HasPrefix(string(got), "old.test/record\n1\n") {
		t.Errorf("%s, %v", got, err)
	}
}

func TestSuccessorsHaveNamesOfTheirOwn(t *testing.T) {
	for origin, want := range map[string]string{"x/record": "x/record/2", "x/record/2": "x/record/3", "x/record/19": "x/record/20", "record": "record/2"} {
		if got := successor(origin); got != want {
			t.Errorf("%s is followed by %s", origin, got)
		}
	}
}

// Entries of before the log are carried over in their order and minute, once.
func TestFormerEntriesAreCarriedOver(t *testing.T) {
	db, of := testdb.New(t), uuid.New()
	tamper(t, db, fmt.Sprintf(`
		INSERT INTO record.former (sequence, consultation, type, role, name, kind, target, reason, body, minute)
		VALUES (1, '%[1]s', 'protocol', 'administrator', 'Giulia', '', '', '', '{"hash":"ab"}', '2026-01-02 10:00Z'),
		       (2, '%[1]s', 'round_opened', 'system', '', 'open', 'round 1', '', '{"kind":"gather","round":1}', '2026-01-03 10:00Z'),
		       (3, '%[1]s', 'act', 'moderator', 'Marta', 'undo', 'statement 1', 'Errore.', '{"act":"x","kind":"merge"}', '2026-01-04 10:00Z'),
		       (4, '%[1]s', 'act', 'moderator', 'Marta', 'merge', 'statement 1', 'Doppione.', '{"item":1,"left_out":"","text":"Alberi","was":"Più alberi."}', '2026-01-05 10:00Z'),
		       (5, '%[1]s', 'commitment', 'administrator', 'Giulia', '', 'la piazza', 'Decideremo.', '{"decider":"Giunta","reply_days":30,"signatory":"Ada Rossi"}', '2026-01-06 10:00Z'),
		       (6, '%[1]s', 'origin', 'system', '', '', 'la piazza', '', '{"licence":"CC0","name":"Polis","url":"https://polis.example"}', '2026-01-07 10:00Z'),
		       (7, '%[1]s', 'removal', 'moderator', 'Marta', 'contribution', 'Tiglio 27', '', '{"ground":"art. 17"}', '2026-01-08 10:00Z'),
		       (8, '%[1]s', 'act', 'administrator', 'Giulia', 'postpone', 'round 2', '', '{"note":"Un altro giorno.","round":2}', '2026-01-09 10:00Z')`, of))
	s := New(db, newKeys(), Options{})
	act(t, s, of, 1)
	got, err := s.Of(t.Context(), of)
	if err != nil || len(got) != 9 {
		t.Fatalf("%d entries, %v", len(got), err)
	}
	for n, want := range []string{
		`{"hash":"ab"}`, `{"kind":"gather","round":1}`, `{"act":"x","undone":"merge"}`, `{"item":1}`, `{"reply_days":30}`, `{}`, `{}`, `{"round":2}`,
	} {
		if got[n].Body != want || got[n].Sequence != int64(n) || got[n].Minute.Day() != n+2 {
			t.Errorf("%+v", got[n])
		}
	}
	if e := got[2]; e.Kind != "undo" || e.Name != "Marta" || e.Reason != "Errore." {
		t.Errorf("%+v", e)
	}
	// What people wrote is signed by its digest alone, though it stood among the figures.
	for n, want := range map[int]map[string]string{
		3: {"text": "Alberi", "was": "Più alberi."}, 4: {"decider": "Giunta", "signatory": "Ada Rossi"},
		5: {"licence": "CC0", "origin": "Polis", "url": "https://polis.example"}, 6: nil, 7: {"note": "Un altro giorno."},
	} {
		if !reflect.DeepEqual(got[n].Texts, want) {
			t.Errorf("beside %d stands %v, want %v", n, got[n].Texts, want)
		}
	}
	if got[6].Reason != "art. 17" || got[3].Reason != "Doppione." {
		t.Errorf("%+v, %+v", got[6], got[3])
	}
	var left int
	if err := db.Pool().Get(&left, `SELECT count(*) FROM record.former`); err != nil || left != 0 {
		t.Errorf("%d are left aside, %v", left, err)
	}
}

// TestABodyOfBeforeStays: an entry in whose body earlier programs wrote a text is read,
// hashed and carried over as it stands, though none is written so any more.
func TestABodyOfBeforeStays(t *testing.T) {
	db, keys := testdb.New(t), newKeys()
	s, of := New(db, keys, Options{}), uuid.New()
	act(t, s, of, 1)
	old := entry(of, "merge")
	old.Body, old.Minute = `{"left_out":"","text":"Più alberi."}`, moment
	body := leaf.Entry{Type: "act", Consultation: of.String(), Minute: "2026-03-02T09:41Z", Body: `{"kind":"merge","left_out":"","role":"moderator","text":"Più alberi."}`}
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		l, err := s.ready(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.Append(ctx, tx, old); err == nil {
			t.Error("a text was written into a body")
		}
		return put(ctx, tx, l, Entry{Type: Act, Consultation: of, Minute: moment.Truncate(time.Minute)}, Line{Text: body.Text()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Recount(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Succeed(t.Context(), "The key is lost."); err != nil {
		t.Fatal(err)
	}
	act(t, s, of, 1)
	got, err := s.Of(t.Context(), of)
	if err != nil || len(got) != 3 || got[1].Body != old.Body || got[1].Kind != "merge" {
		t.Errorf("%+v, %v", got, err)
	}
}

// outside is a witness's way to a log in the same process.
func outside(s *Service) Fetch {
	return func(ctx context.Context, path string) ([]byte, error) {
		switch path {
		case "checkpoint":
			return s.Checkpoint(ctx)
		case "key":
			keys, err := s.VerifierKeys(ctx)
			return []byte(strings.Join(keys, "\n") + "\n"), err
		}
		data, _, err := s.Tile(ctx, path)
		return data, err
	}
}

// A witness signs what grows, and shouts when what it saw is not there any more.
func TestAWitnessSignsGrowthAndRefusesARewrittenLog(t *testing.T) {
	db, keys, of := testdb.New(t), newKeys(), uuid.New()
	w := Witness{Name: "garante.test", Trust: true, Dir: filepath.Join(t.TempDir(), "witness")}
	vkey, err := w.Key()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.Key(); err != nil || again != vkey {
		t.Errorf("another key at the second call: %s, %v", again, err)
	}
	if info, err := os.Stat(filepath.Join(w.Dir, "witness.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	s := New(db, keys, Options{Origin: "delfi.test/record", Cosigners: []string{vkey}})
	w.Fetch = outside(s)
	look := func() error {
		signed, _, err := w.Look(t.Context())
		if err != nil {
			return err
		}
		return s.Cosign(t.Context(), signed)
	}
	act(t, s, of, 3)
	_, err = s.Cosigned(t.Context())
	faulty(t, err, fault.NotFound, "not_cosigned")
	for range 2 {
		if err := look(); err != nil {
			t.Fatal(err)
		}
		act(t, s, of, 130) // into the second tile
	}
	if err := look(); err != nil {
		t.Fatal(err)
	}
	act(t, s, of, 1)
	witnessed, err := s.Cosigned(t.Context())
	if err != nil || !strings.HasPrefix(string(witnessed), "delfi.test/record\n263\n") {
		t.Fatalf("%s, %v", witnessed, err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := note.Open(witnessed, note.VerifierList(v)); err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 1 {
		t.Errorf("%+v, %v", n, err)
	}
	if all, err := s.Cosigners(t.Context()); err != nil || len(all) != 1 || all[0] != (Cosigner{"garante.test", 263}) {
		t.Errorf("%v, %v", all, err)
	}

	// The same server, with an entry changed and every hash computed anew.
	tamper(t, db, `DELETE FROM record.words`, `DELETE FROM record.entry`, `DELETE FROM record.hash`)
	s2 := New(db, keys, Options{Cosigners: []string{vkey}})
	w.Fetch = outside(s2)
	act(t, s2, of, 270)
	err = look()
	var rewritten Rewritten
	if !errors.As(err, &rewritten) {
		t.Errorf("a rewritten log: %v", err)
	}
	tamper(t, db, `DELETE FROM record.words WHERE sequence > 5`, `DELETE FROM record.entry WHERE sequence > 5`, `DELETE FROM record.hash WHERE index > 9`)
	w.Fetch = outside(New(db, keys, Options{}))
	if err := look(); err == nil || !strings.Contains(err.Error(), "REWRITTEN: it had 263 entries and has 6") {
		t.Errorf("a shorter log: %v", err)
	}
}

// Lines of strangers, of other logs and of checkpoints that never were are refused.
func TestOnlyKnownWitnessesOfThisLogAreTaken(t *testing.T) {
	db, keys := testdb.New(t), newKeys()
	known, stranger := Witness{Name: "known.test", Dir: t.TempDir()}, Witness{Name: "stranger.test", Trust: true, Dir: t.TempDir()}
	vkey, err := known.Key()
	if err != nil {
		t.Fatal(err)
	}
	s := New(db, keys, Options{Origin: "delfi.test/record", Cosigners: []string{vkey}})
	act(t, s, uuid.New(), 2)
	stranger.Fetch = outside(s)
	signed, _, err := stranger.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	faulty(t, s.Cosign(t.Context(), signed), fault.Forbidden, "unknown_witness")
	faulty(t, s.Cosign(t.Context(), []byte("hello")), fault.Invalid, "invalid")
	secret, err := known.secret()
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signerOf(known.Name, secret)
	if err != nil {
		t.Fatal(err)
	}
	for text, code := range map[string]string{
		"delfi.test/record\n2\n" + naive(nil).String() + "\n":  "not_our_checkpoint",
		"delfi.test/record\n99\n" + naive(nil).String() + "\n": "not_our_checkpoint",
		"other.test/record\n2\n" + naive(nil).String() + "\n":  "invalid",
		"delfi.test/record\n02\n" + naive(nil).String() + "\n": "invalid",
		"good day\n": "invalid",
	} {
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		kind := fault.Conflict
		if code == "invalid" {
			kind = fault.Invalid
		}
		faulty(t, s.Cosign(t.Context(), signed), kind, code)
	}
	for _, bad := range [][]string{{"nonsense"}, {vkey, vkey}} {
		if (Options{Cosigners: bad}).Check() == nil {
			t.Errorf("%v pass as verifier keys", bad)
		}
		if New(db, keys, Options{Cosigners: bad}).Start(t.Context()) == nil {
			t.Errorf("the record starts with %v", bad)
		}
	}
}
