package rehearsal_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/account"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
	"delfi/internal/rehearsal"
	"delfi/web/webtest"
)

// house is a house with a draft of each variant, of which nothing but the proposal is written.
type house struct {
	*webtest.House
	site *webtest.Site
}

func open(t *testing.T) house {
	t.Helper()
	h := webtest.Open(t)
	town := h.Found(t)
	place, _ := form.At("variant")
	for _, variant := range place.Options {
		f := draft.Form{Slug: "prova-" + variant, Title: "La prova", Language: "it", Question: "Quale piazza?"}.Begin(protocol.Variant(variant))
		if _, err := h.Drafts.Create(t.Context(), h.Person(t, "giulia"), town, f); err != nil {
			t.Fatal(err)
		}
	}
	return house{h, h.Site(t)}
}

// rows gives the digest of every row of every table: no page of a rehearsal writes any.
func (h house) rows(t *testing.T) map[string]string {
	t.Helper()
	var tables []string
	err := h.DB.Pool().Select(&tables, `
		SELECT format('%I.%I', schemaname, tablename)
		FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, table := range tables {
		var rows []string
		if err := h.DB.Pool().Select(&rows, `SELECT t::text || xmin::text FROM `+table+` AS t`); err != nil {
			t.Fatal(err)
		}
		slices.Sort(rows)
		out[table] = fmt.Sprintf("%d rows, %x", len(rows), sha256.Sum256([]byte(strings.Join(rows, "\n"))))
	}
	return out
}

// unworded is a key that has no words, or a sentence that lacks a figure.
var unworded = regexp.MustCompile(`(rehearsal|staff|consultation)\.[a-z]\S*|<no value>`)

// TestEachVariantIsRehearsedToItsEnd walks every page of a rehearsal of each variant in each
// manner, in both languages: each is marked, takes no form and leads nowhere that is not; each
// rehearsal comes to its opinion, and no row of any table is another afterwards.
func TestEachVariantIsRehearsedToItsEnd(t *testing.T) {
	h := open(t)
	giulia := h.site.As(t, h.Person(t, "giulia"))
	giulia.Get(t, "/desk") // the session is there
	before := h.rows(t)
	if len(before) < 40 {
		t.Fatalf("%d tables are compared", len(before))
	}
	place, _ := form.At("variant")
	for _, variant := range place.Options {
		for n, manner := range rehearsal.Manners {
			t.Run(variant+" "+string(manner), func(t *testing.T) {
				desk := "/desk/prova-" + variant + "/rehearsal"
				got := giulia.Get(t, desk+"?manner="+string(manner)+"&people_0=20&seed=7")
				if want := desk + "/" + string(manner) + "-7-20"; got.Status != 303 || got.Location != want {
					t.Fatalf("begun: %d %q, wants %q: %s", got.Status, got.Location, want, got.Text("main"))
				}
				prefix := []string{"", "/en", ""}[n]
				seen := walk(t, giulia, prefix+got.Location)
				kinds := map[string]int{}
				for _, path := range seen {
					kinds[path[strings.LastIndex(path, "/")+1:]]++
				}
				if kinds["opinion"] != 1 || kinds["form"] < 1 || kinds["criteria"] < 1 {
					t.Errorf("it has %v", seen)
				}
				if manner != rehearsal.Agree {
					return
				}
				twice := giulia.Get(t, got.Location+"/opinion")
				if again := giulia.Get(t, got.Location+"/opinion"); again.Text("main") != twice.Text("main") {
					t.Error("the same play gives another opinion")
				}
				if other := giulia.Get(t, desk+"/"+string(manner)+"-8-20/opinion"); other.Status != 200 {
					t.Errorf("another play: %d %s", other.Status, other.Text("main"))
				}
			})
		}
	}
	after := h.rows(t)
	for _, table := range slices.Sorted(maps.Keys(before)) {
		if after[table] != before[table] {
			t.Errorf("%s was written: %s, before %s", table, after[table], before[table])
		}
	}
}

// walk reads a page of a rehearsal and all that lie beneath it, and gives their addresses.
func walk(t *testing.T, b *webtest.Browser, first string) []string {
	t.Helper()
	seen, waiting := map[string]bool{}, []string{first}
	for len(waiting) > 0 {
		path := waiting[0]
		waiting = waiting[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		got := b.Get(t, path)
		if got.Status != 200 {
			t.Errorf("%s: %d %s", path, got.Status, got.Text("main"))
			continue
		}
		if mark := got.Page.Find("main.dlf-trial").AttrOr("data-mark", ""); mark != "PROVA" && mark != "REHEARSAL" || got.Count(".dlf-trial-bar[role=note]") != 1 {
			t.Errorf("%s is not marked: %q", path, mark)
		}
		if got.Count("main form") > 0 || got.Count("main :is(input,textarea,button,select):not(fieldset[disabled] *)") > 0 {
			t.Errorf("%s takes a form", path)
		}
		if lost := unworded.FindString(got.Text("main")); lost != "" {
			t.Errorf("%s has no words for %s", path, lost)
		}
		got.Page.Find("main a[href]").Each(func(_ int, a *goquery.Selection) {
			to, _, _ := strings.Cut(a.AttrOr("href", ""), "#")
			switch {
			case to == "" || seen[to]:
			case strings.HasPrefix(to, first):
				waiting = append(waiting, to)
			default:
				if got := b.Get(t, to); got.Status != 200 {
					t.Errorf("%s leads to %s: %d", path, to, got.Status)
				}
			}
		})
	}
	return slices.Sorted(maps.Keys(seen))
}

// TestThePlayIsChosen: what is wrong comes back in its field, an address that is none of the draft
// is not found, and neither is a round that was not held.
func TestThePlayIsChosen(t *testing.T) {
	h := open(t)
	giulia := h.site.As(t, h.Person(t, "giulia"))
	desk := "/desk/prova-classical/rehearsal"
	got := giulia.Get(t, desk)
	if got.Status != 200 || got.Count("main form[method=get]") != 1 || got.Count("main input[name=manner]") != 3 || got.Count("#f-people_0[value='24']") != 1 {
		t.Fatalf("%d %s", got.Status, got.Text("main"))
	}
	got = giulia.Get(t, desk+"?manner=&people_0=4&seed=mille")
	if got.Status != 422 || got.Count("#errors a") != 3 || got.Count("#f-people_0[value='4'][aria-invalid=true]") != 1 || got.Count("#f-seed[value='mille']") != 1 {
		t.Errorf("%d %s", got.Status, got.Text("main"))
	}
	for _, path := range []string{"/agree-1-4", "/agree-1-201", "/agree-01-20", "/agree-0-20", "/shout-1-20", "/agree-1-20.20", "/agree-1", "/agree-1-20/rounds/0", "/agree-1-20/rounds/99/form", "/agree-1-20/rounds/01", "/agree-1-20/rounds/1/criteria"} {
		if got := giulia.Get(t, desk+path); got.Status != 404 {
			t.Errorf("%s: %d %s", path, got.Status, got.Text("main h1"))
		}
	}
	if got := giulia.Get(t, "/desk/prova-real-time/rehearsal/agree-1-20/rounds/2"); got.Status != 404 {
		t.Errorf("a round that is not planned: %d", got.Status)
	}
}

// TestManyReasonsHavePages: the form of a round leads to all reasons of the round before, and the
// opinion's have their page too.
func TestManyReasonsHavePages(t *testing.T) {
	h := open(t)
	giulia := h.site.As(t, h.Person(t, "giulia"))
	// Whether any side of a statement has more reasons than a form shows is chance.
	first, led := "", ""
	for seed := 1; led == "" && seed < 50; seed++ {
		first = fmt.Sprintf("/desk/prova-classical/rehearsal/agree-%d-200", seed)
		led = giulia.Get(t, first+"/rounds/3/form").Page.Find("main a[href*='/rounds/2/reasons/']").First().AttrOr("href", "")
	}
	if led == "" {
		t.Fatal("the form leads to no reasons")
	}
	for _, to := range []string{led, first + "/opinion/reasons/1/1"} {
		got := giulia.Get(t, to)
		if got.Status != 200 || got.Count("main.dlf-trial") != 1 || !strings.Contains(got.Text("main"), "Ragione inventata") {
			t.Errorf("%s: %d %s", to, got.Status, got.Text("main"))
		}
		if back := got.Page.Find(".dlf-back a").AttrOr("href", ""); giulia.Get(t, strings.Split(back, "#")[0]).Status != 200 {
			t.Errorf("%s leads back to %q", to, back)
		}
		if got := giulia.Get(t, strings.TrimSuffix(to, "1")+"99"); got.Status != 404 {
			t.Errorf("%s, page 99: %d", to, got.Status)
		}
	}
}

// TestADraftThatDoesNotHoldIsNotRehearsed: its page says so, and an announced consultation has none.
func TestADraftThatDoesNotHoldIsNotRehearsed(t *testing.T) {
	h := open(t)
	giulia := h.site.As(t, h.Person(t, "giulia"))
	f, err := h.Drafts.Form(t.Context(), h.Person(t, "giulia"), "prova-policy")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Drafts.Edit(t.Context(), h.Person(t, "giulia"), "prova-policy", form.StepRounds, f.Type("consensus.rule", []string{"cns"}), ""); err != nil {
		t.Fatal(err)
	}
	if got := giulia.Get(t, "/desk/prova-policy/rehearsal?manner=agree&people_0=20&seed=1"); got.Status != 200 || got.Count("main form") != 0 || got.Count("main a[href='/desk/prova-policy']") == 0 {
		t.Errorf("%d %s", got.Status, got.Text("main"))
	}
	if got := giulia.Get(t, "/desk/prova-policy/rehearsal/agree-1-20"); got.Status != 409 {
		t.Errorf("%d %s", got.Status, got.Text("main"))
	}
	c := h.Consultation(t).Announced()
	for _, path := range []string{"", "/agree-1-20"} {
		if got := giulia.Get(t, "/desk/"+c.Slug+"/rehearsal"+path); got.Status != 409 {
			t.Errorf("announced, %q: %d %s", path, got.Status, got.Text("main"))
		}
	}
}

func TestGuards(t *testing.T) {
	h := open(t)
	denied := map[string]webtest.Denial{
		"no staff":               {Who: h.Person(t, "anna"), Status: 404},
		"staff of another draft": {Who: h.Person(t, "paolo"), Status: 403},
		"another administration": {Who: h.Person(t, "elena"), Status: 404},
	}
	var routes []webtest.Route
	for _, path := range []string{"", "/agree-1-20", "/agree-1-20/rounds/2", "/agree-1-20/rounds/2/form", "/agree-1-20/rounds/2/criteria", "/agree-1-20/rounds/2/reasons/1/1", "/agree-1-20/opinion", "/agree-1-20/opinion/reasons/1/1"} {
		routes = append(routes, webtest.Route{Method: "GET", Path: "/desk/prova-classical/rehearsal" + path, Denied: denied})
	}
	h.Guards(t, []string{"/desk/{slug}/rehearsal"}, h.Person(t, "anna"), routes)
	c := h.Consultation(t).Draft()
	for _, who := range []account.Actor{h.Person(t, "paolo"), h.Person(t, "marta")} { // who will steer it
		if got := h.site.As(t, who).Get(t, "/desk/"+c.Slug+"/rehearsal/agree-1-20"); got.Status != 200 {
			t.Errorf("staff of the draft: %d", got.Status)
		}
	}
}
