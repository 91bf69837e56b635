package protocol

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"delfi/internal/fault"
)

// The limits of a document: far above what a protocol needs, far below what
// could hurt a server.
const (
	Longest       = 256 << 10 // bytes
	MostRounds    = 10        // of a consultation
	MostLanguages = 8
	MostGroups    = 12
	MostKinds     = 20 // of items
	documentDepth = 12
	documentWhole = 1<<53 - 1 // the whole numbers that every JSON reader keeps exactly
)

// shape is what sort of JSON value a node is, in the words of error messages.
type shape string

const (
	anObject shape = "an object"
	aList    shape = "a list"
	aText    shape = "a text"
	aWhole   shape = "a whole number"
	aBool    shape = "true or false"
	aNull    shape = "null"
)

// node is one JSON value of a document.
type node struct {
	shape  shape
	text   string
	whole  int
	truth  bool
	list   []node
	fields map[string]node
}

// scanner reads JSON more strictly than encoding/json, which lets a later
// duplicate field win, replaces broken text, and rounds numbers: two readers
// could then see two protocols behind one hash.
type scanner struct {
	in     []byte
	at     int
	faults []fault.Field // duplicate fields: named by path, reading goes on
}

// parseDocument reads a JSON document whose numbers are whole. The fault names
// line and column of broken syntax, or the path of every duplicate field.
func parseDocument(in []byte) (node, error) {
	if len(in) > Longest {
		return node{}, fault.New(fault.TooLarge, "document_too_large", "the document is longer than 256 KiB")
	}
	if !utf8.Valid(in) {
		return node{}, broken("encoding", "the document is not UTF-8: save it as UTF-8")
	}
	s := &scanner{in: in}
	n, err := s.value("", 0)
	if err != nil {
		return node{}, err
	}
	s.space()
	if s.at < len(s.in) {
		return node{}, s.syntax("there is more after the end of the document: remove it")
	}
	if len(s.faults) > 0 {
		return node{}, fault.Bad(s.faults...)
	}
	return n, nil
}

func broken(code, message string) *fault.Fault {
	return fault.Bad(fault.Field{Name: "document", Code: code, Message: message})
}

// syntax says what is wrong at the present position, counted from 1.
func (s *scanner) syntax(message string) error {
	before := s.in[:min(s.at, len(s.in))]
	line := 1 + strings.Count(string(before), "\n")
	column := 1 + utf8.RuneCount(before[strings.LastIndexByte(string(before), '\n')+1:])
	f := broken("syntax", fmt.Sprintf("line %d, column %d: %s", line, column, message))
	f.Fields[0].Args = map[string]any{"line": line, "column": column}
	return f
}

func (s *scanner) space() {
	for s.at < len(s.in) && strings.IndexByte(" \t\r\n", s.in[s.at]) >= 0 {
		s.at++
	}
}

// peek gives the next byte that is no space, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.at == len(s.in) {
		return 0
	}
	return s.in[s.at]
}

func (s *scanner) value(path string, depth int) (node, error) {
	if depth > documentDepth {
		return node{}, s.syntax("too deeply nested")
	}
	switch c := s.peek(); {
	case c == '{':
		return s.object(path, depth)
	case c == '[':
		return s.array(path, depth)
	case c == '"':
		t, err := s.string()
		return node{shape: aText, text: t}, err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case c == 0:
		return node{}, s.syntax("the document ends too early")
	}
	for word, n := range map[string]node{
		"true": {shape: aBool, truth: true}, "false": {shape: aBool}, "null": {shape: aNull},
	} {
		if strings.HasPrefix(string(s.in[s.at:min(s.at+5, len(s.in))]), word) {
			s.at += len(word)
			return n, nil
		}
	}
	return node{}, s.syntax("expected a value")
}

func (s *scanner) object(path string, depth int) (node, error) {
	s.at++
	n := node{shape: anObject, fields: map[string]node{}}
	for first := true; ; first = false {
		if s.peek() == '}' && first {
			s.at++
			return n, nil
		}
		if s.peek() != '"' {
			return node{}, s.syntax("expected the name of a field in double quotes")
		}
		key, err := s.string()
		if err != nil {
			return node{}, err
		}
		if s.peek() != ':' {
			return node{}, s.syntax("expected a colon after the name of a field")
		}
		s.at++
		name := join(path, key)
		v, err := s.value(name, depth+1)
		if err != nil {
			return node{}, err
		}
		if _, twice := n.fields[key]; twice {
			s.faults = append(s.faults, fault.Field{Name: name, Code: "duplicate", Message: "is given twice: keep one"})
		}
		n.fields[key] = v
		if end, err := s.next('}'); err != nil || end {
			return n, err
		}
	}
}

func (s *scanner) array(path string, depth int) (node, error) {
	s.at++
	n := node{shape: aList}
	if s.peek() == ']' {
		s.at++
		return n, nil
	}
	for {
		v, err := s.value(fmt.Sprintf("%s[%d]", path, len(n.list)), depth+1)
		if err != nil {
			return node{}, err
		}
		n.list = append(n.list, v)
		if end, err := s.next(']'); err != nil || end {
			return n, err
		}
	}
}

// next steps over a comma, or over the closing bracket and says so.
func (s *scanner) next(closing byte) (bool, error) {
	switch s.peek() {
	case ',':
		s.at++
		return false, nil
	case closing:
		s.at++
		return true, nil
	}
	return false, s.syntax(fmt.Sprintf("expected a comma or %q", closing))
}

func (s *scanner) number() (node, error) {
	start := s.at
	for s.at < len(s.in) && strings.IndexByte("+-.0123456789eE", s.in[s.at]) >= 0 {
		s.at++
	}
	raw := string(s.in[start:s.at])
	digits := strings.TrimPrefix(raw, "-")
	v, err := strconv.Atoi(raw)
	whole := err == nil && v <= documentWhole && v >= -documentWhole && raw != "-0" && raw[0] != '+'
	if !whole || len(digits) > 1 && digits[0] == '0' {
		s.at = start
		return node{}, s.syntax("numbers are whole (shares in permille: 750 for 75 %), without leading zeros")
	}
	return node{shape: aWhole, whole: v}, nil
}

func (s *scanner) string() (string, error) {
	s.at++
	var b strings.Builder
	for s.at < len(s.in) {
		c := s.in[s.at]
		switch {
		case c == '"':
			s.at++
			return b.String(), nil
		case c < 0x20:
			return "", s.syntax("a control character stands in a text: write it as an escape")
		case c != '\\':
			b.WriteByte(c)
			s.at++
		default:
			r, err := s.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
		}
	}
	return "", s.syntax("the text is not closed")
}

// escape reads one escape, a surrogate pair as one. Half a pair is no text
// (RFC 8785, 3.2.2.2) and refused.
func (s *scanner) escape() (rune, error) {
	if s.at+1 >= len(s.in) {
		return 0, s.syntax("the text is not closed")
	}
	c := s.in[s.at+1]
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		s.at += 2
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	r, ok := s.hex(s.at)
	if c != 'u' || !ok {
		return 0, s.syntax("unknown escape in a text")
	}
	if !utf16.IsSurrogate(r) {
		s.at += 6
		return r, nil
	}
	low, ok := s.hex(s.at + 6)
	if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
		s.at += 12
		return pair, nil
	}
	return 0, s.syntax("half a surrogate pair stands in a text")
}

// hex reads \uXXXX at a position.
func (s *scanner) hex(at int) (rune, bool) {
	if at+6 > len(s.in) || s.in[at] != '\\' || s.in[at+1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(s.in[at+2:at+6]), 16, 16)
	return rune(v), err == nil
}

// join gives the path of a field below another.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
