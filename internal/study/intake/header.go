package intake

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"delfi/internal/fault"
	"delfi/internal/study"
	"delfi/internal/study/source"
)

// role is what a column says.
type role int

const (
	roundColumn role = iota
	tickColumn
	personColumn
	groupColumn
	itemColumn
	valueColumn
	roles
)

// named are the names of columns, by role, in English and in Italian and as survey
// software writes them: without case, spaces and signs. The first that a header has
// is taken.
var named = [roles][]string{
	roundColumn: {"round", "giro", "turno", "wave", "redcapeventname"},
	tickColumn:  {"tick", "release", "rilascio"},
	personColumn: {
		"panelist", "panellist", "panelista", "partecipante", "participant", "person", "persona", "respondent", "rispondente", "expert", "esperto",
		"panelistid", "participantid", "idpartecipante", "token", "recordid", "responseid", "idrisposta", "id",
		"email", "emailaddress", "indirizzoemail", "postaelettronica", "username", "nomeutente",
	},
	groupColumn: {"group", "gruppo"},
	itemColumn:  {"item", "affermazione", "voce", "statement", "question", "domanda", "quesito"},
	valueColumn: {"value", "valore", "answer", "response", "risposta", "rating", "score", "voto", "punteggio"},
}

// roleWords are the roles as a header of ours writes them.
var roleWords = [roles]string{"round", "tick", "panelist", "group", "item", "value"}

// administrative are the columns that survey software adds about the filling in:
// LimeSurvey, Qualtrics, REDCap, Google Forms, Microsoft Forms.
var administrative = map[string]bool{}

func init() {
	for _, name := range strings.Fields(`
		submitdate lastpage startlanguage seed startdate datestamp ipaddr refurl interviewtime
		enddate status ipaddress progress durationinseconds duration finished recordeddate recipientlastname recipientfirstname recipientemail
		externalreference externaldatareference locationlatitude locationlongitude distributionchannel userlanguage qrecaptchascore
		redcaprepeatinstrument redcaprepeatinstance redcapsurveyidentifier redcapdataaccessgroup
		timestamp informazionicronologiche starttime completiontime oradiinizio oradicompletamento lastmodifiedtime oradellultimamodifica name nome`) {
		administrative[name] = true
	}
}

// personal are names of columns that say something of the person, as studies that
// code it in numbers have them beside the items.
var personal = strings.Fields(`
	age agegroup eta età fasciaetà fasciadetà annodinascita birthyear yearofbirth gender sex genere sesso education istruzione titolodistudio
	profession professione occupation occupazione job role ruolo sector settore region regione provincia province country paese nazione
	yearsofexperience experience esperienza annidiesperienza anzianità`)

// key is a column's name without case, spaces and signs; LimeSurvey's code before
// the question's words.
func key(name string) string {
	if code, _, ok := strings.Cut(name, ". "); ok && !strings.Contains(code, " ") {
		name = code
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// layout says what the columns of a table hold.
type layout struct {
	wide    bool
	columns []string // names, without empty ones at the end
	at      [roles]int
	items   []question // wide: the columns of items
	told    []string   // wide: the items whose names are those of what is told of a person
	split   bool       // wide: the names of items tell the round, and a person has one row
}

// question is a column of answers to one item, in a round where its name tells it.
type question struct {
	column int
	item   string
	round  int
}

func (l layout) has(r role) bool { return l.at[r] >= 0 }

// header reads the names of the columns. known are items that a codebook names.
func header(t source.Sheet, record []string, o study.Options, known []string) (layout, []study.Remark, error) {
	l := layout{}
	for r := range l.at {
		l.at[r] = -1
	}
	for i, h := range record {
		l.columns = append(l.columns, strings.Clone(source.Clean(h)))
		if !source.Valid(h) {
			return l, nil, fault.Bad(source.NotUTF8(t, i, "the header", h))
		}
	}
	for n := len(l.columns); n > 0 && l.columns[n-1] == ""; n-- {
		l.columns = l.columns[:n-1]
	}
	if len(l.columns) == 0 {
		return l, nil, fault.Bad(source.At(t, t.Line(), 0, "empty", "the header is empty: it names the columns"))
	}
	// The first column of a name counts for the role; a second one is refused.
	twice := map[string]int{}
	for i, c := range l.columns {
		if first, ok := twice[c]; ok && c != "" {
			return l, nil, fault.Bad(source.At(t, t.Line(), i, "duplicate", "the column %s is there twice, first as column %d: rename one", c, first+1))
		}
		twice[c] = i
	}
	if err := l.roles(t, o); err != nil {
		return l, nil, err
	}
	l.wide = o.Wide || o.Person != "" || len(o.Items) > 0 || !l.has(itemColumn) && !l.has(valueColumn)
	if !l.wide {
		return l, nil, l.long(t, o)
	}
	l.at[itemColumn], l.at[valueColumn] = -1, -1
	notes, err := l.spread(t, o, known)
	return l, notes, err
}

// roles finds the columns that name round, person and group, and in a long table
// item and value.
func (l *layout) roles(t source.Sheet, o study.Options) error {
	for r := range roles {
		for _, name := range named[r] {
			if l.at[r] = slices.IndexFunc(l.columns, func(c string) bool { return key(c) == name }); l.has(r) {
				break
			}
		}
	}
	for _, asked := range []struct {
		flag, name string
		r          role
	}{{"--person", o.Person, personColumn}, {"--group", o.Group, groupColumn}, {"--round", o.Round, roundColumn}} {
		if asked.name == "" {
			continue
		}
		l.at[asked.r] = l.column(asked.name)
		if !l.has(asked.r) {
			return source.Bad(asked.flag, "column", fmt.Sprintf("%s has no column %q: its columns are %s", t.Name(), asked.name, source.Some(l.columns)))
		}
	}
	if l.has(roundColumn) && l.has(tickColumn) {
		return fault.Bad(source.At(t, t.Line(), l.at[tickColumn], "column", "there is a column for rounds and one for releases: keep the one that says when an answer was given"))
	}
	return nil
}

// column finds a column by its name, or by its name without case and signs.
func (l layout) column(name string) int {
	if i := slices.Index(l.columns, source.Clean(name)); i >= 0 {
		return i
	}
	return slices.IndexFunc(l.columns, func(c string) bool { return c != "" && key(c) == key(name) })
}

// long checks a header of one row for each answer. A column of another name is
// refused, for a misspelt group would otherwise go unnoticed.
func (l *layout) long(t source.Sheet, o study.Options) error {
	ignored, err := l.ignored(o)
	if err != nil {
		return err
	}
	needs := "a long table needs the columns round, panelist, group (if there are any), item and value; a wide one has a column for each item: read it with --wide"
	for i, c := range l.columns {
		if c != "" && !ignored[i] && !slices.Contains(l.at[:], i) {
			return fault.Bad(source.At(t, t.Line(), i, "column", "the column %q is none of %s: rename it, leave it out with --ignore %q, or read the table with --wide if each item has a column", c, strings.Join(roleWords[:], ", "), c))
		}
	}
	for _, r := range []role{personColumn, itemColumn, valueColumn} {
		if !l.has(r) {
			return fault.Bad(source.At(t, t.Line(), 0, "column", "the column %s is missing: %s", roleWords[r], needs))
		}
	}
	return nil
}

// spread checks a header of one row for each person, and tells the items.
func (l *layout) spread(t source.Sheet, o study.Options, known []string) ([]study.Remark, error) {
	if !l.has(personColumn) {
		return nil, fault.Bad(source.At(t, t.Line(), 0, "column", "no column names the panelist: the columns are %s. Name it with --person COLUMN, or number the rows in a column id where nobody has a name; a long table needs the columns round, panelist, item and value", source.Some(l.columns)))
	}
	ignored, err := l.ignored(o)
	if err != nil {
		return nil, err
	}
	chosen := map[int]bool{}
	switch {
	case len(o.Items) > 0:
		for _, list := range o.Items {
			if err := l.choose("--items", list, chosen); err != nil {
				return nil, err
			}
		}
	case known != nil:
		for _, name := range known {
			if i := l.column(name); i >= 0 {
				chosen[i] = true
			}
		}
	}
	every := len(o.Items) == 0 && known == nil
	var items, left []string
	for i, c := range l.columns {
		switch {
		case c == "" || slices.Contains(l.at[:], i):
		case ignored[i]:
		case chosen[i], every && !administrative[key(c)] && !l.person(c) && !strings.HasSuffix(c, "_complete") && !strings.HasSuffix(c, "_timestamp"):
			l.items, items = append(l.items, question{column: i, item: c}), append(items, c)
			if every && slices.Contains(personal, key(c)) {
				l.told = append(l.told, c)
			}
		default:
			left = append(left, c)
		}
	}
	if len(items) == 0 {
		return nil, fault.Bad(source.At(t, t.Line(), 0, "column", "no column holds answers: the columns are %s. Name them with --items", source.Some(l.columns)))
	}
	notes := []study.Remark{{Key: "wide", Args: []any{t.Name(), l.columns[l.at[personColumn]], source.Listed(items)}}}
	for _, r := range []role{roundColumn, tickColumn, groupColumn} {
		if l.has(r) {
			notes = append(notes, study.Remark{Key: "column", Args: []any{t.Name(), l.columns[l.at[r]], study.Thing(roleWords[r])}})
		}
	}
	if !l.has(roundColumn) && !l.has(tickColumn) {
		if n, ok := l.splitRounds(t); ok {
			notes = append(notes, n)
		}
	}
	if every && !l.split {
		if err := l.series(t, items, o); err != nil {
			return nil, err
		}
	}
	if len(left) > 0 {
		notes = append(notes, study.Remark{Key: "left", Args: []any{t.Name(), source.Listed(left)}})
	}
	return notes, nil
}

// roundNames are the ways in which the name of a column tells a round: Q1_R2, Q1
// (giro 2), R2_Q1, round2.Q1, R2Q1.
var roundNames = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^(?P<item>.*[^\pL\pN]|.*\pN)[ _.(-]*(?:r|round|giro|t|w|wave)[ _.]?(?P<round>[1-9])\)?$`),
	regexp.MustCompile(`(?i)^(?:r|round|giro|t|w|wave)[ _.]?(?P<round>[1-9])[ _.-]+(?P<item>.+)$`),
	regexp.MustCompile(`(?i)^(?:r|round|giro|t|w|wave)[ _.]?(?P<round>[1-9])(?P<item>\pL.*)$`),
}

// splitRounds reads rounds from the names of items, where every name tells one and
// an item has several; it says so.
func (l *layout) splitRounds(t source.Sheet) (study.Remark, bool) {
	for _, form := range roundNames {
		var found []question
		rounds, items := map[int]bool{}, map[string]int{}
		for _, q := range l.items {
			m := form.FindStringSubmatch(q.item)
			if m == nil {
				break
			}
			item := strings.TrimRight(m[form.SubexpIndex("item")], " _.(-")
			round := int(m[form.SubexpIndex("round")][0] - '0')
			found = append(found, question{q.column, item, round})
			rounds[round] = true
			items[item]++
		}
		if len(found) < len(l.items) || len(rounds) < 2 || 2*len(items) > len(found)+1 {
			continue
		}
		first := found[0]
		was := l.columns[first.column]
		l.items, l.split = found, true
		return study.Remark{Key: "split", Args: []any{t.Name(), len(rounds), was, first.item, first.round}}, true
	}
	return study.Remark{}, false
}

// numbered is a name that ends in a number of a series: park_1, Q1_2.
var numbered = regexp.MustCompile(`^(.*[\pL\pN])[_.]([1-9][0-9]?)$`)

// serial are beginnings of names that number items and nothing else: item_1, q_2.
var serial = append(strings.Fields("i q s d v x var items statements questions domande voci affermazioni"), named[itemColumn]...)

// series refuses a series of names that may be items, the options of one, or one item
// in several rounds, where nothing says which: what is measured differs.
func (l layout) series(t source.Sheet, items []string, o study.Options) error {
	by := map[string][]string{}
	var stems []string
	for _, item := range items {
		m := numbered.FindStringSubmatch(item)
		if m == nil || slices.Contains(serial, key(m[1])) || told(o, item) {
			continue
		}
		if by[m[1]] == nil {
			stems = append(stems, m[1])
		}
		by[m[1]] = append(by[m[1]], item)
	}
	for _, stem := range stems {
		if names := by[stem]; len(names) > 1 {
			return fault.Bad(source.At(t, t.Line(), slices.Index(l.columns, names[0]), "series",
				"%s may be %d items, the options of one item, or one item in several rounds: say which, with --items and all columns of items, with --kind '%s_*=ranking' (selection, scale), or with names that tell the round, as %s_r1", source.Some(names), len(names), stem, stem))
		}
	}
	return nil
}

// told tells whether an option names an item, as what it is.
func told(o study.Options, item string) bool {
	names := func(c study.Choice) bool { return c.Items != "" && c.Of(item) }
	return slices.ContainsFunc(o.Kinds, func(text string) bool { c := study.Split(text); return c.Items == "" || names(c) }) ||
		slices.ContainsFunc(o.Scales, func(text string) bool { return names(study.Split(text)) })
}

// person says whether a column names people beside the one that was taken.
func (l layout) person(c string) bool { return slices.Contains(named[personColumn], key(c)) }

func (l layout) ignored(o study.Options) (map[int]bool, error) {
	out := map[int]bool{}
	for _, list := range o.Ignore {
		if err := l.choose("--ignore", list, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// choose adds the columns that a name, a range Q5-Q9 or a beginning Q* means.
func (l layout) choose(flag, name string, into map[int]bool) error {
	name = source.Clean(name)
	if i := l.column(name); i >= 0 {
		into[i] = true
		return nil
	}
	if prefix, ok := strings.CutSuffix(name, "*"); ok {
		found := false
		for i, c := range l.columns {
			if strings.HasPrefix(c, prefix) {
				into[i], found = true, true
			}
		}
		if found {
			return nil
		}
	}
	for i := range len(name) {
		if name[i] != '-' {
			continue
		}
		from, to := l.column(name[:i]), l.column(name[i+1:])
		if from >= 0 && to >= from {
			for c := from; c <= to; c++ {
				into[c] = true
			}
			return nil
		}
	}
	return source.Bad(flag, "column", fmt.Sprintf("no column is called %q, and no range of columns: the columns are %s", name, source.Some(l.columns)))
}
