package draft_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
	"delfi/web/i18n"
	"delfi/web/webtest"
)

// desk is an administrator at the wizard's pages.
type desk struct {
	*testing.T
	h *webtest.House
	b *webtest.Browser
}

func (d desk) get(path string) webtest.Response {
	d.Helper()
	got := d.b.Get(d.T, path)
	if got.Status != 200 {
		d.Fatalf("%s: %d %s", path, got.Status, got.Text("main"))
	}
	return got
}

// shown is the form of a step as a browser would send it.
func (d desk) shown(path string) url.Values {
	d.Helper()
	return sends(d.get(path))
}

func sends(r webtest.Response) url.Values {
	out := url.Values{}
	r.Page.Find("#step").Find("input, textarea, select").Each(func(_ int, i *goquery.Selection) {
		name := i.AttrOr("name", "")
		_, checked := i.Attr("checked")
		switch i.AttrOr("type", goquery.NodeName(i)) {
		case "checkbox", "radio":
			if checked {
				out.Add(name, i.AttrOr("value", ""))
			}
		case "textarea":
			out.Add(name, strings.TrimPrefix(i.Text(), "\n"))
		case "select":
			out.Add(name, i.Find("option[selected]").AttrOr("value", ""))
		case "file":
		default:
			out.Add(name, i.AttrOr("value", ""))
		}
	})
	return out
}

// send sends a step's form with other values, and wants a status.
func (d desk) send(path string, status int, pairs ...string) webtest.Response {
	d.Helper()
	v := d.shown(path)
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return d.sent(path, status, v)
}

func (d desk) sent(path string, status int, v url.Values) webtest.Response {
	d.Helper()
	got := d.b.Post(d.T, path, v)
	if got.Status != status {
		d.Fatalf("%s: %d, not %d: %s", path, got.Status, status, got.Text("main"))
	}
	return got
}

// begin makes a draft of a variant.
func (d desk) begin(slug, variant string) string {
	d.Helper()
	d.sent("/desk/new", 303, url.Values{"title": {"Il ponte"}, "slug": {slug}, "language": {"it"}, "variant": {variant}})
	return "/desk/" + slug + "/draft/"
}

// TestWizard plays the demonstration once and lets every test walk in it.
func TestWizard(t *testing.T) {
	h := webtest.Open(t).Play(t)
	d := desk{t, h, h.Site(t).As(t, h.Person(t, "giulia"))}
	run := func(name string, f func(d desk)) {
		t.Run(name, func(t *testing.T) { f(desk{t, h, d.b}) })
	}
	run("every field of every variant stands on its step", everyField)
	run("what is missing leads into its field", leads)
	run("what is wrong comes back as it was typed", kept)
	run("rows", rows)
	run("another variant", another)
	run("somebody was faster", faster)
	run("a document is taken away, brought, and copied", documents)
	run("templates of the commitment", promised)
	run("templates of the administration", templates)
	run("ways to answer", ways)
	run("warnings", warned)
	run("languages", translated)
	run("more than a draft may have", bounded)
}

// bounded sends steps with more than a draft may have: each is refused with its words, and
// takes nothing away.
func bounded(d desk) {
	at := d.begin("troppi", "classical")
	d.send(at+"rounds", 303)
	before := d.shown(at + "rounds")
	for _, tc := range []struct{ step, field, typed, at, back string }{
		{"rounds", "rounds[1000].kind", "answer", "rounds", ""}, {"rounds", "rounds[999999].days", "14", "rounds", ""},
		{"panel", "panel.groups[1000].id", "gruppo", "panel-groups", ""}, {"items", "item_kinds[1000].kind", "scale", "item_kinds", ""},
		{"items", "given[5000].text", "Uno.", "given", ""},
		{"items", "paste", strings.Repeat("Uno.\n", 100) + strings.Repeat("a\n", 950), "paste", "Uno.\nUno.\n"},
		{"question", "languages", strings.Repeat("aa,bb,cc,dd,ee,ff,gg,hh,ii,jj,", 1000), "languages", ""},
		{"items", "item_kinds[0].low.it", strings.Repeat("b", 70_000), "item_kinds-0--low-it", strings.Repeat("b", 70_000)},
	} {
		got := d.send(at+tc.step, 422, tc.field, tc.typed)
		if got.Count("#errors a[href='#f-"+tc.at+"']") != 1 {
			d.Errorf("%s: %q", tc.field, got.Text("#errors"))
		}
		if back := sends(got).Get(tc.field); !strings.HasPrefix(back, tc.back) {
			d.Errorf("what was typed in %s came back as %.100q", tc.field, back)
		}
	}
	hidden := d.shown(at + "rounds")
	for range 2000 {
		hidden.Add("was:a"+strings.Repeat("[0]", 20), "x")
	}
	hidden.Set("was:"+strings.Repeat("b.", 20_000)+"c", "x")
	d.sent(at+"rounds", 303, hidden)
	if after := d.shown(at + "rounds"); after.Get("version") != before.Get("version") {
		d.Errorf("the draft was changed: %v", after)
	}
	d.send(at+"staff", 303, "office_nobody", "Sindaco", "office_00000000-0000-4000-8000-000000000000", "Sindaco")
	if f, err := d.h.Drafts.Form(d.Context(), d.h.Person(d.T, "giulia"), "troppi"); err != nil || len(f.Offices) > 0 {
		d.Errorf("offices of nobody: %v (%v)", f.Offices, err)
	}
}

// unworded is a key that has no words, or a sentence that lacks a figure.
var unworded = regexp.MustCompile(`draft\.[a-z]\S*|<no value>`)

func everyField(d desk) {
	p, _ := form.At("variant")
	for _, variant := range p.Options {
		at := d.begin("tutti-"+variant, variant)
		f, err := d.h.Drafts.Form(d.Context(), d.h.Person(d.T, "giulia"), "tutti-"+variant)
		if err != nil {
			d.Fatal(err)
		}
		for _, step := range form.Steps {
			for _, lang := range []string{"", "/en"} {
				page := d.get(lang + at + string(step))
				for _, path := range f.Fields(step) {
					id := "#f-" + strings.NewReplacer("[", "-", "]", "-", ".", "-").Replace(path)
					if page.Count(id) != 1 {
						d.Errorf("%s, %s: %d fields %s", variant, step, page.Count(id), id)
					}
				}
				if asks := step == form.StepItems || step == form.StepSummary; asks != (page.Count("fieldset.dlf-preview[disabled]") > 0) {
					d.Errorf("%s, %s: %d previews", variant, step, page.Count(".dlf-preview"))
				}
				if lost := unworded.FindString(page.Text("main")); lost != "" {
					d.Errorf("%s, %s: no words for %s", variant, step, lost)
				}
			}
			// What the page shows, sent as it is, changes nothing.
			before, _ := f.Version()
			if step != form.StepSummary && step != form.StepStaff {
				d.send(at+string(step), 303)
				now, err := d.h.Drafts.Form(d.Context(), d.h.Person(d.T, "giulia"), "tutti-"+variant)
				if err != nil {
					d.Fatal(err)
				}
				f = now
				if after, _ := now.Version(); step == form.StepVariant && after != before {
					d.Errorf("%s: its own variant, chosen again, changes the draft", variant)
				}
			}
		}
		if missing, err := d.h.Drafts.Missing(d.Context(), d.h.Person(d.T, "giulia"), "tutti-"+variant); err != nil || slices.ContainsFunc(missing, func(m form.Missing) bool {
			return m.Step != form.StepQuestion && m.Step != form.StepStaff && m.Field != "given"
		}) {
			d.Errorf("%s lacks %v (%v)", variant, missing, err)
		}
	}
}

// leads follows each link of what is missing: it lands in a field of its step.
func leads(d desk) {
	at := d.begin("mancano", "classical")
	d.send(at+"question", 303, "languages", "de")
	d.send(at+"panel", 303, "disclosure.small", "open")
	d.send(at+"rounds", 303, "consensus.rule", "median-iqr")
	d.send(at+"items", 303, "items.source", "given", "do", "add:given")
	d.send(at+"items", 303, "item_kinds[0].points", "5")
	pages := []string{"/desk/mancano"}
	for _, step := range form.Steps {
		pages = append(pages, at+string(step))
	}
	for _, page := range pages {
		n := 0
		d.get(page).Page.Find("main a[href*='#f-']").Each(func(_ int, a *goquery.Selection) {
			n++
			address, id, _ := strings.Cut(a.AttrOr("href", ""), "#")
			if target := d.get(address); target.Count("#"+id) != 1 {
				d.Errorf("%s: %q leads to %s#%s, where there are %d", page, a.Text(), address, id, target.Count("#"+id))
			} else if target.Page.Find("#"+id).ParentsFiltered("details:not([open])").Length() > 0 {
				d.Errorf("%s: %q leads to %s#%s, which is folded", page, a.Text(), address, id)
			}
		})
		if n < 12 {
			d.Errorf("%s has %d links only: %s", page, n, d.get(page).Text("main"))
		}
	}
	// Nothing that is missing is done: neither its step nor the summary.
	for _, page := range pages[1:] {
		shown := d.get(page)
		for n, step := range form.Steps {
			line := shown.Page.Find(".dlf-steps li").Eq(n)
			lacks := step == form.StepSummary || shown.Page.Find(".dlf-lacking a[href*='/draft/"+string(step)+"#']").Length() > 0
			if here := page == at+string(step); !here && line.HasClass("done") == lacks {
				d.Errorf("%s: %s is called %s", page, step, line.Text())
			}
		}
	}
	got := d.b.Post(d.T, "/desk/mancano/announce", url.Values{"version": {d.get("/desk/mancano/announce").Page.Find("main form input[name=version]").AttrOr("value", "")}})
	if got.Status != 422 || got.Count("#errors a[href*='/draft/question#f-commitment_quotation']") != 1 {
		d.Errorf("announced: %d %s", got.Status, got.Text("#errors"))
	}
}

func kept(d desk) {
	at := d.begin("sbagli", "estimate")
	for _, tc := range []struct{ step, field, typed string }{
		{"question", "slug", "Non va!"}, {"question", "reply.n", "molti"}, {"question", "commitment_decide_by", "31 luglio"}, {"question", "title", "  "},
		{"panel", "panel.groups[0].id", "Non Va"}, {"panel", "disclosure.min_n", "2"}, {"panel", "panel.groups[0].name.it", "\u200b"},
		{"items", "item_kinds[0].min", "poco"}, {"items", "item_kinds[0].grid", "7"}, {"items", "items.max", "5000"},
		{"rounds", "rounds[1].days", "700"}, {"rounds", "rounds[0].min_days", "60"}, {"rounds", "consensus.relative_iqr", "tanto"}, {"rounds", "gates.judged_min", "120"},
		{"feedback", "publication.within_days", "0"}, {"staff", "starts_on", "domani"},
	} {
		form := d.shown(at + tc.step)
		form.Set(tc.field, tc.typed)
		got := d.sent(at+tc.step, 422, form)
		id := "#f-" + strings.NewReplacer("[", "-", "]", "-", ".", "-").Replace(tc.field)
		if got.Count("#errors a[href='"+id+"']") != 1 || got.Page.Find(id).AttrOr("value", "") != tc.typed || got.Page.Find(id).AttrOr("aria-invalid", "") != "true" {
			d.Errorf("%s = %q: %q, and the field has %q", tc.field, tc.typed, got.Text("#errors"), got.Page.Find(id).AttrOr("value", ""))
		}
		if words := got.Text("#errors"); strings.Contains(words, "must be") || strings.Contains(words, " is ") {
			d.Errorf("%s: in English: %s", tc.field, words)
		}
		back := sends(got)
		for name, values := range form {
			if !slices.Equal(back[name], values) && name != "version" {
				d.Errorf("%s: of %s %q came back as %q", tc.step, name, values, back[name])
			}
		}
	}
	if f, err := d.h.Drafts.Form(d.Context(), d.h.Person(d.T, "giulia"), "sbagli"); err != nil || f.Title != "Il ponte" || f.Value("rounds[1].days") != "14" {
		d.Errorf("it was stored all the same: %s %s (%v)", f.Title, f.Value("rounds[1].days"), err)
	}
}

// rows are added, filled, moved and taken away by buttons that save, and the page goes on in them.
func rows(d desk) {
	at := d.begin("righe", "classical")
	got := d.send(at+"panel", 303, "do", "add:panel.groups")
	if !strings.HasSuffix(got.Location, "/draft/panel#f-panel-groups-1--id") {
		d.Errorf("goes on at %s", got.Location)
	}
	d.send(at+"panel", 303, "panel.groups[1].name.it", "Architetti", "panel.groups[1].id", "architetti")
	d.send(at+"panel", 303, "do", "remove:panel.groups[0]")
	if page := d.get(at + "panel"); page.Count(".dlf-entry") != 1 || page.Page.Find("#f-panel-groups-0--name-it").AttrOr("value", "") != "Architetti" {
		d.Errorf("the groups are %s", page.Text(".dlf-entry"))
	}
	d.send(at+"items", 303, "items.source", "both", "paste", "Uno.\nDue.\n\nTre.")
	got = d.send(at+"items", 303, "do", "up:given[2]")
	page := d.get(at + "items")
	if text := page.Page.Find("#f-given-1--text").AttrOr("value", ""); text != "Tre." || !strings.HasSuffix(got.Location, "#f-given-1--text") {
		d.Errorf("the second is %q; goes on at %s", text, got.Location)
	}
	// A kind that becomes another is asked in its own fields, and what they hold is kept.
	d.send(at+"items", 303, "item_kinds[0].kind", "estimate", "do", "form:item_kinds[0]")
	d.send(at+"items", 303, "item_kinds[0].unit", "euro", "item_kinds[0].max", "40")
	d.send(at+"items", 303, "item_kinds[0].kind", "date", "do", "form:item_kinds[0]")
	d.send(at+"items", 303, "item_kinds[0].min", "2030", "item_kinds[0].max", "2040")
	if page := d.get(at + "items"); page.Page.Find("#f-item_kinds-0--max").AttrOr("value", "") != "2040" || page.Count("#f-item_kinds-0--points") != 0 {
		d.Errorf("the kind is %s", page.Text(".dlf-entry"))
	}
	// A row that is added beside a fault comes back with it, and nothing is lost.
	bad := d.send(at+"rounds", 422, "rounds[0].days", "x", "do", "add:rounds")
	if bad.Count(".dlf-entry") != 4 || bad.Page.Find("#f-rounds-0--days").AttrOr("value", "") != "x" {
		d.Errorf("%d rounds came back", bad.Count(".dlf-entry"))
	}
	again := sends(bad)
	again.Set("rounds[0].days", "10")
	again.Set("rounds[3].days", "9")
	d.sent(at+"rounds", 303, again)
	if page := d.get(at + "rounds"); page.Page.Find("#f-rounds-3--days").AttrOr("value", "") != "9" {
		d.Errorf("the fourth round lasts %q days", page.Page.Find("#f-rounds-3--days").AttrOr("value", ""))
	}
}

func another(d desk) {
	at := d.begin("cambio", "classical")
	d.send(at+"rounds", 303, "rounds[1].days", "20")
	got := d.send(at+"variant", 422, "variant", "ranking")
	if text := got.Text("main"); !strings.Contains(text, "Cambiando metodo si perde:") || !strings.Contains(got.Text(".dlf-changed li"), "i giri") || got.Count("input[name=variant][value=ranking][checked]") != 1 {
		d.Errorf("it does not say what is lost: %s", text)
	}
	if page := d.get(at + "variant"); page.Count("input[name=variant][value=classical][checked]") != 1 {
		d.Error("it was changed unasked")
	}
	d.send(at+"variant", 303, "variant", "ranking", "lose", "ranking")
	if page := d.get(at + "rounds"); page.Count(".dlf-entry") != 5 || page.Count("#f-consensus-w") != 1 {
		d.Errorf("its rounds are %s", page.Text("main"))
	}
}

func faster(d desk) {
	at := d.begin("fretta", "classical")
	tab := d.shown(at + "rounds")
	d.send(at+"rounds", 303, "rounds[0].days", "10")
	tab.Set("rounds[0].days", "12")
	got := d.sent(at+"rounds", 409, tab)
	if text := got.Text("#stale"); !strings.Contains(text, "10") || !strings.Contains(text, "12") || !strings.Contains(text, "Giro 1, Giorni") {
		d.Errorf("it says %q", text)
	}
	d.sent(at+"rounds", 303, sends(got))
	if page := d.get(at + "rounds"); page.Page.Find("#f-rounds-0--days").AttrOr("value", "") != "12" {
		d.Error("sent again it is not stored")
	}
}

func documents(d desk) {
	at := d.begin("carte", "estimate")
	d.send(at+"staff", 303, "starts_on", "2031-01-08")
	got := d.get("/desk/carte/protocol.json")
	p, err := protocol.Parse([]byte(got.Body))
	if err != nil || string(p.Canonical()) != got.Body || p.Variant != protocol.VariantEstimate {
		d.Fatalf("%v: %s", err, got.Body)
	}
	if bad := d.sent(at+"summary", 422, url.Values{"version": d.shown(at + "summary")["version"], "document": {strings.Replace(got.Body, `"days":14`, `"days":900`, 1)}}); !strings.Contains(bad.Text("#f-document-error"), "rounds[0].days") || !strings.Contains(bad.Page.Find("#f-document").Text(), `"days":900`) {
		d.Errorf("%s", bad.Text("#errors"))
	}
	other := d.begin("altre-carte", "ranking")
	d.sent(other+"summary", 303, url.Values{"version": d.shown(other + "summary")["version"], "document": {got.Body}})
	d.send(other+"staff", 303, "starts_on", "2031-01-08")
	if now := d.get("/desk/altre-carte/protocol.json"); now.Body != got.Body {
		d.Errorf("brought to another draft it is %s", now.Body)
	}
	d.sent("/desk/new", 303, url.Values{"title": {"Portato"}, "slug": {"portato"}, "language": {"it"}, "document": {got.Body}})
	if page := d.get("/desk/portato/draft/variant"); page.Count("input[name=variant][value=estimate][checked]") != 1 {
		d.Error("a draft from a document has another variant")
	}
	if bad := d.sent("/desk/new", 422, url.Values{"title": {"Rotto"}, "slug": {"rotto"}, "language": {"it"}, "document": {"{"}}); bad.Count("#errors a[href='#f-document']") != 1 {
		d.Errorf("a broken document: %s", bad.Text("#errors"))
	}
	// A published consultation of the administration becomes a draft with its rules.
	d.sent("/desk/"+webtest.Published+"/duplicate", 303, nil)
	copied, err := d.h.Drafts.Form(d.Context(), d.h.Person(d.T, "giulia"), webtest.Published+"-2")
	if err != nil || copied.Value("consensus.share.permille") != "75" || copied.StartsOn != "" || !strings.HasSuffix(copied.Title, "(copia)") {
		d.Errorf("the copy is %+v (%v)", copied, err)
	}
}

func promised(d desk) {
	at := d.begin("promessa", "classical")
	d.send(at+"question", 303, "reply.template", "dibattito-pubblico", "commitment_act", "Il mio atto", "do", "template")
	page := d.get(at + "question")
	if !strings.Contains(page.Page.Find("#f-commitment_quotation").Text(), "dossier conclusivo") || page.Page.Find("#f-commitment_act").AttrOr("value", "") != "Il mio atto" ||
		page.Page.Find("#f-reply-n").AttrOr("value", "") != "2" || page.Count("input[name='reply.unit'][value=month][checked]") != 1 {
		d.Errorf("%s", page.Text("main"))
	}
}

// ways: both ways to answer are offered, each with its limits beside it.
func ways(d desk) {
	got := d.get(d.begin("modi", "classical") + "panel")
	for mode, limit := range map[string]string{"sealed-key": "potrebbe collegare una persona", "held-code": "Chi perde il codice non può più rispondere"} {
		choice := got.Page.Find("input[name='anonymity.mode'][value=" + mode + "]")
		if choice.Length() != 1 || !strings.Contains(choice.Parent().Text(), limit) {
			d.Errorf("%s: %q", mode, choice.Parent().Text())
		}
	}
	if got.Count("input[name='anonymity.mode'][checked]") != 1 {
		d.Error("not one way is chosen at first")
	}
}

// warned: what to think about stands beside the statement and on the summary, and keeps nothing
// from being stored.
func warned(d desk) {
	at := d.begin("avvisi", "classical")
	d.send(at+"items", 303, "items.source", "both", "paste", "Non si tagliano alberi e si chiudono le strade.")
	d.send(at+"question", 303, "commitment_decide_by", "2031-02-01")
	d.send(at+"staff", 303, "starts_on", "2031-01-08")
	if text := d.get(at + "items").Text(".dlf-warned"); !strings.Contains(text, "due idee") || !strings.Contains(text, "nega") {
		d.Errorf("the statement's warnings are %q", text)
	}
	page := d.get(at + "summary")
	if text := page.Text("main"); !strings.Contains(text, "si decide prima della risposta") || !strings.Contains(text, "chiunque può entrare") || !strings.Contains(text, "due idee") {
		d.Errorf("the summary's warnings: %s", text)
	}
}

// Every field, option and fault has its words.
func TestWords(t *testing.T) {
	key := func(path string) string { return strings.NewReplacer("[].", "_", "[]", "", ".", "_").Replace(path) }
	for _, p := range form.Places {
		if !i18n.Known("draft.field." + key(p.Path)) {
			t.Errorf("no words for the field %s", p.Path)
		}
		for _, o := range p.Options {
			if words := "draft.option." + key(p.Path) + "." + o; p.Path != "variant" && !i18n.Known(words) {
				t.Errorf("no words for %s", words)
			}
		}
	}
	for _, code := range form.Codes() {
		if !i18n.Known("field." + code) {
			t.Errorf("no words for the fault %s", code)
		}
	}
}

// templates: a draft is kept, another begins with it, and it is removed after a page that says
// what remains.
func templates(d desk) {
	const list = "/administrations/riva/templates"
	if page := d.get(list); page.Count("main li h2") != 0 {
		d.Fatalf("templates before any is kept: %s", page.Text("main"))
	}
	at := d.begin("matrice", "policy")
	d.send(at+"question", 303, "question", "Quale ponte?", "commitment_decider", "La Giunta")
	d.get(at + "summary")
	const keep = "/desk/matrice/template"
	if got := d.get(keep); got.Page.Find("#f-template_name").AttrOr("value", "") != "Il ponte" {
		d.Errorf("the name is not proposed: %s", got.Text("main"))
	}
	for _, name := range []string{"", "\u200b", strings.Repeat("a", 121), "due\nrighe"} {
		if got := d.sent(keep, 422, url.Values{"template_name": {name}}); got.Count("#errors a[href='#f-template_name']") != 1 {
			d.Errorf("%q: %s", name, got.Text("main"))
		}
	}
	for range 2 { // the button is pressed twice
		if got := d.sent(keep, 303, url.Values{"template_name": {"Ponti, due giri"}}); got.Location != list {
			d.Errorf("kept: %s", got.Location)
		}
	}
	d.send(at+"question", 303, "question", "Quali ponti?")
	if got := d.sent(keep, 422, url.Values{"template_name": {"Ponti, due giri"}}); got.Count("#errors a") != 1 {
		d.Errorf("another draft under the same name: %s", got.Text("main"))
	}
	page := d.get(list)
	if page.Count("main li h2") != 1 || page.Text("main li h2") != "Ponti, due giri" {
		d.Fatalf("listed: %s", page.Text("main"))
	}
	first := page.Page.Find("main a[href^='/desk/new?template=']").AttrOr("href", "")
	_, id, _ := strings.Cut(first, "=")
	if got := d.get(first); got.Count("input[name=template][checked][value='"+id+"']") != 1 {
		d.Errorf("%s does not choose it: %s", first, got.Text("main"))
	}
	begun := url.Values{"title": {"Il ponte nuovo"}, "slug": {"nato"}, "language": {"it"}, "variant": {"classical"}, "template": {id}}
	d.sent("/desk/new", 303, begun)
	f, err := d.h.Drafts.Form(d.Context(), d.h.Person(d.T, "giulia"), "nato")
	if err != nil {
		d.Fatal(err)
	}
	if f.Title != "Il ponte nuovo" || f.Question != "Quale ponte?" || f.CommitmentDecider != "La Giunta" || f.Value("variant") != "policy" || len(f.Moderators) > 0 {
		d.Errorf("it begins with %+v", f)
	}
	begun.Set("slug", "nato-2")
	begun.Set("template", "6f1d9a52-0d1d-4f0e-9a62-3f1f7e6f9b01")
	if got := d.sent("/desk/new", 422, begun); got.Count("#errors a[href='#f-template']") != 1 {
		d.Errorf("an unknown template: %s", got.Text("main"))
	}
	remove := list + "/" + id + "/remove"
	if got := d.get(remove); got.Count("main form[method=post] button") != 1 || !strings.Contains(got.Text("main"), "restano come sono") {
		d.Errorf("before removing: %s", got.Text("main"))
	}
	d.get(list) // nothing is removed by reading
	for range 2 {
		d.sent(remove, 303, url.Values{})
	}
	if page := d.get(list); page.Count("main li h2") != 0 || d.b.Get(d.T, remove).Status != 404 {
		d.Errorf("after removing: %s", page.Text("main"))
	}
	d.get("/desk/nato/draft/question") // what began with it stays
	if got := d.b.Get(d.T, "/administrations/borgo/templates"); got.Status != 404 {
		d.Errorf("another administration's: %d", got.Status)
	}
}

// translated asks for each text in each further language beside it, names which are missing,
// and lets no announcement pass without them.
func translated(d desk) {
	at := d.begin("lingue", "classical")
	v := d.shown(at + "question")
	v["languages"] = []string{"", "de", "sl"}
	v.Set("question", "Che cosa serve?")
	v.Set("commitment_decider", "La Giunta")
	d.sent(at+"question", 303, v)
	d.send(at+"items", 303, "items.source", "both", "do", "add:given")
	d.send(at+"items", 303, "given[0].text", "Il ponte è da rifare.")
	d.send(at+"panel", 303, "panel.groups[0].access", "roll")
	d.send(at+"panel", 303, "panel.groups[0].rule", "Iscritti all’albo")
	lacks := map[string][]string{
		"question": {"title_in.de", "title_in.sl", "question_in.de", "question_in.sl", "commitment_decider_in.de", "commitment_decider_in.sl"},
		"panel":    {"panel.groups[0].rule_in.de", "panel.groups[0].rule_in.sl", "panel.groups[0].name.de", "panel.groups[0].name.sl"},
		"items":    {"given[0].text_in.de", "given[0].text_in.sl"},
	}
	id := strings.NewReplacer("[", "-", "]", "-", ".", "-")
	version := func() string {
		return d.get("/desk/lingue/announce").Page.Find("main form input[name=version]").AttrOr("value", "")
	}
	refused := d.b.Post(d.T, "/desk/lingue/announce", url.Values{"version": {version()}})
	summary := d.get(at + "summary")
	if words := refused.Text("#errors"); !strings.Contains(words, "Nome del gruppo, in tedesco") {
		d.Errorf("the language is not named: %s", words)
	}
	for step, fields := range lacks {
		page := d.get("/en" + at + step)
		for _, field := range fields {
			link, lang := "a[href$='/draft/"+step+"#f-"+id.Replace(field)+"']", field[strings.LastIndexByte(field, '.')+1:]
			if refused.Status != 422 || refused.Count("#errors "+link) != 1 || summary.Count("main "+link) == 0 {
				d.Errorf("%s: the announcement (%d) and the summary do not lead to it", field, refused.Status)
			}
			if input := page.Page.Find("#f-" + id.Replace(field)); input.Length() != 1 || input.AttrOr("lang", "") != lang {
				d.Errorf("%s: %d fields in %q", field, input.Length(), input.AttrOr("lang", ""))
			}
		}
	}
	for step, fields := range lacks {
		v := d.shown(at + step)
		for _, field := range fields {
			v.Set(field, "Wörter "+field)
		}
		d.sent(at+step, 303, v)
		if back := d.shown(at + step); !slices.Equal(back[fields[0]], []string{"Wörter " + fields[0]}) {
			d.Errorf("%s came back as %q", fields[0], back[fields[0]])
		}
	}
	if got := d.b.Post(d.T, "/desk/lingue/announce", url.Values{"version": {version()}}); got.Status != 422 || got.Count("#errors a[href*='_in-']")+got.Count("#errors a[href*='-name-de']") != 0 {
		d.Errorf("what is translated is missing still: %d %s", got.Status, got.Text("#errors"))
	}
	// A language is taken away with its words.
	v = d.shown(at + "question")
	v["languages"] = []string{"", "sl"}
	d.sent(at+"question", 303, v)
	f, err := d.h.Drafts.Form(d.Context(), d.h.Person(d.T, "giulia"), "lingue")
	if err != nil || f.Value("title_in.sl") != "Wörter title_in.sl" || f.Translations["de"] != nil || f.Items[0].In["de"] != "" || !slices.Equal(f.Plan().Further(), []string{"sl"}) {
		d.Errorf("%+v (%v)", f, err)
	}
}
