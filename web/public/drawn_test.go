package public

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"delfi/internal/delphi/protocol"
	"delfi/internal/report/schema"
	"delfi/web/i18n"
	"delfi/web/page"
)

// A group that was drawn by lot stands in the opinion with its quotas in people and shares; what
// the rule does not tell of the population is a dash, and no figure.
func TestTheOpinionTellsHowItsPanelWasDrawn(t *testing.T) {
	var o opinionView
	o.view.Slug, o.view.Language = "tigli", "it"
	o.view.Protocol.Panel.Groups = []protocol.GroupPlan{{ID: "residenti", Name: map[string]string{"it": "Residenti"}}}
	for _, one := range []struct {
		population, of int
		want           string
	}{{520, 1000, "520 · 52 %"}, {0, 0, "–"}} {
		var b strings.Builder
		d := schema.Draw{Group: "residenti", Population: one.of, Pool: 60, Panel: 4, Quotas: []schema.Quota{{Name: "donne", Population: one.population, Pool: 20, Panel: 2}}}
		if err := drawnGroup(o, d).Render(page.With(t.Context(), &page.Request{Printer: i18n.Printer{Lang: "it"}}), &b); err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		cells := doc.Find("tbody td").Map(func(_ int, s *goquery.Selection) string { return strings.ReplaceAll(s.Text(), "\u00a0", " ") })
		if got := strings.Join(cells, ", "); got != one.want+", 20 · 33 %, 2 · 50 %" {
			t.Errorf("%q", got)
		}
		if doc.Find("tbody th").Text() != "donne" || doc.Find("a[href='/consultations/tigli/draws/residenti']").Length() != 1 || !strings.Contains(b.String(), "4 persone da un elenco di 60") {
			t.Errorf("%s", b.String())
		}
	}
}
