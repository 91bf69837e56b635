package leaf

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Format is the first line of a file of leaves; the second is the table's ID, and
// each further one a leaf, "value salt", in the ascending order of their hashes.
// Hashes are left out: who checks computes them.
const Format = "delfi leaves v1\n"

// lineMost bounds a line of a file of leaves.
const lineMost = 64 << 10

// FileHead is the two lines before the leaves.
func FileHead(table string) string { return Format + table + "\n" }

// Reading is what a file of leaves was found to hold.
type Reading struct {
	Table string
	N     int
	Root  tlog.Hash
}

// Read streams a file of leaves: it checks the form of each line and that hashes
// rise strictly, and visits each value with its leaf's hash. The error names the
// line. Memory does not grow with the file.
func Read(r io.Reader, visit func(value string, hash tlog.Hash) error) (Reading, error) {
	in := bufio.NewReaderSize(r, lineMost)
	first, err := line1(in)
	if err != nil && !errors.Is(err, io.EOF) {
		return Reading{}, fmt.Errorf("line 1: %w", err)
	}
	if first+"\n" != Format {
		return Reading{}, errors.New("line 1: this is no file of leaves")
	}
	table, err := line1(in)
	if err != nil && !errors.Is(err, io.EOF) {
		return Reading{}, fmt.Errorf("line 2: %w", err)
	}
	if table == "" {
		return Reading{}, errors.New("line 2: the table is not named")
	}
	out := Reading{Table: table}
	var tree Tree
	var last tlog.Hash
	hashes := newTexts(table)
	for n := 3; ; n++ {
		text, err := line1(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return out, fmt.Errorf("line %d: %w", n, err)
		}
		at := strings.LastIndexByte(text, ' ')
		if at < 1 {
			return out, fmt.Errorf("line %d: no value with its salt", n)
		}
		value, written := text[:at], text[at+1:]
		var salt Salt
		// Strict, so that one salt has one spelling.
		raw, err := base64.StdEncoding.Strict().DecodeString(written)
		if err != nil || len(raw) != SaltSize {
			return out, fmt.Errorf("line %d: %q is no salt", n, written)
		}
		copy(salt[:], raw)
		h := hashes.hash(value, &salt)
		if out.N > 0 && bytes.Compare(last[:], h[:]) >= 0 {
			if last == h {
				return out, fmt.Errorf("line %d: the leaf stands twice", n)
			}
			return out, fmt.Errorf("line %d: leaves are not in the order of their hashes", n)
		}
		last = h
		tree.Add(h)
		out.N++
		if err := visit(value, h); err != nil {
			return out, fmt.Errorf("line %d: %w", n, err)
		}
	}
	out.Root = tree.Root()
	return out, nil
}

// line1 reads one LF-ended line without its end; io.EOF after the last.
func line1(in *bufio.Reader) (string, error) {
	text, err := in.ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF) && len(text) == 0:
		return "", io.EOF
	case errors.Is(err, io.EOF):
		return "", errors.New("the last line has no end")
	case errors.Is(err, bufio.ErrBufferFull):
		return "", fmt.Errorf("the line is longer than %d bytes", lineMost)
	case err != nil:
		return "", err
	}
	return string(text[:len(text)-1]), nil
}
