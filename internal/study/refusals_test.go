package study_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/source"
	"delfi/internal/study/words"
)

// Files that hold no table, tables that cannot be told apart, and flags that name
// nothing are refused with the remedy.
func TestFilesAreRefused(t *testing.T) {
	table := [][]string{{"id", "q1"}, {"a", "7"}}
	whole := book(t, []string{"A"}, table)
	broken := bytes.Clone(book(t, []string{"A"}, [][]string{{"id", strings.Repeat("q", 5000)}, {"a", "7"}}))
	at := bytes.Index(broken, []byte("xl/sharedStrings.xml")) + 60
	broken[at] ^= 0x55
	sheet := func(names ...string) study.Options {
		o := plain
		o.Sheets = names
		return o
	}
	with := func(change func(*study.Options)) study.Options {
		o := plain
		change(&o)
		return o
	}
	for _, c := range []struct {
		name    string
		o       study.Options
		content []byte
		words   string
	}{
		{"xls", plain, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "is an old Excel file (.xls) or one with a password: save it as .xlsx"},
		{"ods", plain, []byte("PK\x03\x04\x14\x00\x00\x00\x00\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "is an OpenDocument file: save it as .xlsx"},
		{"zip", plain, []byte("PK\x03\x04 and nothing"), "is a damaged workbook or none"},
		{"no workbook", plain, func() []byte {
			b := bytes.Clone(whole)
			return bytes.ReplaceAll(b, []byte("workbook.xml"), []byte("wordbook.xml"))
		}(), "is a damaged workbook or none"},
		{"damaged", plain, broken, "is a damaged workbook or none"},
		{"cut short", plain, whole[:len(whole)-40], "is a damaged workbook or none"},
		{"gzip", plain, []byte("\x1f\x8b\x08"), "is compressed: unpack it first"},
		{"sav", plain, []byte("$FL2@(#)"), "is an SPSS file: export it as CSV"},
		{"html", plain, []byte("<table>"), "is HTML or XML"},
		{"utf-32", plain, []byte("\xff\xfe\x00\x00r\x00\x00\x00"), "is UTF-32"},
		{"several sheets", plain, book(t, []string{"Round 1", "Round 2"}, table, table), `--sheet: f has several sheets, "Round 1", "Round 2": name the one to measure, or one for each round`},
		{"no such sheet", sheet("Foglio1"), whole, `--sheet: f has no sheet "Foglio1": its sheets are "A"`},
		{"a sheet of CSV", sheet("A"), []byte("id,q1\na,7\n"), "--sheet: f is no workbook"},
		{"an empty workbook", plain, book(t, []string{"A"}, nil), "the workbook is empty"},
		{"a cell", plain, book(t, []string{"Round 1"}, [][]string{{"id", "q1"}, {"a", "7"}, {"b", "77"}}), "f: sheet Round 1, cell B3: 77 does not lie on the scale 1-9"},
		{"a fault of Excel", plain, book(t, []string{"A"}, [][]string{{"id", "q1"}, {"a", "#N/A"}}), `sheet A, cell B2: "#N/A" is no answer: give a whole number on the scale 1-9, nothing, or ? for "cannot judge": if it stands for no answer, add --missing='#N/A'`},
		{"a formula that nobody counted", plain, replaced(t, whole, "<v>7.0</v>", "<f>3+4</f><v></v>"), "f: xl/worksheets/sheet1.xml, cell B2: a formula without its result: open the workbook in a spreadsheet and save it again"},
		{"a separator", plain, []byte("sep=ab\nid,q1\n"), `line 1, column 1: "ab" is no separator`},
		{"below sep=", plain, []byte("sep=;\nid;q1\na;77\n"), "line 3, column 2 (q1): 77 does not lie"},
		{"an encoding", with(func(o *study.Options) { o.Encoding = "latin1" }), []byte("id,q1\na,7\n"), `--encoding: "latin1" is none of utf-8`},
		{"another encoding", with(func(o *study.Options) { o.Encoding = "windows-1252" }), []byte("\ufeffid,q1\na,7\n"), "--encoding: f begins as utf-8, not windows-1252"},
		{"a header that is not UTF-8", plain, []byte("id,q1\xe0\na,7\n"), `line 1, column 2: the header is not UTF-8: save the file as "CSV UTF-8", or add --encoding windows-1252, with which it reads "q1à"`},
		{"an answer that is not UTF-8", plain, []byte("id,q1\na,pi\xf9\n"), "line 2, column 2 (q1): value is not UTF-8"},
		{"nobody", plain, []byte("x,y,z\n1,2,3\n"), "line 1, column 1: no column names the panelist: the columns are x, y, z. Name it with --person COLUMN"},
		{"a person", with(func(o *study.Options) { o.Person = "who" }), []byte("x,y\n1,2\n"), `--person: f has no column "who": its columns are x, y`},
		{"items", with(func(o *study.Options) { o.Items = []string{"q7"} }), []byte("id,q1\n1,2\n"), `--items: no column is called "q7", and no range of columns: the columns are id, q1`},
		{"to ignore", with(func(o *study.Options) { o.Ignore = []string{"q7*"} }), []byte("id,q1\n1,2\n"), `--ignore: no column is called "q7*"`},
		{"no items", plain, []byte("id,startdate\n1,2\n"), "no column holds answers: the columns are id, startdate. Name them with --items"},
		{"two columns of a name", plain, []byte("id,q1,q1\n1,2,3\n"), "line 1, column 3: the column q1 is there twice, first as column 2"},
		{"a column without a name", plain, []byte("id,,q1\n1,2,3\n"), `line 2, column 2: "2" stands in a column without a name`},
		{"a person twice", plain, []byte("id,q1\na,2\nb,2\na,3\n"), `line 4, column 1 (id): this is another row of panelist "a" in round 1: keep one row for each person and round, or name the column that tells rounds apart with --round`},
		{"an empty token", plain, []byte("id,token,q1\n1,,2\n"), "line 2, column 2 (token): panelist is empty: give everyone a name or a number, the same in each round, or name another column with --person"},
		{"an empty round", plain, []byte("round,id,q1\n,a,2\n"), "line 2, column 1 (round): round is empty: give a number"},
		{"a comment", plain, []byte("id,q1,why\na,2,because\n"), `line 2, column 3 (why): "because" is no answer: give a whole number on the scale 1-9, nothing, or ? for "cannot judge". Export answers as numbers; a text that stands for no answer is named by --missing, a column that holds no answers by --ignore`},
		{"a round in words", plain, []byte("round,id,q1\nfirst,a,2\n"), `line 2, column 1 (round): "first" is no round`},
		{"a round of two numbers", plain, []byte("round,id,q1\n1 of 2,a,2\n"), `"1 of 2" is no round`},
		{"a kind", with(func(o *study.Options) { o.Kinds = []string{"q1=date"} }), []byte("id,q1\na,2\n"), `--kind: "date" is no kind of item`},
		{"a kind of nothing", with(func(o *study.Options) { o.Kinds = []string{"q2=ranking"} }), []byte("id,q1\na,2\n"), `--kind: no item is called "q2": the items are q1`},
		{"a scale of nothing", with(func(o *study.Options) { o.Scales = []string{"q2-q9=1-5"} }), []byte("id,q1\na,2\n"), `--scale: no item is called "q2-q9"`},
		{"a long scale", with(func(o *study.Options) { o.Scales = []string{"0-100"} }), []byte("id,q1\na,2\n"), `item "q1": 0-100 is no scale of 2 to 11 points`},
		{"percentages", with(func(o *study.Options) { o.Rules = []string{"share>=0.75"} }), []byte("id,q1\na,2\n"), `--rule: "share>=0.75": "0.75" is no percentage from 1 to 100: write 75 for 75 %`},
		{"decimals", with(func(o *study.Options) { o.Rules = []string{"share>=66,66667"} }), []byte("id,q1\na,2\n"), `"66,66667" has more decimals than 4: write 66.6666 or 66.6667`},
		{"decimals of a figure", with(func(o *study.Options) { o.Rules = []string{"cns:66,66667"} }), []byte("id,q1\na,2\n"), `"66,66667" has more decimals than 4: write 66.6666 or 66.6667`},
		{"JSON with a scale", plain, []byte(`{"protocol": {}}`), "--scale: belongs to tables, and f is a study in JSON"},
		{"long and wide", plain, []byte("round,panelist,item,value,q2\n1,a,i,2,3\n"), `line 1, column 5: the column "q2" is none of round, tick, panelist, group, item, value: rename it, leave it out with --ignore "q2", or read the table with --wide`},
	} {
		_, err := intake.Read([]source.Input{input("f", c.content)}, c.o, still)
		refused(t, c.name, err, c.words)
	}
	_, err := intake.Read([]source.Input{input("1.csv", []byte("id,q1\na,2\n")), input("2.csv", []byte("id,round,q1\na,2,2\n"))}, plain, still)
	refused(t, "two ways to tell rounds", err, "2.csv: line 1, column 1: the tables do not say alike in which round")
	_, err = intake.Read([]source.Input{input("1.csv", []byte("id,q1\na,2\n")), input("2.json", []byte("{}"))}, study.Options{Quantile: 7, MinN: 5}, still)
	refused(t, "a document beside", err, "2.json: is a study in JSON, which is whole")
}

// replaced changes the text of a workbook's first sheet.
func replaced(t testing.TB, workbook []byte, old, new string) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	for _, f := range from.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		w, err := to.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytes.ReplaceAll(part, []byte(old), []byte(new))); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// One name in two spellings that look alike is one; names that differ in what a
// hurried reader passes over are two, and warned of.
func TestNames(t *testing.T) {
	r := csv(t, header+"1,Jose\u0301,g,i,7\n2,Jos\u00e9,g,i,7\n1, b\u200b ,g,i,8\n2,b,g,i,8\n1,\u00a0c,g,i\u00ad,8\n", plain)
	if r.Panelists != 3 || len(r.Items) != 1 || len(r.Warnings) != 0 || r.Items[0].Rounds[1].Paired != 2 {
		t.Errorf("%d panelists, %d items, %v", r.Panelists, len(r.Items), r.Warnings)
	}
	for _, pair := range [][2]string{{"A", "a"}, {"José", "Jose"}, {"Anna Rossi", "Anna  Rossi"}, {"Ａ1", "a1"}, {"007", "7"}, {"Straße", "STRASSE"}, {"12.0", "12"}, {"D'Angelo", "D’Angelo"}, {"Anna-Lia", "Anna–Lia"}} {
		text := "round;panelist;group;item;value\n1;" + pair[0] + ";g;i;7\n1;x;g;i;8\n1;" + pair[1] + ";g;i;9\n"
		r := csv(t, text, plain)
		want := fmt.Sprintf("panelist “%s” (line 2, column 2 (panelist)) and “%s” (line 4, column 2 (panelist)) have almost the same name and are counted as two: write the name alike if they are one", pair[0], pair[1])
		if r.Panelists != 3 || len(r.Warnings) != 1 || r.Warnings[0].Message != want || r.Warnings[0].Place != "line 4, column 2 (panelist)" {
			t.Errorf("%q: %d panelists, %v", pair, r.Panelists, r.Warnings)
		}
	}
	text := header
	for p := range 14 {
		text += fmt.Sprintf("1,P%d,G,I,7\n1,p%[1]d,g,I,7\n", p)
	}
	r = csv(t, text, plain)
	if got := warnings(r); len(got) != 12 || r.Warnings[10].Message != "panelist: 4 more pairs of names are almost the same" || !strings.HasPrefix(r.Warnings[11].Message, "group “G” (line 2") {
		t.Errorf("%v", r.Warnings)
	}
	if got := warnings(csv(t, header+"1,a,,Più alberi,7\n1,a,,piu alberi,7\n", plain)); !slices.Equal(got, []string{"names "}) {
		t.Errorf("items: %q", got)
	}
}

// How a study was read, and what it may be instead, is said in both languages.
func TestRemarksInItalian(t *testing.T) {
	table := [][]string{{"id", "gruppo", "q1", "q2", "q3"}}
	for p := range 12 {
		table = append(table, []string{fmt.Sprint("p", p), "G", fmt.Sprint(1 + p%5), fmt.Sprint(1 + p%5), fmt.Sprint(2 + p%4)})
	}
	table = append(table, []string{"P0", "g", "1", "2", "3"})
	o := plain
	o.Missing = []string{"77"}
	s, err := intake.Read([]source.Input{input("w.xlsx", book(t, []string{"Giro 1"}, table))}, o, still)
	r := measured(t, s, err)
	it := words.In("it")
	want := []string{
		"w.xlsx: tabella larga, una riga per persona (colonna id) e una colonna per affermazione: q1, q2, q3", "w.xlsx: la colonna gruppo dice: gruppo",
		"w.xlsx: nessuna colonna dice il giro: è tutto giro 1", "--missing 77: celle senza risposta: 0",
	}
	if diff := cmp.Diff(want, r.Read(it)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, n := range r.Warnings {
		got = append(got, n.In(it))
	}
	want = []string{
		"nessuna risposta a q1, q2, q3 supera 5, su 39 sulla scala dichiarata 1-9: se la scala era 1-5, misurate con --scale 1-5",
		"foglio Giro 1, cella A14: partecipante «p0» (foglio Giro 1, cella A2) e «P0» (foglio Giro 1, cella A14) hanno quasi lo stesso nome e contano come due: scrivete il nome in un modo solo se sono la stessa cosa",
		"foglio Giro 1, cella B14: gruppo «G» (foglio Giro 1, cella B2) e «g» (foglio Giro 1, cella B14) hanno quasi lo stesso nome e contano come due: scrivete il nome in un modo solo se sono la stessa cosa",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A row that sums up others is counted as a person, and warned of; a formula may
// result in an empty cell.
func TestSummariesAndFormulas(t *testing.T) {
	r := from(t, plain, input("w.csv", []byte("id,q1\na,7\nb,9\nMedia,8\n")))
	if got := warnings(r); !slices.Equal(got, []string{"summary "}) || r.Panelists != 3 {
		t.Errorf("%d panelists, %v", r.Panelists, r.Warnings)
	}
	whole := book(t, []string{"A"}, [][]string{{"id", "q1"}, {"a", "7"}, {"b", "9"}})
	r = from(t, plain, input("w.xlsx", replaced(t, whole, `<c r="B2"><v>7.0</v>`, `<c r="B2" t="str"><f>IF(1,"","")</f><v></v>`)))
	if r.Items[0].Rounds[0].N != 1 {
		t.Errorf("%d answers", r.Items[0].Rounds[0].N)
	}
	r = from(t, plain, input("w.xlsx", replaced(t, whole, `<v>7.0</v>`, `<f>3+4</f><v>7</v>`)))
	if r.Items[0].Rounds[0].N != 2 {
		t.Errorf("%d answers", r.Items[0].Rounds[0].N)
	}
}

// Whatever bytes come, the reader ends with a study or with words.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		header + "1,a,g,i,7\n", "id;q1;q2\na;7,0;8\n", "sep=;\nid;q\n1;2\n", "\xff\xfei\x00d\x00", "tick,panelist,item,value\n1,a,i,2\n", `{"protocol": {}}`, "PK\x03\x04",
		"id,q1\n{\"ImportId\"\n", "record_id,redcap_event_name,q\n1,round_1_arm_1,3\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, o := range []study.Options{open, plain, of("estimate"), of("ranking"), of("selection")} {
			s, err := intake.Read([]source.Input{input("f", content)}, o, still)
			if err != nil {
				continue
			}
			if _, err := s.Measure(calm); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A column that says something of the person is measured where nobody says
// otherwise, and warned of once.
func TestPersonalColumns(t *testing.T) {
	for _, name := range []string{"gender", "Età", "Years of experience"} {
		text := "id," + name + ",q1\n"
		for p := range 12 {
			text += fmt.Sprintf("%d,%d,%d\n", p, 1+p%2, 1+p%5)
		}
		two := []source.Input{input("1.csv", []byte(text)), input("2.csv", []byte(text))}
		r := from(t, plain, two...)
		if got := warnings(r); !slices.Contains(got, "attribute "+name) || strings.Count(strings.Join(got, ";"), "attribute") != 1 {
			t.Errorf("%s: %v", name, r.Warnings)
		}
		for _, change := range []func(*study.Options){func(o *study.Options) { o.Ignore = []string{name} }, func(o *study.Options) { o.Items = []string{"q1", name} }} {
			o := plain
			change(&o)
			if got := warnings(from(t, o, input("1.csv", []byte(text)))); slices.Contains(got, "attribute "+name) {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
}
