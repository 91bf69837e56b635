package public

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/report/schema"
	"delfi/web/dossier"
	"delfi/web/i18n"
	"delfi/web/page"
)

// frozen is a protocol of two answer rounds on one scale, with replaced parts.
func frozen(t testing.TB, replaced ...string) protocol.Protocol {
	t.Helper()
	document := `{"version": 1, "variant": "classical", "languages": ["it"],
		"panel": {"groups": [{"id": "g", "name": {"it": "Cittadini"}, "access": "roll"}]},
		"anonymity": {"latest_key_date": "2027-06-30"},
		"rounds": [{"kind": "answer"}, {"kind": "answer"}], "items": {"source": "given"},
		"item_kinds": [{"id": "k", "kind": "scale", "points": 9}],
		"consensus": {"rule": "share", "share": {"from": 7, "to": 9}}}`
	for i := 0; i < len(replaced); i += 2 {
		if !strings.Contains(document, replaced[i]) {
			t.Fatalf("the document has no %s", replaced[i])
		}
		document = strings.Replace(document, replaced[i], replaced[i+1], 1)
	}
	p, err := protocol.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// unsure stands for "cannot judge" among answers; 0 for none.
const unsure = -1

// spread repeats values: so many times each, in turn.
func spread(pairs ...int) []int {
	var out []int
	for i := 0; i < len(pairs); i += 2 {
		for range pairs[i] {
			out = append(out, pairs[i+1])
		}
	}
	return out
}

// sheetOf is one panelist's ballot of a round: items[k] has everybody's values.
func sheetOf(who int, asked []feedback.Asked, items [][]int) *delphi.Ballot {
	b := &delphi.Ballot{Panelist: strconv.Itoa(who), Group: "g"}
	for k, values := range items {
		if who >= len(values) || values[who] == 0 {
			continue
		}
		a := delphi.Answer{Item: asked[k].Item.String(), Value: values[who]}
		if a.Value == unsure {
			a.Value, a.CannotJudge = 0, true
		}
		b.Answers = append(b.Answers, a)
	}
	if len(b.Answers) == 0 {
		return nil
	}
	return b
}

// judged lets the engine tabulate rounds and draws the opinion: rounds[r][k][i] is what
// panelist i said of item k in answer round r.
func judged(t testing.TB, p protocol.Protocol, enrolled int, rounds ...[][]int) (opinionView, []feedback.Document) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var asked []feedback.Asked
	var items []delphi.Item
	for k := range rounds[0] {
		asked = append(asked, feedback.Asked{Item: uuid.NewSHA1(uuid.Nil, []byte{byte(k)}), Kind: "k", Number: k + 1, Text: fmt.Sprintf("Affermazione di prova %d.", k+1)})
		items = append(items, delphi.Item{ID: asked[k].Item.String(), Kind: "k"})
	}
	var closings []table.Closing
	var documents []feedback.Document
	for r, now := range rounds {
		tab, err := table.NewTabulator(p, r+1, items, bytes.Repeat([]byte{1}, 32))
		must(err)
		for who := range enrolled {
			var before, older *delphi.Ballot
			if r > 0 {
				before = sheetOf(who, asked, rounds[r-1])
			}
			if r > 1 {
				older = sheetOf(who, asked, rounds[r-2])
			}
			must(tab.Add(sheetOf(who, asked, now), before, older))
		}
		closing, err := tab.Close([]int{enrolled})
		must(err)
		closings = append(closings, closing)
		documents = append(documents, feedback.Of(p, asked, closings, nil))
	}
	o := opinionView{view: view{dossier.View{Consultation: consultation.Consultation{Slug: "x", Title: "Prova", Language: "it", Protocol: p}}}}
	o.Opinion = schema.Opinion{Scales: map[string]schema.Scale{}, PublishedOn: "2026-03-01"}
	k, _ := p.Kind("k")
	o.Opinion.Scales["k"] = schema.Scale{Points: k.Points, Classes: k.Classes}
	f := schema.FiguresOf(p, documents, closings)
	for _, a := range asked {
		o.Opinion.Items = append(o.Opinion.Items, schema.Item{ID: a.Item, Number: a.Number, Text: a.Text, Kind: "k", State: "settled", ItemFigures: f.Of(a.Item)})
	}
	o.Summary = schema.Summarize(o.Opinion.Items)
	return o, documents
}

// drawnIn renders the page of an opinion in a language.
func drawnIn(t testing.TB, lang string, o opinionView) *goquery.Document {
	t.Helper()
	return rendered(t, lang, opinion(o))
}

// rendered draws a component in a language.
func rendered(t testing.TB, lang string, c templ.Component) *goquery.Document {
	t.Helper()
	q := *page.From(t.Context())
	q.Lang, q.Now = lang, time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	if err := c.Render(page.With(t.Context(), &q), &b); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "<no value>") || strings.Contains(s, "&lt;no value") {
		t.Errorf("%s: a sentence has a gap", lang)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func textOf(d *goquery.Document, selector string) string {
	return strings.Join(strings.Fields(d.Find(selector).Text()), " ")
}

// The faults that were found, with their own input, through the engine to the page.
func TestVerdictsFromAnswersToThePage(t *testing.T) {
	four := []string{`"points": 9`, `"points": 4`, `"from": 7, "to": 9`, `"from": 3, "to": 4`}
	for _, c := range []struct {
		name            string
		protocol        []string
		enrolled        int
		values          []int
		word, sentence  string
		headline, piled string // the pile of the one statement
	}{
		{"54 to 34", nil, 100, spread(54, 8, 12, 5, 34, 2), "Maggioranza a favore", "Più di metà è a favore, meno di quanto chiesto per il consenso. 54 % a favore, 12 % nel mezzo, 34 % contro.",
			"Consenso su nessuna affermazione, maggioranza su 1 (a favore).", "A favore · 1"},
		{"54 against", nil, 100, spread(54, 2, 12, 5, 34, 8), "Maggioranza contro", "Più di metà è contro",
			"Consenso su nessuna affermazione, maggioranza su 1 (contro).", "Contro · 1"},
		{"45 of 50 cannot judge", nil, 50, spread(45, unsure, 5, 8), "Troppo poche risposte", "Troppi non hanno saputo giudicare.",
			"1 affermazione, aperta.", "Aperte · 1"},
		{"neighbours in the middle", four, 40, spread(20, 2, 20, 3), "Divisi", "Nessuna posizione prevale: 50 % a favore, 50 % contro.",
			"Consenso su nessuna affermazione, divisi su 1.", "Divisi · 1"},
		{"poles of four points", four, 40, spread(20, 1, 20, 4), "Due poli", "Due parti opposte, ciascuna con più di un terzo. Le due parti sono uguali.",
			"Consenso su nessuna affermazione, divisi su 1.", "Divisi · 1"},
		{"99 % in the middle", nil, 100, spread(99, 5, 1, 8), "Consenso nel mezzo", "Almeno 3 persone su 4 sono nel mezzo, e le risposte sono ferme. 1 % a favore, 99 % nel mezzo, 0 % contro.",
			"Consenso su 1 affermazione (nel mezzo).", "Nel mezzo · 1"},
		{"all in the middle", nil, 100, spread(100, 5), "Consenso nel mezzo", "Tutte le risposte sono nel mezzo, e sono ferme",
			"Consenso su 1 affermazione (nel mezzo).", "Nel mezzo · 1"},
		{"45 of 100 enrolled", nil, 100, spread(45, 8), "Troppo poche risposte", "Ha risposto meno di metà degli iscritti.",
			"1 affermazione, aperta.", "Aperte · 1"},
		{"51 % in the middle", nil, 100, spread(51, 5, 32, 2, 17, 8), "Maggioranza nel mezzo", "Più di metà è nel mezzo, meno di quanto chiesto per il consenso. 17 % a favore, 51 % nel mezzo, 32 % contro.",
			"Consenso su nessuna affermazione, maggioranza su 1 (nel mezzo).", "Nel mezzo · 1"},
		{"48 for, 6 against", nil, 100, spread(48, 8, 46, 5, 6, 2), "Divisi", "Nessuna posizione prevale: 48 % a favore, 46 % nel mezzo, 6 % contro.",
			"Consenso su nessuna affermazione, divisi su 1.", "Divisi · 1"},
		{"48 for and ahead", nil, 100, spread(48, 8, 36, 5, 16, 2), "Maggioranza relativa a favore", "A favore è la posizione più frequente, ma non arriva alla metà. 48 % a favore, 36 % nel mezzo, 16 % contro.",
			"Consenso su nessuna affermazione, maggioranza relativa su 1 (a favore).", "A favore · 1"},
		{"78 of 84", nil, 84, spread(78, 8, 6, 2), "Consenso a favore", "Almeno 3 persone su 4 sono a favore, e le risposte sono ferme. 93 % a favore, 0 % nel mezzo, 7 % contro.",
			"Consenso su 1 affermazione (a favore).", "A favore · 1"},
	} {
		o, _ := judged(t, frozen(t, c.protocol...), c.enrolled, [][]int{c.values}, [][]int{c.values})
		d := drawnIn(t, "it", o)
		sentence := textOf(d, "article .dlf-verdict + .dlf-why")
		if c.name == "all in the middle" {
			sentence = strings.Replace(sentence, "e le risposte sono ferme", "e sono ferme", 1)
		}
		if word := textOf(d, "article .dlf-verdict"); word != c.word || !strings.Contains(sentence, c.sentence) {
			t.Errorf("%s: %q: %q\nwant %q: %q", c.name, word, sentence, c.word, c.sentence)
		}
		if got := textOf(d, "h1 + .dlf-lead"); got != c.headline {
			t.Errorf("%s: headline %q, want %q", c.name, got, c.headline)
		}
		if got := textOf(d, ".dlf-pile h3"); got != c.piled {
			t.Errorf("%s: pile %q, want %q", c.name, got, c.piled)
		}
		text := map[string]bool{}
		for _, share := range regexp.MustCompile(`\d+ % (a favore|contro|nel mezzo)`).FindAllString(textOf(d, "article .dlf-why"), -1) {
			if text[share] {
				t.Errorf("%s: %q is said twice", c.name, share)
			}
			text[share] = true
		}
		if strings.HasPrefix(c.word, "Troppo poche") && strings.Contains(textOf(d, "main"), "% a favore") {
			t.Errorf("%s: too few answers, and yet a side", c.name)
		}
		if text := strings.ToLower(textOf(d, "main")); c.word != "Due poli" && strings.Contains(text, "è d’accordo") || strings.Contains(text, "in disaccordo su") {
			t.Errorf("%s: the page speaks of agreement", c.name)
		}
		drawnIn(t, "en", o)
	}
}

// A whole result names each verdict with its number and its sides.
func TestHeadlineNamesEachVerdict(t *testing.T) {
	s := schema.Summary{
		Consensus: schema.BySide{N: 28, For: 25, Against: 3}, Majority: schema.BySide{N: 46, For: 46},
		Divided: schema.DividedOnes{N: 25}, Open: schema.OpenOnes{N: 20}, Plurality: schema.BySide{N: 2, Middle: 1, None: 1}, Unrated: 1,
	}
	for lang, want := range map[string]string{
		"it": "Consenso su 28 (25 a favore, 3 contro), maggioranza su 46 (tutte a favore), maggioranza relativa su 2 (1 nel mezzo, 1 senza parti), divisi su 25, aperte 20, mai valutata 1.",
		"en": "Consensus on 28 (25 in favour, 3 against), majority on 46 (all in favour), plurality on 2 (1 in the middle, 1 without sides), divided on 25, open on 20, never rated 1.",
	} {
		if got := strings.ReplaceAll(headline(&page.Request{Printer: i18n.Printer{Lang: lang}}, s), "\u00a0", " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", lang, got, want)
		}
	}
	if got := headline(&page.Request{Printer: i18n.Printer{Lang: "it"}}, schema.Summary{Unrated: 3}); got != "Nessuna affermazione è stata valutata." {
		t.Error(got)
	}
}

// Whatever people answer, the headline's counts are all statements, each statement lies
// on one pile, and each bar sums to 100.
func TestCountsAddUp(t *testing.T) {
	p := frozen(t)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "items")
		var items [][]int
		for range n {
			var values []int
			for v := 1; v <= 9; v++ {
				values = append(values, spread(rapid.IntRange(0, 12).Draw(rt, "people"), v)...)
			}
			items = append(items, values)
		}
		o, _ := judged(t, p, 120, items, items)
		d := drawnIn(t, "it", o)
		if got := o.Summary.Items(); got != n {
			rt.Fatalf("%d of %d statements are counted", got, n)
		}
		if got := d.Find(".dlf-pile li").Length(); got != n {
			rt.Fatalf("the piles hold %d of %d", got, n)
		}
		text := 0
		for _, part := range strings.Split(strings.TrimSuffix(textOf(d, "h1 + .dlf-lead"), "."), ", ") {
			part, _, _ = strings.Cut(part, "(")
			if strings.HasSuffix(part, ")") || strings.HasPrefix(part, "Consenso su nessuna") {
				continue // the rest of a list of sides
			}
			for _, word := range strings.Fields(part) {
				if k, err := strconv.Atoi(word); err == nil && !strings.Contains(part, "a favore") && !strings.HasSuffix(part, "contro") && !strings.HasSuffix(part, "mezzo") {
					text += k
				}
			}
		}
		if text != n {
			rt.Fatalf("the headline counts %d of %d: %s", text, n, textOf(d, "h1 + .dlf-lead"))
		}
		d.Find(".dlf-pile svg.dlf-bar3 title").Each(func(_ int, s *goquery.Selection) {
			sum := 0
			_, shares, _ := strings.Cut(s.Text(), ": ")
			for _, word := range strings.Fields(shares) {
				if k, err := strconv.Atoi(word); err == nil {
					sum += k
				}
			}
			if sum != 100 {
				rt.Fatalf("%q sums to %d", s.Text(), sum)
			}
		})
	})
}

// M4's panel: those who stopped are counted since the statement was first asked, and
// what they could change is named with its side; held answers beside other people are
// a change of the panel.
func TestWhoLeftIsSaid(t *testing.T) {
	p := frozen(t, `{"kind": "answer"}, {"kind": "answer"}`, `{"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}`)
	first := spread(55, 9, 45, 1)
	second := append(append(spread(50, 9, 5, 0), spread(8, 1)...), spread(37, 0)...)
	third := append(append(spread(48, 9, 7, 0), spread(8, 1)...), spread(37, 0)...)
	o, _ := judged(t, p, 100, [][]int{first}, [][]int{second}, [][]int{third})
	d := drawnIn(t, "it", o)
	left := textOf(d, "#method ~ details")
	if !strings.Contains(left, "44 persone hanno risposto a un giro precedente e non all’ultimo.") || strings.Contains(left, "la classe sarebbe la stessa") ||
		!strings.Contains(left, "La classe è «Consenso a favore»") {
		t.Errorf("who left: %q", left)
	}
	o, documents := judged(t, frozen(t), 100, [][]int{spread(40, 9, 60, 0)}, [][]int{append(spread(40, 9), spread(40, 1)...)})
	d = drawnIn(t, "it", o)
	if got := textOf(d, "article .dlf-verdict + .dlf-why"); !strings.Contains(got, "Le risposte tengono, ma è cambiato chi risponde.") {
		t.Errorf("%q", got)
	}
	if got := textOf(d, "article .dlf-lines"); !strings.Contains(got, "Delle 40 persone che hanno risposto a entrambi i giri, il 100 % è rimasto entro un punto") ||
		!strings.Contains(got, "sono entrate 40 persone.") || !strings.Contains(got, "Il caso da solo darebbe circa") {
		t.Errorf("%q", got)
	}
	r := resultView{view: o.view, Round: consultation.Round{Number: 2, Kind: delphi.AnswerRound}, Document: documents[1]}
	var b bytes.Buffer
	if err := result(r).Render(page.With(t.Context(), page.From(t.Context())), &b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "ma è cambiato chi risponde") || !strings.Contains(b.String(), "1 affermazione, aperta.") {
		t.Error("the result of the round does not say the same")
	}
}

// An open panel says that nobody knows whom it stands for; one answer round, that
// stability was not asked.
func TestLimitsAreSaid(t *testing.T) {
	o, _ := judged(t, frozen(t, `"roll"`, `"open"`), 100, [][]int{spread(30, 8)}, [][]int{spread(30, 8)})
	d := drawnIn(t, "it", o)
	if got := textOf(d, "main"); !strings.Contains(got, "nessuno sa chi rappresenta") || !strings.Contains(got, "Consenso a favore") {
		t.Error("an open panel is not said to be one, or has a response gate")
	}
	once := frozen(t, `"classical"`, `"argumentative"`, `[{"kind": "answer"}, {"kind": "answer"}], "items": {"source": "given"}`, `[{"kind": "answer", "discussion": true}], "items": {"source": "given"}`)
	o, _ = judged(t, once, 40, [][]int{spread(30, 8)})
	d = drawnIn(t, "it", o)
	if got := textOf(d, "article .dlf-lines"); !strings.Contains(got, "Se le risposte tengono non è stato chiesto") {
		t.Errorf("%q", got)
	}
	if got := textOf(d, "article .dlf-verdict + .dlf-why"); strings.Contains(got, "ferme") {
		t.Errorf("answers are said to hold: %q", got)
	}
}
