package contribution

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// about is a small queue: three about the limit of 30, two about bumps, one about
// a bar across the road, in two languages.
var about = []string{
	"Trenta sempre, non solo alle otto: i ragazzi entrano ed escono tutto il giorno.",
	"Il limite di trenta a tutte le ore: i ragazzi escono anche la sera.",
	"Davanti alla Pascoli il limite a trenta anche la sera, ci sono i ragazzi della palestra.",
	"I dossi fanno tremare le case di via Emilia.",
	"Basta dossi: le case tremano.",
	"Perché non chiudere la strada con una sbarra?",
}

func list(bodies []string) []Contribution {
	out := make([]Contribution, len(bodies))
	for i, b := range bodies {
		out[i] = Contribution{ID: uuid.New(), Body: b, State: Pending}
	}
	return out
}

// Similar contributions stand next to each other, larger groups first, and say so.
func TestSimilar(t *testing.T) {
	topic := func(body string) string {
		switch {
		case strings.Contains(strings.ToLower(body), "trenta"):
			return "thirty"
		case strings.Contains(body, "dossi"):
			return "bumps"
		}
		return "alone"
	}
	for range 50 {
		var got []string
		var marks []int
		for _, c := range queued(list(about)) {
			got, marks = append(got, topic(c.Body)), append(marks, c.Similar)
		}
		if want := []string{"thirty", "thirty", "thirty", "bumps", "bumps", "alone"}; !slices.Equal(got, want) {
			t.Fatalf("got %v", got)
		}
		if want := []int{1, 1, 1, 2, 2, 0}; !slices.Equal(marks, want) {
			t.Fatalf("got %v", marks)
		}
	}
}

// The order in which rows come from the database changes nothing: it could tell
// who wrote first.
func TestOrderTellsNothing(t *testing.T) {
	in := list(append(slices.Clone(about), "", "Di da in con su per.", "Trees along the roads.", "More trees on each road!"))
	for i := range in {
		if i%4 == 3 {
			in[i].State = Admitted
		}
	}
	want := queued(in)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rng.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		if got := queued(in); !slices.EqualFunc(got, want, func(a, b Contribution) bool { return a.ID == b.ID && a.Similar == b.Similar }) {
			t.Fatal("another order came out")
		}
	}
}

// Pending ones come first, rejected ones last; nothing is lost.
func TestPendingFirst(t *testing.T) {
	in := list(about)
	in[0].State, in[1].State, in[2].State = Rejected, Admitted, Rejected
	var got []State
	for _, c := range queued(in) {
		got = append(got, c.State)
	}
	if want := []State{Pending, Pending, Pending, Admitted, Rejected, Rejected}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// Endings, accents and capitals do not keep words apart; empty words join nothing.
func TestTerms(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"strada", "STRADE"}, {"città", "Citta"}, {"tree", "trees"}, {"alberi", "albero"}, {"scolastico", "scolastiche"},
	} {
		if a, b := terms(c.a), terms(c.b); len(a) != 1 || !slices.Equal(a, b) {
			t.Errorf("%q is %v and %q is %v", c.a, a, c.b, b)
		}
	}
	if got := terms("Di da in con su per, perché è più and the of"); len(got) != 0 {
		t.Errorf("empty words: %v", got)
	}
}

// Hundreds of contributions are ordered while a page loads.
func TestManyContributions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("strada scuola limite dossi alberi ombra sosta pedoni bici autobus parcheggio mercato piazza panchine luce notte bambini anziani negozi traffico rumore aria verde acqua fontana cani giochi sport musica eventi")
	var bodies []string
	for range 1000 {
		var b []string
		for range 20 {
			b = append(b, words[rng.IntN(len(words))])
		}
		bodies = append(bodies, strings.Join(b, " "))
	}
	if got := queued(list(bodies)); len(got) != 1000 {
		t.Errorf("%d came out", len(got))
	}
}
