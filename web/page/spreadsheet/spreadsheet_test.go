package spreadsheet_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"

	"delfi/web/page/spreadsheet"
)

func TestTable(t *testing.T) {
	for lang, want := range map[string]string{
		"it": "\ufeffRegola;Motivo\r\n3. Resta sulla domanda;\"Non risponde; e basta, \"\"sempre\"\".\"\r\n",
		"en": "\ufeffRegola,Motivo\r\n3. Resta sulla domanda,\"Non risponde; e basta, \"\"sempre\"\".\"\r\n",
	} {
		s := spreadsheet.New(lang, "Regola", "Motivo")
		s.Row("3. Resta sulla domanda", `Non risponde; e basta, "sempre".`)
		if got := string(s.Bytes()); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

// No cell begins as a formula does, the header's neither. A carriage return within a cell is
// not written.
func TestNoCellIsAFormula(t *testing.T) {
	cells := []string{`=HYPERLINK("http://a.example")`, "+39 0522", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "a=1", "'=1", "", "3 − 2"}
	s := spreadsheet.New("it", cells...)
	s.Row(cells...)
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(s.Bytes(), []byte("\ufeff"))))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	want := []string{`'=HYPERLINK("http://a.example")`, "'+39 0522", "'-2", "'@SUM(A1)", "'\t=1", "'=1", "'\n=1", "a=1", "'=1", "", "3 − 2"}
	for _, row := range rows {
		if !slices.Equal(row, want) {
			t.Errorf("%q, want %q", row, want)
		}
	}
}
