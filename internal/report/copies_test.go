package report_test

import (
	"slices"
	"testing"

	"delfi/internal/ledger"
	"delfi/internal/report"
)

// TestCopiesOfAReason: statements that rest on it, whatever their words, and all words that repeat
// it; neither a statement that was withdrawn in other words nor words of which a part is alike.
func TestCopiesOfAReason(t *testing.T) {
	rests := func(n int64, body string, texts map[string]string) ledger.Entry {
		return ledger.Entry{Sequence: n, Type: ledger.Act, Kind: "join", Body: body, Texts: texts}
	}
	entries := []ledger.Entry{
		rests(1, `{"item":3,"round":1,"said":"d1"}`, map[string]string{"text": "Il rumore."}),
		rests(2, `{"item":4,"round":1,"said":"d1"}`, map[string]string{"text": "La notte."}),
		rests(3, `{"item":5,"round":1,"said":"d2"}`, map[string]string{"text": "La scuola."}),
		{Sequence: 4, Type: ledger.Act, Kind: "remove", Body: `{"item":4}`},
		{Sequence: 5, Type: ledger.Act, Kind: "brief", Body: `{"round":1,"version":1}`, Texts: map[string]string{"text": "Divisi.", "text.de": "Einer sagt: «Rossi  è\nun LADRO»."}},
		{Sequence: 6, Type: ledger.Act, Kind: "settle", Reason: "Rossi è un ladro", Body: `{}`},
		{Sequence: 7, Type: ledger.Act, Kind: "settle", Reason: "Rossi è un", Body: `{}`},
	}
	var got []int64
	for _, e := range report.Copies(entries, "d1", "Rossi è un ladro") {
		got = append(got, e.Sequence)
	}
	if want := []int64{1, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("entries %v, want %v", got, want)
	}
	if got := report.Copies(entries, "d3", " "); got != nil {
		t.Errorf("of a reason without words: %v", got)
	}
}
