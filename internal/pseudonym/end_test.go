package pseudonym

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

// twin is two server processes with a folder of keys each, before one database
// whose clock the test moves.
type twin struct {
	t       *testing.T
	now     time.Time
	db      *postgres.DB
	here    *Service
	there   *Service
	folders [2]string
	id      uuid.UUID
}

// newTwin prepares a consultation here and copies its key there, as an operator does.
func newTwin(t *testing.T) *twin {
	t.Helper()
	w := &twin{t: t, now: time.Date(2026, 11, 27, 23, 7, 41, 0, time.UTC), id: uuid.New()}
	w.db = testdb.NewAt(t, func() time.Time { return w.now })
	here, dir := newKeys(t)
	there, other := newKeys(t)
	w.here, w.there, w.folders = New(w.db, here), New(w.db, there), [2]string{dir, other}
	for _, s := range []*Service{w.here, w.there} {
		w.must(s.Join(context.Background()))
	}
	prepare(t, w.db, w.here, w.id)
	body, err := os.ReadFile(w.key(0))
	w.must(err)
	w.must(os.WriteFile(w.key(1), body, 0o600))
	if _, err := w.there.Seat(context.Background(), w.id, uuid.New(), "all"); err != nil {
		t.Fatalf("with its copy the other process gives no seat: %v", err)
	}
	return w
}

func (w *twin) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *twin) key(n int) string {
	return filepath.Join(w.folders[n], panelScope.name(w.id)+".key")
}

func (w *twin) holds(n int) bool {
	_, err := os.Stat(w.key(n))
	return err == nil
}

func (w *twin) end() End {
	w.t.Helper()
	var e End
	w.must(w.db.Read(context.Background(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		e, err = w.here.End(ctx, tx, w.id)
		return err
	}))
	return e
}

func TestTheEndOfAKeyIsConfirmedByEveryProcess(t *testing.T) {
	ctx, w := context.Background(), newTwin(t)
	w.must(w.here.Destroy(ctx, w.id))
	// The mark alone is enough for the other to refuse; its copy is not gone yet.
	if _, err := w.there.Seat(ctx, w.id, uuid.New(), "all"); codeOf(err) != "key_destroyed" {
		t.Errorf("the other process still gives seats: %v", err)
	}
	if e := w.end(); e.Processes != 1 || e.Waiting != 1 || e.Unconfirmed != 0 {
		t.Errorf("before the other has confirmed: %+v", e)
	}
	if w.holds(0) || !w.holds(1) {
		t.Error("the key is not where it should be")
	}
	for range 2 { // a beat may be repeated
		w.must(w.there.Beat(ctx))
	}
	if e := w.end(); e.Processes != 2 || e.Waiting != 0 || e.Unconfirmed != 0 {
		t.Errorf("after both have confirmed: %+v", e)
	}
	if w.holds(1) {
		t.Error("the other process keeps its copy")
	}
	if day := w.end().BackupsUntil.Format(time.DateOnly); day != "2026-12-27" {
		t.Errorf("backups expire on %s", day)
	}
	w.here.Backups(7)
	if day := w.end().BackupsUntil.Format(time.DateOnly); day != "2026-12-04" {
		t.Errorf("with 7 days backups expire on %s", day)
	}
}

// A process that is told of changes keeps what the database said of a key between two
// of them, and not a moment longer: the next one it hears of, or a line that is lost,
// and the end holds.
func TestWhatIsKnownOfAKeyEndsWithTheNextChange(t *testing.T) {
	ctx, w := context.Background(), newTwin(t)
	epoch, told := uint64(1), true
	w.there.Follow(func() (uint64, bool) { return epoch, told })
	seat := func(want string) {
		t.Helper()
		if _, err := w.there.Seat(ctx, w.id, uuid.New(), "all"); codeOf(err) != want {
			t.Errorf("%v, want %q", err, want)
		}
		if _, err := w.there.Safe(ctx, w.id); codeOf(err) != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
	seat("")
	w.must(w.here.Destroy(ctx, w.id))
	seat("") // the word of it is on its way
	told = false
	seat("key_destroyed")
	told, epoch = true, 2
	seat("key_destroyed")
	// The file's end needs no word.
	w.there.Follow(func() (uint64, bool) { return 1, true })
	w.must(w.there.Beat(ctx))
	seat("key_destroyed")
}

func TestAProcessSeenTooLongAgoIsNamedAndNotWaitedFor(t *testing.T) {
	ctx, w := context.Background(), newTwin(t)
	w.now = w.now.Add(10 * time.Minute)
	w.must(w.here.Beat(ctx))
	w.must(w.here.Destroy(ctx, w.id))
	if e := w.end(); e.Processes != 1 || e.Waiting != 0 || e.Unconfirmed != 1 {
		t.Errorf("a process that is silent: %+v", e)
	}
	// It comes back, and does at once what it missed.
	w.must(w.there.Beat(ctx))
	if e := w.end(); e.Processes != 2 || e.Unconfirmed != 0 || w.holds(1) {
		t.Errorf("after it came back: %+v", e)
	}
}

func TestAProcessThatTookItsLeaveIsNotWaitedFor(t *testing.T) {
	ctx, w := context.Background(), newTwin(t)
	w.must(w.there.Leave(ctx))
	w.must(w.here.Destroy(ctx, w.id))
	if e := w.end(); e.Processes != 1 || e.Waiting+e.Unconfirmed != 0 {
		t.Errorf("%+v", e)
	}
}

func TestAKeyThatComesBackWithARestoredFolderDoesNotRevive(t *testing.T) {
	ctx, w := context.Background(), newTwin(t)
	body, err := os.ReadFile(w.key(0))
	w.must(err)
	w.must(w.here.Destroy(ctx, w.id))
	// The whole folder as it was: the key, and no tombstone.
	w.must(os.Remove(filepath.Join(w.folders[0], panelScope.name(w.id)+".destroyed")))
	w.must(os.WriteFile(w.key(0), body, 0o600))
	keys, err := NewFileKeys(w.folders[0], make32(7))
	w.must(err)
	restarted := New(w.db, keys)
	if _, err := restarted.Seat(ctx, w.id, uuid.New(), "all"); codeOf(err) != "key_destroyed" {
		t.Errorf("before it has joined: %v", err)
	}
	w.must(restarted.Join(ctx))
	if w.holds(0) {
		t.Error("the key is back in the folder")
	}
	if _, err := keys.Read(ctx, panelScope.name(w.id)); codeOf(err) != "key_destroyed" {
		t.Errorf("the restored key reads: %v", err)
	}
}

func TestADatabaseRestoredToBeforeTheMarkDoesNotReviveAKey(t *testing.T) {
	ctx, w := context.Background(), newTwin(t)
	w.must(w.here.Destroy(ctx, w.id))
	// The database as it was before: no mark, no confirmation.
	for _, q := range []string{`UPDATE civic.key_check SET destroyed = false`, `DELETE FROM civic.key_confirmed`} {
		_, err := w.db.Pool().Exec(q)
		w.must(err)
	}
	// The process here holds the tombstone; the one there still has its copy.
	w.must(w.here.Join(ctx))
	if _, err := w.there.Seat(ctx, w.id, uuid.New(), "all"); codeOf(err) != "key_destroyed" {
		t.Errorf("the other process gives seats again: %v", err)
	}
	w.must(w.there.Beat(ctx))
	if w.holds(1) {
		t.Error("the other process keeps its copy")
	}
	// Not even one that is prepared anew, its check value lost.
	_, err := w.db.Pool().Exec(`DELETE FROM civic.key_check`)
	w.must(err)
	if err := tryPrepare(w.db, w.here, w.id); codeOf(err) != "key_destroyed" || fault.KindOf(err) != fault.Conflict {
		t.Errorf("a destroyed key is made again: %v", err)
	}
}

func TestAProcessIsSeenByTheMinute(t *testing.T) {
	w := newTwin(t)
	var seen []time.Time
	w.must(w.db.Pool().Select(&seen, `SELECT seen FROM civic.process`))
	if len(seen) != 2 || seen[0].Second() != 0 || seen[0].Nanosecond() != 0 {
		t.Errorf("processes were seen at %v", seen)
	}
}
