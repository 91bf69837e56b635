package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi/life"
	"delfi/web/webtest"
)

// TestEachVariantsLife walks the eight variants from the draft to the opinion through their
// pages, with the 24 people of the fixture in two groups: staff and panel send forms, the clock
// opens and closes what they do not. The pages say the verdicts of the fixture, which no other
// variant's rules give on the same answers (internal/delphi's
// TestEachVariantJudgesByItsOwnRules), each ends by its own stop, and the record holds.
func TestEachVariantsLife(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t)
	h.Clock.Set(apptest.Rome("2027-02-01 10:00"))
	h.Found(t)
	h.Codes = 1000
	site := h.Site(t)
	for _, one := range []struct {
		variant string
		lives   func(l *living)
	}{
		{"classical", (*living).classical},
		{"policy", (*living).policy},
		{"ranking", (*living).ranking},
		{"estimate", (*living).estimate},
		{"appropriateness", (*living).appropriateness},
		{"core-outcomes", (*living).coreOutcomes},
		{"real-time", (*living).realTime},
		{"argumentative", (*living).argumentative},
	} {
		t.Run(one.variant, func(t *testing.T) {
			one.lives(&living{walk: walk{t, h, site}, Life: life.Lives[one.variant], slug: one.variant})
		})
	}
}

// wave is the form of each person in a wave, for the matters that the round asks.
func (l *living) wave(wave int, matters ...int) func(person int) url.Values {
	return func(person int) url.Values { return l.ballot(person, wave, matters...) }
}

// last is the matter that moves, as statements are counted.
var last = len(life.Matters)

// What six people propose becomes the statements. The median and the middle half are asked of
// each of two groups. Once everything holds still the system concludes, and gives up the round
// that is left.
func (l *living) classical() {
	l.announced()
	l.starts()
	var texts []string
	for n, m := range life.Matters {
		texts = append(texts, m.Text)
		l.proposes(n*4, m.Text)
	}
	l.ends(1)
	l.synthesizes(texts...)
	l.opens(2)
	l.answered(2, l.wave(0))
	l.ends(2)
	l.reads(l.site.Stranger().Get(l.T, l.round(2)), "main", "Aperta", "Residenti", "Esercenti")
	l.comesTo(3)
	form := l.site.As(l.T, l.people[0]).Get(l.T, l.round(3)+"?item=1")
	l.reads(form, "main", "Che cosa ha risposto il gruppo al giro 2", "Al giro scorso hai risposto")
	l.answered(3, l.wave(1))
	l.ends(3)
	l.reads(l.shows(l.round(3)), "article#a1", "Residenti", "Esercenti", "gruppo per gruppo. Gruppi giudicati: 2 su 2")
	l.refuses()
	l.follows()
	l.opens(4)
	l.reads(l.site.As(l.T, l.people[0]).Get(l.T, l.round(4)+"?all=1"), "main", life.Matters[last-1].Text)
	l.answered(4, l.wave(1, last-1))
	l.ends(4)
	l.concluded()
	l.skipped(5)
	l.Comes[last-1] = "majority for" // now that it holds still
	l.published()
}

// Positions hold still and no argument came since the round before: that ends it, though the
// panel is divided, and what it is divided on is published. Five kinds of question are asked.
func (l *living) policy() {
	apart := func(person, number int) url.Values {
		v := url.Values{}
		for _, c := range []string{"desirability", "feasibility"} {
			v.Set(fmt.Sprintf("answer_%d_%s", number, c), map[bool]string{true: "1", false: "4"}[person < life.First])
		}
		v.Set(fmt.Sprintf("reason_%d", number), map[bool]string{true: "Chi lavora non ha alternative.", false: "Si respira meglio."}[person < life.First])
		v.Set(fmt.Sprintf("argues_%d", number), map[bool]string{true: "against", false: "for"}[person < life.First])
		return v
	}
	l.more = []asked{
		{"k", "Zona a traffico limitato", apart},
		{"grado", "La piazza si chiude alle auto.", func(person, number int) url.Values {
			return url.Values{"answer_" + strconv.Itoa(number): {strconv.Itoa(3 + person%2)}}
		}},
		{"orario", "Dalle 18 alle 20", func(person, number int) url.Values {
			return url.Values{"choice_orario": {strconv.Itoa(number + person%8/6)}}
		}},
		{"orario", "Dalle 20 alle 22", nil},
		{"luogo", "Parco Ferrari", func(_, number int) url.Values { return url.Values{"answer_" + strconv.Itoa(number): {"yes"}} }},
		{"luogo", "Piazza Roma", func(person, number int) url.Values {
			if person%2 == 0 {
				return nil
			}
			return url.Values{"answer_" + strconv.Itoa(number): {"yes"}}
		}},
		{"luogo", "Biblioteca Delfini", nil},
		{"parole", "Che cosa manca?", func(person, number int) url.Values {
			return url.Values{"reason_" + strconv.Itoa(number): {fmt.Sprintf("Mancano le panchine %d.", person%2)}}
		}},
	}
	l.announced()
	l.starts()
	l.proposes(3, "Portici illuminati")
	l.closes(1)
	l.synthesizes("Portici illuminati")
	number := last + len(l.more) + 1 // of the argument that was admitted
	l.more = append(l.more, asked{"k", "Portici illuminati", func(_, number int) url.Values {
		return url.Values{fmt.Sprintf("answer_%d_desirability", number): {"4"}, fmt.Sprintf("answer_%d_feasibility", number): {"3"}}
	}})
	l.opens(2)
	l.answered(2, l.wave(0))
	l.ends(2)
	l.refuses()
	l.comesTo(3)
	l.reads(l.site.As(l.T, l.people[0]).Get(l.T, l.round(3)+"?item=7"), "main", "È auspicabile?", "È fattibile?", "Chi lavora non ha alternative.", "Si respira meglio.")
	l.answered(3, l.wave(1))
	l.closes(3)
	page := l.shows(l.round(3))
	l.reads(page, "article#a7", "Due poli", "Residenti", "Esercenti")
	l.reads(page, "main", "La scelta più frequente è «Dalle 18 alle 20»: il 75 %", "Dentro", "Mancano le panchine 1.")
	if page.Count("article#a7 svg[role=img]") < 2 || page.Count("svg[role=img]") != page.Count("svg[role=img] > title") {
		l.Errorf("%d pictures of two criteria", page.Count("article#a7 svg[role=img]"))
	}
	l.refuses() // the last matter moved
	l.decides(last, consultation.Settle, "Il campo è già previsto.")
	l.concludes("")
	l.skipped(4)
	opinion := l.published()
	l.reads(opinion, "article#a7", "Due poli", "Chi lavora non ha alternative.", "Si respira meglio.")
	l.reads(opinion, "article#a"+strconv.Itoa(number), "Portici illuminati", "Consenso a favore")
}

// What half of the panel chooses goes on to be put in order, and the orders grow alike until
// the list has its consensus.
func (l *living) ranking() {
	l.announced()
	l.starts()
	chosen := func(person int) url.Values {
		v := url.Values{"all": {"1"}, "act": {"deliver"}}
		for n, m := range life.Matters {
			if m.Value(person, 0) >= 7 {
				v.Set("answer_"+strconv.Itoa(n+1), "yes")
			}
		}
		if len(v) == 2 {
			v.Set("nobody_k", "yes")
		}
		return v
	}
	l.answered(1, chosen)
	l.ends(1)
	l.reads(l.site.Stranger().Get(l.T, l.round(1)), "main", "Vanno avanti 5 voci su 6", "Va avanti", "Non va avanti")
	l.comesTo(2)
	l.answered(2, l.wave(0))
	l.ends(2)
	l.follows()
	l.opens(3)
	l.reads(l.site.As(l.T, l.people[0]).Get(l.T, l.round(3)), "main", "Che cosa ha risposto il gruppo al giro 2")
	l.answered(3, l.wave(1))
	l.ends(3)
	l.reads(l.site.Stranger().Get(l.T, l.round(3)), "main", "posto medio", "Le graduatorie non concordano.")
	for n := range life.Matters {
		if l.Asks(n) {
			l.decides(n+1, consultation.GoOn, "Un giro può avvicinare gli ordini.")
		}
	}
	l.comesTo(4)
	alike := func(person int) url.Values {
		v := url.Values{"all": {"1"}, "act": {"deliver"}}
		for place, number := range [][]int{{1, 2, 4, 5, 6}, {2, 1, 4, 5, 6}}[person%12/11] {
			v.Set("answer_"+strconv.Itoa(number), strconv.Itoa(place+1))
		}
		return v
	}
	l.answered(4, alike)
	l.ends(4)
	l.rises(3, 4)
	l.concludes("")
	opinion := l.published()
	l.reads(opinion, "main", "W = 0,9", "posto medio")
	l.reads(opinion, "article#a3", "Non va avanti")
}

// rises checks that the orders of a list are more alike from round to round, as its pages say.
func (l *living) rises(rounds ...int) {
	l.Helper()
	before := -1.0
	for _, n := range rounds {
		text := shownIn(l.site.Stranger().Get(l.T, l.round(n)), "main")
		_, rest, _ := strings.Cut(text, "W = ")
		figure, _, _ := strings.Cut(rest, " ")
		w, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimRight(figure, ".,;:)"), ",", "."), 64)
		if err != nil || w <= before {
			l.Errorf("round %d: W = %q after %.2f: %s", n, figure, before, text)
		}
		before = w
	}
}

// Ten who say never and fourteen who agree on when are two poles, not a narrow estimate; a
// month is asked beside.
func (l *living) estimate() {
	l.more = []asked{{"mese", "Quando apre il parco?", func(person, number int) url.Values {
		name := "answer_" + strconv.Itoa(number)
		return url.Values{name + "_month": {strconv.Itoa(4 + person%2)}, name + "_year": {"2029"}}
	}}}
	l.announced()
	l.starts()
	l.answered(1, l.wave(0))
	l.ends(1)
	l.reads(l.site.Stranger().Get(l.T, l.round(1)), "article#a4", "Dice «mai» il 42 %")
	l.opens(2)
	l.reads(l.site.As(l.T, l.people[0]).Get(l.T, l.round(2)+"?item=1"), "main", "Che cosa ha risposto il gruppo al giro 1")
	l.answered(2, l.wave(1))
	l.closes(2)
	page := l.shows(l.round(2))
	l.reads(page, "article#a4", "più di un terzo ha risposto «mai»", "Dice «mai» il 42 %", "Residenti")
	l.reads(page, "article#a7", "aprile 2029", "maggio 2029")
	l.reads(l.as("paolo").Get(l.T, l.desk("")), "#item-"+strconv.Itoa(last), "sta tutta in un posto: 8 anni")
	l.refuses()
	l.decides(last, consultation.Settle, "Il campo è già previsto.")
	l.concludes("")
	l.skipped(3)
	l.reads(l.published(), "article#a4", "Due poli", "Dice «mai»")
}

// Two rounds with a discussion between them, and no more: an item on which the panel is too far
// apart is divided whatever its median.
func (l *living) appropriateness() {
	l.announced()
	l.starts()
	l.answered(1, l.wave(0))
	l.closes(1)
	l.follows()
	l.comesTo(2)
	l.reads(l.site.As(l.T, l.people[23]).Get(l.T, l.round(2)+"?item=3"), "main", "Che cosa ha risposto il gruppo al giro 1")
	l.answered(2, l.wave(1))
	l.ends(2)
	l.reads(l.shows(l.round(2)), "article#a3", "Divisi", "RAND/UCLA")
	l.concludes("")
	l.reads(l.published(), "article#a3", "Divisi", "RAND/UCLA")
}

// The rule is asked of everybody and of each group: what one group does not share is no core
// outcome, though of the whole panel enough are for it. A statement joins after the first round.
func (l *living) coreOutcomes() {
	l.announced()
	l.starts()
	l.answered(1, l.wave(0))
	l.ends(1)
	joined := last + 1
	l.sent(l.as("paolo"), l.desk("/joining"), url.Values{"act": {"join"}, "kind": {"k"}, "text": {"Illuminazione"}, "reason": {"Lo chiedono in molti."}})
	l.more = []asked{{"k", "Illuminazione", func(_, number int) url.Values { return url.Values{"answer_" + strconv.Itoa(number): {"8"}} }}}
	l.comesTo(2)
	l.reads(l.site.As(l.T, l.people[0]).Get(l.T, l.round(2)+"?item="+strconv.Itoa(joined)), "main", "Illuminazione", "È una domanda nuova.")
	l.reads(l.site.As(l.T, l.people[0]).Get(l.T, l.round(2)+"?item=5"), "main", "Non saprei", "Residenti", "Esercenti")
	l.answered(2, l.wave(1))
	l.ends(2)
	page := l.shows(l.round(2))
	l.reads(page, "article#a2", "il 70 %", "Gruppi giudicati: 2 su 2")
	l.reads(page, "article#a5", "Residenti", "Esercenti")
	l.reads(page, "article#a"+strconv.Itoa(joined), "Illuminazione", "Aperta")
	l.refuses()
	l.follows()
	l.comesTo(3)
	l.answered(3, func(person int) url.Values {
		v := l.ballot(person, 1, last-1)
		v.Set("answer_"+strconv.Itoa(joined), "8")
		return v
	})
	l.closes(3)
	l.concludes("")
	l.Comes[last-1] = "majority for"
	opinion := l.published()
	l.reads(opinion, "article#a5", "Maggioranza a favore")
	l.reads(opinion, "article#a"+strconv.Itoa(joined), "Illuminazione", "Consenso a favore")
}

// The facilitator ends the discussion with rounds left, and against what the engine proposes:
// with a reason, which is public. The system does not end it, though nothing moves.
func (l *living) argumentative() {
	l.announced()
	l.starts()
	l.ends(1)
	l.synthesizes()
	l.opens(2)
	l.answered(2, l.wave(0))
	l.ends(2)
	l.comesTo(3)
	l.answered(3, l.wave(1))
	l.ends(3)
	l.shows(l.round(3))
	l.refuses()
	l.follows()
	l.opens(4)
	l.answered(4, l.wave(1, last-1))
	l.closes(4)
	if got := l.now().Stage; got != consultation.Running {
		l.Fatalf("it ended by itself: %s", got)
	}
	l.concludes("Gli argomenti si ripetono.")
	l.skipped(5)
	l.Comes[last-1] = "consensus for"
	l.published()
	l.reads(l.site.Stranger().Get(l.T, l.at("/timeline")), "main", "Gli argomenti si ripetono.")
}

// Figures come at a tick, once ten people have answered, to who has answered, and to nobody
// else before the end. With a hundred valid answers, of the same shares as the fixture's, a
// release that moves nothing ends it days before its deadline.
func (l *living) realTime() {
	l.announced()
	l.starts()
	form := l.round(1)
	anonymous := []string{l.at(""), form, l.at("/rules"), l.at("/timeline")}
	before := map[string]string{}
	for _, path := range anonymous {
		before[path] = l.site.Stranger().Get(l.T, path).Header.Get("ETag")
	}
	figures := func(person int, item int) bool {
		l.Helper()
		page := l.site.As(l.T, l.people[person]).Get(l.T, form+"?item="+strconv.Itoa(item))
		if page.Status != 200 {
			l.Fatalf("the form: %d %s", page.Status, page.Text("main"))
		}
		shown := page.Count("svg.dlf-chart") > 0
		if words := page.Text("main"); shown != strings.Contains(words, "Cifre della rilevazione") {
			l.Errorf("figures %v beside %q", shown, words)
		}
		return shown
	}
	tick := func() {
		l.Helper()
		l.h.Clock.Set(l.now().NextTick(*l.now().Round(1), l.h.DB.Now()).Add(time.Second))
		l.h.Drain(l.T)
		l.h.Settle(l.T)
	}
	answers := func(person, wave int, matters ...int) {
		l.Helper()
		b := l.site.As(l.T, l.people[person])
		if got := b.Post(l.T, form, l.ballot(person, wave, matters...)); got.Location != form+"/receipt" {
			l.Fatalf("person %d: %d %s", person, got.Status, got.Text("main [role=alert]"))
		}
	}
	for person := range 9 {
		answers(person, 0, 0)
	}
	tick()
	if figures(0, 1) {
		l.Error("figures of nine people are shown")
	}
	answers(9, 0, 0)
	if figures(0, 1) {
		l.Error("figures are shown before the next tick")
	}
	tick()
	if !figures(0, 1) || figures(0, 2) {
		l.Error("who answered the first statement sees the figures of the first alone")
	}
	if figures(23, 1) {
		l.Error("who has not answered sees figures")
	}
	for _, path := range anonymous {
		got := l.site.Stranger().Get(l.T, path)
		if strings.Contains(got.Text("main"), "rilevazione 1") || before[path] != "" && got.Header.Get("ETag") != before[path] {
			l.Errorf("%s tells of the release: %q, %q", path, before[path], got.Header.Get("ETag"))
		}
	}
	if got := l.site.Stranger().Get(l.T, "/record/"+l.slug+"/rounds/1/releases/1/counts.json"); got.Status != http.StatusNotFound {
		l.Errorf("the release is in the record: %d", got.Status)
	}
	l.answered(1, l.wave(0))
	l.crowd(0)
	tick()
	l.is(1, consultation.RoundOpen) // there is nothing to compare a release with yet
	l.answered(1, l.wave(1))
	l.crowd(1, 0, 1, 2, 3, 4)
	tick()
	l.is(1, consultation.RoundOpen) // one matter moved
	l.crowd(1, 0, 1, 2, 3, 4, 5)
	tick()
	l.stopped("sotto la soglia")
	l.shows(form)
	if got := l.site.Stranger().Get(l.T, "/record/"+l.slug+"/rounds/1/releases/1/counts.json"); got.Status != http.StatusOK {
		l.Errorf("the release is not in the record of the released round: %d", got.Status)
	}
	l.published()
}

// crowd lets seven more people answer as each of the fixture does, by the services: a release
// is held against the one before from a hundred valid answers on. On some matters six pairs of
// them exchange their answers, which is enough for a release, and moves nothing.
func (l *living) crowd(wave int, exchange ...int) {
	l.Helper()
	c := l.now()
	items, err := l.h.Consultations.Items(l.Context(), c.ID)
	l.must(err)
	for n := life.People; n < 8*life.People; n++ {
		who, person := l.h.Panelist(l.T, n), n%life.People
		if wave == 0 {
			l.must(l.h.Panel.Enrol(l.Context(), who, c.ID, life.Groups[life.GroupOf(person)]))
		}
		var in ballot.Answers
		changed := wave == 0
		for m, matter := range life.Matters {
			as := person
			if slices.Contains(exchange, m) && n < 4*life.People {
				as = other(matter, wave, person)
			}
			changed = changed || matter.Value(as, wave) != matter.Value(person, 0)
			a := l.Answers(as, wave)[m]
			a.Item = items[m].ID.String()
			in.Given = append(in.Given, a)
		}
		if changed {
			l.h.Cast(l.T, c, 1, n, in)
		}
	}
}

// other is the person with whom somebody exchanges an answer about a matter: the first two
// people with the two who are the first to answer otherwise. Everybody else keeps theirs.
func other(m life.Matter, wave, person int) int {
	var otherwise []int
	for p := range life.People {
		if m.Value(p, wave) != m.Value(0, wave) {
			otherwise = append(otherwise, p)
		}
	}
	var same []int
	for p := range life.People {
		if m.Value(p, wave) == m.Value(0, wave) {
			same = append(same, p)
		}
	}
	for n := range 2 {
		switch person {
		case same[n]:
			return otherwise[n]
		case otherwise[n]:
			return same[n]
		}
	}
	return person
}
