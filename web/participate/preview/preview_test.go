package preview_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/participate/preview"
)

// kinds are a question of each form, and rules one that judges it.
var (
	kinds = map[string]string{
		"scale": `"points": 9, "cannot_judge": true`, "criteria": `"points": 9, "criteria": ["desirability", "costi"], "cannot_judge": true`,
		"estimate": `"unit": "euro", "min": 0, "max": 9, "triple": true, "never": true`, "date": `"unit": "day", "min": "2030-01-01", "max": "2030-12-31", "never": true`,
		"ranking": `"k": 2`, "choice": `"cannot_judge": true`, "selection": `"k": 2`, "text": ``,
	}
	rules = []string{
		`{"rule": "share", "share": {"from": 7, "to": 9, "permille": 750}}`, `{"rule": "share", "share": {"permille": 750}}`,
		`{"rule": "comet", "comet": {"in": 700, "against": 150}}`, `{"rule": "rand"}`, `{"rule": "relative-iqr", "relative_iqr": 250}`, `{"rule": "iqr", "iqr": 1}`, `{"rule": "w", "w": 700}`,
	}
)

// Each kind of question of each variant, by itself and beside another, is drawn as the form
// draws it, in both languages, and nothing in it can be sent.
func TestPreviewOfEveryKindOfEveryVariant(t *testing.T) {
	place, _ := form.At("variant")
	drawn := map[string]bool{}
	for _, variant := range place.Options {
		before := len(drawn)
		for _, first := range slices.Sorted(maps.Keys(kinds)) {
			for _, second := range append([]string{""}, slices.Sorted(maps.Keys(kinds))...) {
				for _, rule := range rules {
					if p, holds := holding(variant, first, second, rule); holds {
						drawn[variant+" "+first], drawn[variant+" "+second] = true, true
						previewed(t, p, "it")
						previewed(t, p, "en")
					}
				}
			}
		}
		if len(drawn) == before {
			t.Errorf("%s: no kind of question is drawn", variant)
		}
	}
	for kind := range kinds {
		if !slices.ContainsFunc(place.Options, func(v string) bool { return drawn[v+" "+kind] }) {
			t.Errorf("no %s is drawn", kind)
		}
	}
}

// holding gives the protocol of a variant with kinds of question and two groups; false where it
// does not hold.
func holding(variant, first, second, rule string) (protocol.Protocol, bool) {
	f := form.Form{Slug: "prova", Title: "Prova", Language: "it"}.Begin(protocol.Variant(variant))
	asked := []string{}
	for n, k := range []string{first, second} {
		if k != "" {
			asked = append(asked, strings.ReplaceAll(fmt.Sprintf(`{"id": "k%d", "kind": %q, %s}`, n, k, kinds[k]), ", }", "}"))
		}
	}
	whole, _ := form.ReadDocument(fmt.Sprintf(`{"kinds": [%s], "rule": %s, "groups": [{"id": "a", "name": {"it": "A"}}, {"id": "b", "name": {"it": "B"}}]}`, strings.Join(asked, ", "), rule))
	f.Protocol = f.Plan().With("item_kinds", whole.Value("kinds")).With("consensus", whole.Value("rule")).With("panel.groups", whole.Value("groups")).String()
	p, _, holds := f.Whole()
	return p, holds
}

func previewed(t *testing.T, p protocol.Protocol, lang string) {
	t.Helper()
	var items []consultation.Item
	for _, k := range p.ItemKinds {
		for range 3 {
			items = append(items, consultation.Item{ID: uuid.New(), Number: len(items) + 1, Kind: k.ID, Text: fmt.Sprintf("Parole %d", len(items)+1)})
		}
	}
	r, err := http.NewRequest(http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := page.With(t.Context(), &page.Request{R: r, Printer: i18n.Printer{Lang: lang, Now: time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC)}})
	var b bytes.Buffer
	if err := preview.Of(consultation.Consultation{Slug: "prova", Language: "it", Question: "Quale?", Protocol: p}, items).Render(ctx, &b); err != nil {
		t.Fatalf("%s: %v", p.Canonical(), err)
	}
	drawn, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	fields := drawn.Find("input:not([type=hidden]), textarea, select, button")
	text := drawn.Text()
	for _, i := range items {
		if !strings.Contains(text, i.Text) {
			t.Errorf("%s: %q is not shown", p.Canonical(), i.Text)
		}
	}
	ids := map[string]bool{}
	drawn.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		if id := e.AttrOr("id", ""); ids[id] {
			t.Errorf("%s: two elements are %s", p.Canonical(), id)
		} else {
			ids[id] = true
		}
	})
	if fields.Length() < len(p.ItemKinds) || drawn.Find("form").Length() > 0 || drawn.Find("[checked]").Length() > 0 ||
		drawn.Find("fieldset[disabled]").Find("input:not([type=hidden]), textarea, select, button").Length() != fields.Length() {
		t.Errorf("%s: %s", p.Canonical(), text)
	}
	if word := map[string]string{"it": "Anteprima", "en": "Preview"}[lang]; !strings.Contains(drawn.Find("legend").First().Text(), word) {
		t.Errorf("%s: it is not marked: %s", lang, drawn.Find("legend").First().Text())
	}
}
