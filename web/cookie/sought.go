package cookie

import (
	"strings"
	"time"
)

const (
	// soughtLife is how long a browser holds the words that are looked for.
	soughtLife = time.Hour
	// soughtMost bounds them, in bytes.
	soughtMost = 200
)

// Seek seals the words that are looked for on a page in a cookie, in the place of those
// before, cut to a length that a cookie has room for; without any it deletes it. In an
// address they would stand in the logs of proxies: on some pages they are words that the
// law takes away. The page and of, which is about what, are letters, digits, "-" and "_".
func (j Jar) Seek(page, of, words string) error {
	words = strings.TrimSpace(strings.ToValidUTF8(words[:min(len(words), soughtMost)], ""))
	if words == "" {
		j.DeleteSealed(page, of)
		return nil
	}
	return j.Seal(page, of, words, soughtLife)
}

// Sought gives the words that are looked for on a page; "" for none.
func (j Jar) Sought(page, of string) (words string) {
	j.Peek(page, of, &words)
	return words
}
