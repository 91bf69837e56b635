package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/web/webtest"
)

// Three groups, of which the last is too small to be shown; the second is withheld with it,
// since it would be known by subtraction otherwise.
var sizes = []int{20, 10, 4}

const smallGroup = 2

const threeGroups = `{"version": 1, "variant": "policy",
	"panel": {"groups": [{"id": "residenti", "name": {"it": "Residenti"}}, {"id": "esercenti", "name": {"it": "Esercenti"}}, {"id": "artigiani", "name": {"it": "Artigiani"}}]},
	"rounds": [{"kind": "answer", "days": 7, "min_days": 0}, {"kind": "answer", "days": 7, "min_days": 0}],
	"item_kinds": [
		{"id": "opzione", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility"]},
		{"id": "grado", "kind": "scale", "points": 9}, {"id": "orario", "kind": "choice"}, {"id": "luogo", "kind": "selection", "k": 2}],
	"consensus": {"rule": "share", "share": {"from": 3, "to": 4}}}`

// panelOf is a consultation of the three groups, and what its people answer.
type panelOf struct {
	walk
	c     consultation.Consultation
	items []consultation.Item
	as    func(person int) int // whose answers a person gives
}

// groupAt is the number of a person's group.
func groupAt(person int) int {
	for g, n := range sizes {
		if person -= n; person < 0 {
			return g
		}
	}
	return len(sizes)
}

// ballot is a person's in a round. No two of the withheld think alike of everything.
func (p panelOf) ballot(person, round int) ballot.Answers {
	n := p.as(person)
	v := n + (round-1)*(n%3/2) // every third moves by one
	var in ballot.Answers
	seen := map[string]int{}
	for _, i := range p.items {
		a := delphi.Answer{Item: i.ID.String()}
		at := seen[i.Kind]
		seen[i.Kind]++
		switch i.Kind {
		case "opzione":
			a.Criteria = []int{1 + v%4, 1 + (v/2)%4}
			if n%2 == 0 {
				a.Reason, a.Argues = fmt.Sprintf("ragione %d", n%5), []delphi.Side{delphi.For, delphi.Against}[n/2%2]
			}
		case "grado":
			a.Value = 1 + (v*4)%9
		case "orario":
			if at != v/3%2 {
				continue
			}
			a.Value = 1
		case "luogo":
			a.Value = (v + at) % 2
		}
		in.Given = append(in.Given, a)
	}
	return in
}

// TestNothingTellsOfTheSmallGroup collects what is published of a consultation of three groups
// over two rounds, pages, files, pictures and the desk. A solver over its tables finds more than
// one answer of the group that is too small, for each question in each round. That nothing else
// tells more is shown by a second consultation, in which one of that group and one of the group
// that is withheld with it have exchanged all that they say: whatever is published is the same.
func TestNothingTellsOfTheSmallGroup(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t)
	h.Clock.Set(apptest.Rome("2027-02-01 10:00"))
	site := h.Site(t)
	const mine, other = 31, 24 // of the small group, and of the one beside it
	one := panelOf{walk: walk{t, h, site}, as: func(person int) int { return person }}
	two := panelOf{walk: one.walk, as: func(person int) int {
		switch person {
		case mine:
			return other
		case other:
			return mine
		}
		return person
	}}
	told := [2]map[string]string{{}, {}}
	both := [2]*panelOf{&one, &two}
	for n, p := range both {
		p.asks(fmt.Sprint("quartiere-", n+1))
	}
	for round := 1; round <= 2; round++ {
		for n, p := range both {
			maps.Copy(told[n], p.forms(round))
			p.answers(round)
		}
		for n, p := range both {
			if p.c = h.Next(t, p.c, round); round == 1 {
				maps.Copy(told[n], p.published("between"))
			}
		}
	}
	for n, p := range both {
		p.c = h.Conclude(t, p.c)
		p.must(h.Consultations.ForgoMinority(t.Context(), h.Person(t, "paolo"), p.c.Slug, "Le ragioni sono nei giri.", ""))
		p.must(h.Consultations.Publish(t.Context(), h.Person(t, "giulia"), p.c.Slug, consultation.OpinionTexts{}))
		h.Drain(t)
		maps.Copy(told[n], p.published("published"))
	}
	for _, path := range different(told[0], told[1]) {
		t.Error(path)
	}
	if len(told[0]) < 60 {
		t.Errorf("%d pages and files: the test sees too few", len(told[0]))
	}
	// The panel's own counts in one picture, one answer moved: it is seen.
	const result = "published /consultations/quartiere/rounds/1"
	moved := maps.Clone(told[1])
	if moved[result] = strings.Replace(moved[result], "%", "%1", 1); len(different(told[0], moved)) != 1 {
		t.Error("a page that tells something else is not seen to")
	}
	for round := 1; round <= 2; round++ {
		one.solves(round, &two)
	}
}

// asks announces and starts the consultation, with its people in their groups.
func (p *panelOf) asks(slug string) {
	p.Helper()
	p.c = p.h.Ask(p.T, slug, threeGroups, sizes[0],
		draft.Item{Kind: "opzione", Text: "Un giardino."}, draft.Item{Kind: "grado", Text: "La piazza si chiude."},
		draft.Item{Kind: "orario", Text: "Di sera"}, draft.Item{Kind: "orario", Text: "Di notte"}, draft.Item{Kind: "luogo", Text: "Parco"}, draft.Item{Kind: "luogo", Text: "Piazza"})
	for person := sizes[0]; groupAt(person) < len(sizes); person++ {
		p.must(p.h.Panel.Enrol(p.Context(), p.h.Panelist(p.T, person), p.c.ID, p.c.Protocol.Panel.Groups[groupAt(person)].ID))
	}
	var err error
	p.items, err = p.h.Consultations.Items(p.Context(), p.c.ID)
	p.must(err)
}

func (p *panelOf) answers(round int) {
	p.Helper()
	for person := 0; groupAt(person) < len(sizes); person++ {
		p.h.Cast(p.T, p.c, round, person, p.ballot(person, round))
	}
}

// random are parts of what is published that differ from one consultation to another though
// nobody answers otherwise: keys, salts, digests and their signatures, and places in the log.
var random = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|\b[0-9a-f]{16,}\b|[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/_-]{40,}={0,2}|` +
	`name="version" value="[^"]*"|(?i:voce|entry) (n\. )?\d+|="#?e\d+"|"(n|entry|sequence|size)":\d+`)

// named gives each statement the same name in both consultations, and the consultation.
func (p *panelOf) named(text string) string {
	pairs := []string{p.c.Slug, "quartiere"}
	for _, i := range p.items {
		pairs = append(pairs, i.ID.String(), fmt.Sprint("statement-", i.Number))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// plain is a published text without its random parts, its words in the order of the alphabet:
// reasons and leaves lie in an order that nobody can foresee.
func (p *panelOf) plain(text string) string {
	words := strings.FieldsFunc(random.ReplaceAllString(p.named(text), " "), func(r rune) bool { return strings.ContainsRune(" \t\n\r,;<>{}[]", r) })
	slices.Sort(words)
	return strings.Join(words, "\n")
}

// forms are the form of a round as somebody reads it before answering.
func (p *panelOf) forms(round int) map[string]string {
	p.Helper()
	page := p.site.As(p.T, p.h.Panelist(p.T, 1)).Get(p.T, fmt.Sprintf("/consultations/%s/rounds/%d?all=1", p.c.Slug, round))
	html, err := page.Page.Find("main").Html()
	p.must(err)
	return map[string]string{fmt.Sprint("form of round ", round): p.plain(html)}
}

// published reads what anyone may read of the consultation, and its desk: every page that links
// lead to, and every file of its record.
func (p *panelOf) published(when string) map[string]string {
	p.Helper()
	all := map[string]string{}
	add := func(path, text string) { all[when+" "+p.named(path)] = p.plain(text) }
	stranger := p.site.Stranger()
	for _, b := range []struct {
		who  *webtest.Browser
		from []string
	}{
		{stranger, []string{"/consultations/" + p.c.Slug, "/record/" + p.c.Slug, "/en/consultations/" + p.c.Slug}},
		{p.walk.as("paolo"), []string{"/desk/" + p.c.Slug}},
	} {
		for _, page := range b.who.Crawl(p.T, b.from...) {
			if strings.Contains(page.Path, "/"+p.c.Slug) && !strings.Contains(page.Path, "/marks") && page.Status == 200 {
				html, err := page.Page.Find("main").Html()
				p.must(err)
				add(page.Path, html)
			}
		}
	}
	for _, file := range strings.Fields(stranger.Get(p.T, "/record/"+p.c.Slug+"/files").Body) {
		add(file, stranger.Get(p.T, "/record/"+p.c.Slug+"/"+strings.TrimPrefix(file, p.c.Slug+"/")).Body)
	}
	add("opinion.json", stranger.Get(p.T, "/consultations/"+p.c.Slug+"/opinion.json").Body)
	return all
}

// different names what two consultations do not publish alike, with the words of each alone.
func different(one, two map[string]string) []string {
	var out []string
	only := func(x, y string) []string {
		others := strings.Split(y, "\n")
		return slices.DeleteFunc(strings.Split(x, "\n"), func(w string) bool { return slices.Contains(others, w) })
	}
	for _, path := range slices.Sorted(maps.Keys(one)) {
		if other, there := two[path]; !there || other != one[path] {
			out = append(out, fmt.Sprintf("%s: %q and %q", path, only(one[path], other), only(other, one[path])))
		}
	}
	for path := range two {
		if _, there := one[path]; !there {
			out = append(out, path+" is published of one alone")
		}
	}
	return out
}

// solves counts what the small group may have answered to each question in a round, given what
// is published: more than one way, with what both consultations' people said among them. With
// the table of the group that is withheld beside it there is one.
func (p *panelOf) solves(round int, two *panelOf) {
	p.Helper()
	body := p.site.Stranger().Get(p.T, fmt.Sprintf("/record/%s/rounds/%d/feedback.json", p.c.Slug, round)).Body
	var doc feedback.Document
	p.must(json.Unmarshal([]byte(body), &doc))
	open := p.c.Protocol
	open.Disclosure.GroupN, open.Disclosure.MinN = 1, 1
	everything, others := p.tabulated(open, round), two.tabulated(open, round)
	var but []table.Table // every table but the small group's own, as if nothing were withheld with it
	for _, t := range everything.Tables {
		if !strings.HasSuffix(t.ID, "/artigiani") {
			but = append(but, t)
		}
	}
	asked := 0
	var tables []table.Table
	counts := map[string]table.ItemCounts{}
	for _, i := range doc.Items {
		tables = append(tables, i.Tables...)
		counts[i.Counts.Item] = i.Counts
		for _, c := range i.Criteria {
			counts[c.Counts.Item] = c.Counts
		}
	}
	for _, l := range doc.Lists {
		tables = append(tables, l.Tables...)
	}
	for _, c := range everything.Counts.Items {
		whole, found := find(tables, "A/"+c.Item)
		if !found || len(c.ByGroup) != len(sizes) || c.ByGroup[smallGroup] == 0 {
			continue // a selection has no groups
		}
		published, known := counts[c.Item]
		if known && !slices.Equal(published.ByGroup, c.ByGroup) {
			p.Fatalf("%s: groups of %v, not %v", c.Item, published.ByGroup, c.ByGroup)
		}
		asked++
		solutions := ways(p.c, whole, tables, c)
		mine, _ := find(everything.Tables, "G/"+c.Item+"/artigiani")
		theirs, _ := find(others.Tables, "G/"+strings.Replace(c.Item, p.items[0].ID.String(), two.items[0].ID.String(), 1)+"/artigiani")
		if len(solutions) < 2 || !has(solutions, mine.Counts) || theirs.N > 0 && !has(solutions, theirs.Counts) {
			p.Errorf("round %d, %s: %d ways for what the small group said, %v and %v", round, c.Item, len(solutions), mine.Counts, theirs.Counts)
		}
		if got := ways(p.c, whole, but, c); len(got) != 1 || !slices.Equal(got[0], mine.Counts) {
			p.Errorf("round %d, %s: with the tables of both other groups there are %d ways: the solver sees too little", round, c.Item, len(got))
		}
	}
	if asked < 4 {
		p.Errorf("round %d: %d questions have groups", round, asked)
	}
}

// tabulated counts a round's ballots by the engine under a protocol's rules.
func (p *panelOf) tabulated(rules protocol.Protocol, round int) table.Closing {
	p.Helper()
	var items []delphi.Item
	for _, i := range p.items {
		items = append(items, delphi.Item{ID: i.ID.String(), Kind: i.Kind})
	}
	var all []delphi.Ballot
	for person := 0; groupAt(person) < len(sizes); person++ {
		b := delphi.Ballot{Panelist: fmt.Sprint(person), Group: rules.Panel.Groups[groupAt(person)].ID, Answers: p.ballot(person, round).Given}
		for n := range b.Answers {
			b.Answers[n].Reason, b.Answers[n].Argues = "", ""
		}
		all = append(all, b)
	}
	c, err := table.Tabulate(rules, 1, items, sizes, nil, all, nil, make([]byte, 32))
	p.must(err)
	return c
}

func find(tables []table.Table, id string) (table.Table, bool) {
	n := slices.IndexFunc(tables, func(t table.Table) bool { return t.ID == id })
	if n < 0 {
		return table.Table{}, false
	}
	return tables[n], true
}

func has(all [][]int, counts []int) bool {
	return slices.ContainsFunc(all, func(one []int) bool { return slices.Equal(one, counts) })
}

// ways are all counts of the small group that fit the tables of the whole panel and of those
// groups that are shown, and how many answered in each: an exact search, value by value.
func ways(c consultation.Consultation, whole table.Table, tables []table.Table, counts table.ItemCounts) [][]int {
	left, hidden := slices.Clone(whole.Counts), []int{}
	for g, group := range c.Protocol.Panel.Groups {
		own, shown := find(tables, "G/"+counts.Item+"/"+group.ID)
		if !shown {
			hidden = append(hidden, g)
			continue
		}
		for k, n := range own.Counts {
			left[k] -= n
		}
	}
	var out [][]int
	one := make([]int, len(left))
	var search func(value, people int)
	search = func(value, people int) {
		if value == len(left) {
			// Whoever else is withheld has what is left, which must be as many as answered.
			rest := -people
			for k := range left {
				rest += left[k] - one[k]
			}
			for _, g := range hidden {
				if g != smallGroup {
					rest -= counts.ByGroup[g]
				}
			}
			if people == 0 && rest == 0 {
				out = append(out, slices.Clone(one))
			}
			return
		}
		for n := range min(left[value], people) + 1 {
			one[value] = n
			search(value+1, people-n)
		}
		one[value] = 0
	}
	search(0, counts.ByGroup[smallGroup])
	return out
}
