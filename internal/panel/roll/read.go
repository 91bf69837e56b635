package roll

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"delfi/internal/panel/sheet"
)

const (
	// MostLines is how many people a roll has at most, MaxFile its file in bytes.
	MostLines = 200_000
	MaxFile   = 48 << 20
)

// Layout is how the columns of a file are named.
type Layout string

// The layouts.
const (
	INIPEC Layout = "inipec" // PEC; Nome; Cognome; Numero iscrizione; Codice fiscale; Stato; …
	Simple Layout = "simple" // order, province, section, number, fiscal code, status, dates
)

// Sheet is a file, read. It holds no fiscal code but those in its flaws, which are for the
// page of whoever sent the file and lie nowhere.
type Sheet struct {
	sheet.Sheet
	Layout  Layout
	Members []Member
	Zeros   int // numbers that lost their zeros in a spreadsheet, which stops nothing
}

// Field names a column, Flaw what is wrong with one, FlawAt the flaw of a line.
type (
	Field  = sheet.Field
	Flaw   = sheet.Flaw
	FlawAt = sheet.FlawAt
)

// The columns that are looked at; others are skipped, and nothing of them is kept.
const (
	FieldCode      Field = "code"
	FieldStatus    Field = "status"
	FieldNumber    Field = "number"
	FieldEntered   Field = "entered"
	FieldCancelled Field = "cancelled"
	FieldLine      Field = sheet.FieldLine
)

// Flaws of other fields than the fiscal code.
const (
	FlawMissing   Flaw = sheet.FlawMissing
	FlawExcel     Flaw = sheet.FlawExcel
	FlawTwice     Flaw = sheet.FlawTwice
	FlawStatus    Flaw = "status_unknown" // no status that is known
	FlawSerial    Flaw = "date_serial"    // a spreadsheet's number of a day
	FlawDate      Flaw = "date"           // no day
	FlawNumberDay Flaw = "number_day"     // a spreadsheet made a day of a number
	FlawQuotes    Flaw = sheet.FlawQuotes
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

// Read reads a register of people: each line becomes a member, its code a ticket by key. A
// file that is none is Invalid in field "file". Whoever reads a file of 100,000 lines needs
// neither its bytes nor its codes in memory.
func Read(file io.Reader, key []byte) (Sheet, error) {
	r := reader{Reader: sheet.New(file, sheet.Limits{Lines: MostLines, Bytes: MaxFile}), key: key, seen: map[Ticket]int{}}
	names, err := r.Head(columns)
	if sheet.IsHead(err) || err == nil && !r.Has(FieldCode) {
		return Sheet{}, sheet.Refused("roll_header", "does not begin with the names of its columns: Codice fiscale is needed", nil)
	}
	if err != nil {
		return Sheet{}, err
	}
	out := Sheet{Layout: Simple}
	if slices.Contains(names, "pec") {
		out.Layout = INIPEC
	}
	r.layout = out.Layout
	if err := r.Each(r.person); err != nil {
		return Sheet{}, err
	}
	if r.padded > 0 {
		out.Zeros = r.short
	}
	slices.SortFunc(r.members, func(a, b Member) int { return bytes.Compare(a.Ticket[:], b.Ticket[:]) })
	out.Sheet, out.Members = r.Sheet, r.members
	return out, nil
}

// reader reads one file.
type reader struct {
	*sheet.Reader
	key     []byte
	layout  Layout
	members []Member
	seen    map[Ticket]int // lines of the members so far

	width, padded, short int // of numbers: of those with a leading zero, how many have one, how many lack it
}

// person reads the line of one person.
func (r *reader) person() {
	code, _ := r.Field(FieldCode)
	whole, flaw := Fiscal(code)
	switch {
	case code == "":
		r.Fault(FieldCode, "", FlawMissing, "")
	case sheet.Scientific(code):
		r.Fault(FieldCode, code, FlawExcel, "")
	case flaw != "":
		r.Fault(FieldCode, code, flaw, "")
	}
	status := r.status()
	r.number()
	r.day(FieldEntered)
	r.day(FieldCancelled)
	if code == "" || flaw != "" {
		return
	}
	m := Member{TicketOf(r.key, whole), status}
	if before, twice := r.seen[m.Ticket]; twice {
		r.Fault(FieldCode, code, FlawTwice, fmt.Sprint(before))
		return
	}
	r.seen[m.Ticket] = r.Line()
	if !r.Faulty() {
		r.members = append(r.members, m)
	}
}

// status reads a status: without one, who has a day of cancellation is struck off.
func (r *reader) status() Status {
	text, there := r.Field(FieldStatus)
	if text == "" {
		if cancelled, _ := r.Field(FieldCancelled); cancelled != "" {
			return Struck
		}
		if there && r.layout == INIPEC {
			r.Fault(FieldStatus, "", FlawMissing, "")
		}
		return Active
	}
	if s, ok := statuses[sheet.Bare(text)]; ok {
		return s
	}
	hint := ""
	digits := strings.NewReplacer("0", "o", "1", "i", "3", "e", "5", "s").Replace(sheet.Bare(text))
	if _, ok := statuses[digits]; ok {
		hint = strings.ToUpper(digits)
	}
	r.Fault(FieldStatus, text, FlawStatus, hint)
	return Active
}

// number looks at a number of registration, which tells two people of one name apart.
func (r *reader) number() {
	text, there := r.Field(FieldNumber)
	switch {
	case !there:
		return
	case text == "":
		r.Fault(FieldNumber, "", FlawMissing, "")
		return
	case sheet.Scientific(text):
		r.Fault(FieldNumber, text, FlawExcel, "")
		return
	case isDay(text):
		r.Fault(FieldNumber, text, FlawNumberDay, "")
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
func (r *reader) day(f Field) {
	text, _ := r.Field(f)
	if text == "" || isDay(text) {
		return
	}
	if len(text) == 5 && strings.Trim(text, "0123456789") == "" {
		n := 0
		for _, c := range text {
			n = 10*n + int(c-'0')
		}
		r.Fault(f, text, FlawSerial, epoch.AddDate(0, 0, n).Format(time.DateOnly))
		return
	}
	r.Fault(f, text, FlawDate, "")
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
