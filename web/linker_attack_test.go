package web_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/platform/postgres/testdb/intruder"
	"delfi/internal/pseudonym"
)

// The attacks, each of which joins people with what they did: an order of the one side
// laid beside an order of the other within people of one first round, and what comes next
// to what on one clock. An attacker without keys does not know whose an account is, which
// persons checks. What their accounts are joined with is counted all the same.
const (
	toRow      = "account to sealed row"   // of contributions, while they are gathered
	toText     = "account to contribution" // its words
	toAlias    = "account to alias"
	toAppeal   = "account to appeal"   // its words
	toPanelist = "account to panelist" // and with all keys, where codes are held, to answers
	knownTo    = "account of a known person to panelist"
	toReason   = "account to reason" // its words
	leaverTo   = "leaver to ballot taken back"
)

// The places that an attacker reads.
const (
	live   = "live SQL, xmin"
	dump   = "dump, file order"
	dead   = "files with dead rows"
	wal    = "write-ahead log"
	two    = "two dumps, an hour apart"
	across = "one beside another"
	around = "dumps and log around it"
	since  = "log of the work, dump after"
)

// tried bounds the attacks on one village: a chance of intruder.Chance is for all of them.
const tried = 5000

// clock is an order that an attacker reads, on a clock or with places alone.
type clock struct {
	place string
	list  []intruder.Instant
}

// snapshot is who stood in a dump.
type snapshot map[string]bool

// finding is a line of the table: the best of the attacks of one kind.
type finding struct {
	moment, link, place string
	hits, of, limit     int
	guess               float64
	known               bool // documented: the order in which nameless accounts came
}

func (f finding) String() string {
	text := ""
	switch {
	case f.found() && f.known:
		text = "  known"
	case f.found():
		text = "  LINKED"
	}
	return fmt.Sprintf("%-42s %-38s %-25s %3d of %3d  guessing %4.1f, fails from %2d%s", f.moment, f.link, f.place, f.hits, f.of, f.guess, f.limit, text)
}

func (f finding) found() bool { return f.of > 0 && f.hits >= f.limit }

// attack tries everything at one moment; true when no other one matters.
func (v *village) attack(moment string) (over bool) {
	v.Helper()
	if !strings.HasPrefix(moment, v.only) {
		return false
	}
	v.over = v.only != ""
	v.knows()
	log := v.thief.Log(v)
	v.thief.Flush(v)
	v.persons(moment, log)
	class, people := v.classes(), map[string][]byte{}
	for _, p := range v.people {
		if p.account != uuid.Nil {
			people[p.account.String()] = p.account[:]
		}
	}
	mine := v.clocks(log, people, "civic.enrolment civic.account",
		`SELECT account::text AS name, xmin::text::int AS at FROM civic.enrolment WHERE consultation = '`+v.id.String()+`' ORDER BY `,
		`SELECT account::text AS name, xmin::text::int AS at FROM civic.enrolment WHERE consultation = '`+v.other.String()+`' ORDER BY `,
		`SELECT id::text AS name, xmin::text::int AS at FROM civic.account ORDER BY `)
	now := v.dumped()
	for _, target := range v.targets() {
		theirs := v.clocks(log, target.needles, target.tables, target.queries...)
		v.lay(moment, target.link, mine, theirs, concerned(target.link, class), target.truth, now)
	}
	v.before = now
	if strings.HasPrefix(moment, "after the night") {
		v.together(moment)
	}
	return v.over
}

// classes gives of each account in which round it came.
func (v *village) classes() map[string]string {
	class := map[string]string{}
	for _, p := range v.people {
		if p.account != uuid.Nil {
			class[p.account.String()] = map[bool]string{false: "gather", true: "answer"}[p.late]
		}
	}
	return class
}

// concerned gives those of the classes whose people a link is about.
func concerned(link string, class map[string]string) map[string]string {
	if link != knownTo && link != toPanelist {
		return class
	}
	out := map[string]string{}
	for who, c := range class {
		if (c == "gather") == (link == knownTo) {
			out[who] = c
		}
	}
	return out
}

// target is one side of things to be joined with people.
type target struct {
	link    string
	tables  string
	queries []string
	needles map[string][]byte // by name
	truth   map[string]string // account by name
}

// targets are what people left behind that stands somewhere now.
func (v *village) targets() []target {
	kinds := map[string]*target{}
	for _, t := range []target{
		{link: toText, tables: "civic.contribution", queries: []string{`SELECT body AS name, xmin::text::int AS at FROM civic.contribution ORDER BY `}},
		{link: toAppeal, tables: "civic.moderation_appeal", queries: []string{`SELECT words AS name, xmin::text::int AS at FROM civic.moderation_appeal ORDER BY `}},
		{link: toAlias, tables: "civic.alias", queries: []string{`SELECT encode(id, 'hex') AS name, xmin::text::int AS at FROM civic.alias ORDER BY `}},
		{link: toReason, tables: "civic.feedback"},
		{link: toPanelist}, {link: knownTo},
	} {
		t.needles, t.truth = map[string][]byte{}, map[string]string{}
		kinds[t.link] = &t
	}
	if table := "civic.sealed_" + hexed(v.gather[:]); v.there(table) {
		kinds[toRow] = &target{link: toRow, tables: table, needles: map[string][]byte{}, truth: map[string]string{},
			queries: []string{`SELECT encode(author, 'hex') AS name, xmin::text::int AS at FROM ` + table + ` ORDER BY `}}
	}
	for _, link := range []string{toPanelist, knownTo} {
		kinds[link].tables = strings.Join(v.thief.Tables(v, "panel"), " ")
		kinds[link].queries = []string{
			`SELECT encode(id, 'hex') AS name, xmin::text::int AS at FROM panel.panelist ORDER BY `,
			`SELECT encode(panelist, 'hex') AS name, xmin::text::int AS at FROM panel.ballot ORDER BY `,
		}
	}
	add := func(link, name string, needle []byte, p *villager) {
		if k := kinds[link]; k != nil {
			k.needles[name], k.truth[name] = needle, p.account.String()
		}
	}
	for _, p := range v.people {
		if p.account == uuid.Nil {
			continue
		}
		if p.text != "" {
			add(toRow, hexed(p.author[:]), p.author[:], p)
			add(toText, p.text, []byte(p.text), p)
			add(toAlias, hexed(p.alias.ID[:]), p.alias.ID[:], p)
		}
		if p.appeal != "" {
			add(toAppeal, p.appeal, []byte(p.appeal), p)
		}
		if p.answers {
			add(toReason, p.reason, []byte(p.reason), p)
			link := knownTo
			if p.late {
				link = toPanelist
			}
			add(link, hexed(p.panelist[:]), p.panelist[:], p)
		}
	}
	var out []target
	for _, k := range kinds {
		if len(k.truth) > 0 {
			out = append(out, *k)
		}
	}
	return out
}

func (v *village) there(table string) bool {
	return len(v.thief.Order(v, `SELECT 'x' WHERE to_regclass($1) IS NOT NULL`, table)) > 0
}

// clocks are all orders of some names that an attacker reads.
func (v *village) clocks(log []byte, needles map[string][]byte, tables string, queries ...string) []clock {
	v.Helper()
	var out []clock
	for _, q := range queries {
		out = append(out, clock{live, v.rows(q + `2, ctid`)}, clock{dump, placed(v.rows(q + `ctid`))})
	}
	first, last := intruder.Find(v.thief.File(v, strings.Fields(tables)...), needles)
	out = append(out, clock{dead, placed(first)}, clock{dead, placed(last)})
	first, last = intruder.Find(log, needles)
	return append(out, clock{wal, first}, clock{wal, last})
}

func (v *village) rows(query string) []intruder.Instant {
	v.Helper()
	var list []intruder.Instant
	v.must(v.h.DB.Pool().Select(&list, query))
	return list
}

// placed is an order whose places are those of no clock.
func placed(list []intruder.Instant) []intruder.Instant {
	out := slices.Clone(list)
	for i := range out {
		out[i].At = i
	}
	return out
}

// lay tries every order of people beside every order of targets, and notes for each place
// the best.
func (v *village) lay(moment, link string, mine, theirs []clock, class, truth map[string]string, now snapshot) {
	v.Helper()
	best := map[string]finding{}
	note := func(place string, hits int, odds []float64) {
		if len(odds) == 0 {
			return // an order of nobody
		}
		f := finding{moment: moment, link: link, place: place, hits: hits, of: len(odds), guess: intruder.Expected(odds),
			limit: intruder.Bound(odds, intruder.Chance/tried), known: v.known(moment, link, place)}
		if was, seen := best[place]; !seen || f.hits-f.limit > was.hits-was.limit {
			best[place] = f
		}
	}
	recent := map[string]string{} // class of those who came since the dump an hour before
	for who, c := range class {
		if now[who] && !v.before[who] {
			recent[who] = c
		}
	}
	for _, a := range mine {
		for _, b := range theirs {
			place := a.place
			switch {
			case a.place == wal || b.place == wal:
				place = wal
			case a.place != b.place:
				place = across
			}
			people, targets := intruder.Names(a.list), intruder.Names(b.list)
			for _, backwards := range []bool{false, true} {
				hits, odds := intruder.Beside(people, targets, class, truth, backwards)
				note(place, hits, odds)
			}
			if a.place == b.place && (a.place == live || a.place == wal) {
				for back := range 2 {
					hits, odds := intruder.Before(a.list, b.list, class, truth, back)
					note(place, hits, odds)
				}
			}
			if a.place == dump && b.place == dump && v.before != nil {
				came := slices.DeleteFunc(targets, func(name string) bool { return v.before[name] })
				hits, odds := intruder.Beside(people, came, recent, truth, false)
				note(two, hits, odds)
			}
		}
	}
	for _, place := range []string{live, dump, dead, wal, two, across, around, since} {
		if f := best[place]; f.of > 0 {
			v.seen = append(v.seen, f)
		}
	}
}

// known are the links that are documented: within the hour, and in the write-ahead log
// for as long as it is kept, nameless accounts are beside sealed rows in the order in
// which they came. It is known of accounts alone, never of words, and of nobody who
// answers with a code or was enrolled before.
func (v *village) known(moment, link, place string) bool {
	if v.mode == pseudonym.HeldCode && link == toPanelist || link != toPanelist && link != toRow {
		return false
	}
	return place == wal || strings.HasSuffix(moment, "within the hour")
}

// dumped is who stands in the tables now.
func (v *village) dumped() snapshot {
	v.Helper()
	now := snapshot{}
	queries := []string{`SELECT account::text FROM civic.enrolment`, `SELECT encode(id, 'hex') FROM panel.panelist`, `SELECT body FROM civic.contribution`, `SELECT encode(id, 'hex') FROM civic.alias`, `SELECT words FROM civic.moderation_appeal`}
	if table := "civic.sealed_" + hexed(v.gather[:]); v.there(table) {
		queries = append(queries, `SELECT encode(author, 'hex') FROM `+table)
	}
	for _, q := range queries {
		for _, name := range v.thief.Order(v, q) {
			now[name] = true
		}
	}
	return now
}

// take copies the database once more, and notes what went since the last copy.
func (v *village) take() {
	v.Helper()
	now := v.dumped()
	v.copies++
	for name := range v.before {
		if _, noted := v.vanished[name]; !now[name] && !noted {
			v.vanished[name] = v.copies
		}
	}
	v.before = now
}

// together joins accounts and panelists that went between the same two dumps.
func (v *village) together(moment string) {
	v.Helper()
	var accounts []string
	for _, p := range v.people {
		if _, gone := v.vanished[p.account.String()]; gone {
			accounts = append(accounts, p.account.String())
		}
	}
	slices.Sort(accounts)
	f := finding{moment: moment, link: leaverTo, place: two}
	var odds []float64
	for _, p := range v.people {
		if p.gone == 0 {
			continue
		}
		ballot, seen := v.vanished[hexed(p.panelist[:])]
		if !seen || len(accounts) == 0 {
			v.Errorf("%s: a ballot that was taken back is still there, or nobody left", moment)
			continue
		}
		at := slices.IndexFunc(accounts, func(id string) bool { return v.vanished[id] == ballot })
		if at < 0 { // nobody went in that hour: any of them
			at = len(odds) % len(accounts)
		}
		if accounts[at] == p.account.String() {
			f.hits++
		}
		odds = append(odds, 1/float64(len(accounts)))
	}
	f.of, f.guess, f.limit = len(odds), intruder.Expected(odds), intruder.Bound(odds, intruder.Chance/tried)
	v.seen = append(v.seen, f)
}

// persons looks for who somebody is in everything but the keys: rows, files of the whole
// database, the write-ahead log, logs, and the folder of keys, which are wrapped.
func (v *village) persons(moment string, log []byte) {
	v.Helper()
	needles := map[string][]byte{}
	for n, p := range v.people {
		for _, mark := range []string{p.subject, p.name} {
			for kind, b := range written(mark[:12]) {
				needles[fmt.Sprintf("%d %s %s", n, mark, kind)] = b
			}
		}
	}
	heap := slices.Concat(log, v.thief.File(v), []byte(v.thief.Dump(v, "civic", "panel", "record", "queue", "public")), v.log.Bytes(), v.site.Log.Bytes(), v.folder())
	found, _ := intruder.Find(heap, needles)
	seen := map[string]bool{}
	for _, f := range found {
		n, _, _ := strings.Cut(f.Name, " ")
		seen[n] = true
	}
	v.seen = append(v.seen, finding{moment: moment, link: "person seen", place: "everything but the keys", hits: len(seen), of: len(v.people), limit: 1})
}

// written gives the ways in which a text may stand somewhere.
func written(mark string) map[string][]byte {
	out := map[string][]byte{"clear": []byte(mark), "hex": []byte(hex.EncodeToString([]byte(mark)))}
	for shift := range 3 {
		code := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + mark))
		out[fmt.Sprint("base64 ", shift)] = []byte(code[4 : len(code)-4])
	}
	return out
}

// folder gives the contents of the folder of keys.
func (v *village) folder() []byte {
	var all bytes.Buffer
	v.must(filepath.WalkDir(v.h.Folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		all.WriteString(path)
		all.Write(body)
		return err
	}))
	return all.Bytes()
}

// told prints the table and fails for every link that is better than guessing.
func (v *village) told() {
	v.Helper()
	for _, f := range v.seen {
		if f.found() || f.place == wal || f.place == two || f.place == around || f.place == since || testing.Verbose() {
			v.Log(f)
		}
		if f.found() && !f.known {
			v.Errorf("%s: %s", v.natural, f)
		}
	}
}

// best gives the finding of a link, at a moment that begins so, that is farthest above guessing.
func (v *village) best(moment, link string) finding {
	var out finding
	for _, f := range v.seen {
		if strings.HasPrefix(f.moment, moment) && f.link == link && (out.link == "" || f.hits-f.limit > out.hits-out.limit) {
			out = f
		}
	}
	return out
}
