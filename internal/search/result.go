package search

import (
	"encoding/base64"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/space"
)

const (
	// ranked is how many of the newest matches are ranked, and counted.
	ranked = 2000
	// pageSize is how many hits a page has.
	pageSize = 20
)

// Order is the order of hits.
type Order string

// The orders.
const (
	Closest Order = ""       // by rank, among the newest matches
	Newest  Order = "newest" // by day; all of them
)

// Request is what a page of hits is asked with.
type Request struct {
	Query Query
	Order Order
	Kind  space.Kind // "" for every kind
	Space uuid.UUID  // Nil for every space
	After string     // Page.Next of the page before; "" for the first, as for one that says nothing
}

// Page is one page of hits.
type Page struct {
	Hits   []Hit
	Count  int    // matches; at most 2,000
	More   bool   // there are more matches than were counted and ranked
	Next   string // for the After of the next page; "" when this is the last
	Kinds  []Facet
	Spaces []Facet
	Maybe  *Maybe // of a first page without hits: what may have been meant; nil for nothing
}

// Facet is a part of the newest matches in every kind and space.
type Facet struct {
	Kind     space.Kind // of a part by kind
	Space    uuid.UUID  // of a part by space
	Name     string     // of the space
	Language string     // of its name
	Count    int
}

// Hit is one object that was found.
type Hit struct {
	space.Subject
	Language      string
	Path          string
	Day           time.Time // its date, at midnight UTC
	Title, Text   []Part    // Text is a piece or two of the body; empty without a body
	Place         string    // title of the consultation whose space it stands in
	PlaceLanguage string
}

// Part is a piece of a text; Found says that it is among the words looked for.
type Part struct {
	Text  string
	Found bool
}

// Maybe is a query that has hits, in place of one that has none.
type Maybe struct {
	Text  string // for the field of the form
	Parts []Part // the same; Found marks the words that are not the reader's
	Count int    // of its matches; at most 2,000
}

// The marks of a highlight and between two pieces, which no text has: migration 0200,
// civic.search_fold.
const (
	opened = '\ue000'
	closed = '\ue001'
	cut    = '\ue002'
)

// unmarked is a text without marks.
func unmarked(text string) string {
	return strings.Map(func(r rune) rune {
		if r == opened || r == closed || r == cut {
			return -1
		}
		return r
	}, text)
}

// unfold gives back the characters that civic.search_fold replaced.
var unfold = strings.NewReplacer(
	"\x01", "’", "\x02", "‘", "\x03", "ʼ", "\x04", "′", "\x05", "´", "\x06", "`", "\x07", "＇", "\x08", "-",
	"\x0b", "/", "\x0c", ".", "\x0e", "_", "\x0f", "@", "\x10", ":", "\x11", "&", "\x12", "<", "\x13", ">",
	"\x14", "~", "\x15", "+", "\x16", "“", "\x17", "”", "\x18", "«", "\x19", "»", "\x1a", "–", "\x1b", "—",
	"\x1c", "…", "\x1d", "\u2011", "\x1e", "\u2010", "\x1f", "#", "\x7f", "\u00a0",
)

// parts divides a highlighted text at its marks. The words are plain: whoever prints them
// escapes them.
func parts(highlighted string) []Part {
	var out []Part
	add := func(text string, found bool) {
		if text = unfold.Replace(strings.ReplaceAll(text, string(cut), " … ")); text != "" {
			out = append(out, Part{text, found})
		}
	}
	for highlighted != "" {
		before, rest, marked := strings.Cut(highlighted, string(opened))
		add(before, false)
		if !marked {
			break
		}
		within, after, _ := strings.Cut(rest, string(closed))
		add(within, true)
		highlighted = after
	}
	return out
}

// piece is a highlighted piece of a text that begins and ends with certain characters: dots
// stand where it is cut. A text that is not there has none.
func piece(highlighted, begins, ends string) []Part {
	if begins == "" {
		return nil
	}
	plain := unmarked(highlighted)
	if !strings.HasPrefix(plain, strings.TrimSpace(begins)) {
		highlighted = "… " + highlighted
	}
	switch last := strings.TrimRight(ends, cutAtEnd); {
	case strings.HasSuffix(plain, ends):
	case strings.HasSuffix(plain, last):
		highlighted += ends[len(last):]
	default:
		highlighted += " …"
	}
	return parts(highlighted)
}

// cutAtEnd are characters that a highlight leaves out at its end: a dot, a quotation mark.
const cutAtEnd = " \n\t\x0c\x17\x19\"')!?;,"

// place is where a page of hits ends.
type place struct {
	rank           string // as Postgres writes it; "0" by day
	day, id        string
	kind, language string
}

// token writes a place for an address.
func (p place) token() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{p.rank, p.day, p.id, p.kind, p.language}, " ")))
}

// placeOf reads a token; the zero place for one that says nothing.
func placeOf(token string) place {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return place{}
	}
	f := strings.Split(string(b), " ")
	if len(f) != 5 || !plain.MatchString(f[3]) || !plain.MatchString(f[4]) {
		return place{}
	}
	rank, err := strconv.ParseFloat(f[0], 32)
	if err != nil || math.IsNaN(rank) || math.IsInf(rank, 0) {
		return place{}
	}
	if _, err := time.Parse(time.DateOnly, f[1]); err != nil {
		return place{}
	}
	if _, err := uuid.Parse(f[2]); err != nil {
		return place{}
	}
	return place{f[0], f[1], f[2], f[3], f[4]}
}

var plain = regexp.MustCompile(`^[a-z]{1,40}$`)
