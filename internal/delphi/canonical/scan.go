package canonical

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds on every text that is read, whoever wrote it; no document of Delfi is near one.
const (
	deepest     = 64       // lists and objects within each other
	longestName = 4 << 10  // bytes of a field's name
	longestUnit = 64 << 10 // bytes of a value that a type reads by itself: a figure, an id, a time
	longestNum  = 64       // bytes of a number
	longestPart = 1 << 20  // bytes of a value that is read by itself from a stream
)

// Code tells what kind of fault a text has.
type Code string

// The codes.
const (
	Syntax  Code = "syntax"  // no JSON, or not in canonical form
	Early   Code = "early"   // it ends too early
	Unknown Code = "unknown" // a field that the form does not have
	Type    Code = "type"    // a value of another shape than the field's
	Form    Code = "form"    // fields that are missing, twice or out of order, values that are spelled in another way
	Cost    Code = "cost"    // longer, deeper or of more values than may be read
)

// Fault says where a text cannot be read, and why.
type Fault struct {
	Code         Code
	Path         string // of the value: "items[3].text"; "" for the whole
	Offset       int64  // bytes before the place
	Line, Column int    // of the place, from 1; a column counts bytes
	What         string // in words, as "must be a list"
	Want         string // of Type: the shape of the field, in words
	Found        string // of Type: the shape that stands there
}

// Error names the value, or else the byte.
func (f *Fault) Error() string {
	if f.Path != "" {
		return "at " + f.Path + ": " + f.What
	}
	return fmt.Sprintf("byte %d: %s", f.Offset+1, f.What)
}

// Reader reads one JSON text as a stream: no more of it is in memory than a part, beside
// the values that it is read into. It is not for concurrent use.
type Reader struct {
	in     io.Reader // nil when buf is the whole text
	most   int64     // bytes that may be read
	buf    []byte
	at     int      // in buf
	base   int64    // bytes before buf
	from   int64    // the first byte that stays in buf; -1 for at
	all    bool     // every byte is kept
	bound  int64    // byte before which the value in hand must end; 0 for none
	kept   [][]byte // the bytes before buf, where all are
	ended  error    // why there is no more: io.EOF, or the source's error
	canon  bool     // canonical form alone
	some   bool     // fields that the form does not have are passed over
	lines  int      // line feeds before buf
	last   int64    // byte after the last line feed before buf
	depth  int
	path   []step
	names  [][]byte // the last name in each object that is being read, by its depth
	spent  int64    // bytes of the values so far
	since  int64    // where reading into values began
	sizes  []int    // of the long lists, in the order in which they turn out to be long
	first  bool     // of two readings: sizes are noted, and no value is made
	word   []byte   // a text without its escapes
	number [longestNum]byte
}

// step is one part of a path.
type step struct {
	name string
	n    int // of a list's entry; -1 for a field
}

// NewReader reads JSON as others write it: with spaces, in any order of fields. Of a text
// that is longer than most bytes no more is read.
func NewReader(in io.Reader, most int64) *Reader {
	return &Reader{in: in, most: most, from: -1}
}

// inMemory reads a text that is at hand whole.
func inMemory(text []byte) *Reader {
	return &Reader{buf: text, most: int64(len(text)), from: -1}
}

// again turns a reader to the beginning of a text that it has read, with the lengths of its
// long lists and its room for names.
func (r *Reader) again(text []byte) {
	*r = Reader{
		buf: text, most: int64(len(text)), from: -1, canon: r.canon, some: r.some, sizes: r.sizes,
		path: r.path[:0], names: r.names, word: r.word[:0],
	}
}

// Place tells where the reader stands: line and column, from 1; a column counts bytes.
func (r *Reader) Place() (line, column int) {
	done := r.buf[:r.at]
	start := r.last
	if n := bytes.LastIndexByte(done, '\n'); n >= 0 {
		start = r.base + int64(n) + 1
	}
	return 1 + r.lines + bytes.Count(done, []byte("\n")), int(r.base+int64(r.at)-start) + 1
}

// Offset is how many bytes were read so far.
func (r *Reader) Offset() int64 { return r.base + int64(r.at) }

// fault is one where the reader stands.
func (r *Reader) fault(code Code, format string, args ...any) *Fault {
	f := &Fault{Code: code, Path: r.where(), Offset: r.Offset(), What: fmt.Sprintf(format, args...)}
	f.Line, f.Column = r.Place()
	return f
}

// where is the path of the value in hand.
func (r *Reader) where() string {
	var b strings.Builder
	for _, s := range r.path {
		switch {
		case s.n >= 0:
			fmt.Fprintf(&b, "[%d]", s.n)
		case b.Len() > 0:
			b.WriteString("." + s.name)
		default:
			b.WriteString(s.name)
		}
	}
	return b.String()
}

// fill reads more of the source; false at its end.
func (r *Reader) fill() bool {
	if r.in == nil || r.ended != nil {
		return false
	}
	if r.bound > 0 && r.Offset() > r.bound {
		r.ended = r.fault(Cost, "the value is longer than any of its kind may be")
		return false
	}
	if keep := r.keep(); keep > 0 {
		gone := r.buf[:keep]
		if n := bytes.LastIndexByte(gone, '\n'); n >= 0 {
			r.lines += bytes.Count(gone, []byte("\n"))
			r.last = r.base + int64(n) + 1
		}
		if r.all {
			r.kept = append(r.kept, bytes.Clone(gone))
		}
		r.buf = r.buf[:copy(r.buf, r.buf[keep:])]
		r.at -= keep
		r.base += int64(keep)
	}
	if len(r.buf) == cap(r.buf) {
		grown := make([]byte, len(r.buf), max(2*piece, cap(r.buf)+cap(r.buf)/2))
		copy(grown, r.buf)
		r.buf = grown
	}
	for range 100 {
		n, err := r.in.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if r.base+int64(len(r.buf)) > r.most {
			r.buf = r.buf[:r.most-r.base]
			r.ended = &Fault{Code: Cost, Offset: r.most, What: fmt.Sprintf("the text is longer than %d bytes", r.most)}
			return r.at < len(r.buf)
		}
		if err != nil {
			r.ended = err
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	r.ended = io.ErrNoProgress
	return false
}

// keep is how many bytes at the begin of buf are done with.
func (r *Reader) keep() int {
	if r.from >= 0 {
		return int(r.from - r.base)
	}
	return r.at
}

// over is the error of a text that ends where it must not.
func (r *Reader) over() error {
	if r.ended != nil && !errors.Is(r.ended, io.EOF) {
		return r.ended
	}
	return r.fault(Early, "the text ends too early")
}

// byte gives the next byte without taking it.
func (r *Reader) byte() (byte, error) {
	if r.at == len(r.buf) && !r.fill() {
		return 0, r.over()
	}
	return r.buf[r.at], nil
}

// peek gives the first byte of the next value or sign.
func (r *Reader) peek() (byte, error) {
	for {
		b, err := r.byte()
		if err != nil || b != ' ' && b != '\t' && b != '\n' && b != '\r' {
			return b, err
		}
		if r.canon {
			return 0, r.fault(Syntax, "a space stands where canonical JSON has none")
		}
		r.at++
	}
}

// sign takes a sign that must stand here.
func (r *Reader) sign(want byte) error {
	b, err := r.peek()
	if err != nil {
		return err
	}
	if b != want {
		return r.fault(Syntax, "expected %q, found %q", want, b)
	}
	r.at++
	return nil
}

// next steps over a comma, or over the closing sign and says so.
func (r *Reader) next(closing byte) (bool, error) {
	b, err := r.peek()
	switch {
	case err != nil:
		return false, err
	case b == closing:
		r.at++
		return true, nil
	case b != ',':
		return false, r.fault(Syntax, "expected a comma or %q, found %q", closing, b)
	}
	r.at++
	return false, nil
}

// End sees that nothing follows the value.
func (r *Reader) End() error {
	_, err := r.peek()
	var f *Fault
	switch {
	case err == nil:
		return r.fault(Syntax, "there is more after the end of the document")
	case errors.As(err, &f) && f.Code == Early:
		return nil
	}
	return err
}

// open enters a list or an object.
func (r *Reader) open() error {
	if r.depth++; r.depth > deepest {
		return r.fault(Cost, "lists and objects stand within each other more than %d deep", deepest)
	}
	r.at++
	return nil
}

// begins names the shape of a value by its first byte; "" for none.
func begins(b byte) string {
	switch {
	case b == '{':
		return "an object"
	case b == '[':
		return "a list"
	case b == '"':
		return "a text"
	case b == 't', b == 'f':
		return "true or false"
	case b == 'n':
		return "null"
	case b == '-', b >= '0' && b <= '9':
		return "a number"
	}
	return ""
}

// literal takes true, false or null.
func (r *Reader) literal(word string) error {
	for n := range len(word) {
		b, err := r.byte()
		if err != nil {
			return err
		}
		if b != word[n] {
			return r.fault(Syntax, "expected a value")
		}
		r.at++
	}
	return nil
}
