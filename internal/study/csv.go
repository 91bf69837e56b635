package study

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"delfi/internal/delphi"
)

// columns are those of a study in CSV; group may be missing.
var columns = [...]string{"round", "panelist", "group", "item", "value"}

const (
	groupColumn = 2
	valueColumn = 4
)

// What a protocol can hold.
const (
	roundsMost = 9
	groupsMost = 12
	itemsMost  = 1000
)

// names numbers things in the order in which they first come.
type names struct {
	list []string
	at   map[string]int
}

func (n *names) number(s string) int {
	if i, ok := n.at[s]; ok {
		return i
	}
	if n.at == nil {
		n.at = map[string]int{}
	}
	s = strings.Clone(s) // the reader reuses its line
	n.at[s] = len(n.list)
	n.list = append(n.list, s)
	return len(n.list) - 1
}

// table is a CSV file as it is read, with its name for words.
type table struct {
	name   string
	reader *csv.Reader
	column []int // by the places of columns; −1 where missing
	fields int   // of the header
}

// wrong is a fault at a field of the row in hand, counted from 1.
func (t *table) wrong(column int, code, format string, args ...any) error {
	line, at := t.reader.FieldPos(max(0, t.column[column]))
	return t.at(line, at, code, fmt.Sprintf(format, args...))
}

func (t *table) at(line, column int, code, message string) error {
	return bad(t.name, code, fmt.Sprintf("line %d, column %d: %s", line, column, message))
}

// ReadCSV reads a study in CSV, rows in any order. name is the file's, for the
// words of a fault, which gives line and column. step is called now and then
// with the number of bytes read.
func ReadCSV(name string, in io.Reader, o Options, step func(read int64)) (*Study, error) {
	from, points, err := o.scale()
	if err != nil {
		return nil, err
	}
	if o.Quantile != 2 && o.Quantile != 6 && o.Quantile != 7 {
		return nil, bad("--quantile", "quantile", fmt.Sprintf("%d is no type of quantile: give 2, 6 or 7", o.Quantile))
	}
	rule, err := o.consensus(from, points)
	if err != nil {
		return nil, err
	}
	b := bufio.NewReaderSize(in, 1<<20)
	if mark, err := b.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		if _, err := b.Discard(3); err != nil { // spreadsheets put it there
			return nil, err
		}
	}
	t := &table{name: name, reader: csv.NewReader(b)}
	t.reader.Comma = separator(b)
	t.reader.ReuseRecord = true
	t.reader.FieldsPerRecord = -1
	if err := t.header(); err != nil {
		return nil, err
	}
	s := &Study{open: !o.Disclose}
	given := 0 // answers, "cannot judge" among them
	var rounds, panelists, groups, items names
	for rows := 1; ; rows++ {
		record, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, t.syntax(err)
		}
		if rows%(1<<16) == 0 {
			step(t.reader.InputOffset())
		}
		v, err := s.row(t, record, from, points, &rounds, &panelists, &groups, &items)
		if err != nil {
			return nil, err
		}
		if v != blank {
			given++
		}
	}
	if given == 0 {
		return nil, t.at(2, 1, "empty", "there are no answers")
	}
	return s.finish(o, rule, from, points, rounds, panelists, groups, items)
}

// finish orders what was read and gives it its protocol.
func (s *Study) finish(o Options, rule delphi.ConsensusPlan, from, points int, rounds, panelists, groups, items names) (*Study, error) {
	for _, r := range rounds.list {
		n, err := strconv.Atoi(r)
		if err != nil {
			return nil, err // row checked it
		}
		s.Rounds = append(s.Rounds, n)
	}
	s.order()
	s.panelists, s.Groups, s.Items = panelists.list, groups.list, items.list
	s.arrange()
	labels := slices.Clone(s.Groups)
	for i, l := range labels {
		if strings.TrimSpace(l) == "" {
			labels[i] = "(none)"
		} else if utf8.RuneCountInString(l) > 200 {
			labels[i] = string([]rune(l)[:200])
		}
		labels[i] = strings.TrimSpace(labels[i])
	}
	for i := range s.Items {
		s.Kinds = append(s.Kinds, delphi.Item{ID: fmt.Sprintf("i%d", i+1), Kind: "scale"})
		s.Scales = append(s.Scales, Scale{Kind: delphi.ScaleForm, From: from, To: from + points - 1, Source: declared})
	}
	var err error
	kind := delphi.ItemKind{ID: "scale", Kind: delphi.ScaleForm, Points: points, Classes: delphi.DefaultClasses(points), CannotJudge: true}
	s.rules, s.First, err = delphi.Study(delphi.StudyPlan{
		Kinds:  []delphi.StudyKind{{Kind: kind, Consensus: rule}},
		Groups: labels, Rounds: len(s.Rounds), Quantile: o.Quantile, MinN: o.MinN, Disclose: o.Disclose,
	})
	if err != nil {
		return nil, asFlag(err)
	}
	s.Protocol = s.rules[0]
	s.span()
	return s, nil
}

// separator is what stands between the fields of the header: a comma, or the
// semicolon or tab that spreadsheets write where the comma is for decimals.
func separator(b *bufio.Reader) rune {
	head, _ := b.Peek(512) // a shorter file peeks what there is
	line, _, _ := bytes.Cut(head, []byte("\n"))
	for _, c := range []byte(",;\t") {
		if bytes.IndexByte(line, c) >= 0 {
			return rune(c)
		}
	}
	return ','
}

func (t *table) header() error {
	t.column = slices.Repeat([]int{-1}, len(columns))
	record, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return t.at(1, 1, "empty", "the file is empty: it needs a header with "+strings.Join(columns[:], ", "))
	}
	if err != nil {
		return t.syntax(err)
	}
	t.fields = len(record)
	for i, h := range record {
		line, at := t.reader.FieldPos(i)
		if strings.Contains(h, "\r") {
			return t.at(line, at, "lines", "lines end with CR alone: save the file with LF or CRLF")
		}
		c := slices.Index(columns[:], strings.ToLower(strings.TrimSpace(h)))
		if c < 0 {
			// A misspelt group would otherwise go unnoticed.
			return t.at(line, at, "column", fmt.Sprintf("the column %q is none of %s: rename it or leave it out", h, strings.Join(columns[:], ", ")))
		}
		if t.column[c] >= 0 {
			return t.at(line, at, "duplicate", fmt.Sprintf("the column %s is there twice", columns[c]))
		}
		t.column[c] = i
	}
	for i, c := range columns {
		if t.column[i] < 0 && i != groupColumn {
			return t.at(1, 1, "column", fmt.Sprintf("the column %s is missing: the header needs %s", c, strings.Join(columns[:], ", ")))
		}
	}
	return nil
}

func (t *table) syntax(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return t.at(p.Line, p.Column, "csv", p.Err.Error())
	}
	return err
}

// row stores one answer and gives it.
func (s *Study) row(t *table, record []string, from, points int, rounds, panelists, groups, items *names) (int, error) {
	line, _ := t.reader.FieldPos(0)
	if len(record) < t.fields {
		return blank, t.at(line, len(record)+1, "short", fmt.Sprintf("the row has %d of the header's %d fields", len(record), t.fields))
	}
	if len(record) > t.fields {
		_, at := t.reader.FieldPos(t.fields)
		return blank, t.at(line, at, "long", fmt.Sprintf("the row has %d fields, the header %d: quote a field that holds the separator", len(record), t.fields))
	}
	var field [len(columns)]string
	for i, at := range t.column {
		if at < 0 {
			continue
		}
		field[i] = strings.TrimSpace(record[at])
		if !utf8.ValidString(field[i]) {
			return blank, t.wrong(i, "encoding", "%s is not UTF-8", columns[i])
		}
		if field[i] == "" && i != groupColumn && i != valueColumn {
			return blank, t.wrong(i, "empty", "%s is empty", columns[i])
		}
	}
	n, err := strconv.Atoi(field[0])
	if err != nil || n < 0 || strconv.Itoa(n) != field[0] {
		return blank, t.wrong(0, "round", "%q is no round: give a number from 0 on", field[0])
	}
	round, panelist, item := rounds.number(field[0]), panelists.number(field[1]), items.number(field[3])
	group := int32(groups.number(field[groupColumn]))
	switch {
	case round >= roundsMost:
		return blank, t.wrong(0, "rounds", "this is round number %d of the file, at most %d are measured", round+1, roundsMost)
	case group >= groupsMost:
		return blank, t.wrong(groupColumn, "groups", "this is group number %d of the file, at most %d are measured", group+1, groupsMost)
	case item >= itemsMost:
		return blank, t.wrong(3, "items", "this is item number %d of the file, at most %d are measured", item+1, itemsMost)
	}
	if panelist == len(s.group) {
		s.group = append(s.group, group)
	}
	if was := s.group[panelist]; was != group {
		return blank, t.wrong(groupColumn, "group", "panelist %q was in group %q before, not %q: everyone is in one group", field[1], groups.list[was], field[groupColumn])
	}
	v, err := value(field[valueColumn], from, points)
	if err != nil {
		return blank, t.wrong(valueColumn, "value", "%s", err)
	}
	if !s.set(round, item, panelist, v) {
		return blank, t.wrong(valueColumn, "duplicate", "panelist %q has a row for item %q in round %d already", field[1], field[3], n)
	}
	return v, nil
}

// value reads an answer: a point of the scale, nothing, or "?".
func value(raw string, from, points int) (int, error) {
	switch raw {
	case "":
		return blank, nil
	case "?":
		return cannotJudge, nil
	}
	// Software that reads a column with gaps writes 7 as 7.0.
	v, err := strconv.Atoi(strings.TrimSuffix(raw, ".0"))
	if err != nil {
		return 0, fmt.Errorf("%q is no answer: give a whole number, nothing, or ? for \"cannot judge\"", raw)
	}
	if v -= from - 1; v < 1 || v > points {
		return 0, fmt.Errorf("%s does not lie on the scale %d-%d", raw, from, points+from-1)
	}
	return v, nil
}
