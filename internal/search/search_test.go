package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/search"
	"delfi/internal/space"
)

// Accents, apostrophes of every kind, hyphens, slashes and dots keep nobody from finding.
func TestWordsAreFoundHoweverTheyAreWritten(t *testing.T) {
	s := newStock(t)
	s.put(
		s.document(1, "Le fontane", "L’uso dell’acqua in città, d’estate."),
		s.document(2, "Servizio socio-sanitario", "Dal 2020-2026 per bici/monopattino.Poi si vedrà: PM2.5 <b>basso</b>"),
		s.document(3, "Perché più alberi", "La partecipazione dei cittadini"),
	)
	for typed, want := range map[string][]string{
		"acqua":             {"Le fontane"},
		"dell'acqua":        {"Le fontane"},
		"dell’acqua":        {"Le fontane"},
		"ACQUA":             {"Le fontane"},
		"citta":             {"Le fontane"},
		"città":             {"Le fontane"},
		"sanitario":         {"Servizio socio-sanitario"},
		"socio-sanitario":   {"Servizio socio-sanitario"},
		`"sanitario socio"`: nil,
		"2026":              {"Servizio socio-sanitario"},
		"monopattino":       {"Servizio socio-sanitario"},
		"bici/monopattino":  {"Servizio socio-sanitario"},
		"monopattini poi":   {"Servizio socio-sanitario"},
		"pm2.5":             {"Servizio socio-sanitario"},
		"basso":             {"Servizio socio-sanitario"},
		"perche piu":        {"Perché più alberi"},
		"fontane or alberi": {"Le fontane", "Perché più alberi"},
		"fontane alberi":    nil,
		"alberi -cittadino": nil,
		"albero -fontana":   {"Perché più alberi"},
		`-"uso dell'acqua"`: {"Perché più alberi", "Servizio socio-sanitario"},
		`"uso dell'acqua`:   {"Le fontane"},
	} {
		if got := titles(s.ask(typed)); !slices.Equal(got, want) {
			t.Errorf("%q found %q, want %q", typed, got, want)
		}
	}
}

// Each text is looked for in its own language, whatever the reader's.
func TestLanguagesDoNotMix(t *testing.T) {
	s := newStock(t)
	it, en, de := s.document(1, "Il parco", "Le panchine sono rotte"), s.document(2, "The park", "Benches were broken"), s.document(3, "Der Park", "Die Bänke sind kaputt")
	en.Language, de.Language = "en", "de"
	s.put(it, en, de)
	for typed, want := range map[string][]string{
		"panchina": {"Il parco"}, "bench": {"The park"}, "breaking": nil, "banke": {"Der Park"}, "bank": nil, "parco or park": {"Der Park", "Il parco", "The park"},
	} {
		if got := titles(s.ask(typed)); !slices.Equal(got, want) {
			t.Errorf("%q found %q, want %q", typed, got, want)
		}
	}
	// "the" says nothing in English, and is a word elsewhere; "di the" is nothing anywhere.
	if got := titles(s.ask("the parco")); got != nil {
		t.Errorf("found %q", got)
	}
	_, err := s.find.Find(t.Context(), search.Request{Query: s.parse("e o di")})
	if err != nil {
		t.Errorf("common in Italian alone: %v", err)
	}
	_, err = s.find.Find(t.Context(), search.Request{Query: s.parse("a in")})
	var f *fault.Fault
	if !errors.As(err, &f) || f.Fields[0].Code != "query_common" {
		t.Errorf("common everywhere: %v", err)
	}
}

func TestWhatIsFoundIsMarkedAndPlain(t *testing.T) {
	s := newStock(t)
	long := strings.Repeat("parole senza fine che riempiono il testo. ", 40) + "Qui l’acqua dell’Arno/torrente finisce «nel mare»." + strings.Repeat(" E ancora parole.", 3000) + " Infine."
	s.put(
		s.document(1, "Acqua & <i>sale</i>", "Prima <script>alert('acqua')</script> \ue000finta\ue001 &lt;acqua&gt; e poi niente."),
		s.document(2, "Lungo", long),
		s.document(3, "Senza testo, l’acqua", ""),
	)
	byTitle := map[string]search.Hit{}
	for _, h := range s.ask("acqua").Hits {
		byTitle[plain(h.Title)] = h
	}
	first := byTitle["Acqua & <i>sale</i>"]
	if got := marked(first.Title); got != "[Acqua] & <i>sale</i>" {
		t.Errorf("title %q", got)
	}
	if got, want := marked(first.Text), "Prima <script>alert('[acqua]')</script> finta &lt;[acqua]&gt; e poi niente."; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	got := marked(byTitle["Lungo"].Text)
	if !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || !strings.Contains(got, "Qui l’[acqua] dell’Arno/torrente") || len(got) > 600 {
		t.Errorf("a piece of a long text: %q", got)
	}
	if h := byTitle["Senza testo, l’acqua"]; h.Text != nil || marked(h.Title) != "Senza testo, l’[acqua]" {
		t.Errorf("without a text: %+v", h)
	}
	// Words apart: each is marked where it stands, also when the body has one of them.
	for _, h := range s.ask("acqua lungo").Hits {
		if got := marked(h.Text); !strings.Contains(got, "[acqua]") {
			t.Errorf("%q", got)
		}
	}
}

// A hidden thing is in no hit, count, facet, snippet or suggestion when its act has
// committed, and is there until then.
func TestHiddenThingsAreGoneAtOnce(t *testing.T) {
	s := newStock(t)
	secret, open := s.document(1, "Segreto", "La teleferica del monte"), s.document(2, "Aperto", "Un sentiero del monte")
	s.put(secret, open)
	seen := func() (hits []string, count, facets int, maybe bool) {
		p := s.ask("monte")
		for _, f := range p.Kinds {
			facets += f.Count
		}
		return titles(p), p.Count, facets, s.ask("telferica").Maybe != nil
	}
	for _, c := range []struct {
		name string
		do   func(context.Context, *postgres.Tx) error
		all  bool
	}{
		{"hide", func(ctx context.Context, tx *postgres.Tx) error { return search.Hide(ctx, tx, secret.Subject) }, false},
		{"show", func(ctx context.Context, tx *postgres.Tx) error { return search.Put(ctx, tx, secret) }, true},
		{"put hidden", func(ctx context.Context, tx *postgres.Tx) error {
			hidden := secret
			hidden.Hidden = true
			return search.Put(ctx, tx, hidden)
		}, false},
		{"show again", func(ctx context.Context, tx *postgres.Tx) error { return search.Put(ctx, tx, secret) }, true},
		{"drop", func(ctx context.Context, tx *postgres.Tx) error { return search.Drop(ctx, tx, secret.Subject) }, false},
	} {
		s.act(c.do)
		want, n := []string{"Aperto"}, 1
		if c.all {
			want, n = []string{"Aperto", "Segreto"}, 2
		}
		hits, count, facets, maybe := seen()
		if !slices.Equal(hits, want) || count != n || facets != n || maybe != c.all {
			t.Errorf("%s: %q, %d, %d, suggested %v", c.name, hits, count, facets, maybe)
		}
	}
	if n := s.one(`SELECT count(*) FROM civic.search WHERE title = 'Segreto' OR body LIKE '%teleferica%'`); n != 0 {
		t.Errorf("%d rows keep words that were dropped", n)
	}
	// The job deletes words that no public row has.
	if err := s.find.Refresh(t.Context(), search.Refresh{}); err != nil {
		t.Fatal(err)
	}
	if n := s.one(`SELECT count(*) FROM civic.search_word WHERE word IN ('teleferica', 'segreto') OR suspect`); n != 0 {
		t.Errorf("%d words are left", n)
	}
	if n := s.one(`SELECT count(*) FROM civic.search_word WHERE word = 'monte'`); n != 1 {
		t.Error("a word of a public row is gone")
	}
}

// Words that an edit took out are suggested no more.
func TestAnEditTakesItsOldWordsAlong(t *testing.T) {
	s := newStock(t)
	d := s.document(1, "Proposta", "Una teleferica")
	s.put(d)
	d.Body = "Una funivia"
	s.put(d)
	if got := titles(s.ask("teleferica")); got != nil {
		t.Errorf("found %q", got)
	}
	if m := s.ask("funiva").Maybe; m == nil || m.Text != "funivia" {
		t.Errorf("suggested %+v", m)
	}
	if err := s.find.Refresh(t.Context(), search.Refresh{}); err != nil {
		t.Fatal(err)
	}
	if n := s.one(`SELECT count(*) FROM civic.search_word WHERE word = 'teleferica'`); n != 0 {
		t.Error("the old word is left")
	}
}

func TestAMisspeltWordIsGuessed(t *testing.T) {
	s := newStock(t)
	s.put(s.document(1, "La partecipazione", "I marciapiedi larghi della città"), s.document(2, "Altro", "marciapiedi stretti"))
	for typed, want := range map[string]struct {
		text, marked string
		count        int
	}{
		"partecipazone":                {"partecipazione", "[partecipazione]", 1},
		"Marciapedi":                   {"marciapiedi", "[marciapiedi]", 2},
		"marciapedi larghi":            {"marciapiedi larghi", "[marciapiedi] larghi", 1},
		`"marciapedi larghi" -stretti`: {`"marciapiedi larghi" -stretti`, `"[marciapiedi] larghi" -stretti`, 1},
		"partecipazone marciapedi":     {"partecipazione marciapiedi", "[partecipazione] [marciapiedi]", 1},
		"qwertyuiop":                   {},
		"partecipazone stretti":        {}, // both are words, and no text has both
		"larghi stretti":               {},
		"12345":                        {},
	} {
		p := s.ask(typed)
		if p.Count != 0 || p.Hits != nil {
			t.Errorf("%q has hits", typed)
		}
		var got search.Maybe
		if p.Maybe != nil {
			got = *p.Maybe
		}
		if got.Text != want.text || marked(got.Parts) != want.marked || got.Count != want.count {
			t.Errorf("%q: %+v, want %+v", typed, got, want)
		}
	}
}

// Pages follow each other without a gap or a repetition, in both orders.
func TestPagesFollowEachOther(t *testing.T) {
	s := newStock(t)
	var all []search.Document
	for n := range 47 {
		all = append(all, s.document(n, fmt.Sprintf("Panchina %02d", n), strings.Repeat("panchina ", n%5)+"nel parco"))
	}
	s.put(all...)
	for _, order := range []search.Order{search.Closest, search.Newest} {
		var got []string
		r := search.Request{Query: s.parse("panchine"), Order: order}
		for n := 0; ; n++ {
			p := s.page(r)
			if p.Count != 47 || p.More {
				t.Errorf("%q: %d matches", order, p.Count)
			}
			for i, h := range p.Hits {
				if order == search.Newest && i > 0 && h.Day.After(p.Hits[i-1].Day) {
					t.Errorf("%s after %s", h.Day, p.Hits[i-1].Day)
				}
				got = append(got, plain(h.Title))
			}
			if r.After = p.Next; r.After == "" {
				break
			}
		}
		slices.Sort(got)
		want := make([]string, 47)
		for n := range want {
			want[n] = fmt.Sprintf("Panchina %02d", n)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("order %q: %s", order, diff)
		}
	}
	for _, token := range []string{"x", "!!", "MCAyMDI2LTAzLTAxIHggeCB4", "TmFOIDIwMjYtMDMtMDEgMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIGl0ZW0gaXQ"} {
		if p := s.page(search.Request{Query: s.parse("panchine"), After: token}); len(p.Hits) != 20 {
			t.Errorf("after %q: %d hits", token, len(p.Hits))
		}
	}
}

func TestPartsOfAResult(t *testing.T) {
	s := newStock(t)
	home, elsewhere := s.document(1, "La piazza", "una panchina"), s.document(2, "Altrove", "due panchine")
	home.Kind, elsewhere.Space = space.Consultation, s.other
	s.put(home, elsewhere, s.document(3, "Terza", "tre panchine"), s.document(4, "Quarta", "quattro fontane"))
	p := s.ask("panchina")
	if diff := cmp.Diff([]search.Facet{{Kind: space.Item, Count: 2}, {Kind: space.Consultation, Count: 1}}, p.Kinds); diff != "" {
		t.Error(diff)
	}
	// The other space has no name: nothing of it is shown.
	if diff := cmp.Diff([]search.Facet{{Space: s.space, Name: "La piazza", Language: "it", Count: 2}}, p.Spaces); diff != "" {
		t.Error(diff)
	}
	for _, h := range p.Hits {
		if want := map[string]string{"Terza": "La piazza", "La piazza": "La piazza"}[plain(h.Title)]; h.Place != want {
			t.Errorf("%q stands in %q", plain(h.Title), h.Place)
		}
	}
	for _, order := range []search.Order{search.Closest, search.Newest} {
		for _, c := range []struct {
			kind  space.Kind
			space uuid.UUID
			want  []string
		}{
			{space.Item, uuid.Nil, []string{"Altrove", "Terza"}},
			{"", s.space, []string{"La piazza", "Terza"}},
			{space.Item, s.space, []string{"Terza"}},
			{space.Opinion, uuid.Nil, nil},
		} {
			p := s.page(search.Request{Query: s.parse("panchina"), Order: order, Kind: c.kind, Space: c.space})
			if got := titles(p); !slices.Equal(got, c.want) || p.Count != len(c.want) || len(p.Kinds) != 2 {
				t.Errorf("%q %q %s: %q, %d", order, c.kind, c.space, got, p.Count)
			}
		}
	}
}

// A subject has the rows of its last Put, and one that changes nothing writes nothing.
func TestPutReplaces(t *testing.T) {
	s := newStock(t)
	it := s.document(1, "Il parco", "panchine")
	en := it
	en.Language, en.Title, en.Body = "en", "The park", "benches"
	s.put(it, en)
	if a, b := titles(s.ask("panchina")), titles(s.ask("bench")); len(a) != 1 || len(b) != 1 {
		t.Errorf("%q, %q", a, b)
	}
	rows := func() (out string) {
		if err := s.db.Pool().Get(&out, `SELECT string_agg(xmin::text, ',' ORDER BY language) FROM civic.search`); err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := rows()
	s.put(it, en)
	if after := rows(); after != before {
		t.Errorf("the same again wrote rows: %s, %s", before, after)
	}
	s.put(it)
	if got := titles(s.ask("bench")); got != nil {
		t.Errorf("the other language is found: %q", got)
	}
}

// The rank counts among the newest 2,000 matches alone, and the page says so.
func TestTheNewestMatchesAreRanked(t *testing.T) {
	s := newStock(t)
	var all []search.Document
	for n := range 2050 {
		d := s.document(n, fmt.Sprintf("Panchina %d", n), "")
		d.Day = d.Day.AddDate(0, 0, n)
		all = append(all, d)
	}
	all[0].Body = strings.Repeat("panchina ", 20)
	s.put(all...)
	p := s.ask("panchina")
	if p.Count != 2000 || !p.More {
		t.Errorf("%d matches, more: %v", p.Count, p.More)
	}
	for _, h := range p.Hits {
		if plain(h.Title) == "Panchina 0" {
			t.Error("the oldest of 2,050 was ranked")
		}
	}
	r := search.Request{Query: s.parse("panchina"), Order: search.Newest}
	n := 0
	for ; ; n++ {
		p := s.page(r)
		if r.After = p.Next; r.After == "" {
			if last := plain(p.Hits[len(p.Hits)-1].Title); last != "Panchina 0" {
				t.Errorf("the oldest is %q", last)
			}
			break
		}
	}
	if n != 102 {
		t.Errorf("%d full pages by day, want 102", n)
	}
}
