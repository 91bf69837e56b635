package contribution_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// gather gives the gather round as it stands.
func (h *town) gather() consultation.Round {
	h.Helper()
	c, err := h.Consultations.Find(h.Context(), h.anna, slug)
	h.ok(err)
	return c.Rounds[0]
}

// pen opens the alias key.
func (h *town) pen() (pen *pseudonym.Pen) {
	h.Helper()
	h.ok(h.DB.Read(h.Context(), func(ctx context.Context, tx *postgres.Tx) (err error) {
		pen, err = h.Pseudonyms.Pen(ctx, tx, h.id)
		return err
	}))
	return pen
}

// count counts with one statement.
func (h *town) count(query string, args ...any) (n int) {
	h.Helper()
	h.ok(h.DB.Pool().Get(&n, query, args...))
	return n
}

// blobs gives the sealed rows of the gather round by author.
func (h *town) blobs() map[string][]byte {
	h.Helper()
	var rows []struct{ Author, Blob []byte }
	h.ok(h.DB.Pool().Select(&rows, `SELECT author, blob FROM civic.`+contribution.SealedTable(h.gather().ID)))
	out := map[string][]byte{}
	for _, r := range rows {
		out[string(r.Author)] = r.Blob
	}
	return out
}

// A row has one of three lengths, whatever happens to what it holds; withdrawing
// everything leaves it as long as it was.
func TestARowShowsNothingOfWhatItHolds(t *testing.T) {
	h := newTown(t)
	ctx, piera := h.Context(), h.voice("Piera")
	length := func() int {
		t.Helper()
		all := h.blobs()
		if len(all) != 1 {
			t.Fatalf("%d rows of one author", len(all))
		}
		for author, blob := range all {
			if author == string(piera.ID[:]) {
				t.Error("the row's id is the alias")
			}
			return len(blob) - pseudonym.Overhead
		}
		return 0
	}
	one := h.writes("Piera", "Sì.")
	if n := length(); n != 8<<10 {
		t.Errorf("one word takes %d bytes", n)
	}
	long := strings.Repeat("à", 2000)
	var many []uuid.UUID
	for i := range 3 {
		many = append(many, h.writes("Piera", fmt.Sprint(i)+long[:3998]))
	}
	if n := length(); n != 64<<10 {
		t.Errorf("12,000 bytes take %d", n)
	}
	for _, id := range append(many, one) {
		h.ok(h.Contributions.Retract(ctx, piera, h.id, id))
	}
	if n := length(); n != 64<<10 {
		t.Errorf("nothing takes %d bytes: it shows that something was withdrawn", n)
	}
	for i := range 50 {
		h.writes("Piera", strings.Repeat("😀", 1990)+fmt.Sprint(i))
	}
	if n := length(); n != 512<<10 {
		t.Errorf("the most that one may write takes %d bytes", n)
	}
	h.closed()
	if n := h.count(`SELECT count(*) FROM civic.contribution`); n != 50 {
		t.Errorf("%d contributions", n)
	}
}

// An author all of whose contributions were withdrawn appears nowhere after the closing.
func TestWhoWithdrewEverythingIsNobody(t *testing.T) {
	h := newTown(t)
	h.ok(h.Contributions.Retract(h.Context(), h.voice("Ada"), h.id, h.writes("Ada", "Ci ripenso.")))
	h.writes("Ugo", "Una fontana.")
	h.closed()
	if n := h.count(`SELECT count(*) FROM civic.alias`); n != 1 {
		t.Errorf("%d aliases have a name", n)
	}
}

// While the round is open nobody but its author reads a contribution, and the number of
// people who have written moves hourly, in steps of 5; the order of rows is that of ids.
func TestHourly(t *testing.T) {
	h := newTown(t)
	for i := range 12 {
		h.writes(fmt.Sprint("person ", i), fmt.Sprint("idea ", i))
	}
	if n := h.gather().Turnout; n != 0 {
		t.Errorf("before the hour %d people have written", n)
	}
	table := `civic.` + contribution.SealedTable(h.gather().ID)
	before := h.blobs()
	h.ok(h.Jobs.Do(h.Context(), contribution.Gathered{}))
	if n := h.gather().Turnout; n != 10 {
		t.Errorf("after the hour %d people have written", n)
	}
	if n := h.count(`SELECT count(DISTINCT xmin::text) FROM ` + table); n != 1 {
		t.Errorf("rows are of %d transactions", n)
	}
	var order [][]byte
	h.ok(h.DB.Pool().Select(&order, `SELECT author FROM `+table+` ORDER BY ctid`))
	if !slices.IsSortedFunc(order, bytes.Compare) || len(order) != 12 {
		t.Error("rows do not lie in the order of their ids")
	}
	for author, blob := range h.blobs() {
		if !bytes.Equal(before[author], blob) {
			t.Error("a row changed on the way")
		}
	}
	// Who writes and reads meanwhile misses nothing.
	var busy sync.WaitGroup
	for i := range 6 {
		who := h.voice(fmt.Sprint("person ", i))
		busy.Go(func() {
			for n := range 10 {
				if _, err := h.Contributions.Contribute(h.Context(), who, h.id, fmt.Sprint("un’altra ", n), ""); err != nil {
					t.Error(err)
				}
				if own, err := h.Contributions.Own(h.Context(), who, h.id); err != nil || len(own) != n+2 {
					t.Errorf("%d contributions after %d (%v)", len(own), n+2, err)
				}
			}
		})
	}
	for range 10 {
		h.ok(h.Jobs.Do(h.Context(), contribution.Gathered{}))
	}
	busy.Wait()
	h.closed()
	if r := h.gather(); r.Turnout != 10 || r.State != consultation.RoundClosed {
		t.Errorf("%s, %d people", r.State, r.Turnout)
	}
	if n := h.count(`SELECT count(*) FROM civic.contribution`); n != 72 {
		t.Errorf("%d contributions", n)
	}
}

// A closing that cannot open what was sealed changes nothing, and comes again.
func TestClosingIsWholeOrNot(t *testing.T) {
	h := newTown(t)
	mine := h.writes("Piera", "Una fontana.")
	h.writes("Ugo", "Più ombra.")
	h.ok(os.Rename(h.Folder, h.Folder+".away"))
	h.Clock.Add(10 * 24 * time.Hour)
	h.refused(h.Jobs.Drain(h.Context()), fault.Unavailable, "key_missing")
	if r := h.gather(); r.State != consultation.RoundOpen || len(h.blobs()) != 2 || h.count(`SELECT count(*) FROM civic.contribution`) != 0 {
		t.Errorf("half a closing: %s", r.State)
	}
	h.ok(os.Rename(h.Folder+".away", h.Folder))
	h.Pass(h, time.Minute)
	h.state(mine, contribution.Pending)
	if n := h.count(`SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'sealed\_%'`); n != 0 {
		t.Errorf("%d tables of sealed contributions stay", n)
	}
}

// A consultation that is withdrawn while it gathers drops what was sealed, unread.
func TestWithdrawnUnread(t *testing.T) {
	h := newTown(t)
	h.writes("Piera", "Una fontana.")
	h.ok(h.Consultations.Withdraw(h.Context(), h.anna, slug, "La piazza è crollata."))
	if n := h.count(`SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'sealed\_%'`); n != 0 {
		t.Errorf("%d tables of sealed contributions stay", n)
	}
	own, err := h.Contributions.Own(h.Context(), h.voices["Piera"], h.id)
	if err != nil || len(own) != 0 || h.count(`SELECT count(*) FROM civic.alias`) != 0 {
		t.Errorf("%d contributions (%v)", len(own), err)
	}
}

// Suspended, they stay sealed; their author still reads them; they are opened when the
// round closes after all.
func TestSuspendedStaySealed(t *testing.T) {
	h := newTown(t)
	mine := h.writes("Piera", "Una fontana.")
	h.ok(h.Consultations.Suspend(h.Context(), h.anna, slug, "Elezioni."))
	if own, err := h.Contributions.Own(h.Context(), h.voice("Piera"), h.id); err != nil || len(own) != 1 || len(h.blobs()) != 1 {
		t.Errorf("%d contributions (%v)", len(own), err)
	}
	h.ok(h.Consultations.Resume(h.Context(), h.anna, slug))
	h.Pass(h, 30*24*time.Hour)
	h.state(mine, contribution.Pending)
}

// Ten thousand authors are opened in one transaction, within seconds.
func TestTenThousandAuthors(t *testing.T) {
	const people = 10_000
	h := newTown(t)
	round := h.gather().ID
	pen := h.pen()
	defer pen.Close()
	authors, blobs := make([][]byte, people), make([][]byte, people)
	for i := range people {
		author, blob := contribution.Seal(t, pen, pseudonym.Alias{ID: uuid.New()}, round, fmt.Sprintf("Idea %d.", i), fmt.Sprintf("Altra idea %d.", i))
		authors[i], blobs[i] = author[:], blob
	}
	for at := 0; at < people; at += 1000 {
		h.ok(h.DB.Transact(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO civic.`+contribution.SealedTable(round)+` SELECT * FROM unnest($1::bytea[], $2::bytea[])`,
				pq.ByteaArray(authors[at:at+1000]), pq.ByteaArray(blobs[at:at+1000]))
			return err
		}))
	}
	began := time.Now()
	h.closed()
	t.Logf("%d authors opened in %v", people, time.Since(began).Round(time.Millisecond))
	if n := h.count(`SELECT count(*) FROM civic.contribution`); n != 2*people {
		t.Errorf("%d contributions", n)
	}
	if n := h.count(`SELECT count(DISTINCT name) FROM civic.alias`); n != people {
		t.Errorf("%d names", n)
	}
	if n := h.count(`SELECT count(DISTINCT xmin::text) FROM civic.contribution`); n != 1 {
		t.Errorf("%d transactions", n)
	}
}
