package piece_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"delfi/web/participate/piece"
)

type sheets = piece.Sheets[int, string]

func read(what string) func() string { return func() string { return what } }

func text(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// words draws words, and counts how often.
func words(s string, drawn *int) func() templ.Component {
	return func() templ.Component {
		return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			*drawn++
			_, err := io.WriteString(w, s)
			return err
		})
	}
}

// A source that was read anew is drawn anew, and only the latest sheets are held.
func TestSheetsEndWithWhatTheyShow(t *testing.T) {
	var s sheets
	one := s.Of(1, read("first"))
	if s.Of(1, read("again")) != one || one.Read != "first" || s.Of(2, read("second")) == one {
		t.Error("a sheet is of one source, and derived once")
	}
	for n := range 20 {
		s.Of(3+n, read(""))
	}
	if s.Of(1, read("anew")) == one {
		t.Error("the oldest sheet is still held")
	}
}

// A piece is drawn once for each key, and one of a reader's own each time.
func TestAPieceIsDrawnOnce(t *testing.T) {
	var s sheets
	sheet, drawn := s.Of(1, read("")), 0
	key := piece.Key{Part: "p", Of: 1}
	for range 3 {
		if got := text(t, sheet.Paste(key, words("a", &drawn))); got != "a" {
			t.Error(got)
		}
	}
	if drawn != 1 || sheet.Len() != 1 {
		t.Errorf("drawn %d times, %d kept", drawn, sheet.Len())
	}
	key.Own = true
	for range 2 {
		text(t, sheet.Paste(key, words("mine", &drawn)))
	}
	if drawn != 3 || sheet.Len() != 1 {
		t.Errorf("one's own: drawn %d times, %d kept", drawn, sheet.Len())
	}
	if got := text(t, sheet.Paste(piece.Key{Part: "p", Of: 1}, words("b", &drawn))); got != "a" {
		t.Errorf("one's own piece was kept: %q", got)
	}
}

// What goes into a hole is never kept; as many are asked for as there are.
func TestHolesAreTheReaders(t *testing.T) {
	var s sheets
	sheet, drawn := s.Of(1, read("")), 0
	open := func() templ.Component {
		return templ.Join(words("<", &drawn)(), piece.Hole, words(">", &drawn)())
	}
	for _, own := range []string{"anna", "bruno"} {
		n := 0
		if got := text(t, sheet.Paste(piece.Key{Part: "p"}, open, words(own, &n)())); got != "<"+own+">" {
			t.Error(got)
		}
	}
	if err := sheet.Paste(piece.Key{Part: "p"}, open).Render(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "p has 1 holes for 0") {
		t.Errorf("a hole was left open: %v", err)
	}
}

// Pieces are bounded: beyond that they are drawn each time.
func TestPiecesAreBounded(t *testing.T) {
	var s sheets
	sheet, drawn := s.Of(1, read("")), 0
	large := strings.Repeat("x", 1<<20)
	for n := range 40 {
		text(t, sheet.Paste(piece.Key{Part: "p", Of: n}, words(large, &drawn)))
	}
	if sheet.Len() != 16 {
		t.Errorf("%d MB are kept", sheet.Len())
	}
	if got := text(t, sheet.Paste(piece.Key{Part: "p", Of: 39}, words(large, &drawn))); got != large || drawn != 41 {
		t.Errorf("%d bytes, drawn %d times", len(got), drawn)
	}
}
