package chart_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui/chart"
)

var update = flag.Bool("update", false, "write the golden pictures instead of comparing them")

func italian() chart.Words {
	return chart.Words{T: (&page.Request{Printer: i18n.Printer{Lang: "it"}}).T}
}

func english() chart.Words {
	return chart.Words{T: (&page.Request{Printer: i18n.Printer{Lang: "en"}}).T}
}

var thirds = [][2]int{{1, 3}, {4, 6}, {7, 9}}

// nine is the item of the mock-ups: 312 answers on nine points.
func nine(id string) chart.Distribution {
	return chart.Distribution{
		ID: id, Title: "Affermazione 3, giro 2, tutto il panel",
		Counts: []int{12, 9, 12, 15, 27, 29, 61, 79, 68},
		Labels: strings.Split("123456789", ""), Class: thirds,
		Middle: chart.Quartiles{Q1: 6, Median: 7, Q3: 8, Known: true},
		Low:    "per niente d’accordo", High: "del tutto d’accordo",
	}
}

func pictures() map[string]templ.Component {
	own := nine("h1")
	own.Own = 4
	edge := nine("h2")
	edge.Own = 9
	edge.Middle = chart.Quartiles{Q1: 1, Median: 1, Q3: 1.5, Known: true}
	undefined := nine("h3")
	undefined.Middle = chart.Quartiles{}
	few := chart.Distribution{ID: "h4", Title: "Risposte in tre fasce", Counts: []int{3, 4, 10},
		Labels: []string{"1–3", "4–6", "7–9"}, Own: 1, Low: "per niente d’accordo", High: "del tutto d’accordo"}
	empty := chart.Distribution{ID: "h5", Title: "Nessuno", Counts: make([]int, 9), Labels: strings.Split("123456789", "")}
	two := chart.Distribution{ID: "h6", Title: "Due punti", Counts: []int{5, 0}, Labels: []string{"1", "2"}, Class: [][2]int{{1, 1}, {2, 2}},
		Middle: chart.Quartiles{Q1: 1, Median: 1, Q3: 1, Known: true}}
	eleven := chart.Distribution{ID: "h7", Title: "Undici punti", Counts: []int{1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1},
		Labels: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}, Class: [][2]int{{1, 4}, {5, 7}, {8, 11}},
		Middle: chart.Quartiles{Q1: 4.5, Median: 6, Q3: 7.5, Known: true}, Low: "un estremo dal nome molto lungo davvero", High: "l’altro"}
	hostile := nine("h8")
	hostile.Title, hostile.Low = `"><script>alert(1)</script>`, `<b style="x">&`

	later := nine("")
	later.Counts = []int{9, 5, 8, 11, 15, 22, 67, 87, 73}
	later.Middle = chart.Quartiles{Q1: 7, Median: 8, Q3: 8, Known: true}
	rounds := chart.Series{ID: "r1", Title: "Affermazione 3: risposte giro per giro",
		Rounds: []chart.Round{{Name: "Giro 2", Distribution: nine("")}, {Name: "Giro 3", Distribution: later}}}
	camps := chart.Distribution{Counts: []int{60, 30, 27, 12, 12, 12, 30, 52, 62}, Labels: later.Labels, Class: thirds,
		Middle: chart.Quartiles{Q1: 2, Median: 5.5, Q3: 8, Known: true}, Low: later.Low, High: later.High}
	poles := chart.Series{ID: "r2", Title: "Affermazione 5: risposte giro per giro", Poles: true,
		Rounds: []chart.Round{{Name: "Giro 2", Distribution: camps}}}
	bar := nine("b1")
	bar.Title = "30 km/h tutto il giorno"
	three := chart.Distribution{ID: "b2", Title: "Tre punti", Counts: []int{10, 0, 20}, Labels: []string{"1", "2", "3"}, Class: [][2]int{{1, 1}, {2, 2}, {3, 3}}}

	years := chart.Spread{ID: "e1", Title: "Tra quanti anni il tram?", Desc: "Su 24 risposte: mediana 8 anni.", NeverWord: "mai", Never: 3,
		Ticks: []chart.Tick{{At: 0, Label: "0"}, {At: 0.5, Label: "20"}, {At: 1, Label: "40"}}, Middle: chart.Quartiles{Q1: 0.175, Median: 0.2, Q3: 0.25, Known: true}, Median: "8 anni"}
	for i, c := range []int{0, 0, 1, 2, 5, 9, 3, 0, 1} {
		years.Bars = append(years.Bars, chart.SpreadBar{From: float64(i) / 40, To: float64(i+1) / 40, Count: c})
	}
	mine := years
	mine.ID, mine.Own, mine.OwnAt = "e2", "15 anni", 0.375
	never := years
	never.ID, never.Own, never.OwnNever, never.Middle = "e3", "mai", true, chart.Quartiles{}
	plain := years
	plain.ID, plain.NeverWord, plain.Never = "e4", "", 0
	over := chart.Distribution{ID: "o1", Title: "È fattibile?", Counts: []int{5, 12, 20, 0}, Labels: []string{"1", "2", "3", "4"}, Own: 3}

	it := italian()
	return map[string]templ.Component{
		"histogram-own":       chart.Histogram(it, own),
		"histogram-edge":      chart.Histogram(it, edge),
		"histogram-undefined": chart.Histogram(it, undefined),
		"histogram-thirds":    chart.Histogram(it, few),
		"histogram-empty":     chart.Histogram(it, empty),
		"histogram-two":       chart.Histogram(it, two),
		"histogram-eleven":    chart.Histogram(english(), eleven),
		"histogram-hostile":   chart.Histogram(it, hostile),
		"spread":              chart.Spreads(it, years),
		"spread-own":          chart.Spreads(it, mine),
		"spread-never":        chart.Spreads(it, never),
		"spread-plain":        chart.Spreads(it, plain),
		"over":                chart.Over(it, over),
		"strip":               chart.Strip("p1", "posto medio 2,3 di 12", 12, 2.3, 0),
		"strip-own":           chart.Strip("p2", "posto medio 10,9 di 12, tu 8", 12, 10.9, 8),
		"level":               chart.Level("l3", "59 %", 590, 500, false),
		"level-own":           chart.Level("l4", "59 %, la tua", 590, 0, true),
		"small":               chart.Small(it, nine("s1"), chart.Peak(nine("s1"), later)),
		"rounds":              chart.Rounds(it, rounds),
		"rounds-poles":        chart.Rounds(it, poles),
		"bar":                 chart.Bar(it, bar, "67 % a favore, 23 % nel mezzo, 10 % contro"),
		"bar-three":           chart.Bar(it, three, "67 % a favore, 0 % nel mezzo, 33 % contro"),
		"bar-empty":           chart.Bar(it, empty, ""),
		"lineage":             chart.Lineage{ID: "l1", Title: "Discendenza dell’affermazione 3", Sources: []string{"Tiglio 27", "Airone 5"}, Target: "Affermazione 3", Caption: "2 contributi"}.Draw(it),
		"lineage-many":        chart.Lineage{ID: "l2", Title: "Discendenza", Sources: []string{"Tiglio 27", "Airone 5", "Ginepro 112", "Rondine 48", "Quercia 9"}, Target: "Affermazione 3", Caption: "5 contributi"}.Draw(it),
	}
}

func markup(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The same counts give the same bytes: a change in a picture is seen in review.
func TestGolden(t *testing.T) {
	for name, c := range pictures() {
		t.Run(name, func(t *testing.T) {
			got := markup(t, c)
			file := filepath.Join("testdata", name+".svg")
			if *update {
				if err := os.WriteFile(file, []byte(got+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.ReplaceAll(string(want), ">", ">\n"), strings.ReplaceAll(got+"\n", ">", ">\n")); d != "" {
				t.Error(d)
			}
		})
	}
}

// The line that joins the medians of rounds strikes no words through.
func TestTheLineOfMediansLeavesWordsAlone(t *testing.T) {
	svg := markup(t, pictures()["rounds"])
	path := regexp.MustCompile(`class="dlf-path" d="([^"]*)"`).FindStringSubmatch(svg)
	words := regexp.MustCompile(`<text class="dlf-t dlf-[bm] dlf-halot" x="[^"]*" y="([^"]*)"`).FindAllStringSubmatch(svg, -1)
	if path == nil || len(words) == 0 {
		t.Fatal("no line or no words")
	}
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	pieces := regexp.MustCompile(`M[^ ]* ([^L]*)L[^ ]* ([^M]*)`).FindAllStringSubmatch(path[1], -1)
	if len(pieces) < 2 {
		t.Fatalf("the line is %s", path[1])
	}
	for _, piece := range pieces {
		for _, w := range words {
			// A letter of 14 units stands 12 above its line, and hangs 3 below it.
			if line := number(w[1]); number(piece[1]) < line+3 && number(piece[2]) > line-12 {
				t.Errorf("from %s to %s the line passes the words at %s", piece[1], piece[2], w[1])
			}
		}
	}
}

// Each picture can be read without eyes and without a style: it is an image with a
// title, its labels exist, and nothing in it is inline style, script or a link.
func TestPicturesStandAlone(t *testing.T) {
	for name, c := range pictures() {
		t.Run(name, func(t *testing.T) {
			var role, labels, title string
			ids := map[string]bool{}
			d := xml.NewDecoder(strings.NewReader(markup(t, c)))
			for {
				tok, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("not well formed: %v", err)
				}
				e, ok := tok.(xml.StartElement)
				if !ok {
					continue
				}
				if e.Name.Local == "title" {
					inner, err := d.Token()
					if err != nil {
						t.Fatal(err)
					}
					if words, ok := inner.(xml.CharData); ok {
						title = string(words)
					}
				}
				for _, a := range e.Attr {
					switch {
					case a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href":
						t.Errorf("<%s %s=%q>: the policy forbids it", e.Name.Local, a.Name.Local, a.Value)
					case a.Name.Local == "role":
						role = a.Value
					case a.Name.Local == "aria-labelledby":
						labels = a.Value
					case a.Name.Local == "id":
						ids[a.Value] = true
					}
					if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
						t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
					}
				}
			}
			if role != "img" || title == "" {
				t.Errorf("role %q, title %q", role, title)
			}
			for _, l := range strings.Fields(labels) {
				if !ids[l] {
					t.Errorf("labelled by %q, which is not there", l)
				}
			}
		})
	}
}

// The description says what the picture shows: how many, the classes, the middle,
// one's own.
func TestDescription(t *testing.T) {
	d := nine("x")
	d.Own = 4
	want := "Su 312 risposte: 10\u00a0% tra 1 e 3, 23\u00a0% tra 4 e 6, 67\u00a0% tra 7 e 9. " +
		"Mediana 7; la metà centrale comincia a 6 e finisce a 8. La tua ultima risposta è 4: 5\u00a0% delle risposte."
	if got := d.Describe(italian()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	d.Middle = chart.Quartiles{}
	if got := d.Describe(english()); strings.Contains(got, "Median") {
		t.Errorf("a median that is not defined is described: %s", got)
	}
}

// Two camps have no middle: neither the picture nor its words show one.
func TestPolesShowNoMedian(t *testing.T) {
	got := markup(t, pictures()["rounds-poles"])
	for _, never := range []string{"dlf-med", "dlf-band", "ediana"} {
		if strings.Contains(got, never) {
			t.Errorf("%q stands in a picture of two camps", never)
		}
	}
	for _, always := range []string{"← 39\u00a0%", "49\u00a0% →", "dlf-pole"} {
		if !strings.Contains(got, always) {
			t.Errorf("%q is missing", always)
		}
	}
}

// Shares sum to 100, keep the order of the counts, give nothing to nobody, and are
// never a whole point from the exact share.
func TestShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 5000), 1, 11).Draw(t, "counts")
		total := chart.Total(counts)
		shares := chart.Shares(counts)
		sum := 0
		for i, s := range shares {
			sum += s
			if total == 0 {
				continue
			}
			if counts[i] == 0 && s != 0 {
				t.Fatalf("nobody has %d%%", s)
			}
			if exact := 100 * counts[i]; s*total <= exact-total || s*total >= exact+total {
				t.Fatalf("%d of %d became %d%%", counts[i], total, s)
			}
			for j := range counts {
				if counts[i] > counts[j] && s < shares[j] {
					t.Fatalf("%v became %v: more people, less share", counts, shares)
				}
			}
		}
		if total > 0 && sum != 100 {
			t.Fatalf("%v sum to %d", shares, sum)
		}
	})
}
