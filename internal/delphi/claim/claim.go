package claim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Rule is who may enter a group. A zero part asks nothing.
type Rule struct {
	Places []Place // municipalities of the domicile, any of which
	Age    Band
	Level  int // least level of assurance, 1 to 3
}

// Place is a municipality by its Belfiore code and its name.
type Place struct{ Code, Name string }

// Band is an age in full years, both ends included.
type Band struct {
	From int
	To   int // 0: without end
}

// Term names one thing that a rule asks.
type Term string

// The terms, in the order in which a rule is written.
const (
	Municipality Term = "municipality"
	Age          Term = "age"
	Level        Term = "level"
)

// State is how a term fits a person.
type State string

// The states.
const (
	Met     State = "met"
	Unmet   State = "unmet"
	Missing State = "missing" // the provider does not say it
)

// Finding is a term of a rule, judged.
type Finding struct {
	Term  Term
	State State
}

// Said is what the provider says of a person; "" and 0 where it says nothing.
type Said struct {
	Born         string // the day, "1980-01-31"
	Municipality string // of the domicile: a Belfiore code or a name
	Level        int    // of assurance of this sign-in
}

// oldest is the greatest age that a rule can name.
const oldest = 130

// Parse reads a rule. Its error is a sentence that says how to write what it could not read.
func Parse(text string) (Rule, error) {
	var r Rule
	var seen []Term
	for part := range strings.SplitSeq(text, ";") {
		name, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
		rest = strings.TrimSpace(rest)
		term := Term(strings.ToLower(name))
		if slices.Contains(seen, term) {
			return Rule{}, fmt.Errorf("says %q twice: write each term once", term)
		}
		seen = append(seen, term)
		var err error
		switch term {
		case Municipality:
			r.Places, err = places(rest)
		case Age:
			r.Age, err = band(rest)
		case Level:
			if len(rest) != 1 || rest < "1" || rest > "3" {
				return Rule{}, fmt.Errorf("has level %q: write level 1, level 2 or level 3", rest)
			}
			r.Level = int(rest[0] - '0')
		case "":
			return Rule{}, fmt.Errorf("says nothing: write such as municipality F257 Modena; age 16-; level 2")
		default:
			return Rule{}, fmt.Errorf("has the unknown term %q: use municipality, age and level, with semicolons between", name)
		}
		if err != nil {
			return Rule{}, err
		}
	}
	return r, nil
}

func places(text string) ([]Place, error) {
	var out []Place
	for one := range strings.SplitSeq(text, ",") {
		code, name, _ := strings.Cut(strings.TrimSpace(one), " ")
		p := Place{Code: strings.ToUpper(code), Name: strings.Join(strings.Fields(name), " ")}
		switch {
		case !Belfiore(p.Code):
			return nil, fmt.Errorf("has the municipality %q: write a Belfiore code, a letter and three digits, and the name, such as F257 Modena", strings.TrimSpace(one))
		case fold(p.Name) == "":
			return nil, fmt.Errorf("has %s without its name: write both, such as F257 Modena", p.Code)
		case slices.ContainsFunc(out, func(q Place) bool { return q.Code == p.Code }):
			return nil, fmt.Errorf("has %s twice: write each municipality once", p.Code)
		}
		out = append(out, p)
	}
	return out, nil
}

func band(text string) (Band, error) {
	bad := fmt.Errorf("has age %q: write age 16- (16 and older), age 16-35, or age -35", text)
	from, to, dash := strings.Cut(text, "-")
	if !dash || from == "" && to == "" {
		return Band{}, bad
	}
	var b Band
	for text, n := range map[string]*int{from: &b.From, to: &b.To} {
		if text == "" {
			continue
		}
		years, err := strconv.Atoi(text)
		if err != nil || years < 0 || years > oldest || text[0] < '0' || text[0] > '9' {
			return Band{}, bad
		}
		*n = years
	}
	if from == to {
		b.From = b.To
	}
	if b == (Band{}) {
		return Band{}, bad
	}
	if to != "" && b.To < max(b.From, 1) {
		return Band{}, fmt.Errorf("has age %q, which nobody is of: write the younger age first", text)
	}
	return b, nil
}

// Belfiore tells whether a code has the form of a municipality's: a letter and three digits.
func Belfiore(code string) bool {
	return len(code) == 4 && code[0] >= 'A' && code[0] <= 'Z' &&
		!strings.ContainsFunc(code[1:], func(c rune) bool { return c < '0' || c > '9' })
}

// String writes the rule as Parse reads it.
func (r Rule) String() string {
	var terms []string
	if len(r.Places) > 0 {
		var all []string
		for _, p := range r.Places {
			all = append(all, p.Code+" "+p.Name)
		}
		terms = append(terms, "municipality "+strings.Join(all, ", "))
	}
	if r.Age != (Band{}) {
		var from, to string
		if r.Age.From > 0 {
			from = strconv.Itoa(r.Age.From)
		}
		if r.Age.To > 0 {
			to = strconv.Itoa(r.Age.To)
		}
		terms = append(terms, "age "+from+"-"+to)
	}
	if r.Level > 0 {
		terms = append(terms, "level "+strconv.Itoa(r.Level))
	}
	return strings.Join(terms, "; ")
}

// Judge holds the claims about a person against each term of the rule, on a day of Rome.
func (r Rule) Judge(s Said, day time.Time) []Finding {
	var out []Finding
	add := func(t Term, known, met bool) {
		f := Finding{t, Unmet}
		switch {
		case !known:
			f.State = Missing
		case met:
			f.State = Met
		}
		out = append(out, f)
	}
	if len(r.Places) > 0 {
		add(Municipality, fold(s.Municipality) != "", slices.ContainsFunc(r.Places, func(p Place) bool { return p.is(s.Municipality) }))
	}
	if r.Age != (Band{}) {
		born, err := time.Parse(time.DateOnly, s.Born)
		years := age(born, day)
		add(Age, err == nil && years >= 0, years >= r.Age.From && (r.Age.To == 0 || years <= r.Age.To))
	}
	if r.Level > 0 {
		add(Level, s.Level > 0, s.Level >= r.Level)
	}
	return out
}

// Fits tells whether every term is met.
func Fits(all []Finding) bool {
	return !slices.ContainsFunc(all, func(f Finding) bool { return f.State != Met })
}

// age is how many full years lie between two days.
func age(born, day time.Time) int {
	years := day.Year() - born.Year()
	if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
		years--
	}
	return years
}

// is tells whether a municipality is meant by a code or a name; one of two languages does.
func (p Place) is(name string) bool {
	if strings.EqualFold(strings.TrimSpace(name), p.Code) {
		return true
	}
	for a := range strings.SplitSeq(name, "/") {
		for b := range strings.SplitSeq(p.Name, "/") {
			if fold(a) != "" && fold(a) == fold(b) {
				return true
			}
		}
	}
	return false
}

// plain are letters of Italian names without their marks.
var plain = map[rune]rune{
	'à': 'a', 'á': 'a', 'â': 'a', 'ä': 'a', 'è': 'e', 'é': 'e', 'ê': 'e', 'ë': 'e', 'ì': 'i', 'í': 'i', 'î': 'i', 'ï': 'i',
	'ò': 'o', 'ó': 'o', 'ô': 'o', 'ö': 'o', 'ù': 'u', 'ú': 'u', 'û': 'u', 'ü': 'u', 'ç': 'c', 'č': 'c', 'š': 's', 'ž': 'z', 'đ': 'd', 'ć': 'c',
}

// fold leaves letters and digits of a name, without case and marks: registers write
// "REGGIO NELL'EMILIA" and "Forli'".
func fold(name string) string {
	return strings.Map(func(c rune) rune {
		c = unicode.ToLower(c)
		if p, ok := plain[c]; ok {
			return p
		}
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, name)
}
