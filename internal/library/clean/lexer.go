package clean

import (
	"bytes"
	"strconv"
)

// kind is the kind of a token of a PDF (ISO 32000-1, 7.2).
type kind uint8

const (
	tokEnd       kind = iota // the end
	tokName                  // its slash excluded
	tokText                  // (…), the brackets excluded
	tokFigures               // <…>, the brackets excluded
	tokOpen                  // <<
	tokClose                 // >>
	tokArray                 // [
	tokArrayEnd              // ]
	tokNumber                // a number without a fraction
	tokReference             // a number, a generation and R
	tokWord                  // any other
	tokComment               // a comment
)

// token is one of a document, where it stands.
type token struct {
	kind
	begin, end int
	number     int // of whole and refers
}

// lexer reads the tokens of part of a document.
type lexer struct {
	b     []byte
	at    int
	until int
	loose bool // it may be no text at all: brackets need not close
	open  bool // one did not
}

const pdfBlanks = "\x00\t\n\f\r "

// The classes of characters.
const (
	regular = iota
	blank
	delimiter
)

var classOf = func() (out [256]byte) {
	for _, c := range []byte(pdfBlanks) {
		out[c] = blank
	}
	for _, c := range []byte("()<>[]{}/%") {
		out[c] = delimiter
	}
	return out
}()

// next reads a token; a damaged one is an error.
func (l *lexer) next() (token, error) {
	for l.at < l.until && classOf[l.b[l.at]] == blank {
		l.at++
	}
	if l.at >= l.until {
		return token{begin: l.until, end: l.until}, nil
	}
	begin := l.at
	l.at++
	switch l.b[begin] {
	case '/':
		end := l.run()
		return token{kind: tokName, begin: begin + 1, end: end}, nil
	case '%':
		for l.at < l.until && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
			l.at++
		}
		return token{kind: tokComment, begin: begin + 1, end: l.at}, nil
	case '(':
		return l.text(begin)
	case '<':
		if l.at < l.until && l.b[l.at] == '<' {
			l.at++
			return token{kind: tokOpen, begin: begin, end: l.at}, nil
		}
		return l.figures(begin)
	case '>':
		if l.at < l.until && l.b[l.at] == '>' {
			l.at++
			return token{kind: tokClose, begin: begin, end: l.at}, nil
		}
	case '[':
		return token{kind: tokArray, begin: begin, end: l.at}, nil
	case ']':
		return token{kind: tokArrayEnd, begin: begin, end: l.at}, nil
	case ')', '{', '}':
	default:
		l.at = begin
		l.run()
		if n, is := number(l.b[begin:l.at]); is {
			return l.reference(token{kind: tokNumber, begin: begin, end: l.at, number: n}), nil
		}
	}
	return token{kind: tokWord, begin: begin, end: l.at}, nil
}

// run goes to the end of regular characters.
func (l *lexer) run() int {
	for l.at < l.until && classOf[l.b[l.at]] == regular {
		l.at++
	}
	return l.at
}

// number reads a number without a fraction.
func number(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 10 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// reference reads on where a number begins a reference.
func (l *lexer) reference(t token) token {
	at, of := l.at, 0
	for _, c := range l.b[at:min(l.until, at+40)] {
		switch {
		case classOf[c] == blank:
			if of == 1 {
				of = 2
			}
		case c >= '0' && c <= '9' && of <= 1 && (of == 1 || at > l.at):
			of = 1
		case c == 'R' && of == 2 && (at+1 == l.until || classOf[l.b[at+1]] != regular):
			l.at = at + 1
			return token{kind: tokReference, begin: t.begin, end: l.at, number: t.number}
		default:
			return t
		}
		at++
	}
	return t
}

// text reads a text in brackets.
func (l *lexer) text(begin int) (token, error) {
	if !l.open {
		depth := 1
		for i := begin + 1; i < l.until; i++ {
			switch l.b[i] {
			case '\\':
				i++
			case '(':
				depth++
			case ')':
				if depth--; depth == 0 {
					l.at = i + 1
					return token{kind: tokText, begin: begin + 1, end: i}, nil
				}
			}
		}
		if !l.loose {
			return token{}, damaged
		}
		l.open = true
	}
	return token{kind: tokWord, begin: begin, end: l.at}, nil
}

// figures reads a text in hexadecimal figures.
func (l *lexer) figures(begin int) (token, error) {
	for i := begin + 1; i < l.until; i++ {
		c := l.b[i]
		switch {
		case c == '>':
			l.at = i + 1
			return token{kind: tokFigures, begin: begin + 1, end: i}, nil
		case classOf[c] == blank, c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'f':
			continue
		}
		break
	}
	if !l.loose {
		return token{}, damaged
	}
	return token{kind: tokWord, begin: begin, end: l.at}, nil
}

// longestName is the length of a name that anything is known about, with each of its
// characters escaped.
const longestName = 3 * 22

// named gives a name without its escapes (7.3.5); "" for one that is longer than any that
// is known.
func named(raw []byte, into *[longestName]byte) []byte {
	if len(raw) > longestName {
		return nil
	}
	if bytes.IndexByte(raw, '#') < 0 {
		return raw
	}
	out := into[:0]
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '#' && i+2 < len(raw) {
			if v, err := strconv.ParseUint(string(raw[i+1:i+3]), 16, 8); err == nil {
				c = byte(v)
				i += 2
			}
		}
		out = append(out, c)
	}
	return out
}
