package intruder

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// Work is what an intruder copied before a piece of work on the database: where each row
// of a table lay, and where the write-ahead log stood.
type Work struct {
	x     *Intruder
	table string
	query string           // of the rows' places and names
	file  string           // the table's before the work
	names map[place]string // before the work
	from  string           // place in the log
}

// place is where a row lies in its table's file.
type place struct{ page, line int }

func (p place) before(q place) int {
	return cmp.Or(cmp.Compare(p.page, q.page), cmp.Compare(p.line, q.line))
}

// Before copies a table: names is a query of the rows' places (ctid, as text) and names.
func (x *Intruder) Before(t testing.TB, table, names string) *Work {
	t.Helper()
	w := &Work{x: x, table: table, query: names}
	_, err := x.db.Pool().Exec(`CREATE EXTENSION IF NOT EXISTS pg_walinspect`)
	must(t, err)
	w.names, w.file = w.copied(t), w.stands(t)
	must(t, x.db.Pool().Get(&w.from, `SELECT pg_current_wal_insert_lsn()::text`))
	return w
}

// stands gives the table's file as the log names it: work may exchange the table.
func (w *Work) stands(t testing.TB) (file string) {
	t.Helper()
	must(t, w.x.db.Pool().Get(&file, `SELECT regexp_replace(pg_relation_filepath($1::regclass), '^.*/', '')`, w.table))
	return file
}

// copied gives who lies where now.
func (w *Work) copied(t testing.TB) map[place]string {
	t.Helper()
	var rows []struct{ Place, Name string }
	must(t, w.x.db.Pool().Select(&rows, w.query))
	names := map[place]string{}
	for _, r := range rows {
		names[at(ctid.FindStringSubmatch(r.Place))] = r.Name
	}
	return names
}

// The log's words of a row that goes and of one that comes, and its pages: an update names
// the page into which the row comes first, and the one that it leaves if that is another.
var (
	ctid = regexp.MustCompile(`\((\d+),(\d+)\)`)
	page = regexp.MustCompile(`rel \d+/\d+/(\d+)\D*? blk (\d+)`)
	line = regexp.MustCompile(`off:? (\d+)`)
)

func at(m []string) place {
	if len(m) != 3 {
		return place{}
	}
	page, _ := strconv.Atoi(m[1])
	line, _ := strconv.Atoi(m[2])
	return place{page, line}
}

// record is what the log says of one row, by places alone: the zero place for nowhere.
type record struct{ from, to place }

// records gives what the log says of a file's rows since the copy, in its order.
func (w *Work) records(t testing.TB, file string) []record {
	t.Helper()
	var rows []struct{ Verb, Description, Block string }
	must(t, w.x.db.Pool().Select(&rows, `
		SELECT substring(record_type FROM '(INSERT|UPDATE|DELETE)') AS verb, description, block_ref AS block
		FROM pg_get_wal_records_info($1::pg_lsn, pg_current_wal_flush_lsn())
		WHERE resource_manager = 'Heap' AND record_type ~ 'INSERT|UPDATE|DELETE'
		ORDER BY start_lsn`, w.from))
	var out []record
	for _, r := range rows {
		pages, lines := page.FindAllStringSubmatch(r.Block, -1), line.FindAllStringSubmatch(r.Description, -1)
		if len(pages) == 0 || len(lines) == 0 || pages[0][1] != file {
			continue
		}
		first, last := at([]string{"", pages[0][2], lines[0][1]}), at([]string{"", pages[len(pages)-1][2], lines[0][1]})
		switch r.Verb {
		case "INSERT":
			out = append(out, record{to: first})
		case "DELETE":
			out = append(out, record{from: first})
		case "UPDATE":
			out = append(out, record{from: last, to: at([]string{"", pages[0][2], lines[len(lines)-1][1]})})
		}
	}
	return out
}

// Deleted gives the names of the rows that went since, in the order of the log, which
// tells of a deletion the place alone.
func (w *Work) Deleted(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, r := range w.records(t, w.file) {
		if name, known := w.names[r.from]; known && r.to == (place{}) {
			out = append(out, name)
		}
	}
	return out
}

// Changed gives the names of the rows that an update moved since, in the order of the log,
// by where they lay before the work.
func (w *Work) Changed(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, r := range w.records(t, w.file) {
		if name, known := w.names[r.from]; known && r.to != (place{}) {
			out = append(out, name)
		}
	}
	return out
}

// Came gives the names of the rows that came since, by where they lie now: in the order of
// the log, and in that of the places from which an update took them.
func (w *Work) Came(t testing.TB) (logged, left []string) {
	t.Helper()
	now, from := w.copied(t), map[string]place{}
	for _, r := range w.records(t, w.stands(t)) {
		name, known := now[r.to]
		if !known {
			continue
		}
		if logged = append(logged, name); r.from != (place{}) {
			left = append(left, name)
			from[name] = r.from
		}
	}
	slices.SortStableFunc(left, func(a, b string) int { return from[a].before(from[b]) })
	return logged, left
}
