package invitation

import (
	"fmt"
	"io"
	"net/mail"
	"strings"

	"delfi/internal/panel/sheet"
	"delfi/internal/prose"
)

const (
	// MostLines is how many people a file invites at most, MaxFile its size in bytes.
	MostLines = 20_000
	MaxFile   = 8 << 20
)

// Sheet is a file of addresses, read.
type Sheet struct {
	sheet.Sheet
	Guests []Guest // in the order of lines
	Zeros  int     // postal codes that had lost their zeros in a spreadsheet, and got them back
}

// The columns that are looked at; others are skipped, and nothing of them is kept.
const (
	FieldName     sheet.Field = "name"
	FieldSurname  sheet.Field = "surname"
	FieldEmail    sheet.Field = "email"
	FieldStreet   sheet.Field = "street"
	FieldPostcode sheet.Field = "postcode"
	FieldTown     sheet.Field = "town"
)

// Flaws beside those of every sheet.
const (
	FlawEmail     sheet.Flaw = "email"     // no e-mail address
	FlawNowhere   sheet.Flaw = "nowhere"   // neither e-mail nor postal address
	FlawLong      sheet.Flaw = "too_long"  // more than is kept
	FlawElsewhere sheet.Flaw = "elsewhere" // invited into another group already
)

// columns are the names of columns, without case, blanks, marks and accented letters.
var columns = map[string]sheet.Field{
	"nome": FieldName, "nominativo": FieldName, "denominazione": FieldName, "ragionesociale": FieldName, "name": FieldName, "organisation": FieldName, "organization": FieldName,
	"cognome": FieldSurname, "surname": FieldSurname, "lastname": FieldSurname,
	"email": FieldEmail, "mail": FieldEmail, "postaelettronica": FieldEmail, "pec": FieldEmail, "emailaddress": FieldEmail,
	"indirizzo": FieldStreet, "via": FieldStreet, "street": FieldStreet, "address": FieldStreet,
	"cap": FieldPostcode, "postcode": FieldPostcode, "postalcode": FieldPostcode, "zip": FieldPostcode,
	"comune": FieldTown, "citt": FieldTown, "localit": FieldTown, "town": FieldTown, "city": FieldTown,
}

// reader reads one file.
type reader struct {
	*sheet.Reader
	key    []byte
	of     map[[32]byte]string // groups into which addresses are invited already, by mark
	group  string
	guests []Guest
	seen   map[[32]byte]int // lines of the guests so far
	zeros  int
}

// read reads a file for a group. One that is no list of addresses is Invalid in field "file".
func read(file io.Reader, key []byte, group string, of map[[32]byte]string) (Sheet, error) {
	r := reader{Reader: sheet.New(file, sheet.Limits{Lines: MostLines, Bytes: MaxFile}), key: key, group: group, of: of, seen: map[[32]byte]int{}}
	_, err := r.Head(columns)
	if sheet.IsHead(err) || err == nil && !r.Has(FieldEmail) && !(r.Has(FieldName) && r.Has(FieldStreet) && r.Has(FieldTown)) {
		return Sheet{}, sheet.Refused("invitation_header", "does not begin with the names of its columns: email is needed, or nome, indirizzo and comune", nil)
	}
	if err != nil {
		return Sheet{}, err
	}
	if err := r.Each(r.person); err != nil {
		return Sheet{}, err
	}
	return Sheet{Sheet: r.Sheet, Guests: r.guests, Zeros: r.zeros}, nil
}

// person reads the line of one guest.
func (r *reader) person() {
	var g Guest
	g.Name = r.text(FieldName, longestName)
	if surname := r.text(FieldSurname, longestName); surname != "" {
		if g.Name = strings.TrimSpace(g.Name + " " + surname); len(g.Name) > longestName {
			r.Fault(FieldSurname, surname, FlawLong, "")
		}
	}
	g.Email, g.Street, g.Town = r.text(FieldEmail, longestEmail), r.text(FieldStreet, longestStreet), r.text(FieldTown, longestTown)
	g.Postcode = r.postcode()
	switch {
	case g.Email != "" && !written(g.Email):
		r.Fault(FieldEmail, g.Email, FlawEmail, "")
	case g.Email != "":
	case g.Street == "" && g.Town == "":
		r.Fault(FieldEmail, "", FlawNowhere, "")
	default:
		for _, f := range []struct {
			field sheet.Field
			text  string
		}{{FieldName, g.Name}, {FieldStreet, g.Street}, {FieldTown, g.Town}} {
			if f.text == "" {
				r.Fault(f.field, "", sheet.FlawMissing, "")
			}
		}
	}
	if r.Faulty() {
		return
	}
	m := g.mark(r.key)
	at, shown := FieldEmail, g.Email
	if g.Paper() {
		at, shown = FieldName, g.Name
	}
	if before, twice := r.seen[m]; twice {
		r.Fault(at, shown, sheet.FlawTwice, fmt.Sprint(before))
		return
	}
	if group, invited := r.of[m]; invited && group != r.group {
		r.Fault(at, shown, FlawElsewhere, "")
		return
	}
	r.seen[m] = r.Line()
	r.guests = append(r.guests, g)
}

// text reads a field as one line of words.
func (r *reader) text(f sheet.Field, most int) string {
	typed, _ := r.Field(f)
	text := prose.Flat(typed)
	if sheet.Scientific(text) {
		r.Fault(f, text, sheet.FlawExcel, "")
	}
	if len(text) > most {
		r.Fault(f, text, FlawLong, "")
	}
	return text
}

// postcode reads a postal code, and gives one of Italy back the zeros that a spreadsheet took.
func (r *reader) postcode() string {
	text := r.text(FieldPostcode, longestPostcode)
	if text == "" || len(text) >= 5 || strings.Trim(text, "0123456789") != "" {
		return text
	}
	r.zeros++
	return strings.Repeat("0", 5-len(text)) + text
}

// written tells whether a letter can be written to an e-mail address.
func written(text string) bool {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || a.Name != "" {
		return false
	}
	_, domain, _ := strings.Cut(text, "@")
	return strings.Contains(domain, ".") && !strings.HasSuffix(domain, ".")
}
