package middleware

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSegmentBytes bounds a part of an address: no name of ours is as long.
const maxSegmentBytes = 255

// ValidAddress reports whether an address holds only what some text of the site may: it is
// asked before anything is looked up by it.
func ValidAddress(u *url.URL) bool { return validPath(u.Path) && validQuery(u.RawQuery) }

func validPath(path string) bool {
	if !utf8.ValidString(path) {
		return false
	}
	segment := 0
	for _, c := range path {
		switch segment += utf8.RuneLen(c); {
		case c == '/':
			segment = 0
		case unicode.IsControl(c) || segment > maxSegmentBytes:
			return false
		}
	}
	return true
}

// validQuery accepts a query that cannot be read: it asks nothing.
func validQuery(query string) bool {
	if !strings.Contains(query, "%") && utf8.ValidString(query) {
		return true
	}
	text, err := url.QueryUnescape(query)
	return err != nil || utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}
