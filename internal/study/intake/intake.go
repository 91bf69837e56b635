package intake

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"delfi/internal/fault"
	"delfi/internal/study"
	"delfi/internal/study/source"
)

// What a protocol can hold.
const (
	roundsMost   = 9
	releasesMost = 1000
	groupsMost   = 12
	itemsMost    = 1000
	answersMost  = 100_000 // different texts, of all items
)

// reader gathers the answers of all tables as the texts that they are; what a text
// means is told when all are read, once for each text of an item.
type reader struct {
	s       *study.Study
	o       study.Options
	book    *codebook
	tables  []source.Sheet
	rounds  map[string]int // places in s.Rounds, by the text of the round
	people  names
	groups  names
	items   names
	texts   []texts // by item
	grouped bool    // some table has a column of groups
	told    timing
	rows    []study.Cells // by round: the people who have a row in a wide table
	labels  map[string]string
	// columns that were warned of, since they say something of people
	personal map[string]bool
	given    int // cells that are not empty
	answers  int // different texts
}

// texts are the different texts of one item's cells, by their code from 1.
type texts struct {
	list  []study.Answer
	first []source.Spot
	at    map[string]int
	short [utf8.RuneSelf]int16 // of texts of one byte
}

// timing is how tables tell when an answer was given.
type timing int

const (
	byTable   timing = iota // each table is a round
	byRound                 // a column of rounds
	byRelease               // a column of releases: an answer stands until it is revised
)

// none marks what no table says of a person.
const none = -1

func (in *reader) read(t source.Sheet, number int) error {
	in.tables = append(in.tables, t)
	defer t.Close()
	record, err := t.Next()
	for err == nil && hollow(record) {
		record, err = t.Next()
	}
	if errors.Is(err, io.EOF) {
		return fault.Bad(source.At(t, 1, 0, "empty", "the file is empty: it needs a header that names its columns, such as round, panelist, group, item, value"))
	}
	if err != nil {
		return err
	}
	var known []string
	if in.book != nil {
		known = in.book.items
	}
	l, notes, err := header(t, record, in.o, known)
	if err != nil {
		return err
	}
	for _, n := range notes {
		in.s.Note(n.Key, n.Args...)
	}
	for _, c := range l.told {
		if !in.personal[c] {
			in.s.Warn("attribute", nil, []string{c}, c, c)
			in.personal[c] = true
		}
	}
	in.grouped = in.grouped || l.has(groupColumn)
	told := byTable
	switch {
	case l.has(roundColumn):
		told = byRound
	case l.has(tickColumn):
		told = byRelease
	case l.split:
		told = byRound
	}
	if number > 0 && told != in.told {
		return fault.Bad(source.At(t, t.Line(), 0, "column", "the tables do not say alike in which round an answer was given: give all of them a column for it, or none, so that each is a round"))
	}
	in.told = told
	if told == byTable {
		in.s.Note("untimed", t.Name(), number+1)
		in.round(strconv.Itoa(number+1), number+1)
	}
	return in.body(t, l, number)
}

// body reads the rows below a header.
func (in *reader) body(t source.Sheet, l layout, number int) error {
	// Qualtrics writes the words of a question and its own id below the header.
	var above [][]string
	ended := false
	for len(above) < 2 && l.wide && !ended {
		record, err := t.Next()
		ended = errors.Is(err, io.EOF)
		if err != nil && !ended {
			return err
		}
		if !ended {
			above = append(above, append(slices.Clone(record), strconv.Itoa(t.Line())))
		}
	}
	if n := slices.IndexFunc(above, func(r []string) bool {
		return slices.ContainsFunc(r, func(s string) bool { return strings.HasPrefix(s, `{"ImportId"`) })
	}); n >= 0 {
		if n == 1 {
			for _, q := range l.items {
				if q.column < len(above[0])-1 {
					in.labels[q.item] = strings.Join(strings.Fields(source.Clean(above[0][q.column])), " ")
				}
			}
		}
		in.s.Note("qualtrics", t.Name())
		above = above[n+1:]
	}
	for _, r := range above {
		line, err := strconv.Atoi(r[len(r)-1])
		if err != nil {
			return err
		}
		if err := in.row(t, l, number, r[:len(r)-1], line); err != nil {
			return err
		}
	}
	for !ended {
		record, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := in.row(t, l, number, record, t.Line()); err != nil {
			return err
		}
	}
	return nil
}

// hollow says whether a row holds nothing, as spreadsheets leave them at the end.
func hollow(record []string) bool {
	return !slices.ContainsFunc(record, func(s string) bool { return s != "" && source.Clean(s) != "" })
}

// spot is a cell of the table in hand.
func (in *reader) spot(line, column int) source.Spot {
	return source.Spot{Sheet: int16(len(in.tables) - 1), Line: int32(line), Column: int16(column)}
}

// row takes in one row.
func (in *reader) row(t source.Sheet, l layout, number int, record []string, line int) error {
	n := len(l.columns)
	if len(record) != n || record[n-1] == "" || record[0] == "" {
		if hollow(record) {
			return nil
		}
		if len(record) < n && !t.Exact() {
			return fault.Bad(source.At(t, line, len(record), "short", "the row has %d of the header's %d fields", len(record), n))
		}
		for i := n; i < len(record); i++ {
			if source.Clean(record[i]) != "" {
				return fault.Bad(source.At(t, line, i, "long", "%q lies beyond the %d columns that the header names: name the column, or quote a field that holds the separator", source.Shortened(record[i]), n))
			}
		}
	}
	cell := func(c int) string {
		if c < 0 || c >= len(record) {
			return ""
		}
		return record[c]
	}
	here := func(c int) source.Spot { return in.spot(line, c) }
	r, err := in.when(t, l, number, cell, line)
	if err != nil {
		return err
	}
	p, err := in.who(t, l, cell, line)
	if err != nil {
		return err
	}
	if !l.wide {
		c := l.at[itemColumn]
		i, err := in.item(t, cell(c), here(c))
		if err != nil {
			return err
		}
		return in.answer(t, r, i, p, cell(l.at[valueColumn]), here(l.at[valueColumn]), true)
	}
	if in.rows = study.Grown(in.rows, r); in.rows[r].At(p) != 0 {
		words := "this is another row of panelist %q in round %d: keep one row for each person and round"
		if !l.has(roundColumn) && !l.split {
			words += ", or name the column that tells rounds apart with --round"
		}
		return fault.Bad(source.At(t, line, l.at[personColumn], "duplicate", words, in.people.list.at(p), in.s.Rounds[r]))
	}
	in.rows[r].Put(p, 1)
	for _, q := range l.items {
		i, err := in.item(t, q.item, in.spot(1, q.column))
		if err != nil {
			return err
		}
		if l.split {
			r = in.round(strconv.Itoa(q.round), q.round)
		}
		if text := cell(q.column); text != "" {
			if err := in.answer(t, r, i, p, text, here(q.column), false); err != nil {
				return err
			}
		}
	}
	for i, c := range l.columns {
		if c == "" && source.Clean(cell(i)) != "" {
			return fault.Bad(source.At(t, line, i, "column", "%q stands in a column without a name: name it in the header, or take it away", source.Shortened(cell(i))))
		}
	}
	return nil
}

// when gives the place of a row's round.
func (in *reader) when(t source.Sheet, l layout, number int, cell func(int) string, line int) (int, error) {
	column := max(l.at[roundColumn], l.at[tickColumn])
	if l.split {
		return in.round(strconv.Itoa(l.items[0].round), l.items[0].round), nil
	}
	if column < 0 {
		return in.rounds[strconv.Itoa(number+1)], nil
	}
	text := cell(column)
	if r, ok := in.rounds[text]; ok {
		return r, nil
	}
	most, what, words := roundsMost, "round", "give a number from 0 on, or a text with one number in it such as \"Round 1\""
	if in.told == byRelease {
		most, what, words = releasesMost, "release", "give a number from 0 on"
	}
	name := source.Clean(text)
	before, _, _ := strings.Cut(name, "_arm_") // REDCap's arm is no round
	n, err := strconv.Atoi(numeral(before))
	switch {
	case name == "":
		return 0, fault.Bad(source.At(t, line, column, "empty", "%s is empty: %s", what, words))
	case err != nil || in.told == byRelease && numeral(before) != before:
		return 0, fault.Bad(source.At(t, line, column, "round", "%q is no %s: %s", source.Shortened(name), what, words))
	case numeral(before) != name:
		in.s.Note("round", t.Name(), name, n)
	}
	r := in.round(text, n)
	if r >= most {
		return 0, fault.Bad(source.At(t, line, column, "rounds", "this is %s number %d of the file, at most %d are measured", what, r+1, most))
	}
	return r, nil
}

// numeral gives the one run of digits in a text, "" where there are more or none.
func numeral(s string) string {
	from := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if from < 0 {
		return ""
	}
	n := source.Digits(s[from:])
	if strings.ContainsAny(s[from+n:], "0123456789") || strings.HasSuffix(s[:from], "-") || n > 9 {
		return ""
	}
	return s[from : from+n]
}

func (in *reader) round(text string, n int) int {
	r := slices.Index(in.s.Rounds, n)
	if r < 0 {
		r = len(in.s.Rounds)
		in.s.Rounds = append(in.s.Rounds, n)
	}
	in.rounds[strings.Clone(text)] = r
	return r
}

// who gives the number of a row's panelist, whose group never changes.
func (in *reader) who(t source.Sheet, l layout, cell func(int) string, line int) (int, error) {
	c := l.at[personColumn]
	p, known := in.people.number(cell(c))
	if !known {
		name, err := in.named(t, line, c, "panelist", cell(c))
		if err != nil {
			return 0, err
		}
		p = in.people.add(cell(c), name, in.spot(line, c))
	}
	if p == len(in.s.Group) {
		in.s.Group = append(in.s.Group, none)
	}
	c = l.at[groupColumn]
	if c < 0 {
		return p, nil
	}
	g, known := in.groups.number(cell(c))
	if !known {
		name := source.Clean(cell(c))
		if !source.Valid(name) {
			return 0, fault.Bad(source.NotUTF8At(t, line, c, "group", cell(c)))
		}
		g = in.groups.add(cell(c), name, in.spot(line, c))
		if g >= groupsMost {
			return 0, fault.Bad(source.At(t, line, c, "groups", "this is group number %d of the file, at most %d are measured", g+1, groupsMost))
		}
	}
	switch was := in.s.Group[p]; was {
	case none:
		in.s.Group[p] = int32(g)
	case int32(g):
	default:
		return 0, fault.Bad(source.At(t, line, c, "group", "panelist %q was in group %q before, not %q: everyone is in one group", in.people.list.at(p), in.groups.list.at(int(was)), in.groups.list.at(g)))
	}
	return p, nil
}

func (in *reader) item(t source.Sheet, text string, here source.Spot) (int, error) {
	i, known := in.items.number(text)
	if known {
		return i, nil
	}
	name, err := in.named(t, int(here.Line), int(here.Column), "item", text)
	if err != nil {
		return 0, err
	}
	i = in.items.add(text, name, here)
	if i >= itemsMost {
		return 0, fault.Bad(source.At(t, int(here.Line), int(here.Column), "items", "this is item number %d of the study, at most %d are measured", i+1, itemsMost))
	}
	if i == len(in.texts) {
		in.texts = append(in.texts, texts{})
	}
	return i, nil
}

// named checks the name of a person or an item.
func (in *reader) named(t source.Sheet, line, column int, what, text string) (string, error) {
	name := source.Clean(text)
	switch {
	case !source.Valid(name):
		return "", fault.Bad(source.NotUTF8At(t, line, column, what, text))
	case name == "" && what == "panelist":
		return "", fault.Bad(source.At(t, line, column, "empty", "panelist is empty: give everyone a name or a number, the same in each round, or name another column with --person"))
	case name == "":
		return "", fault.Bad(source.At(t, line, column, "empty", "%s is empty: name it", what))
	}
	return name, nil
}

// answer stores a cell by the code of its text. answered says that the row is there for
// this answer, so that an empty cell takes back what stands.
func (in *reader) answer(t source.Sheet, round, item, panelist int, text string, here source.Spot, answered bool) error {
	x := &in.texts[item]
	code := 0
	if len(text) == 1 && text[0] < utf8.RuneSelf {
		code = int(x.short[text[0]])
	}
	if code == 0 {
		var ok bool
		if code, ok = x.at[text]; !ok {
			if !source.Valid(text) {
				return fault.Bad(source.NotUTF8At(t, int(here.Line), int(here.Column), "value", text))
			}
			if in.answers++; in.answers > answersMost {
				return fault.Bad(source.At(t, int(here.Line), int(here.Column), "texts", "these are more than %d different answers: leave out the columns that hold none with --ignore", answersMost))
			}
			code = x.add(text, study.Meaning(text, t.Comma(), t.Exact()), here)
		}
	}
	if x.list[code-1].Form == study.Empty && !answered {
		return nil
	}
	if x.list[code-1].Form != study.Empty {
		in.given++
	}
	if !in.s.Set(round, item, panelist, code) {
		return fault.Bad(source.At(t, int(here.Line), int(here.Column), "duplicate", "panelist %q has a row for item %q in %s %d already", in.people.list.at(panelist), in.items.list.at(item), in.what(), in.s.Rounds[round]))
	}
	return nil
}

func (in *reader) what() string {
	if in.told == byRelease {
		return "release"
	}
	return "round"
}

// add gives a new text a code: that of another spelling of the same answer, else a
// new one.
func (x *texts) add(text string, a study.Answer, here source.Spot) int {
	if x.at == nil {
		x.at = map[string]int{}
	}
	name := a.Name()
	code, known := x.at[name]
	if !known {
		a.Text = strings.Clone(a.Text)
		x.list, x.first = append(x.list, a), append(x.first, here)
		code = len(x.list)
		x.at[strings.Clone(name)] = code
	}
	x.at[strings.Clone(text)] = code
	if len(text) == 1 && code < 1<<15 {
		x.short[text[0]] = int16(code)
	}
	return code
}

// place names a spot.
func (in *reader) place(s source.Spot) source.Place {
	t := in.tables[s.Sheet]
	p := t.Place(int(s.Line), int(s.Column))
	if len(in.tables) > 1 {
		p.File = t.Name()
	}
	return p
}

// bad is a fault at a spot.
func (in *reader) bad(s source.Spot, code, format string, args ...any) error {
	return fault.Bad(source.At(in.tables[s.Sheet], int(s.Line), int(s.Column), code, format, args...))
}
