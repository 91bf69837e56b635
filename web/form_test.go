package web_test

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	steps "delfi/internal/consultation/draft/form"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/consultation"
	"delfi/internal/moderation"
	"delfi/web/webtest"
)

// walk is somebody on the site's pages.
type walk struct {
	*testing.T
	h    *webtest.House
	site *webtest.Site
}

func (w walk) as(subject string) *webtest.Browser { return w.site.As(w.T, w.h.Person(w.T, subject)) }

func (w walk) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// sent is a form as a browser sends it, by its first button.
type sent struct {
	action string
	values url.Values
	texts  []string // names of its fields of free text
}

// forms gives the forms of a page that send something.
func forms(path string, r webtest.Response) []sent {
	var all []sent
	r.Page.Find("main form").Each(func(_ int, f *goquery.Selection) {
		if f.AttrOr("method", "") != "post" {
			return
		}
		s := sent{action: f.AttrOr("action", path), values: url.Values{}}
		f.Find("input, textarea, select").Each(func(_ int, i *goquery.Selection) {
			name, kind := i.AttrOr("name", ""), i.AttrOr("type", goquery.NodeName(i))
			_, checked := i.Attr("checked")
			switch kind {
			case "checkbox", "radio":
				if checked {
					s.values.Add(name, i.AttrOr("value", "on"))
				}
			case "textarea":
				s.values.Set(name, strings.TrimPrefix(i.Text(), "\n"))
			case "select":
				s.values.Set(name, i.Find("option[selected]").AttrOr("value", ""))
			default:
				s.values.Add(name, i.AttrOr("value", ""))
			}
			if kind == "textarea" || kind == "text" || kind == "email" {
				s.texts = append(s.texts, name)
			}
		})
		if b := f.Find("button[name]").First(); b.Length() > 0 {
			s.values.Set(b.AttrOr("name", ""), b.AttrOr("value", ""))
		}
		all = append(all, s)
	})
	return all
}

// with gives the form's values with others in their place.
func (s sent) with(pairs ...string) url.Values {
	v := maps.Clone(s.values)
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// form gives the form of a page that is sent to an address.
func (w walk) form(b *webtest.Browser, path, action string) sent {
	w.Helper()
	for _, f := range forms(path, b.Get(w.T, path)) {
		if f.action == action {
			return f
		}
	}
	w.Fatalf("%s has no form for %s", path, action)
	return sent{}
}

// unseen are texts that say nothing to the eye, in each field of free text.
var unseen = []string{"\u200b", "\u2060", "\u00ad", "\u3164", "\u2800", "\ufe0f", "\u202e", "\U000e0041", "\u200b \u200b", "---", "<!-- -->"}

// unseenMarkdown are those that only show nothing once they are rendered.
var unseenMarkdown = []string{"[](http://example.org)", "![](http://example.org/x.png)", "***\n\n---", "# \u200b", "> "}

// ids are random parts of addresses and names.
var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// refused tries each specimen in each field of free text of a page, and gives the fields:
// every one answers with its own words, beside the field, which the summary leads to.
func (w walk) refused(b *webtest.Browser, path string) []string {
	w.Helper()
	var tried []string
	for _, f := range forms(path, b.Get(w.T, path)) {
		if f.values.Get("act") == "update" { // the editor's first button, which stores nothing
			f.values.Set("act", "confirm")
		}
		for _, name := range f.texts {
			tried = append(tried, ids.ReplaceAllString(f.action+" "+name, "…"))
			specimens := unseen
			if slices.Contains([]string{"body", "background", "summary", "limitations", "minority"}, name) {
				specimens = slices.Concat(unseen, unseenMarkdown)
			}
			if strings.ContainsAny(name, ".[") { // of a protocol document, whose fields are read by one function
				specimens = []string{unseen[0], "---"}
			}
			for _, text := range specimens {
				got := b.Post(w.T, f.action, f.with("days", "1", "role", "moderator", "consultation", "*", name, text))
				if got.Status != 422 {
					w.Errorf("%s: %s says %q: %d", f.action, name, text, got.Status)
					break
				}
				w.marked(got, f.action, name)
			}
		}
	}
	return tried
}

// marked checks a form that came back: each link of the summary leads to a field that
// says what is wrong with it, and one of them is the field of that name.
func (w walk) marked(r webtest.Response, action, name string) {
	w.Helper()
	found := false
	r.Page.Find("#errors a").Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		if !strings.HasPrefix(href, "#") {
			w.Errorf("%s: the summary leads away: %s", action, href)
			return
		}
		field := r.Page.Find(href)
		if field.Length() != 1 || field.AttrOr("aria-invalid", "") != "true" {
			w.Errorf("%s: %s leads to %d fields, invalid %q", action, href, field.Length(), field.AttrOr("aria-invalid", ""))
			return
		}
		text := ""
		for _, id := range strings.Fields(field.AttrOr("aria-describedby", "")) {
			if strings.HasSuffix(id, "-error") {
				text = strings.TrimSpace(r.Page.Find("#" + id).Text())
			}
		}
		if text == "" || !strings.Contains(a.Text(), text) {
			w.Errorf("%s: the field %s does not say %q", action, href, a.Text())
		}
		if named := strings.Fields(strings.TrimSuffix(strings.TrimSpace(a.Text()), text)); len(named) == 0 || !strings.HasSuffix(named[len(named)-1], ":") {
			w.Errorf("%s: the summary says %q of the field %s, and does not name it", action, a.Text(), href)
		}
		found = found || field.AttrOr("name", field.AttrOr("id", "")) == name
	})
	if !found {
		w.Errorf("%s: no link leads to %s: %q", action, name, r.Text("#errors"))
	}
}

// TestFreeText tries texts that show nothing in every field of every form.
func TestFreeText(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t).Play(t)
	w := walk{t, h, h.Site(t)}
	giulia, marta, paolo, anna := w.as("giulia"), w.as("marta"), w.as("paolo"), w.as("anna")
	const answering, gathering, queue = "/desk/" + webtest.Answering, "/consultations/" + webtest.Gathering, "/desk/" + webtest.Gathering
	enrol := w.form(anna, gathering+"/enrol", gathering+"/enrol")
	if got := anna.Post(t, enrol.action, enrol.with("read", "on")); got.Status != 303 {
		t.Fatalf("enrolling: %d", got.Status)
	}
	paper := "/consultations/" + webtest.Answering + "/rounds/3"
	panelist := w.site.As(t, h.Panelist(t, 1))
	tried := slices.Concat(
		w.refused(giulia, "/desk/new"), w.drafting(w.as("elena"), "/desk/mercato-coperto/draft/"),
		w.refused(giulia, answering+"/suspend"), w.refused(giulia, answering+"/withdraw"), w.refused(paolo, answering), w.refused(paolo, answering+"/rounds/3/close"), w.refused(paolo, answering+"/rounds/3/extend"),
		w.refused(giulia, "/administrations/riva"), w.refused(w.as("elena"), "/desk/mercato-coperto/template"),
		w.refused(giulia, "/desk/alberi-e-ombra/rolls"),
		w.refused(anna, gathering+"/contributions"), w.refused(panelist, paper+"?item=1"),
	)
	furio := h.Person(t, "paolo")
	w.sent(anna, gathering+"/contributions", url.Values{"act": {"write"}, "body": {"Più tigli."}})
	w.must(h.Consultations.CloseRound(t.Context(), furio, webtest.Gathering, 1, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	own := strings.TrimPrefix(anna.Get(t, gathering+"/appeals").Page.Find("section[id^=c-]").AttrOr("id", ""), "c-")
	tried = append(tried, w.refused(marta, queue+"/contributions?c="+own)...)
	tried = append(tried, w.refused(marta, queue+"/contributions/"+own+"/remove")...)
	w.sent(marta, queue+"/contributions", url.Values{"act": {"reject"}, "rule": {"1.3"}, "c": {own}, "reason": {"Fuori tema."}})
	tried = append(tried, w.refused(anna, gathering+"/appeals")...)
	appeal := w.form(anna, gathering+"/appeals", gathering+"/appeals")
	w.sent(anna, appeal.action, appeal.with("words", "È in tema."))
	w.must(h.Jobs.Do(t.Context(), moderation.Opening{}))
	tried = append(tried, w.refused(w.as("davide"), queue+"/appeals")...)
	tried = append(tried, w.refused(giulia, queue+"/rules")...)
	w.must(h.Consultations.CloseRound(t.Context(), furio, webtest.Answering, 3, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	w.must(h.Consultations.Conclude(t.Context(), furio, webtest.Answering, "Basta."))
	w.must(h.Jobs.Drain(t.Context()))
	tried = append(tried, w.minority(paolo, answering+"/minority")...)
	tried = append(tried, w.refused(giulia, answering+"/publish")...)
	items := w.between("viali")
	tried = append(tried, w.refused(paolo, "/desk/viali")...)
	tried = append(tried, w.refused(paolo, "/desk/viali/items/"+items[0].ID.String()+"/reword")...)
	for i, line := range tried {
		tried[i] = strings.TrimPrefix(line, "/desk/")
	}
	slices.Sort(tried)
	tried = slices.Compact(tried)
	if got, want := strings.Join(tried, "\n"), strings.TrimSpace(freeText); got != want {
		t.Errorf("fields of free text:\n%s", got)
	}
}

// drafting tries each step of a draft that gives a statement.
func (w walk) drafting(b *webtest.Browser, at string) []string {
	w.Helper()
	given := w.form(b, at+"items", at+"items").with("items.source", "both", "paste", "Il mercato apre la sera.")
	w.sent(b, at+"items", given)
	var tried []string
	for _, step := range steps.Steps {
		tried = append(tried, w.refused(b, at+string(step))...)
	}
	return tried
}

// minority tries the minority report's two forms by the buttons that store.
func (w walk) minority(b *webtest.Browser, path string) []string {
	w.Helper()
	for act, name := range map[string]string{"save": "minority", "show": "minority", "forgo": "reason"} {
		for _, text := range unseen {
			got := b.Post(w.T, path, url.Values{"act": {act}, name: {text}})
			if got.Status != 422 {
				w.Errorf("%s: %q in %s: %d", act, text, name, got.Status)
			}
			w.marked(got, path, name)
		}
	}
	return []string{path + " minority", path + " reason"}
}

// freeText lists the fields of free text: a new one is added here, and tried.
const freeText = `
/administrations/riva address
/administrations/riva ipa
/administrations/riva mail
/administrations/riva name
/administrations/riva/grant person
/consultations/alberi-nei-viali/appeals words
/consultations/alberi-nei-viali/contributions body
/consultations/piazza-della-pomposa/rounds/3 reason_1
alberi-e-ombra/rolls/agronomi owner
alberi-nei-viali/appeals words
alberi-nei-viali/contributions left_out
alberi-nei-viali/contributions reason
alberi-nei-viali/contributions text
alberi-nei-viali/contributions/…/remove ground
alberi-nei-viali/rules title_1
alberi-nei-viali/rules title_2
alberi-nei-viali/rules title_3
alberi-nei-viali/rules title_4
alberi-nei-viali/rules title_5
alberi-nei-viali/rules title_6
alberi-nei-viali/rules title_7
alberi-nei-viali/rules title_8
alberi-nei-viali/rules words_1
alberi-nei-viali/rules words_2
alberi-nei-viali/rules words_3
alberi-nei-viali/rules words_4
alberi-nei-viali/rules words_5
alberi-nei-viali/rules words_6
alberi-nei-viali/rules words_7
alberi-nei-viali/rules words_8
mercato-coperto/draft/feedback publication.within_days
mercato-coperto/draft/items given[0].text
mercato-coperto/draft/items item_kinds[0].classes
mercato-coperto/draft/items item_kinds[0].high.it
mercato-coperto/draft/items item_kinds[0].id
mercato-coperto/draft/items item_kinds[0].low.it
mercato-coperto/draft/items item_kinds[0].points
mercato-coperto/draft/items items.max
mercato-coperto/draft/items items.new_after_round
mercato-coperto/draft/items paste
mercato-coperto/draft/panel anonymity.cosigners
mercato-coperto/draft/panel disclosure.extremes_n
mercato-coperto/draft/panel disclosure.group_n
mercato-coperto/draft/panel disclosure.left_out_n
mercato-coperto/draft/panel disclosure.min_n
mercato-coperto/draft/panel disclosure.pairs_t
mercato-coperto/draft/panel disclosure.small_below
mercato-coperto/draft/panel panel.groups[0].id
mercato-coperto/draft/panel panel.groups[0].name.it
mercato-coperto/draft/panel panel.groups[0].rule
mercato-coperto/draft/question background
mercato-coperto/draft/question commitment_act
mercato-coperto/draft/question commitment_decider
mercato-coperto/draft/question commitment_left_out
mercato-coperto/draft/question commitment_money
mercato-coperto/draft/question commitment_quotation
mercato-coperto/draft/question commitment_signatory
mercato-coperto/draft/question commitment_subject
mercato-coperto/draft/question question
mercato-coperto/draft/question reply.n
mercato-coperto/draft/question slug
mercato-coperto/draft/question title
mercato-coperto/draft/rounds consensus.share.from
mercato-coperto/draft/rounds consensus.share.permille
mercato-coperto/draft/rounds consensus.share.to
mercato-coperto/draft/rounds gates.judged_min
mercato-coperto/draft/rounds gates.paired_min
mercato-coperto/draft/rounds gates.response
mercato-coperto/draft/rounds measures.esteban_ray_alpha
mercato-coperto/draft/rounds measures.quantile
mercato-coperto/draft/rounds rounds[0].days
mercato-coperto/draft/rounds rounds[0].max_extensions
mercato-coperto/draft/rounds rounds[0].min_days
mercato-coperto/draft/rounds rounds[1].days
mercato-coperto/draft/rounds rounds[1].max_extensions
mercato-coperto/draft/rounds rounds[1].min_days
mercato-coperto/draft/rounds rounds[2].days
mercato-coperto/draft/rounds rounds[2].max_extensions
mercato-coperto/draft/rounds rounds[2].min_days
mercato-coperto/draft/rounds stability.scheibe
mercato-coperto/draft/rounds stability.unchanged_min
mercato-coperto/draft/rounds stability.unchanged_within
mercato-coperto/draft/rounds stability.wilcoxon.alpha
mercato-coperto/draft/rounds stability.wilcoxon.effect_min
mercato-coperto/draft/staff office_…
mercato-coperto/draft/summary document
mercato-coperto/template template_name
new document
new slug
new title
piazza-della-pomposa/minority minority
piazza-della-pomposa/minority reason
piazza-della-pomposa/publish limitations
piazza-della-pomposa/publish summary
piazza-della-pomposa/rounds/3/close reason
piazza-della-pomposa/rounds/3/extend reason
piazza-della-pomposa/suspend reason
piazza-della-pomposa/withdraw reason
viali/items/…/decide reason
viali/items/…/reword left_out
viali/items/…/reword reason
viali/items/…/reword text_1
`

// TestNoSlugIsAPage derives the reserved slugs from the routes: whatever stands beside a
// consultation's slug is no consultation's.
func TestNoSlugIsAPage(t *testing.T) {
	h := webtest.Open(t)
	var patterns [][]string
	for _, r := range h.Site(t).Routes {
		patterns = append(patterns, strings.Split(strings.Trim(r.Pattern, "/"), "/"))
	}
	found := map[string]bool{}
	for _, p := range patterns {
		at := slices.IndexFunc(p, func(part string) bool { return strings.HasPrefix(part, "{slug}") })
		if at < 0 || p[0] == "administrations" {
			continue
		}
		for _, other := range patterns {
			if len(other) > at && slices.Equal(other[:at], p[:at]) && !strings.ContainsAny(other[at], "{*") {
				found[other[at]] = true
			}
		}
	}
	if !found["new"] || !found["checkpoint"] {
		t.Fatalf("found %v", found)
	}
	for name := range found {
		if !consultation.Reserved(name) {
			t.Errorf("a consultation may be called %q", name)
		}
	}
	h.Play(t)
	giulia := walk{t, h, h.Site(t)}
	for _, slug := range []string{"new", "tile"} {
		form := giulia.complete(slug)
		got := giulia.as("giulia").Post(t, "/desk/new", form)
		if got.Status != 422 || !strings.Contains(got.Text("#f-slug-error"), "scegli un altro indirizzo") {
			t.Errorf("%s: %d %q", slug, got.Status, got.Text("#f-slug-error"))
		}
	}
}
