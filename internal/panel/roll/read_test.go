package roll

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/peak"
)

var testKey = bytes.Repeat([]byte{7}, 32)

// code makes the fiscal code of an invented person of no place.
func code(n int) string {
	c := fmt.Sprintf("RSS%c%c%c%02d%c%02dX%03d", 'A'+n/26/26%26, 'A'+n/26%26, 'A'+n%26, n%100, months[n%12], 1+n%28, n%1000)
	return c + string(letter(c))
}

// register writes a register of n people in INI-PEC's layout.
func register(n int) []string {
	lines := []string{"PEC;Nome;Cognome;Numero iscrizione;Codice fiscale;Stato;Data iscrizione;Data cancellazione"}
	for i := range n {
		lines = append(lines, fmt.Sprintf("p%d@pec.example;Maria;Rossi;%04d;%s;Attivo;01/02/2003;", i, i, code(i)))
	}
	return lines
}

// at is a flaw of a line.
func at(line int, field Field, text string, flaw Flaw, hint string) FlawAt {
	return FlawAt{Line: line, Field: field, Text: text, Flaw: flaw, Hint: hint}
}

func read(t testing.TB, text string) Sheet {
	t.Helper()
	s, err := Read(strings.NewReader(text), testKey)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// break7 breaks seven lines of a register, each in its own way.
func break7(lines []string) {
	set := func(line int, field int, text string) {
		f := strings.Split(lines[line-1], ";")
		f[field] = text
		lines[line-1] = strings.Join(f, ";")
	}
	set(18, 4, "RSSMRA45D25F205M")
	set(41, 4, "6,02E+15")
	set(77, 6, "45231")
	set(112, 3, "")
	set(156, 4, "SPNDNL80R13C555X")
	set(203, 5, "SOSPES0")
	set(288, 4, code(10)) // that of line 12
}

func TestARegisterOfThreeHundredWithSevenBrokenLines(t *testing.T) {
	lines := register(300)
	break7(lines)
	s := read(t, strings.Join(lines, "\r\n"))
	want := []FlawAt{
		at(18, FieldCode, "RSSMRA45D25F205M", FlawLetter, ""),
		at(41, FieldCode, "6,02E+15", FlawExcel, ""),
		at(77, FieldEntered, "45231", FlawSerial, "2023-11-01"),
		at(112, FieldNumber, "", FlawMissing, ""),
		at(156, FieldCode, "SPNDNL80R13C555X", FlawLetter, ""),
		at(203, FieldStatus, "SOSPES0", FlawStatus, "SOSPESO"),
		at(288, FieldCode, code(10), FlawTwice, "12"),
	}
	if !slices.Equal(s.Flaws, want) {
		t.Errorf("flaws %+v", s.Flaws)
	}
	if s.Lines != 300 || s.Bad != 7 || s.Good() != 293 || s.Layout != INIPEC || s.Separator != ';' || s.Encoding != "UTF-8" {
		t.Errorf("read as %d lines, %d bad, %s, %q, %s", s.Lines, s.Bad, s.Layout, s.Separator, s.Encoding)
	}
	whole := read(t, strings.Join(register(300), "\n"))
	if len(whole.Members) != 300 || len(whole.Flaws) != 0 {
		t.Errorf("whole: %d members, %v", len(whole.Members), whole.Flaws)
	}
}

// TestFilesOfManyPrograms: separators, marks and character sets change nothing.
func TestFilesOfManyPrograms(t *testing.T) {
	plain := "Ordine;Provincia;Sezione;Numero;Codice fiscale;Stato\nDottori agronomi è;MO;A;007;RSSMRA80A01H501U;iscritta\nDottori agronomi;MO;A;012;BNCLCU75T41F257W;Sospesa\n"
	want := read(t, plain)
	if len(want.Members) != 2 || want.Layout != Simple || want.Bad != 0 {
		t.Fatalf("%+v", want)
	}
	for name, text := range map[string]string{
		"commas":                 strings.ReplaceAll(plain, ";", ","),
		"tabs":                   strings.ReplaceAll(plain, ";", "\t"),
		"a mark":                 "\ufeff" + plain,
		"Windows-1252":           strings.ReplaceAll(plain, "è", "\xe8"),
		"lines of Windows":       strings.ReplaceAll(plain, "\n", "\r\n"),
		"no last line":           strings.TrimSpace(plain),
		"quotes":                 strings.NewReplacer("Dottori agronomi è", `"Dottori; ""agronomi"""`, "Dottori agronomi", `"Dottori agronomi"`).Replace(plain),
		"small letters":          strings.ToLower(plain),
		"rows of nothing":        plain + ";;;;;\n;;;;;\n",
		"other names":            strings.NewReplacer("Codice fiscale", "CODICE_FISCALE", "Stato", "Status").Replace(plain),
		"another order of lines": "Stato;cf\nSOSPESO;bnclcu75t41f257w\nAttivo; RSSMRA80A01H501U \n",
	} {
		got := read(t, text)
		if !slices.Equal(got.Members, want.Members) || got.Bad != 0 || got.Lines != 2 {
			t.Errorf("%s: %+v", name, got)
		}
		if wants := map[bool]string{true: "Windows-1252", false: "UTF-8"}[name == "Windows-1252"]; got.Encoding != wants {
			t.Errorf("%s is read as %s", name, got.Encoding)
		}
	}
}

func TestWhatIsNoRegisterIsRefused(t *testing.T) {
	for want, text := range map[string]string{
		"roll_header":       "Nome;Cognome\nMaria;Rossi\n",
		"roll_empty":        "Codice fiscale;Stato\n\n",
		"roll_no_text":      "PK\x03\x04\x00\x00",
		"roll_column_twice": "CF;Codice fiscale\na;b\n",
	} {
		_, err := Read(strings.NewReader(text), testKey)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(codeOf(err), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Read(strings.NewReader(""), testKey); codeOf(err) != "roll_header" {
		t.Errorf("nothing: %v", err)
	}
	if _, err := Read(strings.NewReader("cf\n"+strings.Repeat("a", 1<<16+1)), testKey); codeOf(err) != "roll_no_text" {
		t.Errorf("an endless line: %v", err)
	}
	if _, err := Read(io.MultiReader(strings.NewReader("cf\n"), &copies{line: []byte("A\n"), n: MostLines + 1}), testKey); codeOf(err) != "roll_too_long" {
		t.Errorf("too many: %v", err)
	}
}

func codeOf(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) && len(f.Fields) == 1 {
		return f.Fields[0].Code
	}
	return fmt.Sprint(err)
}

func TestFlawsOfFields(t *testing.T) {
	head := "Codice fiscale;Numero;Stato;Data cancellazione\n"
	for line, want := range map[string]FlawAt{
		";1;attivo;":                                        at(2, FieldCode, "", FlawMissing, ""),
		"RSSMRA80A01H501U;01/02/2003;attivo;":               at(2, FieldNumber, "01/02/2003", FlawNumberDay, ""),
		"RSSMRA80A01H501U;1,2E+08;attivo;":                  at(2, FieldNumber, "1,2E+08", FlawExcel, ""),
		"RSSMRA80A01H501U;1;boh;":                           at(2, FieldStatus, "boh", FlawStatus, ""),
		"RSSMRA80A01H501U;1;attivo;ieri":                    at(2, FieldCancelled, "ieri", FlawDate, ""),
		"RSSMRA80A01H501U;1;attivo;31/02/2020":              at(2, FieldCancelled, "31/02/2020", FlawDate, ""),
		`RSSMRA80A01H501U;1;"attivo;`:                       at(2, FieldLine, "", FlawQuotes, ""),
		"<script>" + strings.Repeat("x", 90) + ";1;attivo;": at(2, FieldCode, "<script>"+strings.Repeat("x", 52)+"…", FlawLength, ""),
	} {
		if s := read(t, head+line+"\n"); len(s.Flaws) != 1 || s.Flaws[0] != want || s.Bad != 1 {
			t.Errorf("%s: %+v, %d bad", line, s.Flaws, s.Bad)
		}
	}
	for line, want := range map[string]Status{
		"RSSMRA80A01H501U;1;;01/02/2003":       Struck,
		"RSSMRA80A01H501U;1;;":                 Active,
		"RSSMRA80A01H501U;1;attivo;01/02/2003": Active, // entered again: the status is what holds
		"RSSMRA80A01H501U;1;RADIATA;":          Struck,
	} {
		if s := read(t, head+line); len(s.Members) != 1 || s.Members[0].Status != want {
			t.Errorf("%s: %+v", line, s)
		}
	}
	if s := read(t, head+"RSSMRA80A01H501U;0012;attivo;\nBNCLCU75T41F257W;13;attivo;\n"); s.Bad != 0 || s.Zeros != 1 {
		t.Errorf("eaten zeros: %+v", s)
	}
}

func TestFlawsAreListedToABoundAndCountedBeyond(t *testing.T) {
	s := read(t, "cf\n"+strings.Repeat("x\n", 1000))
	if len(s.Flaws) != 200 || s.Bad != 1000 {
		t.Errorf("%d listed, %d counted", len(s.Flaws), s.Bad)
	}
}

func TestRollsAreCompared(t *testing.T) {
	m := func(n byte, s Status) Member { return Member{Ticket{n}, s} }
	before := []Member{m(1, Active), m(2, Active), m(3, Suspended), m(4, Struck)}
	after := []Member{m(1, Active), m(2, Struck), m(3, Active), m(5, Active)}
	if got := compare(before, after); got != (Change{N: 3, Came: 2, Left: 1}) {
		t.Errorf("%+v", got)
	}
	if got := compare(nil, nil); got != (Change{}) {
		t.Errorf("nothing: %+v", got)
	}
	back, err := unpack(pack(after))
	if err != nil || !slices.Equal(back, after) {
		t.Errorf("unpacked %v, %v", back, err)
	}
	for _, b := range [][]byte{{1}, make([]byte, 33)} {
		if _, err := unpack(b); err == nil {
			t.Errorf("%d bytes are members", len(b))
		}
	}
	if text := fmt.Sprintf("%v %x %s %d", m(9, Active), Ticket{9}, Ticket{9}, Ticket{9}); strings.Contains(text, "9") && strings.Contains(text, "[9") || strings.Contains(text, "09") {
		t.Errorf("a ticket is printed: %s", text)
	}
}

// copies gives a line n times without holding them.
type copies struct {
	line []byte
	n    int
	rest []byte
}

func (c *copies) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.n == 0 {
			return 0, io.EOF
		}
		c.n, c.rest = c.n-1, c.line
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// people gives a register of n people without holding it.
type people struct {
	n, i int
	rest string
}

func (p *people) Read(b []byte) (int, error) {
	if p.rest == "" {
		switch {
		case p.i > p.n:
			return 0, io.EOF
		case p.i == 0:
			p.rest = "PEC;Nome;Cognome;Numero iscrizione;Codice fiscale;Stato;Data iscrizione;Data cancellazione\n"
		default:
			p.rest = fmt.Sprintf("persona%d@pec.ordine.example;Maria Antonietta;Rossi;%06d;%s;Attivo;01/02/2003;\n", p.i, p.i, code(p.i))
		}
		p.i++
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// TestALargeRegisterIsReadInLittleMemory: docs/PANEL.md promises 100,000 lines in 64 MB.
func TestALargeRegisterIsReadInLittleMemory(t *testing.T) {
	peak.Within(t, 64<<20, func() {
		s, err := Read(&people{n: 100_000}, testKey)
		if err != nil || s.Lines != 100_000 || s.Bad != 0 || len(s.Members) != 100_000 {
			t.Fatalf("%d lines, %d bad, %v, %v", s.Lines, s.Bad, s.Flaws[:min(3, len(s.Flaws))], err)
		}
		if packed := pack(s.Members); len(packed) != 100_000*33 {
			t.Fatalf("%d bytes", len(packed))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		if _, err := Read(&people{n: 100_000}, testKey); err != nil {
			b.Fatal(err)
		}
	}
}
