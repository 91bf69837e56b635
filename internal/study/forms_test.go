package study_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/source"
)

// input is one file of a test.
func input(name string, content []byte) source.Input {
	return source.Input{Name: name, In: bytes.NewReader(content)}
}

func file(t testing.TB, name string) source.Input {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return input(name, b)
}

// from measures files.
func from(t testing.TB, o study.Options, inputs ...source.Input) study.Result {
	t.Helper()
	s, err := intake.Read(inputs, o, still)
	return measured(t, s, err)
}

// wide turns rows "round,panelist,group,item,value" into a table with one column for
// each item.
func wide(list []string) [][]string {
	out := [][]string{{"round", "panelist", "group"}}
	at := map[string]int{}
	for _, row := range list {
		f := strings.Split(row, ",")
		if !slices.Contains(out[0], f[3]) {
			out[0] = append(out[0], f[3])
		}
		who := f[0] + "," + f[1]
		if at[who] == 0 {
			at[who] = len(out)
			out = append(out, f[:3:3])
		}
		r := &out[at[who]]
		for c := slices.Index(out[0], f[3]); len(*r) <= c; {
			*r = append(*r, "")
		}
		(*r)[slices.Index(out[0], f[3])] = f[4]
	}
	for i := range out {
		for len(out[i]) < len(out[0]) {
			out[i] = append(out[i], "")
		}
	}
	return out
}

func lines(table [][]string, comma string) string {
	var b strings.Builder
	for _, row := range table {
		b.WriteString(strings.Join(row, comma) + "\n")
	}
	return b.String()
}

// book writes a workbook of sheets, as spreadsheets do: texts shared, whole numbers
// as 7.0 or with the rest of a binary fraction, empty cells left out.
func book(t testing.TB, names []string, sheets ...[][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	part := func(name, text string) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + text)); err != nil {
			t.Fatal(err)
		}
	}
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	var list, rels, shared strings.Builder
	texts := 0
	for n, rows := range sheets {
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, names[n], n+1, n+1)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Target="worksheets/sheet%d.xml" Type="x"/>`, n+1, n+1)
		var data strings.Builder
		for r, row := range rows {
			fmt.Fprintf(&data, `<row r="%d">`, r+1)
			for c, text := range row {
				at := fmt.Sprintf("%s%d", column(c), r+1)
				switch {
				case text == "":
					fmt.Fprintf(&data, `<c r="%s" s="0"/>`, at)
				case strings.Trim(text, "0123456789") == "":
					fmt.Fprintf(&data, `<c r="%s"><v>%s.0</v></c>`, at, text)
				case strings.Trim(text, "0123456789.") == "":
					fmt.Fprintf(&data, `<c r="%s"><v>%s0000000000004</v></c>`, at, text)
				default:
					fmt.Fprintf(&data, `<c r="%s" t="s"><v>%d</v></c>`, at, texts)
					fmt.Fprintf(&shared, `<si><t xml:space="preserve">%s</t></si>`, text)
					texts++
				}
			}
			data.WriteString(`</row>`)
		}
		part(fmt.Sprintf("xl/worksheets/sheet%d.xml", n+1), `<worksheet `+main+`><sheetData>`+data.String()+`</sheetData></worksheet>`)
	}
	part("xl/workbook.xml", `<workbook `+main+` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>`+list.String()+`</sheets></workbook>`)
	part("xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+rels.String()+`</Relationships>`)
	part("xl/sharedStrings.xml", `<sst `+main+`>`+shared.String()+`</sst>`)
	part("xl/styles.xml", `<styleSheet `+main+`><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func column(c int) string {
	if c >= 26 {
		return column(c/26-1) + column(c%26)
	}
	return string(rune('A' + c))
}

func utf16Text(text string, order binary.ByteOrder, mark bool) []byte {
	if mark {
		text = "\ufeff" + text
	}
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, 0, 0)
		order.PutUint16(out[len(out)-2:], u)
	}
	return out
}

// The same study says the same in every form, but for how it was read.
func TestFormsAgree(t *testing.T) {
	list := rows()
	long := header + strings.Join(list, "\n")
	latin, err := charmap.Windows1252.NewEncoder().String(strings.ReplaceAll(long, "p1,", "pé1,"))
	if err != nil {
		t.Fatal(err)
	}
	want := csv(t, long, plain)
	accented := csv(t, strings.ReplaceAll(long, "p1,", "pé1,"), plain)
	table := wide(list)
	var spread [][]string
	for _, row := range append([]string{strings.TrimSpace(header)}, list...) {
		spread = append(spread, strings.Split(row, ","))
	}
	shuffled := slices.Clone(table[1:])
	rand.New(rand.NewSource(2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	shuffled = append(table[:1:1], shuffled...)
	rounds := [2][][]string{{table[0][1:]}, {table[0][1:]}}
	for _, row := range table[1:] {
		r := row[0][0] - '1'
		rounds[r] = append(rounds[r], row[1:])
	}
	italian := slices.Clone(table)
	italian[0] = append([]string{"Giro", "Partecipante", "GRUPPO"}, table[0][3:]...)
	decimal := strings.ReplaceAll(strings.ReplaceAll(lines(spread, ";"), ";7\n", ";7,0\n"), ";3\n", "; 3,00 \n")
	var split [][]string // one row for each person, the round in the names of the items
	for _, row := range rounds[0] {
		split = append(split, slices.Clone(row))
		if row[0] == "panelist" {
			for c := 2; c < len(row); c++ {
				split[0][c] = row[c] + "_R1"
				split[0] = append(split[0], row[c]+"_R2")
			}
			continue
		}
		other := slices.IndexFunc(rounds[1], func(r []string) bool { return r[0] == row[0] })
		split[len(split)-1] = append(split[len(split)-1], rounds[1][other][2:]...)
	}
	before := slices.Clone(split)
	before[0] = slices.Clone(split[0])
	for c, name := range before[0] {
		if item, round, ok := strings.Cut(name, "_R"); ok {
			before[0][c] = "giro" + round + "." + item
		}
	}
	byName := plain
	byName.Sheets = []string{"Second", "First"}
	windows := plain
	windows.Encoding = "windows-1252"
	for _, c := range []struct {
		name   string
		o      study.Options
		inputs []source.Input
	}{
		{"wide", plain, []source.Input{input("w.csv", []byte(lines(table, ",")))}},
		{"wide, rows in another order, Italian names, semicolons", plain, []source.Input{input("w.csv", []byte("\ufeff"+lines(italian, ";")))}},
		{"wide, shuffled, tabs", plain, []source.Input{input("w.tsv", []byte(lines(shuffled, "\t")))}},
		{"sep=", plain, []source.Input{input("s.csv", []byte("sep=;\r\n"+lines(spread, ";")))}},
		{"decimal comma", plain, []source.Input{input("s.csv", []byte(decimal))}},
		{"empty ends", plain, []source.Input{input("s.csv", []byte(strings.ReplaceAll(long, "\n", ",,\r\n")+",,\r\n,,,,,,\r\n\r\n"))}},
		{"utf-16le", plain, []source.Input{input("s.csv", utf16Text(long, binary.LittleEndian, true))}},
		{"utf-16be", plain, []source.Input{input("s.csv", utf16Text(lines(table, "\t"), binary.BigEndian, true))}},
		{"utf-16le without a mark", plain, []source.Input{input("s.csv", utf16Text(long, binary.LittleEndian, false))}},
		{"utf-16be without a mark", plain, []source.Input{input("s.csv", utf16Text(long, binary.BigEndian, false))}},
		{"windows-1252", windows, []source.Input{input("s.csv", []byte(latin))}},
		{"workbook, long", plain, []source.Input{input("s.xlsx", book(t, []string{"Foglio1", "Foglio2"}, spread, nil))}},
		{"workbook, wide", plain, []source.Input{input("s.xlsx", book(t, []string{"Foglio1"}, table))}},
		{"a sheet for each round", byName, []source.Input{input("s.xlsx", book(t, []string{"First", "Notes", "Second"}, rounds[1], [][]string{{"by hand"}}, rounds[0]))}},
		{"rounds behind the names of columns", plain, []source.Input{input("w.csv", []byte(lines(split, ";")))}},
		{"rounds before the names of columns", plain, []source.Input{input("w.csv", []byte(lines(before, "\t")))}},
		{"a file for each round", plain, []source.Input{input("1.csv", []byte(lines(rounds[0], ","))), input("2.xlsx", book(t, []string{"x"}, rounds[1]))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := intake.Read(c.inputs, c.o, still)
			got, same := measured(t, s, err), want
			if strings.HasPrefix(c.name, "windows") {
				same = accented
			}
			got.Notes = same.Notes
			if diff := cmp.Diff(asJSON(t, same), asJSON(t, got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Exports of survey software are read as they come.
func TestExports(t *testing.T) {
	ignoring := plain
	ignoring.Ignore = []string{"G03Q03"}
	coded := plain
	coded.Missing, coded.CannotJudge, coded.Kinds = []string{"77", "NA"}, []string{"99"}, []string{"Q1_*=scale"}
	chosen := plain
	chosen.Items, chosen.Person = []string{"Q1_1-Q1_2"}, "IPAddress"
	for _, c := range []struct {
		file      string
		o         study.Options
		panelists int
		rounds    int
		items     []string
		note      string
	}{
		{"excel-it.csv", plain, 5, 2, []string{"Meno auto", "Più alberi"}, ""},
		{"limesurvey.csv", ignoring, 8, 1, []string{"G01Q01[SQ001]", "G01Q01[SQ002]", "G02Q02"}, "limesurvey.csv: no items, and left out: id, submitdate, lastpage, startlanguage, seed, interviewtime"},
		{"qualtrics.csv", coded, 6, 1, []string{"Q1_1", "Q1_2", "Q2"}, "qualtrics.csv: the rows below the header that hold Qualtrics' own words and ids are no answers"},
		{"qualtrics.csv", chosen, 6, 1, []string{"Q1_1", "Q1_2"}, `qualtrics.csv: a wide table, one row for each person (column IPAddress) and one column for each item: Q1_1, Q1_2`},
		{"redcap.csv", plain, 6, 2, []string{"item_1", "item_2", "item_3"}, `redcap.csv: “round_2_arm_1” is round 2`},
	} {
		r := from(t, c.o, file(t, c.file))
		var items []string
		for _, it := range r.Items {
			items = append(items, it.Item)
		}
		if r.Panelists != c.panelists || len(r.Rounds) != c.rounds || !slices.Equal(items, c.items) || c.note != "" && !slices.Contains(r.Notes, c.note) || len(r.Warnings) > 0 {
			t.Errorf("%s: %d panelists, %d rounds, items %q, notes %q, warnings %v", c.file, r.Panelists, len(r.Rounds), items, r.Notes, r.Warnings)
		}
	}
	r := from(t, coded, file(t, "qualtrics.csv"))
	if it := r.Items[0]; it.Label != "How far do you agree? More trees" || it.Rounds[0].N != 6 {
		t.Errorf("Q1_1 is labelled %q", it.Label)
	}
	if it := r.Items[2]; it.Rounds[0].N != 5 || it.Rounds[0].CannotJudge != 1 {
		t.Errorf("of Q2 %d answered and %d cannot judge", it.Rounds[0].N, it.Rounds[0].CannotJudge)
	}
	if r := from(t, plain, file(t, "excel-it.csv")); r.Groups[0] != "cittadini" || r.Items[1].Rounds[0].Values[0] != "1" || r.Items[1].Rounds[0].N != 5 {
		t.Errorf("%v, %+v", r.Groups, r.Items[1].Rounds[0])
	}
}

// A table of a thousand items is read.
func TestThousandColumns(t *testing.T) {
	table := [][]string{{"id"}}
	for p := range 6 {
		table = append(table, []string{fmt.Sprint("p", p)})
	}
	for i := range 1000 {
		table[0] = append(table[0], fmt.Sprint("q", i+1))
		for p := 1; p < len(table); p++ {
			table[p] = append(table[p], fmt.Sprint(1+(i+p)%9))
		}
	}
	for name, content := range map[string][]byte{"w.csv": []byte(lines(table, ";")), "w.xlsx": book(t, []string{"A"}, table)} {
		if r := from(t, plain, input(name, content)); len(r.Items) != 1000 || r.Items[999].Item != "q1000" || r.Items[999].Rounds[0].N != 6 {
			t.Errorf("%s: %d items", name, len(r.Items))
		}
	}
	table[0] = append(table[0], "q1001")
	for p := 1; p < len(table); p++ {
		table[p] = append(table[p], "1")
	}
	_, err := intake.Read([]source.Input{input("w.xlsx", book(t, []string{"A"}, table))}, plain, still)
	refused(t, "1001 items", err, "sheet A, cell ALN1: this is item number 1001 of the study, at most 1000 are measured")
}

// figure is a measure by its name.
func figure(list study.Measures, name string) string {
	for _, f := range list {
		if f.Name == name {
			return f.Value.String()
		}
	}
	return "absent"
}

func must(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
