package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"delfi/e2e/bench/figure"
	"delfi/e2e/bench/machine"
)

func TestAReportIsForProgramsTooWhateverWasMissed(t *testing.T) {
	missed, empty := figure.Row{Case: "page", Values: []float64{1}, Limits: []float64{4}}, figure.Row{Case: "closing"}
	missed.AtLeast(0.5)
	empty.AtLeast(0.5)
	text, err := json.Marshal([]figure.Row{missed, empty})
	if err != nil || !strings.Contains(string(text), `"met":"no"`) {
		t.Errorf("%s, %v", text, err)
	}
	if got := verdict([]figure.Row{missed, empty, {Case: "bare"}}); got != "0 of 2 goals are met. Not met: page; closing." {
		t.Error(got)
	}
}

func TestThePictureIsWholeXMLWithATitleAndAllFiguresInWords(t *testing.T) {
	points := []figure.Point{
		{Case: "closing", Along: "people", Size: 1000, MS: 12}, {Case: "closing", Along: "people", Size: 10_000, MS: 110}, {Case: "closing", Along: "items", Size: 10, MS: 9},
		{Case: "ballot <of twenty>", Along: "people", Size: 100_000, MS: 0.4},
	}
	picture := figure.Chart(points)
	d := xml.NewDecoder(strings.NewReader(picture))
	printed := map[string]string{}
	for at := ""; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, picture)
		}
		switch token := token.(type) {
		case xml.StartElement:
			at = token.Name.Local
		case xml.CharData:
			printed[at] += string(token)
		}
	}
	if printed["title"] == "" || !strings.Contains(printed["desc"], "110 ms at 10000") || !strings.Contains(printed["desc"], "0.40 ms at 100000") {
		t.Errorf("title %q, desc %q", printed["title"], printed["desc"])
	}
	if table := figure.GrowthTable(points, "people"); !strings.Contains(table, "| closing | 12.0 | 110 | — |") {
		t.Errorf("table:\n%s", table)
	}
}

func TestTheReadmeTellsWhatWasMeasuredAgainstWhat(t *testing.T) {
	b := &bench{n: whole, machine: machine.Machine{CPU: "Abacus", Cores: 2}}
	r := figure.Row{Case: "record page", Unit: "/s", Values: []float64{5, 6, 7}, Limits: []float64{9, 10, 11}, Limit: "a bare page of 12 KB", Note: "anonymous"}
	r.AtLeast(0.5)
	b.rows = []figure.Row{r}
	for _, want := range []string{"Abacus, 2 cores", "| record page | 6.00 /s | 5.00–7.00 |", "held against a bare page of 12 KB; anonymous", "growth.svg"} {
		if text := b.document(); !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}
