package leaf

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Entry is one line of the log as its tree holds it (docs/RECORD.md §5): what happened
// to whom and when, with the act's figures.
type Entry struct {
	Type         string
	Consultation string // uuid, or "-"
	Minute       string // UTC, "2026-11-27T23:07Z"
	Body         string // canonical JSON on one line
}

// Text is the entry's five lines.
func (e Entry) Text() string {
	return "delfi entry v1\n" + e.Type + "\n" + e.Consultation + "\n" + e.Minute + "\n" + e.Body + "\n"
}

// Hash is the entry's hash in the tree of the log.
func (e Entry) Hash() tlog.Hash { return tlog.RecordHash([]byte(e.Text())) }

// ParseEntry reads the text of an entry.
func ParseEntry(text string) (Entry, error) {
	l := strings.Split(text, "\n")
	if len(l) != 6 || l[0] != "delfi entry v1" || l[5] != "" {
		return Entry{}, fmt.Errorf("an entry has five lines, the first being %q", "delfi entry v1")
	}
	e := Entry{Type: l[1], Consultation: l[2], Minute: l[3], Body: l[4]}
	if e.Type == "" || e.Consultation == "" || e.Minute == "" || e.Body == "" {
		return Entry{}, fmt.Errorf("a line of the entry is empty")
	}
	return e, nil
}

// WordsDigest is what an entry says of the words beside it: hex SHA-256 of a salt
// and their canonical JSON. The salt keeps words that were removed by law from
// being found again by trying.
func WordsDigest(salt, words []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(words)
	return hex.EncodeToString(h.Sum(nil))
}
