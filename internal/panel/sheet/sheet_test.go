package sheet_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/panel/sheet"
	"delfi/internal/peak"
)

// people reads a sheet of names and gives them.
func people(file io.Reader) ([]string, error) {
	r := sheet.New(file, sheet.Limits{Lines: 1000, Bytes: 48 << 20})
	if _, err := r.Head(map[string]sheet.Field{"name": "name"}); err != nil {
		return nil, err
	}
	var out []string
	err := r.Each(func() {
		name, _ := r.Field("name")
		out = append(out, strings.Clone(name))
	})
	return out, err
}

// lines repeats a line without an end.
type lines struct {
	line string
	at   int // of the next byte
}

func (l *lines) Read(p []byte) (int, error) {
	n := copy(p, l.line[l.at:])
	l.at = (l.at + n) % len(l.line)
	return n, nil
}

// Lines that quotation marks join are bounded as one line is: a record, or the names of the
// columns, takes no more memory for as many lines as the file may have.
func TestARecordIsBounded(t *testing.T) {
	joined := &lines{line: "\"" + strings.Repeat(";", 4000) + "\"\n"}
	for name, file := range map[string]io.Reader{
		"a person": io.MultiReader(strings.NewReader("Name\nAda;\"\n"), joined),
		"columns":  io.MultiReader(strings.NewReader("Name;\"\n"), joined),
		"one text": io.MultiReader(strings.NewReader("Name\n\""), &lines{line: "Ada\n"}),
	} {
		peak.Within(t, 32<<20, func() {
			_, err := people(file)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Fields[0].Code != "roll_record" {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	long := strings.Repeat("a", 500) + "\n"
	names, err := people(strings.NewReader("Name\n" + strings.Repeat("\""+strings.Repeat(long, 100)+"\"\n", 50)))
	if err != nil || len(names) != 50 || names[49] != strings.TrimSpace(strings.Repeat(long, 100)) {
		t.Errorf("%d long names (%v)", len(names), err)
	}
}
