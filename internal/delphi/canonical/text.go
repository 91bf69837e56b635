package canonical

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// quoted takes a text. Its content, without escapes, is valid until more is read; it is
// nil when nobody wants it. length counts its bytes.
func (r *Reader) quoted(want bool, most int64) (content []byte, length int64, err error) {
	if err := r.sign('"'); err != nil {
		return nil, 0, err
	}
	start, outer := r.Offset(), r.from
	if want && outer < 0 {
		r.from = start
	}
	defer func() { r.from = outer }()
	escapes := false
	for {
		if length > most {
			return nil, 0, r.fault(Cost, "the text is longer than %d bytes", most)
		}
		b, err := r.byte()
		switch {
		case err != nil:
			return nil, 0, err
		case b == '"':
			r.at++
			if !want {
				return nil, length, nil
			}
			content = r.buf[start-r.base : r.Offset()-1-r.base]
			if escapes {
				r.word = unescaped(r.word[:0], content)
				content = r.word
			}
			return content, length, nil
		case b < 0x20:
			return nil, 0, r.fault(Syntax, "a control character stands in a text: write it as an escape")
		case b == '\\':
			escapes = true
			n, err := r.escape()
			if err != nil {
				return nil, 0, err
			}
			length += n
		case b < utf8.RuneSelf:
			r.at++
			length++
		default:
			n, err := r.rune()
			if err != nil {
				return nil, 0, err
			}
			length += n
		}
	}
}

// ahead sees that so many bytes are in buf.
func (r *Reader) ahead(n int) bool {
	for len(r.buf)-r.at < n {
		if !r.fill() {
			return false
		}
	}
	return true
}

// rune takes a character of several bytes.
func (r *Reader) rune() (int64, error) {
	for n := 2; n <= utf8.UTFMax; n++ {
		if !r.ahead(n) || utf8.FullRune(r.buf[r.at:r.at+n]) {
			break
		}
	}
	c, size := utf8.DecodeRune(r.buf[r.at:])
	if c == utf8.RuneError && size <= 1 {
		return 0, r.fault(Syntax, "the text is not UTF-8")
	}
	r.at += size
	return int64(size), nil
}

// escape takes one escape, a surrogate pair as one, and gives the bytes of its character.
func (r *Reader) escape() (int64, error) {
	if !r.ahead(2) {
		r.at = len(r.buf)
		return 0, r.over()
	}
	c := r.buf[r.at+1]
	if strings.IndexByte(escapes, c) >= 0 || !r.canon && c == '/' {
		r.at += 2
		return 1, nil
	}
	first, ok := r.hex(0)
	switch {
	case c != 'u' || !ok:
		return 0, r.fault(Syntax, "an escape that JSON does not have stands in a text")
	case r.canon && (first >= 0x20 || strings.ContainsRune(escaped, first) || bytes.ContainsAny(r.buf[r.at+2:r.at+6], "ABCDEF")):
		return 0, r.fault(Syntax, "an escape stands in a text where canonical JSON has none, or a shorter one")
	case !utf16.IsSurrogate(first):
		r.at += 6
		return int64(utf8.RuneLen(first)), nil
	}
	second, ok := r.hex(6)
	if pair := utf16.DecodeRune(first, second); ok && pair != utf8.RuneError {
		r.at += 12
		return int64(utf8.RuneLen(pair)), nil
	}
	return 0, r.fault(Syntax, "half a surrogate pair stands in a text")
}

// hex reads \uXXXX so many bytes ahead.
func (r *Reader) hex(ahead int) (rune, bool) {
	if !r.ahead(ahead + 6) {
		return 0, false
	}
	b := r.buf[r.at+ahead:]
	if b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(v), err == nil
}

// unescaped appends a text that was seen to be one, without its escapes.
func unescaped(to, content []byte) []byte {
	for n := 0; n < len(content); n++ {
		if content[n] != '\\' {
			to = append(to, content[n])
			continue
		}
		n++
		if i := strings.IndexByte(escapes, content[n]); i >= 0 {
			to = append(to, escaped[i])
			continue
		}
		if content[n] == '/' {
			to = append(to, '/')
			continue
		}
		unit := func(at int) rune {
			v, _ := strconv.ParseUint(string(content[at:at+4]), 16, 16)
			return rune(v)
		}
		c := unit(n + 1)
		n += 4
		if utf16.IsSurrogate(c) {
			c = utf16.DecodeRune(c, unit(n+3))
			n += 6
		}
		to = utf8.AppendRune(to, c)
	}
	return to
}

// digits takes a number; what it gives is valid until the next.
func (r *Reader) digits() ([]byte, error) {
	out := r.number[:0]
	for {
		b, err := r.byte()
		if err != nil && (r.ended == nil || errors.Is(r.ended, io.EOF)) {
			break // a number may end the text
		}
		if err != nil {
			return nil, err
		}
		if strings.IndexByte("+-.0123456789eE", b) < 0 {
			break
		}
		if len(out) == longestNum {
			return nil, r.fault(Cost, "a number has more than %d characters", longestNum)
		}
		out = append(out, b)
		r.at++
	}
	if !numeral(out) {
		return nil, r.fault(Syntax, "%q is no number", out)
	}
	return out, nil
}

// numeral tells whether a text is a number of JSON.
func numeral(b []byte) bool {
	some := func() bool {
		n := 0
		for n < len(b) && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		b = b[n:]
		return n > 0
	}
	take := func(signs string) bool {
		if len(b) == 0 || strings.IndexByte(signs, b[0]) < 0 {
			return false
		}
		b = b[1:]
		return true
	}
	take("-")
	if !take("0") && !some() {
		return false
	}
	if take(".") && !some() {
		return false
	}
	if take("eE") {
		if take("+-"); !some() {
			return false
		}
	}
	return len(b) == 0
}
