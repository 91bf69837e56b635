package ledger

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// A prefix gives tlog's stored hashes in their order, also when it goes on from those of
// a size that is in the database.
func TestAPrefixGivesTheStoredHashes(t *testing.T) {
	const size = 300
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	var p prefix
	for n := range int64(size) {
		text := fmt.Sprintf("entry %d\n", n)
		want, err := tlog.StoredHashes(n, []byte(text), read)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, want...)
		if got := p.add(text); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("entry %d completes %v, want %v", n, got, want)
		}
	}
	db := testdb.New(t)
	s := New(db, newKeys(), Options{})
	act(t, s, uuid.New(), 70)
	err := db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		for from := range int64(70) {
			p, err := prefixAt(ctx, tx, l, from)
			if err != nil {
				return err
			}
			if err := extend(ctx, tx, l, &p, 70); err != nil {
				return fmt.Errorf("from %d: %w", from, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// tampering is one change in the database, found at the start or by the check after it.
var tampering = []struct {
	name, sql, found string
	atStart          bool
}{
	{name: "an entry", sql: `UPDATE record.entry SET text = replace(text, 'moderator', 'Moderator') WHERE sequence = 2`, found: "entry 2 is not the one"},
	{name: "an entry's body", sql: `UPDATE record.entry SET text = 'x' WHERE sequence = 1`, found: "entry 1"},
	{name: "an entry's list", sql: `UPDATE record.entry SET consultation = NULL WHERE sequence = 3`, found: "entry 3: the columns"},
	{name: "an entry's minute", sql: `UPDATE record.entry SET minute = minute - interval '1 hour' WHERE sequence = 0`, found: "entry 0: the columns"},
	{name: "a reason", sql: `UPDATE record.words SET document = replace(document, 'Doppione', 'doppione') WHERE sequence = 1`, found: "entry 1: the words"},
	{name: "a salt", sql: `UPDATE record.words SET salt = substring(sha256(salt) for 16) WHERE sequence = 1`, found: "entry 1: the words"},
	{name: "words", sql: `DELETE FROM record.words WHERE sequence = 4`, found: "entry 4: the row of its words"},
	{name: "a stored hash", sql: `UPDATE record.hash SET hash = sha256(hash) WHERE index = 4`, found: "entry 3 is not the one"},
	{name: "a stored hash out", sql: `DELETE FROM record.hash WHERE index = 4`, found: "entry 3 is not the one"},
	{name: "an entry out", sql: `DELETE FROM record.entry WHERE sequence = 2`, found: "entry 2 is missing"},
	{name: "the entries' end", sql: `DELETE FROM record.entry WHERE sequence = 4`, found: "5 entries were signed and 4", atStart: true},
	{name: "the hashes' end", sql: `DELETE FROM record.hash WHERE index >= 7`, found: "no such hash", atStart: true},
	{name: "the entries", sql: `DELETE FROM record.entry`, found: "5 entries were signed and 0", atStart: true},
}

// A change behind the service's back is found at the start or by the check after it, by
// its own words; then no server signs or appends, one that starts anew from its first
// moment. Everything is read on meanwhile.
func TestAChangedRowIsFoundAndStopsEveryServer(t *testing.T) {
	for _, c := range tampering {
		t.Run(c.name, func(t *testing.T) {
			db, keys := testdb.New(t), newKeys()
			options := Options{CheckpointFile: filepath.Join(t.TempDir(), "checkpoint")}
			other, of := New(db, keys, options), uuid.New()
			act(t, other, of, 5)
			if _, err := other.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := other.Recount(t.Context()); err != nil {
				t.Fatalf("before: %v", err)
			}
			tamper(t, db, c.sql)
			s := New(db, keys, options)
			err := s.Start(t.Context())
			if !c.atStart {
				if err != nil {
					t.Fatalf("the start reads more than it must: %v", err)
				}
				err = s.Recount(t.Context())
			}
			faulty(t, err, fault.Unavailable, "log_forked")
			if err == nil || !strings.Contains(err.Error(), c.found) || !strings.Contains(err.Error(), "delfi succeed") {
				t.Errorf("it says %v, not %q", err, c.found)
			}
			for who, s := range map[string]*Service{"the one that checked": s, "another": other} {
				faulty(t, append1(t.Context(), s, entry(of, "merge")), fault.Unavailable, "log_forked")
				_, err := s.Checkpoint(t.Context())
				faulty(t, err, fault.Unavailable, "log_forked")
				faulty(t, s.Sound(t.Context()), fault.Unavailable, "log_forked")
				if t.Failed() {
					t.Fatal(who)
				}
			}
			faulty(t, New(db, keys, options).Start(t.Context()), fault.Unavailable, "log_forked")
			if err := s.Lines(t.Context(), 0, 9, func(Line) error { return nil }); err != nil {
				t.Errorf("it cannot be read: %v", err)
			}
		})
	}
}

// A table that was cut is found without a checkpoint outside the database too: the other
// table is longer.
func TestACutTableIsFoundWithoutACheckpoint(t *testing.T) {
	for _, sql := range []string{`DELETE FROM record.entry WHERE sequence = 4`, `DELETE FROM record.hash WHERE index = 7`, `DELETE FROM record.entry`} {
		db, keys := testdb.New(t), newKeys()
		s := New(db, keys, Options{})
		act(t, s, uuid.New(), 5)
		tamper(t, db, sql)
		faulty(t, New(db, keys, Options{}).Start(t.Context()), fault.Unavailable, "log_forked")
		faulty(t, append1(t.Context(), s, entry(uuid.New(), "merge")), fault.Unavailable, "log_forked")
	}
}

// An entry that no signature covers is hashed before the first that does.
func TestNothingIsSignedThatWasNotHashed(t *testing.T) {
	db, keys := testdb.New(t), newKeys()
	s := New(db, keys, Options{CheckpointFile: filepath.Join(t.TempDir(), "checkpoint")})
	act(t, s, uuid.New(), 3)
	if _, err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	act(t, s, uuid.New(), 2)
	tamper(t, db, `UPDATE record.entry SET text = replace(text, 'moderator', 'Moderator') WHERE sequence = 4`)
	_, err := s.Checkpoint(t.Context())
	faulty(t, err, fault.Unavailable, "log_forked")
	if err == nil || !strings.Contains(err.Error(), "entry 4 is not the one") {
		t.Error(err)
	}
	// It is stored: whatever its row says later, until a whole check finds nothing.
	tamper(t, db, `UPDATE record.entry SET text = replace(text, 'Moderator', 'moderator') WHERE sequence = 4`)
	faulty(t, append1(t.Context(), s, entry(uuid.New(), "merge")), fault.Unavailable, "log_forked")
	if err := s.Recount(t.Context()); err != nil {
		t.Fatal(err)
	}
	act(t, s, uuid.New(), 1)
	if _, err := s.Checkpoint(t.Context()); err != nil {
		t.Error(err)
	}
}

// A check that finds nothing takes back the finding of before it, and not one that
// another server makes meanwhile.
func TestOnlyTheFindingOfBeforeIsTakenBack(t *testing.T) {
	db := testdb.New(t)
	s := New(db, newKeys(), Options{})
	act(t, s, uuid.New(), 1)
	var before log
	err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		if err = putFinding(ctx, tx, log{number: 1}, "a difference"); err != nil {
			return err
		}
		if before, err = newest(ctx, tx); err != nil {
			return err
		}
		if err = putFinding(ctx, tx, log{number: 1}, "a difference"); err != nil {
			return err
		}
		return deleteFinding(ctx, tx, before)
	})
	if err != nil {
		t.Fatal(err)
	}
	faulty(t, s.Sound(t.Context()), fault.Unavailable, "log_forked")
	if err := s.Recount(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Sound(t.Context()); err != nil {
		t.Error(err)
	}
}

// A successor can go on although words of the former log are not those of their digest:
// they are left out, and a removal names each.
func TestASuccessorLeavesOutWordsThatWereChanged(t *testing.T) {
	db, keys := testdb.New(t), newKeys()
	s, of := New(db, keys, Options{CheckpointFile: filepath.Join(t.TempDir(), "checkpoint")}), uuid.New()
	act(t, s, of, 4)
	if _, err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	tamper(t, db, `UPDATE record.words SET document = '{"reason":"Sì."}' WHERE sequence = 1`, `DELETE FROM record.words WHERE sequence = 3`,
		`UPDATE record.words SET document = '{"text":1}' WHERE sequence = 2`) // no words at all
	faulty(t, s.Recount(t.Context()), fault.Unavailable, "log_forked")
	if err := s.Succeed(t.Context(), "Two reasons were changed."); err != nil {
		t.Fatal(err)
	}
	if err := New(db, keys, Options{}).Recount(t.Context()); err != nil {
		t.Error(err)
	}
	act(t, s, of, 1)
	got, err := s.Of(t.Context(), of)
	if err != nil || len(got) != 4+3+1 {
		t.Fatalf("%d entries, %v", len(got), err)
	}
	for n, e := range got[:4] {
		if e.Removed != (n > 0) || e.Removed == (e.Reason != "") {
			t.Errorf("%+v", e)
		}
	}
	for i, n := range []int{2, 3, 4} { // after the succession
		if e := got[4+i]; e.Type != Removal || e.Body != fmt.Sprintf(`{"entry":%d}`, n) || e.Reason == "" {
			t.Errorf("%+v", e)
		}
	}
}

// rowsRead counts the rows that do reads of the record, as Postgres counts them.
func rowsRead(t *testing.T, db *postgres.DB, do func()) int64 {
	t.Helper()
	count := func() (n int64) {
		// One connection: its own count is written down before it is read.
		for _, sql := range []string{`SELECT pg_stat_force_next_flush()`, `SELECT 1`} {
			if _, err := db.Pool().ExecContext(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		err := db.Pool().GetContext(t.Context(), &n, `
			SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))
			FROM pg_stat_user_tables
			WHERE schemaname = 'record'`)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	do()
	return count() - before
}

// A start reads as many hashes as the tree is high, whatever its size, and holds none;
// a check of the whole record holds one chunk.
func TestAStartReadsTheHeightOfTheTree(t *testing.T) {
	const few, many = 300, 20_000
	for _, size := range []int{few, many} {
		db, keys := testdb.NewSingleAt(t, time.Now), newKeys()
		options := Options{CheckpointFile: filepath.Join(t.TempDir(), "checkpoint")}
		first := New(db, keys, options)
		if err := first.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		bulk(t, db, size)
		// Without a signature of any of it, nothing is signed before the check.
		if err := first.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := first.Checkpoint(t.Context()); size == many {
			faulty(t, err, fault.Unavailable, unchecked)
		} else if err != nil {
			t.Error(err)
		}
		if n := rowsRead(t, db, func() {
			if err := first.Recount(t.Context()); err != nil {
				t.Error(err)
			}
		}); n < int64(4*size)-64 {
			t.Errorf("the check of %d entries reads %d rows", size, n)
		}
		if first.Checked() != int64(size) {
			t.Errorf("%d of %d entries were hashed", first.Checked(), size)
		}
		if _, err := first.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		var s *Service
		var taken uint64
		read := rowsRead(t, db, func() {
			taken = allocated(func() {
				s = New(db, keys, options)
				if err := s.Start(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
		if read == 0 || read > 100 {
			t.Errorf("a start of %d entries reads %d rows", size, read)
		}
		if taken > 512<<10 {
			t.Errorf("a start of %d entries takes %d bytes", size, taken)
		}
		// A hash that no start reads, and an entry, are left to the check.
		tamper(t, db, fmt.Sprintf(`UPDATE record.entry SET text = replace(text, 'panel', 'alias') WHERE sequence = %d`, size/2))
		if err := New(db, keys, options).Start(t.Context()); err != nil {
			t.Error(err)
		}
		faulty(t, s.Recount(t.Context()), fault.Unavailable, "log_forked")
	}
}

// The peak of a check does not grow with the record.
func TestACheckHoldsOneChunk(t *testing.T) {
	var peaks []uint64
	for _, size := range []int{chunk, 5 * chunk} {
		db := testdb.New(t)
		s := New(db, newKeys(), Options{})
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		bulk(t, db, size)
		runtime.GC()
		var before, now runtime.MemStats
		runtime.ReadMemStats(&before)
		var peak uint64
		err := db.Read(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			l, err := newest(ctx, tx)
			if err != nil {
				return err
			}
			p := prefix{log: l.number}
			for to := int64(chunk); to <= int64(size); to += chunk {
				if err := extend(ctx, tx, l, &p, to); err != nil {
					return err
				}
				runtime.GC()
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		peaks = append(peaks, peak)
	}
	if peaks[1] > peaks[0]+256<<10 {
		t.Errorf("a check holds %d bytes after one chunk and %d after five", peaks[0], peaks[1])
	}
}

// allocated counts the bytes that do allocates.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// The log that SQL alone wrote is one that a naive recomputation finds too.
func TestTheFilledLogIsATree(t *testing.T) {
	db := testdb.New(t)
	s := New(db, newKeys(), Options{})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	bulk(t, db, 77)
	signed, err := s.Checkpoint(t.Context())
	if err != nil || !strings.Contains(string(signed), "\n77\n"+naive(texts(t, s)).String()+"\n") {
		t.Errorf("%s, %v", signed, err)
	}
	if err := s.Recount(t.Context()); err != nil {
		t.Error(err)
	}
}

// A kept checkpoint of another log does not let a start pass over its own entries.
func TestACheckpointOfAnotherLogCoversNothing(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "checkpoint")
	db, keys := testdb.New(t), newKeys()
	s := New(db, keys, Options{CheckpointFile: kept})
	act(t, s, uuid.New(), 4)
	if _, err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	former, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Succeed(t.Context(), "A trial."); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, former, 0o600); err != nil {
		t.Fatal(err)
	}
	tamper(t, db, `UPDATE record.entry SET text = replace(text, 'moderator', 'Moderator') WHERE log = 2 AND sequence = 2`)
	faulty(t, New(db, keys, Options{CheckpointFile: kept}).Start(t.Context()), fault.Unavailable, "log_forked")
}
