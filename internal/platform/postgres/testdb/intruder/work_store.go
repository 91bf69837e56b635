package intruder

import (
	"fmt"
	"regexp"
	"testing"
)

// Work is what an intruder copied before a piece of work on the database: where each row
// of a table lay, and where the write-ahead log stood.
type Work struct {
	x     *Intruder
	table string
	place string            // the table's file, as the log names it
	names map[string]string // by place: page and line
	from  string            // place in the log
}

// Before copies a table: names is a query of the rows' places (ctid) and names.
func (x *Intruder) Before(t testing.TB, table, names string) *Work {
	t.Helper()
	w := &Work{x: x, table: table, names: map[string]string{}}
	_, err := x.db.Pool().Exec(`CREATE EXTENSION IF NOT EXISTS pg_walinspect`)
	must(t, err)
	var rows []struct{ Place, Name string }
	must(t, x.db.Pool().Select(&rows, names))
	for _, r := range rows {
		w.names[r.Place] = r.Name
	}
	must(t, x.db.Pool().Get(&w.place, `SELECT regexp_replace(pg_relation_filepath($1::regclass), '^.*/', '')`, table))
	must(t, x.db.Pool().Get(&w.from, `SELECT pg_current_wal_insert_lsn()::text`))
	return w
}

// deleted finds in the log's words of a deletion the line of the row, and its page.
var (
	deletedLine = regexp.MustCompile(`off:? (\d+)`)
	deletedPage = regexp.MustCompile(`rel \d+/\d+/(\d+).* blk (\d+)`)
)

// Deleted gives the names of the rows that went since, in the order of the log, which
// tells of a deletion the place alone.
func (w *Work) Deleted(t testing.TB) []string {
	t.Helper()
	var records []struct{ Description, Block string }
	must(t, w.x.db.Pool().Select(&records, `
		SELECT description, block_ref AS block
		FROM pg_get_wal_records_info($1::pg_lsn, pg_current_wal_flush_lsn())
		WHERE resource_manager = 'Heap' AND record_type LIKE 'DELETE%'
		ORDER BY start_lsn`, w.from))
	var out []string
	for _, r := range records {
		line, page := deletedLine.FindStringSubmatch(r.Description), deletedPage.FindStringSubmatch(r.Block)
		if line == nil || page == nil || page[1] != w.place {
			continue
		}
		if name, known := w.names[fmt.Sprintf("(%s,%s)", page[2], line[1])]; known {
			out = append(out, name)
		}
	}
	return out
}
