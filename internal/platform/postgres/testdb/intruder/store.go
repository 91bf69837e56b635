package intruder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"delfi/internal/platform/postgres"
)

// Intruder has a database's rows, files and write-ahead log, and no key.
type Intruder struct {
	db    *postgres.DB
	data  string // folder of the cluster
	log   []byte // the write-ahead log as far as it was read
	file  string // of the log, up to which
	place int    // in that file
}

// New gives an intruder who keeps the write-ahead log from now on.
func New(t testing.TB, db *postgres.DB) *Intruder {
	t.Helper()
	x := &Intruder{db: db}
	err := db.Pool().QueryRow(`
		SELECT current_setting('data_directory'), file_name, file_offset
		FROM pg_walfile_name_offset(pg_current_wal_flush_lsn())`).Scan(&x.data, &x.file, &x.place)
	must(t, err)
	return x
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Order gives one column of text in the order of a query.
func (x *Intruder) Order(t testing.TB, query string, args ...any) []string {
	t.Helper()
	var out []string
	must(t, x.db.Pool().Select(&out, query, args...))
	return out
}

// Log gives the write-ahead log since New, oldest first: what is new of it is added to
// what was read before, since the server drops old files. Other databases of the cluster
// write into it too.
func (x *Intruder) Log(t testing.TB) []byte {
	t.Helper()
	var last string
	var end int
	// A commit that is durable takes what was written before it to the disk.
	_, err := x.db.Pool().Exec(`SELECT set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, 'intruder', '')`)
	must(t, err)
	must(t, x.db.Pool().QueryRow(`
		SELECT file_name, file_offset
		FROM pg_walfile_name_offset(pg_current_wal_flush_lsn())`).Scan(&last, &end))
	files, err := os.ReadDir(filepath.Join(x.data, "pg_wal"))
	must(t, err)
	for _, f := range files { // sorted by name, which is by place in the log
		if len(f.Name()) != 24 || f.Name() < x.file || f.Name() > last {
			continue
		}
		body, err := os.ReadFile(filepath.Join(x.data, "pg_wal", f.Name()))
		must(t, err)
		if f.Name() == last {
			body = body[:end]
		}
		if f.Name() == x.file {
			body = body[min(x.place, len(body)):]
		}
		x.log = append(x.log, body...)
	}
	x.file, x.place = last, end
	return x.log
}

// Flush writes what is in memory into the files.
func (x *Intruder) Flush(t testing.TB) {
	t.Helper()
	_, err := x.db.Pool().Exec(`CHECKPOINT`)
	must(t, err)
}

// File gives the bytes of tables of the database, of what lies beside them, and of their
// dead rows; without tables those of the whole database.
func (x *Intruder) File(t testing.TB, tables ...string) []byte {
	t.Helper()
	paths := x.Order(t, `
		SELECT pg_relation_filepath(c.oid)
		FROM pg_class AS c
		WHERE c.relkind IN ('r', 'i', 't') AND pg_relation_filepath(c.oid) LIKE 'base/%'
		  AND ($1 = '' OR c.oid = ANY (string_to_array($1, ' ')::regclass[])
		    OR c.oid IN (SELECT reltoastrelid FROM pg_class WHERE oid = ANY (string_to_array($1, ' ')::regclass[])))
		ORDER BY c.relkind, c.oid`, strings.Join(tables, " "))
	var all []byte
	for _, path := range paths {
		body, err := os.ReadFile(filepath.Join(x.data, path))
		if errors.Is(err, fs.ErrNotExist) { // an old file that was exchanged meanwhile
			continue
		}
		must(t, err)
		all = append(all, body...)
	}
	return all
}

// Tables gives the tables of schemas that hold rows.
func (x *Intruder) Tables(t testing.TB, schemas ...string) []string {
	t.Helper()
	return x.Order(t, `
		SELECT format('%I.%I', n.nspname, c.relname)
		FROM pg_class AS c
		JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND n.nspname = ANY (string_to_array($1, ' '))
		ORDER BY 1`, strings.Join(schemas, " "))
}

// Dump gives every row of every table of schemas as text, in the order of the files.
func (x *Intruder) Dump(t testing.TB, schemas ...string) string {
	t.Helper()
	var all strings.Builder
	for _, table := range x.Tables(t, schemas...) {
		for _, row := range x.Order(t, `SELECT t::text FROM `+table+` AS t`) {
			all.WriteString(row)
			all.WriteByte('\n')
		}
	}
	return all.String()
}
