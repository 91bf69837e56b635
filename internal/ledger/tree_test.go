package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// naive is the root of RFC 6962 computed as its text says, without stored hashes.
func naive(texts []string) tlog.Hash {
	switch len(texts) {
	case 0:
		h, _ := tlog.TreeHash(0, nil)
		return h
	case 1:
		return tlog.RecordHash([]byte(texts[0]))
	}
	k := 1
	for k*2 < len(texts) {
		k *= 2
	}
	return tlog.NodeHash(naive(texts[:k]), naive(texts[k:]))
}

// texts reads the log as programs do.
func texts(t testing.TB, s *Service) []string {
	t.Helper()
	var out []string
	err := s.Lines(t.Context(), 0, 1<<40, func(l Line) error {
		if l.N != int64(len(out)) {
			return fmt.Errorf("line %d has number %d", len(out), l.N)
		}
		out = append(out, l.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every prefix has the root of a naive recomputation, and tlog's own checkers accept
// the proofs that are read from the stored hashes.
func TestEveryPrefixHasItsRootAndItsProofs(t *testing.T) {
	db := testdb.New(t)
	s := New(db, newKeys(), Options{})
	act(t, s, uuid.New(), 70)
	all := texts(t, s)
	err := db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		read := hashes(ctx, tx, l)
		for n := range len(all) + 1 {
			root, err := s.Root(ctx, tx, int64(n))
			if err != nil || root != naive(all[:n]) {
				return fmt.Errorf("the root of %d entries is %s, %w", n, root, err)
			}
		}
		rapid.Check(t, func(r *rapid.T) {
			size := rapid.IntRange(1, len(all)).Draw(r, "size")
			of := rapid.IntRange(0, size-1).Draw(r, "entry")
			part := rapid.IntRange(1, size).Draw(r, "prefix")
			root := naive(all[:size])
			in, err := tlog.ProveRecord(int64(size), int64(of), read)
			if err != nil {
				r.Fatal(err)
			}
			if err := tlog.CheckRecord(in, int64(size), root, int64(of), tlog.RecordHash([]byte(all[of]))); err != nil {
				r.Error(err)
			}
			grown, err := tlog.ProveTree(int64(size), int64(part), read)
			if err != nil {
				r.Fatal(err)
			}
			if err := tlog.CheckTree(grown, int64(size), root, int64(part), naive(all[:part])); err != nil {
				r.Error(err)
			}
		})
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A checkpoint says size and root of what is committed, under the log's key; what is
// rolled back was never there.
func TestACheckpointSignsWhatIsCommitted(t *testing.T) {
	db := testdb.New(t)
	s := New(db, newKeys(), Options{Origin: "delfi.test/record"})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	act(t, s, uuid.New(), 3)
	var during []byte
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		if err := s.Append(ctx, tx, entry(uuid.New(), "merge")); err != nil {
			return err
		}
		var err error
		during, err = s.Checkpoint(t.Context())
		return fmt.Errorf("never mind: %w", err)
	})
	if err == nil {
		t.Fatal("it was not rolled back")
	}
	keys, err := s.VerifierKeys(t.Context())
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v, %v", keys, err)
	}
	v, err := note.NewVerifier(keys[0])
	if err != nil {
		t.Fatal(err)
	}
	after, err := s.Checkpoint(t.Context())
	if err != nil || string(after) != string(during) {
		t.Fatalf("%s\n%s\n%v", during, after, err)
	}
	n, err := note.Open(after, note.VerifierList(v))
	if want := fmt.Sprintf("delfi.test/record\n3\n%s\n", naive(texts(t, s))); err != nil || n.Text != want {
		t.Errorf("%v, %v", n, err)
	}
	// Receipts are signed by the same hand, and cannot pass for checkpoints.
	var hand Hand
	err = s.db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		hand, err = s.Hand(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := hand.Sign("delfi receipt v1\nx\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open([]byte(signed), note.VerifierList(v)); err != nil {
		t.Error(err)
	}
	if _, err := hand.Sign("delfi.test/record\n9\nx\n"); err == nil {
		t.Error("a checkpoint was signed as a text")
	}
}

// The checkpoint that the receipts of a round carry is the one just after its opening.
func TestTheOpeningOfARoundHasItsCheckpoint(t *testing.T) {
	db := testdb.New(t)
	s, of := New(db, newKeys(), Options{}), uuid.New()
	act(t, s, of, 2)
	for n := range 2 {
		err := append1(t.Context(), s, Entry{Type: RoundOpened, Consultation: of, Role: "system", Kind: "open", Body: Body(map[string]any{"round": n + 1, "kind": "gather"})})
		if err != nil {
			t.Fatal(err)
		}
	}
	act(t, s, of, 2)
	err := db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		size, root, err := s.Opened(ctx, tx, of, 2)
		if err != nil || size != 4 || root != naive(texts(t, s)[:4]) {
			t.Errorf("%d, %s, %v", size, root, err)
		}
		_, _, err = s.Opened(ctx, tx, of, 3)
		faulty(t, err, fault.NotFound, "no_round")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// What the law has removed leaves its place, and an entry that says so; nothing else
// about an entry can be changed, and the tree stays.
func TestWordsCanBeRemovedByLawAndNothingElse(t *testing.T) {
	db := testdb.New(t)
	s, of := New(db, newKeys(), Options{}), uuid.New()
	act(t, s, of, 3)
	before := naive(texts(t, s))
	remove := func(n int64) error {
		return db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return s.Remove(ctx, tx, n, "GDPR art. 17") })
	}
	if err := remove(1); err != nil {
		t.Fatal(err)
	}
	var due bool
	if err := db.Pool().Get(&due, `SELECT EXISTS (SELECT FROM civic.compaction WHERE tbl = 'record.words')`); err != nil || !due {
		t.Errorf("the file keeps what was removed: %v", err)
	}
	faulty(t, remove(1), fault.Conflict, "no_words")
	faulty(t, remove(9), fault.NotFound, "no_entry")
	got, err := s.Of(t.Context(), of)
	if err != nil || len(got) != 4 {
		t.Fatalf("%d entries, %v", len(got), err)
	}
	if !got[1].Removed || got[1].Reason != "" || got[1].Kind != "merge" || got[0].Removed {
		t.Errorf("%+v", got[1])
	}
	if e := got[3]; e.Type != Removal || e.Body != `{"entry":1}` || e.Reason != "GDPR art. 17" {
		t.Errorf("%+v", e)
	}
	if naive(texts(t, s)[:3]) != before {
		t.Error("the tree of the entries changed")
	}
	if err := s.Recount(t.Context()); err != nil {
		t.Error(err)
	}
	for _, attack := range []string{
		`UPDATE record.words SET document = '{}' WHERE sequence = 0`, `UPDATE record.words SET sequence = 7, document = NULL WHERE sequence = 0`,
		`DELETE FROM record.words`, `UPDATE record.entry SET minute = minute`, `DELETE FROM record.hash`, `TRUNCATE record.log CASCADE`,
	} {
		err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.ExecContext(ctx, attack)
			return err
		})
		if err == nil {
			t.Errorf("%s went through", attack)
		}
	}
}

// The file of entries has one JSON object per line, whose words match their digest.
func TestALineIsJSON(t *testing.T) {
	db := testdb.New(t)
	s := New(db, newKeys(), Options{})
	act(t, s, uuid.New(), 1)
	if err := append1(t.Context(), s, Entry{Type: Protocol, Role: "system"}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	err := s.Lines(t.Context(), 0, 2, func(l Line) error {
		b, err := l.JSON()
		lines = append(lines, string(b))
		return err
	})
	if err != nil || len(lines) != 2 {
		t.Fatal(lines, err)
	}
	var read struct {
		N     int
		Entry string
		Salt  []byte
		Words map[string]string
	}
	if err := json.Unmarshal([]byte(lines[0]), &read); err != nil || len(read.Salt) != 16 || read.Words["reason"] != "Doppione." || !strings.HasPrefix(read.Entry, "delfi entry v1\nact\n") {
		t.Errorf("%s %v", lines[0], err)
	}
	if !strings.HasSuffix(lines[1], `,"salt":"","words":null}`+"\n") {
		t.Error(lines[1])
	}
}

// Tiles are what the log holds, and not more.
func TestTilesHoldTheStoredHashes(t *testing.T) {
	s := New(testdb.New(t), newKeys(), Options{})
	act(t, s, uuid.New(), 5)
	data, full, err := s.Tile(t.Context(), "tile/8/0/000.p/5")
	first := tlog.RecordHash([]byte(texts(t, s)[0]))
	if err != nil || full || len(data) != 5*32 || tlog.Hash(data[:32]) != first {
		t.Errorf("%d bytes, %v, %v", len(data), full, err)
	}
	for _, path := range []string{"tile/8/0/000.p/6", "tile/8/0/000", "tile/8/1/000.p/1", "tile/4/0/000.p/5", "tile/8/data/000", "tile/8/9/000", "../entries", ""} {
		_, _, err := s.Tile(t.Context(), path)
		faulty(t, err, fault.NotFound, "no_tile")
	}
}
