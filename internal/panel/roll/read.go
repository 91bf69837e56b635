package roll

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"delfi/internal/fault"
)

const (
	// MostLines is how many people a roll has at most, MaxFile its file in bytes.
	MostLines = 200_000
	MaxFile   = 48 << 20
	// mostFlaws is how many flaws are listed; all are counted.
	mostFlaws = 200
	// longestText is how much of a field a flaw shows, in characters.
	longestText = 60
)

// Layout is how the columns of a file are named.
type Layout string

// The layouts.
const (
	INIPEC Layout = "inipec" // PEC; Nome; Cognome; Numero iscrizione; Codice fiscale; Stato; …
	Simple Layout = "simple" // order, province, section, number, fiscal code, status, dates
)

// Sheet is a file, read. It holds no fiscal code but those in Flaws, which are for the page
// of whoever sent the file and lie nowhere.
type Sheet struct {
	Layout    Layout
	Separator rune   // ';', ',' or a tab
	Encoding  string // "UTF-8" or "Windows-1252"
	Lines     int    // of people
	Bad       int    // lines with a flaw
	Members   []Member
	Flaws     []FlawAt // in the order of lines, the first of them
	Zeros     int      // numbers that lost their zeros in a spreadsheet, which stops nothing
}

// Good counts the lines without a flaw.
func (s Sheet) Good() int { return s.Lines - s.Bad }

// FlawAt is what is wrong with one field of one line.
type FlawAt struct {
	Line  int // in the file, from 1
	Field Field
	Text  string // as written, cut to a length
	Flaw  Flaw
	Hint  string // what it may have been: a status, a day (2023-11-01), the number of a line; "" for nothing
}

// Field names a column.
type Field string

// The columns that are looked at; others are skipped, and nothing of them is kept.
const (
	FieldCode      Field = "code"
	FieldStatus    Field = "status"
	FieldNumber    Field = "number"
	FieldEntered   Field = "entered"
	FieldCancelled Field = "cancelled"
	FieldLine      Field = "line" // of no column
)

// Flaws of other fields than the fiscal code, and of whole lines.
const (
	FlawMissing   Flaw = "missing"
	FlawExcel     Flaw = "excel_number"   // a spreadsheet made a number of a code
	FlawTwice     Flaw = "twice"          // the code of an earlier line
	FlawStatus    Flaw = "status_unknown" // no status that is known
	FlawSerial    Flaw = "date_serial"    // a spreadsheet's number of a day
	FlawDate      Flaw = "date"           // no day
	FlawNumberDay Flaw = "number_day"     // a spreadsheet made a day of a number
	FlawQuotes    Flaw = "quotes"         // quotation marks that do not fit
)

// columns are the names of columns, without case, blanks and marks.
var columns = map[string]Field{
	"codicefiscale": FieldCode, "codfiscale": FieldCode, "cf": FieldCode, "fiscalcode": FieldCode,
	"stato": FieldStatus, "status": FieldStatus,
	"numeroiscrizione": FieldNumber, "numero": FieldNumber, "number": FieldNumber, "niscrizione": FieldNumber, "registrationnumber": FieldNumber,
	"dataiscrizione": FieldEntered, "iscrizione": FieldEntered, "registered": FieldEntered,
	"datacancellazione": FieldCancelled, "cancellazione": FieldCancelled, "cancelled": FieldCancelled,
}

// statuses are the words of registers.
var statuses = map[string]Status{
	"attivo": Active, "attiva": Active, "active": Active, "iscritto": Active, "iscritta": Active, "registered": Active,
	"sospeso": Suspended, "sospesa": Suspended, "suspended": Suspended,
	"cancellato": Struck, "cancellata": Struck, "radiato": Struck, "radiata": Struck, "cancelled": Struck, "struckoff": Struck,
}

// bare leaves letters and digits of a word, small.
func bare(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToLower(s))
}

// Read reads a register of people: each line becomes a member, its code a ticket by key. A
// file that is none is Invalid in field "file". Whoever reads a file of 100,000 lines needs
// neither its bytes nor its codes in memory.
func Read(file io.Reader, key []byte) (Sheet, error) {
	r := reader{in: &text{in: bufio.NewReaderSize(file, 1<<16)}, key: key, seen: map[Ticket]int{}}
	if err := r.head(); err != nil {
		return Sheet{}, err
	}
	for {
		fields, err := r.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if err != nil && !errors.As(err, &parse) {
			return Sheet{}, err
		}
		if r.sheet.Lines++; r.sheet.Lines > MostLines {
			return Sheet{}, refused("roll_too_long", fmt.Sprintf("has more than %d people", MostLines), map[string]any{"max": MostLines})
		}
		if parse != nil {
			r.line, r.bad = parse.Line, false
			r.flaw(FieldLine, "", FlawQuotes, "")
		} else {
			r.line, _ = r.csv.FieldPos(0)
			r.bad = false
			r.person(fields)
		}
		if r.bad {
			r.sheet.Bad++
		}
	}
	if r.sheet.Lines == 0 {
		return Sheet{}, refused("roll_empty", "has no line of a person under the names of the columns", nil)
	}
	r.sheet.Encoding = "UTF-8"
	if r.in.windows {
		r.sheet.Encoding = "Windows-1252"
	}
	if r.padded > 0 {
		r.sheet.Zeros = r.short
	}
	slices.SortFunc(r.sheet.Members, func(a, b Member) int { return bytes.Compare(a.Ticket[:], b.Ticket[:]) })
	return r.sheet, nil
}

func refused(code, message string, args map[string]any) error {
	return fault.Bad(fault.Field{Name: "file", Code: code, Message: message, Args: args})
}

// reader reads one file.
type reader struct {
	in    *text
	csv   *csv.Reader
	key   []byte
	at    map[Field]int // columns by their place
	sheet Sheet
	seen  map[Ticket]int // lines of the members so far

	line int
	bad  bool

	width, padded, short int // of numbers: of those with a leading zero, how many have one, how many lack it
}

// head reads the names of the columns.
func (r *reader) head() error {
	first, err := r.in.first()
	if err != nil {
		return err
	}
	r.sheet.Separator = separator(first)
	r.csv = csv.NewReader(r.in)
	r.csv.Comma, r.csv.FieldsPerRecord, r.csv.ReuseRecord = r.sheet.Separator, -1, true
	names, err := r.csv.Read()
	if errors.Is(err, io.EOF) || errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
		return refused("roll_header", "does not begin with the names of its columns: Codice fiscale is needed", nil)
	}
	if err != nil {
		return err
	}
	r.at, r.sheet.Layout = map[Field]int{}, Simple
	for i, name := range names {
		name := bare(name)
		if f, ok := columns[name]; ok {
			if _, twice := r.at[f]; twice {
				return refused("roll_column_twice", fmt.Sprintf("has the column %q twice", names[i]), map[string]any{"column": names[i]})
			}
			r.at[f] = i
		}
		if name == "pec" {
			r.sheet.Layout = INIPEC
		}
	}
	if _, ok := r.at[FieldCode]; !ok {
		return refused("roll_header", "does not begin with the names of its columns: Codice fiscale is needed", nil)
	}
	return nil
}

// separator is the likeliest in the line of names.
func separator(line []byte) rune {
	best, most := ';', 0
	for _, c := range ";,\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// field gives a line's field; false where the file has no such column.
func (r *reader) field(fields []string, f Field) (string, bool) {
	at, ok := r.at[f]
	if !ok {
		return "", false
	}
	if at >= len(fields) {
		return "", true
	}
	return strings.TrimSpace(strings.ReplaceAll(fields[at], "\u00a0", " ")), true
}

func (r *reader) flaw(f Field, text string, flaw Flaw, hint string) {
	r.bad = true
	if len(r.sheet.Flaws) >= mostFlaws {
		return
	}
	if c := []rune(text); len(c) > longestText {
		text = string(c[:longestText]) + "…"
	}
	r.sheet.Flaws = append(r.sheet.Flaws, FlawAt{r.line, f, strings.Clone(text), flaw, hint})
}

// person reads the line of one person.
func (r *reader) person(fields []string) {
	if !slices.ContainsFunc(fields, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		r.sheet.Lines-- // a row of separators, as spreadsheets leave them
		return
	}
	code, _ := r.field(fields, FieldCode)
	whole, flaw := Fiscal(code)
	switch {
	case code == "":
		r.flaw(FieldCode, "", FlawMissing, "")
	case scientific(code):
		r.flaw(FieldCode, code, FlawExcel, "")
	case flaw != "":
		r.flaw(FieldCode, code, flaw, "")
	}
	status := r.status(fields)
	r.number(fields)
	r.day(fields, FieldEntered)
	r.day(fields, FieldCancelled)
	if code == "" || flaw != "" {
		return
	}
	m := Member{TicketOf(r.key, whole), status}
	if before, twice := r.seen[m.Ticket]; twice {
		r.flaw(FieldCode, code, FlawTwice, fmt.Sprint(before))
		return
	}
	r.seen[m.Ticket] = r.line
	if !r.bad {
		r.sheet.Members = append(r.sheet.Members, m)
	}
}

// status reads a status: without one, who has a day of cancellation is struck off.
func (r *reader) status(fields []string) Status {
	text, there := r.field(fields, FieldStatus)
	if text == "" {
		if cancelled, _ := r.field(fields, FieldCancelled); cancelled != "" {
			return Struck
		}
		if there && r.sheet.Layout == INIPEC {
			r.flaw(FieldStatus, "", FlawMissing, "")
		}
		return Active
	}
	if s, ok := statuses[bare(text)]; ok {
		return s
	}
	hint := ""
	digits := strings.NewReplacer("0", "o", "1", "i", "3", "e", "5", "s").Replace(bare(text))
	if _, ok := statuses[digits]; ok {
		hint = strings.ToUpper(digits)
	}
	r.flaw(FieldStatus, text, FlawStatus, hint)
	return Active
}

// number looks at a number of registration, which tells two people of one name apart.
func (r *reader) number(fields []string) {
	text, there := r.field(fields, FieldNumber)
	switch {
	case !there:
		return
	case text == "":
		r.flaw(FieldNumber, "", FlawMissing, "")
		return
	case scientific(text):
		r.flaw(FieldNumber, text, FlawExcel, "")
		return
	case isDay(text):
		r.flaw(FieldNumber, text, FlawNumberDay, "")
		return
	}
	if strings.Trim(text, "0123456789") != "" {
		return
	}
	if text[0] == '0' {
		r.padded, r.width = r.padded+1, max(r.width, len(text))
	} else if r.width == 0 || len(text) < r.width {
		r.short++
	}
}

// epoch is the day before the first of a spreadsheet's calendar.
var epoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// day looks at a day.
func (r *reader) day(fields []string, f Field) {
	text, _ := r.field(fields, f)
	if text == "" || isDay(text) {
		return
	}
	if len(text) == 5 && strings.Trim(text, "0123456789") == "" {
		n := 0
		for _, c := range text {
			n = 10*n + int(c-'0')
		}
		r.flaw(f, text, FlawSerial, epoch.AddDate(0, 0, n).Format(time.DateOnly))
		return
	}
	r.flaw(f, text, FlawDate, "")
}

// isDay tells whether a text is a day, as registers and spreadsheets write it.
func isDay(text string) bool {
	text, _, _ = strings.Cut(text, " ") // a time after it
	for _, layout := range []string{"02/01/2006", "2/1/2006", "02/01/06", time.DateOnly, "02-01-2006", "02.01.2006"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// scientific tells whether a spreadsheet made a large number of a text: "6,02E+15".
func scientific(text string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(text), "E+")
	return ok && mantissa != "" && exponent != "" && strings.Trim(mantissa, "0123456789,.") == "" && strings.Trim(exponent, "0123456789") == ""
}

// text gives a file as UTF-8, line by line: a line that is not is of Windows-1252.
type text struct {
	in      *bufio.Reader
	buf     []byte // what is converted and not read yet
	read    int
	windows bool
	begun   bool
}

// longestLine is the longest line that is read, in bytes.
const longestLine = 1 << 16

// first gives the first line without taking it.
func (t *text) first() ([]byte, error) {
	err := t.fill()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return t.buf, err
}

func (t *text) Read(p []byte) (int, error) {
	if len(t.buf) == 0 {
		if err := t.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.buf)
	t.buf = t.buf[n:]
	return n, nil
}

// fill converts the next line.
func (t *text) fill() error {
	line, err := t.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return refused("roll_no_text", "is no table of text: save it as CSV", nil)
	}
	if len(line) == 0 {
		return err // EOF without a line, or trouble
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if t.read += len(line); t.read > MaxFile {
		return refused("file_too_large", fmt.Sprintf("has more than %d megabytes", MaxFile>>20), map[string]any{"max": MaxFile >> 20})
	}
	if !t.begun {
		t.begun = true
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return refused("roll_no_text", "is no table of text: save it as CSV", nil)
	}
	if utf8.Valid(line) {
		t.buf = append(t.buf[:0], line...)
		return nil
	}
	t.windows = true
	t.buf = t.buf[:0]
	for _, b := range line {
		t.buf = utf8.AppendRune(t.buf, windows1252(b))
	}
	return nil
}

// high are the characters of Windows-1252 between 0x80 and 0x9f; what it leaves free is
// U+FFFD. The others are those of Unicode.
var high = [...]rune{
	'€', '\ufffd', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\ufffd', 'Ž', '\ufffd',
	'\ufffd', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\ufffd', 'ž', 'Ÿ',
}

func windows1252(b byte) rune {
	if b >= 0x80 && b < 0xa0 {
		return high[b-0x80]
	}
	return rune(b)
}
