package web_test

import (
	"strings"

	"delfi/internal/platform/postgres/testdb/intruder"
)

// work lets the next whole hour begin, before two attackers: one has the write-ahead log of
// the hour's work and a copy made after it; the other copied the database before it too.
// The log tells which place a row left and into which one came, a copy whose places they
// are. The second reads in the first copy the order in which nameless accounts came, as is
// documented; what joins with accounts that were there before, and with words, is tried.
func (v *village) work(moment string) (over bool) {
	v.Helper()
	if moment = "the hour’s work, " + moment; !strings.HasPrefix(moment, v.only) {
		v.hour()
		return false
	}
	v.over = v.only != ""
	v.knows()
	people := []*rows{v.rowsOf("civic.account", "id::text"), v.rowsOf("civic.enrolment", "account::text")}
	acts := map[string]*rows{}
	for link, where := range map[string][2]string{
		toRow: {"civic.sealed_" + hexed(v.gather[:]), "encode(author, 'hex')"}, toAppeal: {"civic.moderation_appeal", "words"},
		toPanelist: {"panel.panelist_" + hexed(v.id[:]), "encode(id, 'hex')"}, knownTo: {"panel.panelist_" + hexed(v.id[:]), "encode(id, 'hex')"},
	} {
		if v.there(where[0]) {
			acts[link] = v.rowsOf(where[0], where[1])
		}
	}
	v.hour()
	v.thief.Flush(v)
	class := v.classes()
	mine, mineAround := v.orders(people...)
	for _, t := range v.targets() {
		if acts[t.link] == nil {
			continue
		}
		theirs, theirsAround := v.orders(acts[t.link])
		v.lay(moment, t.link, mine, theirs, concerned(t.link, class), t.truth, nil)
		if !v.known("within the hour", t.link, around) {
			v.lay(moment, t.link, mineAround, theirsAround, concerned(t.link, class), t.truth, nil)
		}
	}
	return v.over
}

// rows are those of a table, before a piece of work.
type rows struct {
	table, name string
	before      clock
	work        *intruder.Work
}

func (v *village) rowsOf(table, name string) *rows {
	v.Helper()
	r := &rows{table: table, name: name}
	r.before = r.lie(v, around)
	r.work = v.thief.Before(v, table, `SELECT ctid::text AS place, `+name+` AS name FROM `+table)
	return r
}

// lie is the order in which rows lie now.
func (r *rows) lie(v *village, place string) clock {
	v.Helper()
	return clock{place, placed(v.rows(`SELECT ` + r.name + ` AS name, 0 AS at FROM ` + r.table + ` ORDER BY ctid`))}
}

// orders are those that the two attackers read: with the copy made after the work alone,
// and with both.
func (v *village) orders(all ...*rows) (after, both []clock) {
	v.Helper()
	for _, r := range all {
		came, left := r.work.Came(v)
		after = append(after, r.lie(v, since), listed(since, came), listed(since, left))
		both = append(both, r.before, r.lie(v, around), listed(around, came), listed(around, r.work.Deleted(v)), listed(around, r.work.Changed(v)))
	}
	return after, both
}

// listed is an order of names.
func listed(place string, names []string) clock {
	c := clock{place: place}
	for n, name := range names {
		c.list = append(c.list, intruder.Instant{At: n, Name: name})
	}
	return c
}
