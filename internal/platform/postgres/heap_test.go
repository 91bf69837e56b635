package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

var crowd = postgres.Heap{Table: "public.crowd", Order: "id"}

// newCrowd is a heap of people who came one after the other.
func newCrowd(t *testing.T, db *postgres.DB, n int) []string {
	t.Helper()
	if _, err := db.Pool().Exec(`CREATE TABLE IF NOT EXISTS public.crowd (id uuid PRIMARY KEY, word text NOT NULL DEFAULT '', fresh boolean NOT NULL DEFAULT true);
		CREATE SCHEMA IF NOT EXISTS civic;
		CREATE TABLE IF NOT EXISTS civic.compaction (tbl text CONSTRAINT compaction_pkey PRIMARY KEY, since xid8 NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	var came []string
	for range n {
		id := uuid.NewString()
		if _, err := db.Pool().Exec(`INSERT INTO public.crowd (id) VALUES ($1)`, id); err != nil {
			t.Fatal(err)
		}
		came = append(came, id)
	}
	return came
}

// orders are those that the table tells: of transactions, of places, and of the bytes of
// its file, dead rows included.
func orders(t *testing.T, db *postgres.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for name, by := range map[string]string{"xmin": "xmin::text::bigint, ctid", "place": "ctid"} {
		var ids []string
		if err := db.Pool().Select(&ids, `SELECT id::text FROM public.crowd ORDER BY `+by); err != nil {
			t.Fatal(err)
		}
		out[name] = ids
	}
	return out
}

func TestMingledRowsTellNoOrder(t *testing.T) {
	db := testdb.New(t)
	came := newCrowd(t, db, 300)
	if got := orders(t, db); !slices.Equal(got["xmin"], came) || !slices.Equal(got["place"], came) {
		t.Fatal("as they came the rows tell who came after whom: the attack fails by itself")
	}
	settle := func(came []string) {
		t.Helper()
		if err := db.Reorder(t.Context(), crowd); err != nil {
			t.Fatal(err)
		}
		var fresh, authors, dead int
		if err := db.Pool().QueryRow(`SELECT count(*) FILTER (WHERE fresh), count(DISTINCT xmin::text) FROM public.crowd WHERE id = ANY($1::uuid[])`, "{"+strings.Join(came, ",")+"}").Scan(&fresh, &authors); err != nil {
			t.Fatal(err)
		}
		if fresh != 0 || authors != 1 {
			t.Errorf("%d are fresh, of %d transactions", fresh, authors)
		}
		if err := db.Pool().Get(&dead, `SELECT count(*) FROM pg_catalog.generate_series(1, 1) WHERE pg_stat_get_dead_tuples('public.crowd'::regclass) > 0`); err != nil {
			t.Fatal(err)
		}
		if dead != 0 {
			t.Error("dead rows keep the order")
		}
		// In each page those of this hour lie in the order of their ids.
		var places []string
		if err := db.Pool().Select(&places, `SELECT id::text FROM public.crowd WHERE id = ANY($1::uuid[]) ORDER BY (ctid::text::point)[0]::int, (ctid::text::point)[1]::int`, "{"+strings.Join(came, ",")+"}"); err != nil {
			t.Fatal(err)
		}
		runs := 1
		for i := 1; i < len(places); i++ {
			if places[i] < places[i-1] {
				runs++
			}
		}
		// Pages are filled one after the other, and need not lie so.
		var pages int
		if err := db.Pool().Get(&pages, `SELECT count(DISTINCT (ctid::text::point)[0]) FROM public.crowd WHERE id = ANY($1::uuid[])`, "{"+strings.Join(came, ",")+"}"); err != nil {
			t.Fatal(err)
		}
		if runs > pages {
			t.Errorf("%d rising runs in %d pages", runs, pages)
		}
		if rate := follows(came, places); rate > 0.1 {
			t.Errorf("%.2f of those who came one after the other lie so", rate)
		}
	}
	settle(came)
	settle(append(came, newCrowd(t, db, 200)...)) // the next hour, and the one before with it
}

// follows is how many of came lie directly after the one who came before.
func follows(came, lie []string) float64 {
	n := 0
	for i := 1; i < len(came); i++ {
		if at := slices.Index(lie, came[i]); at > 0 && lie[at-1] == came[i-1] {
			n++
		}
	}
	return float64(n) / float64(len(came)-1)
}

// lone is a crowd of old rows, and one row that came after the last hour.
func lone(t *testing.T, db *postgres.DB, old int) (came string) {
	t.Helper()
	newCrowd(t, db, 0)
	if _, err := db.Pool().Exec(`INSERT INTO public.crowd (id, word, fresh) SELECT gen_random_uuid(), repeat('x', 100), false FROM generate_series(1, $1)`, old); err != nil {
		t.Fatal(err)
	}
	return newCrowd(t, db, 1)[0]
}

// bytesOf are those of the files of the crowd's table and of its index.
func bytesOf(t *testing.T, db *postgres.DB) []byte {
	t.Helper()
	var out []byte
	if _, err := db.Pool().Exec(`CHECKPOINT`); err != nil {
		t.Fatal(err)
	}
	for _, relation := range []string{"public.crowd", "public.crowd_pkey"} {
		var b []byte
		if err := db.Pool().Get(&b, `SELECT pg_read_binary_file(pg_relation_filepath($1::regclass))`, relation); err != nil {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

// written counts where in the bytes of a file an id lies.
func written(t *testing.T, file []byte, id string) int {
	t.Helper()
	parsed, err := uuid.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(file, parsed[:])
}

// TestNoByteOfDeadRowsIsLeft: after VACUUM alone the rows as they came lie in the room that
// is free; once no table is noted any more, each id lies in the table and in the index once.
func TestNoByteOfDeadRowsIsLeft(t *testing.T) {
	db := testdb.New(t)
	came := newCrowd(t, db, 200)
	left := func() (n int) {
		file := bytesOf(t, db)
		for _, id := range came {
			n += max(0, written(t, file, id)-2)
		}
		return n
	}
	if _, err := db.Pool().Exec(`WITH gone AS (DELETE FROM public.crowd RETURNING *) INSERT INTO public.crowd (id, word, fresh) SELECT id, word, true FROM gone ORDER BY id`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(`VACUUM (INDEX_CLEANUP ON) public.crowd`); err != nil {
		t.Fatal(err)
	}
	if left() == 0 {
		t.Fatal("no row is left after VACUUM: the attack fails by itself")
	}
	if err := db.Reorder(t.Context(), crowd); err != nil {
		t.Fatal(err)
	}
	noted := func() (n int) {
		if err := db.Pool().Get(&n, `SELECT count(*) FROM civic.compaction`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for noted() > 0 { // a snapshot of somebody else needed them
		if err := db.CompactDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := left(); n != 0 {
		t.Errorf("%d dead rows can be read from the files", n)
	}
}

// TestWhatASnapshotNeedsIsCompactedAgain: one that was taken while the rows were dropped sees
// them, and they come along; the table stays noted until nobody does. A number that a dump
// brought from another cluster keeps nothing noted.
func TestWhatASnapshotNeedsIsCompactedAgain(t *testing.T) {
	db := testdb.New(t)
	newCrowd(t, db, 3)
	ctx := context.WithoutCancel(t.Context())
	reader, err := db.Pool().Connx(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	see := func(statements ...string) {
		t.Helper()
		for _, q := range statements {
			if _, err := reader.ExecContext(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
	}
	noted := func() (n int) {
		t.Helper()
		if err := db.CompactDue(ctx); err != nil {
			t.Fatal(err)
		}
		if err := db.Pool().Get(&n, `SELECT count(*) FROM civic.compaction`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	// The cluster is shared: autovacuum and other tests hold snapshots of their own, each for
	// a moment.
	soonGone := func() bool {
		t.Helper()
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if noted() == 0 {
				return true
			}
		}
		return false
	}
	if err := db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM public.crowd`); err != nil {
			return err
		}
		see(`BEGIN ISOLATION LEVEL REPEATABLE READ`, `SELECT FROM pg_class`)
		return postgres.Compact(ctx, tx, "public.crowd")
	}); err != nil {
		t.Fatal(err)
	}
	if noted() != 1 {
		t.Error("rows that a snapshot needs are taken for gone")
	}
	see(`COMMIT`)
	if !soonGone() {
		t.Fatal("nobody needs the rows, and the table is noted still")
	}
	see(`INSERT INTO civic.compaction (tbl, since) VALUES ('public.crowd', '99999999')`)
	if !soonGone() {
		t.Error("a number that is to come keeps a table noted")
	}
}

// TestATableInUseIsCompactedLater: nobody waits for it, and it stays noted.
func TestATableInUseIsCompactedLater(t *testing.T) {
	db := testdb.New(t)
	newCrowd(t, db, 3)
	reader, err := db.Pool().Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Rollback() }() // ended below
	if _, err := reader.Exec(`SELECT FROM public.crowd`); err != nil {
		t.Fatal(err)
	}
	if err := db.Reorder(t.Context(), crowd); !errors.Is(err, postgres.ErrInUse) {
		t.Errorf("%v", err)
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := db.CompactDue(t.Context()); err != nil {
		t.Error(err)
	}
	var due int
	if err := db.Pool().Get(&due, `SELECT count(*) FROM civic.compaction`); err != nil || due != 0 {
		t.Errorf("%d tables are still noted: %v", due, err)
	}
}

// stamps are the transactions of a table's rows, by id.
func stamps(t *testing.T, db *postgres.DB, table string) map[string]string {
	t.Helper()
	rows, err := db.Pool().Query(`SELECT id::text, xmin::text FROM ` + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var id, xmin string
		if err := rows.Scan(&id, &xmin); err != nil {
			t.Fatal(err)
		}
		out[id] = xmin
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// Somebody comes alone into a table of each size: between two copies of the database,
// others moved too, and in one copy their row is one of many of its transaction. What is
// mixed in is bounded by the table's pages.
func TestWhoComesAloneMovesWithOthers(t *testing.T) {
	for _, c := range []struct{ old, least, most int }{
		{0, 1, 1}, // one row in all: nothing to mix it with
		{1, 2, 2},
		{300, 301, 301},
		{20_000, 20, 65},
	} {
		t.Run(fmt.Sprint(c.old), func(t *testing.T) {
			db := testdb.New(t)
			came := lone(t, db, c.old)
			before := stamps(t, db, "public.crowd")
			for id, xmin := range before {
				if xmin == before[came] && id != came {
					t.Fatal("as it came the row is no longer alone: the attack fails by itself")
				}
			}
			if err := db.Reorder(t.Context(), crowd); err != nil {
				t.Fatal(err)
			}
			after := stamps(t, db, "public.crowd")
			moved, with := 0, 0
			for id, xmin := range after {
				if xmin != before[id] {
					moved++
				}
				if xmin == after[came] {
					with++
				}
			}
			if len(after) != len(before) || moved != with || moved < c.least || moved > c.most {
				t.Errorf("%d of %d rows moved, %d of one transaction; want %d to %d", moved, len(after), with, c.least, c.most)
			}
			var fresh int
			if err := db.Pool().Get(&fresh, `SELECT count(*) FROM public.crowd WHERE fresh`); err != nil || fresh != 0 {
				t.Errorf("%d are fresh: %v", fresh, err)
			}
			// Where nobody came nothing is written.
			if err := db.Reorder(t.Context(), crowd); err != nil {
				t.Fatal(err)
			}
			if again := stamps(t, db, "public.crowd"); !maps.Equal(again, after) {
				t.Error("rows move although nobody came")
			}
		})
	}
}

// Somebody leaves one row in each of two tables, in transactions that follow each other;
// a third table has old rows alone. Afterwards no transaction has a row of the two that it
// has not of many others.
func TestRowsOfOneSittingInTwoHeapsAreNotJoined(t *testing.T) {
	db := testdb.New(t)
	heaps := []postgres.Heap{crowd, {Table: "public.voices", Order: "id"}, {Table: "public.others", Order: "id"}}
	lone(t, db, 40)
	for _, h := range heaps[1:] {
		if _, err := db.Pool().Exec(`CREATE TABLE ` + h.Table + ` (LIKE public.crowd INCLUDING ALL)`); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Pool().Exec(`INSERT INTO ` + h.Table + ` (id, fresh) SELECT gen_random_uuid(), false FROM generate_series(1, 40)`); err != nil {
			t.Fatal(err)
		}
	}
	came := newCrowd(t, db, 1)[0]
	spoke := uuid.NewString()
	if _, err := db.Pool().Exec(`INSERT INTO public.voices (id) VALUES ($1)`, spoke); err != nil {
		t.Fatal(err)
	}
	// As they came, nobody else's row lies between the two. Numbers are the cluster's, which
	// other tests use too.
	type row struct {
		ID string
		At int
	}
	var rows []row
	if err := db.Pool().Select(&rows, `
		SELECT id::text, xmin::text::int AS at FROM public.crowd
		UNION ALL
		SELECT id::text, xmin::text::int FROM public.voices
		ORDER BY at DESC LIMIT 2`); err != nil {
		t.Fatal(err)
	}
	if rows[0].ID != spoke || rows[1].ID != came {
		t.Fatalf("as they came, the last are %v: the attack fails by itself", rows)
	}
	if err := db.Reorder(t.Context(), heaps...); err != nil {
		t.Fatal(err)
	}
	for _, h := range heaps {
		all := stamps(t, db, h.Table)
		if kinds := len(slices.Compact(slices.Sorted(maps.Values(all)))); kinds != 1 || len(all) < 40 {
			t.Errorf("%s: %d rows are of %d transactions", h.Table, len(all), kinds)
		}
	}
}

// People come and change while rows are written anew, on several connections: nobody is
// lost, nobody is there twice, no change is lost, nothing deadlocks, nothing fails.
func TestMinglingLosesNothingUnderLoad(t *testing.T) {
	db := testdb.New(t)
	came := newCrowd(t, db, 200)
	ctx := context.WithoutCancel(t.Context())
	if _, err := db.Pool().Exec(`CREATE TABLE public.done AS SELECT w, 0 AS n FROM generate_series(0, 7) AS w`); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 8)
	stop := make(chan struct{})
	for w := range 8 {
		go func() {
			n := 0
			for {
				select {
				case <-stop:
					done <- nil
					return
				default:
				}
				id := came[(w*25+n%25)%len(came)]
				n++
				err := db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
					if err := crowd.Share(ctx, tx); err != nil {
						return err
					}
					changed, err := tx.ExecContext(ctx, `UPDATE public.crowd SET word = word || 'x', fresh = true WHERE id = $1`, id)
					if err != nil {
						return err
					}
					if rows, err := changed.RowsAffected(); err != nil || rows != 1 {
						return fmt.Errorf("%d rows of %s were changed: %w", rows, id, err)
					}
					return nil
				})
				if err != nil {
					done <- err
					return
				}
				if _, err := db.Pool().Exec(`UPDATE public.done SET n = n + 1 WHERE w = $1`, w); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for range 30 {
		if err := db.Reorder(ctx, crowd); err != nil && !errors.Is(err, postgres.ErrInUse) {
			t.Error(err)
		}
	}
	close(stop)
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	var rows, people, words, changes int
	if err := db.Pool().QueryRow(`SELECT count(*), count(DISTINCT id), sum(length(word)), (SELECT sum(n) FROM public.done) FROM public.crowd`).Scan(&rows, &people, &words, &changes); err != nil {
		t.Fatal(err)
	}
	if rows != 200 || people != 200 || words != changes {
		t.Errorf("%d rows of %d people; %d of %d changes", rows, people, words, changes)
	}
}

// A large hour: whoever reads or comes is kept no longer than the file is written, and a
// snapshot that was taken before, as a dump's, still sees everybody.
func TestAHundredThousandRowsKeepNobodyOut(t *testing.T) {
	url := testdb.URL(t)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	newCrowd(t, db, 0)
	if _, err := db.Pool().Exec(`INSERT INTO public.crowd (id, word) SELECT gen_random_uuid(), repeat('x', 100) FROM generate_series(1, 100000)`); err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	dump, err := db.Pool().Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer dump.Close()
	for _, q := range []string{`BEGIN ISOLATION LEVEL REPEATABLE READ`, `SELECT count(*) FROM pg_class`} {
		if _, err := dump.ExecContext(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	reordered := make(chan error, 1)
	go func() { reordered <- db.Reorder(ctx, crowd) }()
	came := 0
	for under := true; under; {
		select {
		case err := <-reordered:
			if err != nil {
				t.Error(err)
			}
			under = false
		default:
		}
		// A statement that had to wait for all of it would be cancelled.
		err := db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			if _, err := tx.ExecContext(ctx, `SET LOCAL lock_timeout = '3s'`); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO public.crowd (id) VALUES (gen_random_uuid())`); err != nil {
				return err
			}
			var n int
			return tx.GetContext(ctx, &n, `SELECT count(*) FROM (SELECT FROM public.crowd LIMIT 1000) AS some_of_them`)
		})
		if err != nil {
			t.Fatal(err)
		}
		came++
	}
	var n int
	if err := dump.QueryRowContext(ctx, `SELECT count(*) FROM public.crowd`).Scan(&n); err != nil || n != 100000 {
		t.Errorf("the dump sees %d, %v", n, err)
	}
	if _, err := dump.ExecContext(ctx, `COMMIT`); err != nil {
		t.Fatal(err)
	}
	if err := db.Pool().Get(&n, `SELECT count(*) FROM public.crowd`); err != nil || n != 100000+came {
		t.Errorf("%d rows, %d came meanwhile: %v", n, came, err)
	}
}

// A real dump in parallel ends well and holds everybody once.
func TestADumpBesideMinglingIsWhole(t *testing.T) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if path, missing := exec.LookPath("pg_dump"); missing == nil {
		found, err = []string{path}, nil
	}
	url := testdb.URL(t)
	db, openErr := postgres.Open(t.Context(), url)
	if openErr != nil {
		t.Fatal(openErr)
	}
	defer db.Close()
	came := newCrowd(t, db, 500)
	if err != nil || len(found) == 0 {
		return // the embedded Postgres comes without it; the snapshot test above stands for it
	}
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			_, err := db.Pool().Exec(`UPDATE public.crowd SET fresh = true`)
			if err == nil {
				err = db.Reorder(context.WithoutCancel(t.Context()), crowd)
			}
			if err != nil && !errors.Is(err, postgres.ErrInUse) { // the dump reads it
				done <- err
				return
			}
		}
	}()
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		out, err := exec.CommandContext(ctx, found[len(found)-1], "--dbname", url, "--table", "public.crowd", "--data-only").CombinedOutput()
		cancel()
		if err != nil {
			if strings.Contains(string(out), "server version mismatch") {
				break
			}
			t.Fatalf("%v: %s", err, out)
		}
		for _, id := range came {
			if n := strings.Count(string(out), id); n != 1 {
				t.Fatalf("%s stands %d times in the dump", id, n)
			}
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
