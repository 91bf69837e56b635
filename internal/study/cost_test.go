package study_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/peak"
	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/source"
)

// hostile is ten megabytes, and what reading them may cost.
const (
	hostile = 10 << 20
	dearest = 64 << 20
)

// filled repeats a text between two others up to ten megabytes.
func filled(head, unit, tail string) string {
	return head + strings.Repeat(unit, (hostile-len(head)-len(tail))/len(unit)) + tail
}

// numbered is filled with a unit that has a number in it.
func numbered(head, unit, tail string) string {
	var b strings.Builder
	b.WriteString(head)
	for n := 0; b.Len() < hostile-len(tail); n++ {
		fmt.Fprintf(&b, unit, n)
	}
	return b.String() + tail
}

// dear reads an input within its memory, and ends in words where it is refused.
func dear(t *testing.T, name string, text []byte, o study.Options) {
	t.Helper()
	o.Quantile, o.MinN = 7, 5
	peak.Within(t, dearest, func() {
		s, err := intake.Read([]source.Input{input(name, text)}, o, still)
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("it is no fault of the input: %v", err)
		}
		if err != nil && len(err.Error()) > 2000 {
			t.Errorf("its words are %d bytes: %.200s", len(err.Error()), err)
		}
		_ = s
	})
}

// TestTenMegabytesOfJSONCostLittle.
func TestTenMegabytesOfJSONCostLittle(t *testing.T) {
	ballots := scaled + `"rounds":[{"ballots":[`
	ballot := ballots + `{"panelist":"p","group":"g","answers":[`
	head, _, _ := strings.Cut(scaled, `"items":[{"id":"x"`)
	for what, text := range map[string]func() string{
		"lists within lists":     func() string { return filled(`{"protocol":`, "[", "") },
		"objects within objects": func() string { return filled("", `{"protocol":`, "") },
		"line feeds":             func() string { return filled("{", "\n", "}") },
		"one name":               func() string { return filled(`{"`, "a", `":1}`) },
		"one number":             func() string { return filled(`{"enrolled":`, "1", `}`) },
		"a protocol of spaces":   func() string { return filled(`{"protocol":{`, " ", `}}`) },
		"a protocol of lists":    func() string { return filled(`{"protocol":[`, "[],", `[]]}`) },
		"items of nothing":       func() string { return filled(head+`"items":[`, "{},", "{}]}") },
		"items": func() string {
			return numbered(head+`"items":[`, `{"id":"i%d","kind":"s"},`, `{"id":"x","kind":"s"}],"rounds":[]}`)
		},
		"one item":           func() string { return filled(head+`"items":[{"id":"`, "a", `","kind":"s"}]}`) },
		"enrolled":           func() string { return numbered(scaled+`"enrolled":{`, `"g%d":1,`, `"g":1}}`) },
		"ballots of nothing": func() string { return filled(ballots, "{},", "{}]}]}") },
		"panelists": func() string {
			return numbered(ballots, `{"panelist":"%d","group":"g","answers":[{"item":"x","value":1}]},`, `{"panelist":"x","group":"g","answers":[]}]}]}`)
		},
		"a long panelist":    func() string { return filled(ballots+`{"panelist":"`, "a", `","group":"g","answers":[]}]}]}`) },
		"answers of nothing": func() string { return filled(ballot, "{},", "{}]}]}]}") },
		"criteria":           func() string { return filled(ballot+`{"item":"x","criteria":[`, "1,", "1]}]}]}]}") },
		"an unknown field":   func() string { return filled(ballot+`{"`, "a", `":1}]}]}]}`) },
	} {
		t.Run(what, func(t *testing.T) { dear(t, "s.json", []byte(text()), study.Options{}) })
	}
}

// TestTenMegabytesOfTablesCostLittle.
func TestTenMegabytesOfTablesCostLittle(t *testing.T) {
	for what, text := range map[string]func() string{
		"one field":       func() string { return filled("", "a", "") },
		"one quoted":      func() string { return filled(`"`, "a", `"`) },
		"an open quote":   func() string { return filled(header+`1,"`, "a\n", "") },
		"columns":         func() string { return filled("", "a,", "a\n1\n") },
		"other columns":   func() string { return numbered("round,panelist,", "q%d,", "q\n1,a\n") },
		"empty rows":      func() string { return filled(header, "\n", "") },
		"commas":          func() string { return filled(header, ",", "\n") },
		"rows of commas":  func() string { return filled(header, ",,,,\n", "") },
		"items":           func() string { return numbered(header, "1,a,g,%d,7\n", "") },
		"groups":          func() string { return numbered(header, "1,%[1]d,%[1]d,i,7\n", "") },
		"values":          func() string { return numbered(header, "1,%[1]d,g,i,%[1]d\n", "") },
		"words":           func() string { return numbered(header, "1,%[1]d,g,i,word %[1]d\n", "") },
		"a long panelist": func() string { return filled(header+"1,", "a", ",g,i,7\n") },
		"no UTF-8":        func() string { return filled(header+"1,", "\xff", ",g,i,7\n") },
		"UTF-16":          func() string { return filled("\xff\xfe", "a\x00", "") },
		"accents":         func() string { return filled(header+"1,a", "\u0301", ",g,i,7\n") },
	} {
		t.Run(what, func(t *testing.T) { dear(t, "s.csv", []byte(text()), study.Options{}) })
	}
}

// zipped packs parts into a workbook of one sheet; each is written by a function.
func zipped(t *testing.T, parts map[string]func(w io.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	texts := func(text string) func(io.Writer) {
		return func(w io.Writer) { _, _ = io.WriteString(w, text) } // no buffer refuses
	}
	for name, text := range map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Foglio" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/styles.xml":              `<styleSheet/>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>panelist</t></is></c><c r="B1" t="inlineStr"><is><t>q1</t></is></c></row><row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>4</v></c></row></sheetData></worksheet>`,
	} {
		if parts[name] == nil {
			parts[name] = texts(text)
		}
	}
	for name, write := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		write(w)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpacked writes a text over and over between two others: far more than it packs to.
func unpacked(head, unit, tail string, bytes int) func(w io.Writer) {
	return func(w io.Writer) {
		piece := strings.Repeat(unit, (1<<20)/len(unit)+1)
		_, _ = io.WriteString(w, head)
		for n := 0; n < bytes; n += len(piece) {
			_, _ = io.WriteString(w, piece)
		}
		_, _ = io.WriteString(w, tail)
	}
}

// TestTenMegabytesOfWorkbooksCostLittle: what unpacks to hundreds of megabytes, and what
// lists thousands of parts.
func TestTenMegabytesOfWorkbooksCostLittle(t *testing.T) {
	const sheet, texts = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	for what, parts := range map[string]map[string]func(io.Writer){
		"noughts":                {sheet: unpacked("", "\x00", "", 24<<20)},
		"spaces":                 {sheet: unpacked("<worksheet><sheetData>", " ", "</sheetData></worksheet>", 24<<20)},
		"a text in a cell":       {sheet: unpacked(`<worksheet><sheetData><row r="1"><c r="A1"><is><t>`, "a", "</t></is></c></row></sheetData></worksheet>", 24<<20)},
		"tags in a cell":         {sheet: unpacked(`<worksheet><sheetData><row r="1"><c r="A1">`, "<a/>", "</c></row></sheetData></worksheet>", 24<<20)},
		"cells in a row":         {sheet: unpacked(`<worksheet><sheetData><row r="1">`, `<c r="A1"/>`, "</row></sheetData></worksheet>", 24<<20)},
		"rows":                   {sheet: unpacked("<worksheet><sheetData>", `<row r="1"></row>`, "</sheetData></worksheet>", 24<<20)},
		"more rows":              {sheet: unpacked("<worksheet><sheetData>", `<row r="1"></row>`, "</sheetData></worksheet>", 300<<20)},
		"elements":               {sheet: unpacked("<worksheet>", "<a>", "", 24<<20)},
		"elements of others":     {"xl/styles.xml": unpacked("<styleSheet>", "<a>", "", 10<<20)},
		"attributes":             {sheet: unpacked("<worksheet", ` a="b"`, ">", 24<<20)},
		"an open quotation mark": {sheet: unpacked(`<worksheet a="`, ">", "", 24<<20)},
		"texts":                  {texts: unpacked("<sst>", "<si><t/></si>", "</sst>", 24<<20)},
		"one text":               {texts: unpacked("<sst><si><t>", "a", "</t></si></sst>", 10<<20)},
		"relations":              {"xl/_rels/workbook.xml.rels": unpacked("<Relationships>", `<Relationship Id="a" Target="b"/>`, "</Relationships>", 24<<20)},
		"a picture":              {"xl/media/image1.png": unpacked("", "\x00", "", 24<<20)},
	} {
		t.Run(what, func(t *testing.T) { dear(t, "s.xlsx", zipped(t, parts), study.Options{}) })
	}
	t.Run("parts", func(t *testing.T) {
		parts := map[string]func(io.Writer){}
		for n := range 70_000 {
			parts[fmt.Sprint("xl/media/", n)] = func(io.Writer) {}
		}
		dear(t, "s.xlsx", zipped(t, parts), study.Options{})
	})
	t.Run("none of it", func(t *testing.T) {
		if _, err := intake.Read([]source.Input{input("s.xlsx", zipped(t, map[string]func(io.Writer){}))}, study.Options{Quantile: 7, MinN: 5}, still); err != nil {
			t.Errorf("the workbook that the others are made from: %v", err)
		}
	})
}
