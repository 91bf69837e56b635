package draw

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
)

// Ticket is HMAC-SHA256(roll key, code): the owner of the code finds it, nobody without the
// key can try codes against it.
type Ticket [sha256.Size]byte

// NewTicket computes the ticket of a code under a roll's key.
func NewTicket(key, code []byte) Ticket {
	mac := hmac.New(sha256.New, key)
	mac.Write(code)
	return Ticket(mac.Sum(nil))
}

// String is the ticket in lower-case hex, as the public list has it.
func (t Ticket) String() string { return hex.EncodeToString(t[:]) }

// ParseTicket reads a ticket in lower-case hex.
func ParseTicket(text string) (Ticket, bool) {
	b, ok := digest(text)
	return Ticket(b), ok
}

// digest reads 32 bytes in lower-case hex, in their one spelling.
func digest(text string) (out [sha256.Size]byte, ok bool) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(out) || hex.EncodeToString(b) != text {
		return out, false
	}
	return [sha256.Size]byte(b), true
}

// Person is one of the pool, before the list is made.
type Person struct {
	Ticket    Ticket
	Cell      string
	Household string // "" for one of their own; never public
}

// Place is one line of the public list.
type Place struct {
	N      int // from 1
	Ticket Ticket
	Cell   string
}

// Roll is the public list, in the order of its tickets: places[n-1] has number n.
type Roll struct{ places []Place }

// Bounds of a roll.
const (
	MostTickets = 100_000
	MostCells   = 500
	// LeastCell is the smallest number of people that a cell of the public list has.
	LeastCell = 5
	mostCell  = 80   // characters of the name of a cell
	mostLine  = 4096 // bytes of a line of the list: merged cells have the names of all
	joint     = " + "
)

// List makes the public list of a pool. Cells of under LeastCell people are merged with
// the cell whose name shares most words with theirs. With one, only the lowest ticket of
// each household is listed. The fault names the person, from 1.
func List(people []Person, one bool) (Roll, error) {
	var bad []fault.Field
	refuse := func(n int, code, message string) {
		bad = append(bad, fault.Field{Name: fmt.Sprintf("people[%d]", n+1), Code: code, Message: message, Args: map[string]any{"n": n + 1}})
	}
	switch {
	case len(people) < LeastCell:
		return Roll{}, fault.New(fault.Conflict, "roll_too_small", "the list has too few people for a draw").With("least", LeastCell)
	case len(people) > MostTickets:
		return Roll{}, fault.New(fault.TooLarge, "roll_too_long", "the list has more people than a draw takes").With("most", MostTickets)
	}
	seen, cells := map[Ticket]bool{}, map[string]int{}
	for n, p := range people {
		if !cell(p.Cell) || utf8.RuneCountInString(p.Cell) > mostCell {
			refuse(n, "draw_bad_cell", "a cell is named by letters, digits and spaces, without comma or quote")
		}
		if seen[p.Ticket] {
			refuse(n, "draw_same_ticket", "the ticket stands on the list twice")
		}
		seen[p.Ticket] = true
		if len(bad) == MostProblems {
			break
		}
	}
	if len(bad) > 0 {
		return Roll{}, fault.Bad(bad...)
	}
	people = slices.Clone(people)
	slices.SortFunc(people, func(a, b Person) int { return bytes.Compare(a.Ticket[:], b.Ticket[:]) })
	var r Roll
	homes := map[string]bool{}
	for _, p := range people {
		if one && p.Household != "" {
			if homes[p.Household] {
				continue
			}
			homes[p.Household] = true
		}
		cells[p.Cell]++
		r.places = append(r.places, Place{N: len(r.places) + 1, Ticket: p.Ticket, Cell: p.Cell})
	}
	if len(r.places) < LeastCell {
		return Roll{}, fault.New(fault.Conflict, "roll_too_small", "the list has too few people for a draw").With("least", LeastCell)
	}
	if len(cells) > MostCells {
		return Roll{}, fault.New(fault.TooLarge, "too_many_cells", "the list has more cells than a draw takes").With("most", MostCells)
	}
	names := merged(cells)
	for n := range r.places {
		r.places[n].Cell = names[r.places[n].Cell]
	}
	return r, nil
}

// MostProblems bounds the lines that one answer names.
const MostProblems = 50

// cell reports whether a text names a cell: it begins with a letter or a digit, so that no
// spreadsheet computes it, and needs no quotes in a CSV file.
func cell(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return utf8.ValidString(text) && (unicode.IsLetter(first) || unicode.IsDigit(first)) && text == strings.TrimSpace(text) &&
		!strings.ContainsFunc(text, func(r rune) bool {
			return r == ',' || r == ';' || r == '"' || unicode.IsSpace(r) && r != ' ' || !unicode.IsPrint(r)
		})
}

// merged names the cell in which each cell is published. While one has under LeastCell
// people, the smallest joins the cell that shares most words with it, of those the smallest,
// of those the first by name.
func merged(counts map[string]int) map[string]string {
	type part struct {
		cells []string
		n     int
	}
	var parts []part
	for name, n := range counts {
		parts = append(parts, part{[]string{name}, n})
	}
	first := func(a, b part) int { return cmp.Or(cmp.Compare(a.n, b.n), strings.Compare(a.cells[0], b.cells[0])) }
	for {
		slices.SortFunc(parts, first)
		if len(parts) < 2 || parts[0].n >= LeastCell {
			break
		}
		small, best, shared := parts[0], 1, -1
		for i, p := range parts[1:] {
			if n := alike(small.cells, p.cells); n > shared {
				best, shared = i+1, n
			}
		}
		into := &parts[best]
		into.cells, into.n = append(into.cells, small.cells...), into.n+small.n
		slices.Sort(into.cells)
		parts = parts[1:]
	}
	names := make(map[string]string, len(counts))
	for _, p := range parts {
		for _, c := range p.cells {
			names[c] = strings.Join(p.cells, joint)
		}
	}
	return names
}

// alike counts the words that the names of two sets of cells share at most.
func alike(a, b []string) int {
	most := 0
	for _, x := range a {
		words := strings.Fields(x)
		for _, y := range b {
			n := 0
			for _, w := range strings.Fields(y) {
				if slices.Contains(words, w) {
					n++
				}
			}
			most = max(most, n)
		}
	}
	return most
}

// N is the number of tickets.
func (r Roll) N() int { return len(r.places) }

// Places are the lines of the list, in their order. The caller changes none.
func (r Roll) Places() []Place { return r.places }

// At gives the place of number n, from 1 to N.
func (r Roll) At(n int) Place { return r.places[n-1] }

// Find gives the place of a ticket; false when it is not on the list.
func (r Roll) Find(t Ticket) (Place, bool) {
	i, ok := slices.BinarySearchFunc(r.places, t, func(p Place, t Ticket) int { return bytes.Compare(p.Ticket[:], t[:]) })
	if !ok {
		return Place{}, false
	}
	return r.places[i], true
}

// Cells counts the people of each cell, by name.
func (r Roll) Cells() map[string]int {
	out := map[string]int{}
	for _, p := range r.places {
		out[p.Cell]++
	}
	return out
}

// Root is the root of the tree over the list: each place is a leaf of four LF-ended lines,
// "delfi ticket v1", number, ticket and cell.
func (r Roll) Root() tlog.Hash {
	var t leaf.Tree
	for _, p := range r.places {
		t.Add(tlog.RecordHash([]byte(p.leaf())))
	}
	return t.Root()
}

func (p Place) leaf() string {
	return "delfi ticket v1\n" + strconv.Itoa(p.N) + "\n" + p.Ticket.String() + "\n" + p.Cell + "\n"
}

// rollHead is the first line of the list.
const rollHead = "n,ticket,cell"

// CSV is the public list: a head, then one LF-ended line for each place.
func (r Roll) CSV() []byte {
	var b bytes.Buffer
	b.WriteString(rollHead + "\n")
	for _, p := range r.places {
		b.WriteString(strconv.Itoa(p.N) + "," + p.Ticket.String() + "," + p.Cell + "\n")
	}
	return b.Bytes()
}

// ParseRoll reads the public list in its one form: numbers from 1 without gap, tickets
// ascending, no cell of under LeastCell people. The error is a *Wrong.
func ParseRoll(text []byte) (Roll, error) {
	lines, err := split(StepRoll, text, MostTickets+1)
	if err != nil {
		return Roll{}, err
	}
	if lines[0] != rollHead {
		return Roll{}, &Wrong{Step: StepRoll, Line: 1, What: "this is no list of tickets", Found: lines[0], Expected: rollHead}
	}
	var r Roll
	counts := map[string]int{}
	for i, line := range lines[1:] {
		bad := func(what, found, expected string) (Roll, error) {
			return Roll{}, &Wrong{Step: StepRoll, Line: i + 2, What: what, Found: found, Expected: expected}
		}
		f := strings.SplitN(line, ",", 3)
		if len(f) != 3 {
			return bad("the line has not three fields", line, rollHead)
		}
		if want := strconv.Itoa(i + 1); f[0] != want {
			return bad("a number is out of its place", f[0], want)
		}
		ticket, ok := ParseTicket(f[1])
		if !ok {
			return bad("a ticket is 64 hex digits", f[1], "64 of 0–9 and a–f")
		}
		if !cell(f[2]) {
			return bad("this names no cell", f[2], "letters, digits and spaces")
		}
		if n := len(r.places); n > 0 && bytes.Compare(r.places[n-1].Ticket[:], ticket[:]) >= 0 {
			return bad("tickets are not in their order", f[1], "one after "+r.places[n-1].Ticket.String())
		}
		counts[f[2]]++
		r.places = append(r.places, Place{N: i + 1, Ticket: ticket, Cell: f[2]})
	}
	if len(counts) > MostCells {
		return Roll{}, &Wrong{Step: StepRoll, What: "the list has more cells than a draw takes", Found: strconv.Itoa(len(counts)), Expected: fmt.Sprintf("at most %d", MostCells)}
	}
	for _, p := range r.places {
		if counts[p.Cell] < LeastCell {
			return Roll{}, &Wrong{Step: StepRoll, Line: p.N + 1, What: fmt.Sprintf("cell %q has too few people", p.Cell), Found: strconv.Itoa(counts[p.Cell]), Expected: fmt.Sprintf("at least %d", LeastCell)}
		}
	}
	if r.N() == 0 {
		return Roll{}, &Wrong{Step: StepRoll, What: "nobody is on the list", Found: "0", Expected: fmt.Sprintf("at least %d", LeastCell)}
	}
	return r, nil
}

// split divides a file of a draw into its LF-ended lines, of which it has at least one.
func split(step Step, text []byte, most int) ([]string, error) {
	if len(text) == 0 || text[len(text)-1] != '\n' {
		return nil, &Wrong{Step: step, What: "the last line has no end", Found: "", Expected: "a line feed"}
	}
	if n := bytes.Count(text, []byte{'\n'}); n > most {
		return nil, &Wrong{Step: step, What: "the file has more lines than any of its kind", Found: strconv.Itoa(n), Expected: fmt.Sprintf("at most %d", most)}
	}
	return strings.Split(string(text[:len(text)-1]), "\n"), nil
}
