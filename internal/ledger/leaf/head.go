package leaf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Head commits to one table: how many leaves, and their root.
type Head struct {
	Table string // the table's ID
	N     int
	Root  tlog.Hash
}

// Text is the head's four lines.
func (h Head) Text() string {
	return fmt.Sprintf("delfi table v1\n%s\n%d\n%s\n", h.Table, h.N, h.Root)
}

// Heads writes heads one after the other, in table order.
func Heads(heads []Head) []byte {
	var b bytes.Buffer
	for _, h := range heads {
		b.WriteString(h.Text())
	}
	return b.Bytes()
}

// ParseHeads reads what Heads wrote. The error names the line.
func ParseHeads(text []byte) ([]Head, error) {
	lines, err := records(text, 4, "delfi table v1")
	if err != nil {
		return nil, err
	}
	out := make([]Head, 0, len(lines)/4)
	for i := 0; i < len(lines); i += 4 {
		n, err := strconv.Atoi(lines[i+2])
		if err != nil || n < 0 || strconv.Itoa(n) != lines[i+2] {
			return nil, fmt.Errorf("line %d: %q is no number of leaves", i+3, lines[i+2])
		}
		root, err := tlog.ParseHash(lines[i+3])
		if err != nil {
			return nil, fmt.Errorf("line %d: %q is no root", i+4, lines[i+3])
		}
		out = append(out, Head{Table: lines[i+1], N: n, Root: root})
	}
	return out, nil
}

// records splits a text into LF-ended lines, so many a record, the first of each
// being its format.
func records(text []byte, each int, format string) ([]string, error) {
	if len(text) == 0 {
		return nil, nil
	}
	if text[len(text)-1] != '\n' {
		return nil, fmt.Errorf("the last line has no end")
	}
	lines := strings.Split(string(text[:len(text)-1]), "\n")
	if len(lines)%each != 0 {
		return nil, fmt.Errorf("%d lines are no whole number of records of %d", len(lines), each)
	}
	for i := 0; i < len(lines); i += each {
		if lines[i] != format {
			return nil, fmt.Errorf("line %d: %q instead of %q", i+1, lines[i], format)
		}
	}
	return lines, nil
}

// Root is the root of a round: the tree over its heads, in table order.
func Root(heads []Head) tlog.Hash {
	var t Tree
	for _, h := range heads {
		t.Add(tlog.RecordHash([]byte(h.Text())))
	}
	return t.Root()
}

// Tally is the commitment to one table's counts, zeros included. A table without
// declared values (the marks) has its N alone.
type Tally struct {
	Table  string // the table's ID
	Values []string
	Counts []int
	N      int
}

// Text is the tally's three lines: format, table, and either "value=count" for
// every declared value or the number of leaves.
func (t Tally) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "delfi tally v1\n%s\n", t.Table)
	if len(t.Values) == 0 {
		fmt.Fprintf(&b, "%d\n", t.N)
		return b.String()
	}
	for i, v := range t.Values {
		if i > 0 {
			b.WriteByte(' ')
		}
		// A value may hold "=" (">=+1"), a count never does: the last one divides.
		fmt.Fprintf(&b, "%s=%d", v, t.Counts[i])
	}
	b.WriteByte('\n')
	return b.String()
}

// Tallies writes tallies one after the other, in table order.
func Tallies(tallies []Tally) []byte {
	var b bytes.Buffer
	for _, t := range tallies {
		b.WriteString(t.Text())
	}
	return b.Bytes()
}

// valueMost bounds a value of a tally; values are short names and figures.
const valueMost = 1 << 10

// ParseTallies reads what Tallies wrote. The error names the line.
func ParseTallies(text []byte) ([]Tally, error) {
	lines, err := records(text, 3, "delfi tally v1")
	if err != nil {
		return nil, err
	}
	out := make([]Tally, 0, len(lines)/3)
	for i := 0; i < len(lines); i += 3 {
		t := Tally{Table: lines[i+1]}
		if n, ok := count(lines[i+2]); ok {
			t.N = n
			out = append(out, t)
			continue
		}
		value := ""
		for _, part := range strings.Split(lines[i+2], " ") {
			value += part
			at := strings.LastIndexByte(value, '=')
			if at < 0 && len(value) > valueMost {
				return nil, fmt.Errorf("line %d: a value is longer than %d bytes", i+3, valueMost)
			}
			if at < 0 {
				value += " " // a value may hold a space ("any 0")
				continue
			}
			n, ok := count(value[at+1:])
			if !ok {
				return nil, fmt.Errorf("line %d: %q is no count", i+3, value[at+1:])
			}
			if at == 0 {
				return nil, fmt.Errorf("line %d: %q has no value", i+3, value)
			}
			t.Values, t.Counts, t.N = append(t.Values, value[:at]), append(t.Counts, n), t.N+n
			value = ""
		}
		if value != "" {
			return nil, fmt.Errorf("line %d: %q is no value with its count", i+3, strings.TrimSuffix(value, " "))
		}
		out = append(out, t)
	}
	return out, nil
}

// count reads a number of people in its one spelling.
func count(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && strconv.Itoa(n) == text
}

// Digest is the hex SHA-256 of a document, as entries of the log name it.
func Digest(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}
