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
var columns = []string{"round", "panelist", "group", "item", "value"}

const groupColumn = 2

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
	t.reader.ReuseRecord = true
	t.reader.FieldsPerRecord = -1
	if err := t.header(); err != nil {
		return nil, err
	}
	s := &Study{Offset: from - 1}
	var rounds, panelists, groups, items names
	for rows := 1; ; rows++ {
		record, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, t.syntax(err)
		}
		if rows%65536 == 0 {
			step(t.reader.InputOffset())
		}
		if err := s.row(t, record, points, &rounds, &panelists, &groups, &items); err != nil {
			return nil, err
		}
	}
	if len(panelists.list) == 0 {
		return nil, t.at(2, 1, "empty", "there are no answers")
	}
	return s.finish(o, rule, points, rounds, panelists, groups, items)
}

// finish orders what was read and gives it its protocol.
func (s *Study) finish(o Options, rule delphi.ConsensusPlan, points int, rounds, panelists, groups, items names) (*Study, error) {
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
	}
	var err error
	s.Protocol, s.First, err = delphi.Study(delphi.StudyPlan{
		Points: points, Groups: labels, Rounds: len(s.Rounds), Quantile: o.Quantile, Consensus: rule, Disclose: o.Disclose,
	})
	s.span()
	return s, err
}

func (t *table) header() error {
	t.column = slices.Repeat([]int{-1}, len(columns))
	record, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return t.at(1, 1, "empty", "the file is empty: it needs a header with "+strings.Join(columns, ", "))
	}
	if err != nil {
		return t.syntax(err)
	}
	for i, h := range record {
		at := slices.Index(columns, strings.ToLower(strings.TrimSpace(h)))
		if at < 0 {
			continue // other columns are the study's own business
		}
		if t.column[at] >= 0 {
			return t.at(1, i+1, "duplicate", fmt.Sprintf("the column %s is there twice", columns[at]))
		}
		t.column[at] = i
	}
	for i, c := range columns {
		if t.column[i] < 0 && i != groupColumn {
			return t.at(1, 1, "column", fmt.Sprintf("the column %s is missing: the header needs %s", c, strings.Join(columns, ", ")))
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

// row stores one answer.
func (s *Study) row(t *table, record []string, points int, rounds, panelists, groups, items *names) error {
	field := func(i int) string {
		if t.column[i] < 0 || t.column[i] >= len(record) {
			return ""
		}
		return record[t.column[i]]
	}
	for i := range columns {
		if t.column[i] >= len(record) && t.column[i] >= 0 {
			line, _ := t.reader.FieldPos(0)
			return t.at(line, len(record)+1, "short", fmt.Sprintf("the row ends before its %s", columns[i]))
		}
		if !utf8.ValidString(field(i)) {
			return t.wrong(i, "encoding", "%s is not UTF-8", columns[i])
		}
	}
	for _, i := range []int{0, 1, 3} {
		if field(i) == "" {
			return t.wrong(i, "empty", "%s is empty", columns[i])
		}
	}
	n, err := strconv.Atoi(field(0))
	if err != nil || n < 0 || strconv.Itoa(n) != field(0) {
		return t.wrong(0, "round", "%q is no round: give a number from 0 on", field(0))
	}
	round, panelist, item := rounds.number(field(0)), panelists.number(field(1)), items.number(field(3))
	group := int32(groups.number(field(2)))
	switch {
	case round >= roundsMost:
		return t.wrong(0, "rounds", "this is round number %d of the file, at most %d are measured", round+1, roundsMost)
	case group >= groupsMost:
		return t.wrong(groupColumn, "groups", "this is group number %d of the file, at most %d are measured", group+1, groupsMost)
	case item >= itemsMost:
		return t.wrong(3, "items", "this is item number %d of the file, at most %d are measured", item+1, itemsMost)
	}
	if panelist == len(s.group) {
		s.group = append(s.group, group)
	}
	if s.group[panelist] != group {
		return t.wrong(2, "group", "panelist %q was in another group before: groups form one partition", field(1))
	}
	v, err := s.value(field(4), points)
	if err != nil {
		return t.wrong(4, "value", "%s", err)
	}
	if v != missing && !s.set(round, item, panelist, v) {
		return t.wrong(4, "duplicate", "panelist %q answered item %q in round %d before", field(1), field(3), n)
	}
	return nil
}

// value reads an answer: a point of the scale, nothing, or "?".
func (s *Study) value(raw string, points int) (int8, error) {
	switch raw {
	case "":
		return missing, nil
	case "?":
		return cannotJudge, nil
	}
	v, err := strconv.Atoi(raw)
	if err != nil {
		return 0, fmt.Errorf("%q is no answer: give a whole number, nothing, or ? for \"cannot judge\"", raw)
	}
	if v -= s.Offset; v < 1 || v > points {
		return 0, fmt.Errorf("%s does not lie on the scale %d-%d", raw, 1+s.Offset, points+s.Offset)
	}
	return int8(v), nil
}
