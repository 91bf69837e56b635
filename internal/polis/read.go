package polis

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"delfi/internal/fault"
	"delfi/internal/prose"
	study "delfi/internal/study/source"
)

// Conversation is an export, read whole and checked.
type Conversation struct {
	Title       string
	Description string // "" when the export has none
	URL         string // where it was held; "" when the export does not say
	Comments    []Comment
	Voters      []string // of at least one vote on a comment that was not rejected, in order of their first
	Votes       []Vote   // on comments that were not rejected, by time, then by line
}

// Comment is one comment.
type Comment struct {
	ID, Author string
	Body       string // may be empty, or of any length, in a rejected one
	Rejected   bool   // by the moderators there
	line       int
}

// Vote is one vote, as indexes into the conversation's lists. It is small: a conversation
// may have millions.
type Vote struct {
	time    int64
	Voter   int32
	Comment uint16
	Value   int8 // on Delfi's scale: 1 disagree, 2 unsure, 3 agree
}

// Bounds of an export: more than any conversation had, and less than fills a machine. An
// export at all of its bounds costs less than 512 MiB, one of 10 MB less than 64 MiB
// (cost_test.go).
const (
	pairsMost    = 100       // lines of the summary
	columnsMost  = 64        // of a table
	commentsMost = 20_000    // with those that were rejected
	votersMost   = 250_000   // who voted
	votesMost    = 5_000_000 // on comments that were not rejected
	idMost       = 64        // bytes of the id of a voter
)

// The files of an export.
const (
	summaryFile  = "summary.csv"
	commentsFile = "comments.csv"
	votesFile    = "votes.csv"
)

// Read reads the folder of an export: comments.csv, votes.csv, summary.csv. It
// takes all of it or nothing: the first thing that is missing or does not make
// sense is an Invalid fault that names file, line and column. Of a rejected comment,
// and of votes on it, only ids and the rejection must make sense.
func Read(dir string, tell func(Progress)) (*Conversation, error) {
	c, from := &Conversation{}, &source{dir: dir, tell: tell}
	if err := c.readSummary(from); err != nil {
		return nil, err
	}
	byID, err := c.readComments(from)
	if err != nil {
		return nil, err
	}
	if err := c.readVotes(from, byID); err != nil {
		return nil, err
	}
	tell(Progress{Phase: Reading, Done: from.lines, Total: from.lines, Note: fmt.Sprintf("%d comments, %d votes that count", len(c.Comments), len(c.Votes))})
	return c, nil
}

// source is the folder of an export while it is read.
type source struct {
	dir   string
	lines int // read so far, of all files
	tell  func(Progress)
}

// every is after how many lines it is told how far the reading is.
const every = 5000

func (s *source) line() {
	if s.lines++; s.lines%every == 0 {
		s.tell(Progress{Phase: Reading, Done: s.lines})
	}
}

// place is where in a file something stands.
type place struct {
	file   string
	line   int    // 0 for the whole file
	column string // "" for the whole line
}

func (p place) String() string {
	s := p.file
	if p.line > 0 {
		s += ", line " + strconv.Itoa(p.line)
	}
	if p.column != "" {
		s += ", column " + p.column
	}
	return s
}

// broken refuses the export for what stands at a place.
func broken(p place, format string, args ...any) error {
	f := fault.Bad(fault.Field{Name: p.String(), Code: "broken_file", Message: fmt.Sprintf(format, args...)})
	f.Message = "the conversation cannot be imported"
	return f
}

// table is a CSV file, read row by row.
type table struct {
	from    *source
	file    string
	csv     *csv.Reader
	bound   *study.Rows
	closer  io.Closer
	columns map[string]int
	names   []string
	row     []string
}

// open opens a file of an export; header names the columns that it must have, nil
// for a file without header.
func (s *source) open(name string, header []string) (*table, error) {
	f, err := os.Open(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, broken(place{file: name}, "is missing in %s", s.dir)
	}
	if err != nil {
		return nil, broken(place{file: name}, "cannot be read: %v", err)
	}
	in := bufio.NewReaderSize(f, 1<<16)
	// Spreadsheets put a byte order mark first; it is no part of the first column's name.
	if mark, _ := in.Peek(3); string(mark) == "\xEF\xBB\xBF" {
		_, _ = in.Discard(3) // three bytes that were just seen
	}
	bound := &study.Rows{In: in}
	t := &table{from: s, file: name, csv: csv.NewReader(bound), bound: bound, closer: f, columns: map[string]int{}}
	t.csv.FieldsPerRecord, t.csv.ReuseRecord = -1, true
	if header == nil {
		return t, nil
	}
	if err := t.head(header); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return t, nil
}

// head reads the line of column names.
func (t *table) head(needed []string) error {
	if more, err := t.next(); err != nil {
		return err
	} else if !more {
		return broken(place{file: t.file}, "is empty")
	}
	t.names = slices.Clone(t.row)
	for i, name := range t.names {
		name = strings.TrimSpace(name)
		t.names[i] = name
		if _, twice := t.columns[name]; twice {
			return broken(place{t.file, 1, name}, "stands twice in the header")
		}
		t.columns[name] = i
	}
	for _, name := range needed {
		if _, ok := t.columns[name]; !ok {
			return broken(place{t.file, 1, name}, "is missing in the header")
		}
	}
	return nil
}

// next reads a row; false at the end of the file.
func (t *table) next() (bool, error) {
	t.bound.Begin()
	row, err := t.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return false, nil
	case errors.Is(err, study.ErrRow):
		return false, broken(place{file: t.file}, "%v", err)
	case err == nil && len(row) > columnsMost:
		return false, broken(place{file: t.file, line: t.line()}, "has %d fields: an export has at most %d", len(row), columnsMost)
	}
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return false, broken(place{t.file, bad.Line, strconv.Itoa(bad.Column)}, "is no CSV: %v", bad.Err)
	}
	if err != nil {
		return false, broken(place{file: t.file}, "cannot be read: %v", err)
	}
	t.row = row
	t.from.line()
	for i, field := range row {
		if len(field) > study.Longest {
			return false, broken(t.at(i), "is longer than %d bytes", study.Longest)
		}
		if !utf8.ValidString(field) {
			return false, broken(t.at(i), "is not UTF-8")
		}
		if strings.ContainsRune(field, 0) {
			return false, broken(t.at(i), "contains a NUL character")
		}
	}
	switch {
	case t.names == nil:
	case len(row) < len(t.names):
		return false, broken(place{t.file, t.line(), t.names[len(row)]}, "is missing: the line has %d columns and the header %d", len(row), len(t.names))
	case len(row) > len(t.names):
		return false, broken(place{t.file, t.line(), strconv.Itoa(len(t.names) + 1)}, "has no name: the line has %d columns and the header %d", len(row), len(t.names))
	}
	return true, nil
}

// line is where the current row begins.
func (t *table) line() int {
	line, _ := t.csv.FieldPos(0)
	return line
}

// at is the place of a field of the current row.
func (t *table) at(i int) place {
	line, _ := t.csv.FieldPos(i)
	if i < len(t.names) {
		return place{t.file, line, t.names[i]}
	}
	return place{t.file, line, strconv.Itoa(i + 1)}
}

// field gives a named field of the current row, trimmed.
func (t *table) field(name string) string { return strings.TrimSpace(t.row[t.columns[name]]) }

// bad refuses the export for a named field of the current row.
func (t *table) bad(name, format string, args ...any) error {
	return broken(t.at(t.columns[name]), format, args...)
}

// needed gives a named field that may not be empty.
func (t *table) needed(name string) (string, error) {
	s := t.field(name)
	if s == "" {
		return "", t.bad(name, "is empty")
	}
	return strings.Clone(s), nil
}

// instant reads a field of milliseconds since 1970.
func (t *table) instant(name string) (int64, error) {
	s := t.field(name)
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || s[0] == '+' {
		return 0, t.bad(name, "%q is no timestamp: milliseconds since 1970 are expected", shortened(s))
	}
	return n, nil
}

// shortened is a value as a message may repeat it.
func shortened(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// readSummary reads the title, and where the conversation was held: one pair a line.
func (c *Conversation) readSummary(from *source) error {
	const file = summaryFile
	t, err := from.open(file, nil)
	if err != nil {
		return err
	}
	defer t.closer.Close()
	rows, lines := map[string]string{}, map[string]int{}
	for {
		more, err := t.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if len(t.row) != 2 {
			return broken(place{t.file, t.line(), strconv.Itoa(len(t.row))}, "has no pair of a name and a value")
		}
		name := strings.TrimSpace(t.row[0])
		if _, twice := rows[name]; twice {
			return broken(place{t.file, t.line(), name}, "stands twice")
		}
		if len(rows) == pairsMost {
			return broken(place{t.file, t.line(), ""}, "is more than the %d lines of a summary", pairsMost)
		}
		rows[name], lines[name] = strings.TrimSpace(t.row[1]), t.line()
	}
	if len(rows) == 0 {
		return broken(place{file: file}, "is empty")
	}
	c.Title = prose.Flat(rows["topic"])
	c.Description = prose.Flat(rows["conversation-description"])
	if c.Title == "" {
		return broken(place{file, lines["topic"], "topic"}, "is needed as the title")
	}
	if c.URL = rows["url"]; c.URL != "" {
		// It becomes a link on every page of the consultation.
		if u, err := url.Parse(c.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return broken(place{file, lines["url"], "url"}, "%q is no web address", shortened(c.URL))
		}
	}
	return nil
}

// readComments reads the comments, and gives where each stands by its id.
func (c *Conversation) readComments(from *source) (map[string]int, error) {
	const file = commentsFile
	t, err := from.open(file, []string{"comment-id", "author-id", "moderated", "comment-body"})
	if err != nil {
		return nil, err
	}
	defer t.closer.Close()
	_, dated := t.columns["timestamp"]
	byID := map[string]int{}
	for {
		more, err := t.next()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		one, err := t.comment()
		if err != nil {
			return nil, err
		}
		if dated && !one.Rejected {
			if _, err := t.instant("timestamp"); err != nil {
				return nil, err
			}
		}
		if _, twice := byID[one.ID]; twice {
			return nil, t.bad("comment-id", "%q stands twice", shortened(one.ID))
		}
		if len(c.Comments) == commentsMost {
			return nil, broken(place{t.file, t.line(), ""}, "is more than the %d comments that are read of one export", commentsMost)
		}
		byID[one.ID] = len(c.Comments)
		c.Comments = append(c.Comments, one)
	}
	if len(c.Comments) == 0 {
		return nil, broken(place{file: file}, "is empty: it holds no comment")
	}
	return byID, nil
}

// comment reads the current row of comments.csv.
func (t *table) comment() (one Comment, err error) {
	one.line = t.line()
	if one.ID, err = t.needed("comment-id"); err != nil {
		return one, err
	}
	switch m := t.field("moderated"); m {
	case "1", "0":
	case "-1":
		one.Rejected = true
	default:
		return one, t.bad("moderated", "%q is unknown: 1, 0 or -1 is expected", shortened(m))
	}
	if one.Rejected {
		one.Author, one.Body = strings.Clone(t.field("author-id")), strings.Clone(t.field("comment-body"))
		return one, nil
	}
	if one.Author, err = t.needed("author-id"); err != nil {
		return one, err
	}
	// A statement is one line here, however it was typed there.
	if one.Body = prose.Flat(t.field("comment-body")); one.Body == "" {
		return one, t.bad("comment-body", "is empty")
	}
	return one, nil
}

// values turns Polis's votes into points of a scale.
var values = map[string]int8{"-1": 1, "0": 2, "1": 3}

// readVotes reads the votes on comments that were not rejected.
func (c *Conversation) readVotes(from *source, byID map[string]int) error {
	const file = votesFile
	t, err := from.open(file, []string{"timestamp", "comment-id", "voter-id", "vote"})
	if err != nil {
		return err
	}
	defer t.closer.Close()
	ids := map[string]int32{} // voter → number given here
	var parts [][]Vote        // of one list, which is made when its length is known
	read, count := 0, 0
	for {
		more, err := t.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		read++
		comment, known := byID[t.field("comment-id")]
		if !known {
			return t.bad("comment-id", "%q is in no line of comments.csv", shortened(t.field("comment-id")))
		}
		if c.Comments[comment].Rejected {
			continue // who voted on nothing else is no panelist
		}
		v := Vote{Comment: uint16(comment)}
		if v.time, err = t.instant("timestamp"); err != nil {
			return err
		}
		voter := t.field("voter-id")
		if voter == "" {
			return t.bad("voter-id", "is empty")
		}
		if v.Value, known = values[t.field("vote")]; !known {
			return t.bad("vote", "%q is no vote: 1, 0 or -1 is expected", shortened(t.field("vote")))
		}
		if v.Voter, known = ids[voter]; !known {
			switch {
			case len(ids) == votersMost:
				return t.bad("voter-id", "is one more than the %d voters that one import takes: divide votes.csv by voters into several exports", votersMost)
			case len(voter) > idMost:
				return t.bad("voter-id", "is longer than %d bytes: write a number or another short id for each voter", idMost)
			}
			voter = strings.Clone(voter) // the reader reuses its row
			v.Voter = int32(len(ids))
			ids[voter] = v.Voter
			c.Voters = append(c.Voters, voter)
		}
		if count++; count > votesMost {
			return broken(place{t.file, t.line(), ""}, "is one more than the %d votes that one import takes: leave out those that the same voter changed later, or divide votes.csv by voters into several exports", votesMost)
		}
		if n := len(parts); n == 0 || len(parts[n-1]) == cap(parts[n-1]) {
			parts = append(parts, make([]Vote, 0, 1<<14))
		}
		last := &parts[len(parts)-1]
		*last = append(*last, v)
	}
	c.Votes = slices.Concat(parts...)
	if read == 0 {
		return broken(place{file: file}, "is empty: it holds no vote")
	}
	if len(c.Votes) == 0 {
		return broken(place{file: file}, "holds votes on rejected comments alone")
	}
	slices.SortStableFunc(c.Votes, func(a, b Vote) int { return cmp.Compare(a.time, b.time) })
	return nil
}
