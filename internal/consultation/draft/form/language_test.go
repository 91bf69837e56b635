package form_test

import (
	"slices"
	"testing"

	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
)

// bilingual is a draft of an estimate in Italian and English, without translations.
func bilingual() form.Form {
	return form.Form{
		Language: "it", Slug: "ponte", Title: "Il ponte", Question: "Fra quanti anni?", CommitmentDecider: "La Giunta",
		Items: []form.Item{{Text: "Fra quanti anni il ponte è da rifare?"}, {Text: "Fra quanti anni la strada?"}},
	}.Begin(protocol.VariantEstimate).
		Type("item_kinds[0].unit", []string{"anni"}).
		Type("panel.groups[0].access", []string{"roll"}).Type("panel.groups[0].rule", []string{"Ordine degli ingegneri"}).
		Type("languages", []string{"en"})
}

// untranslated are the fields that a draft lacks in a further language.
func untranslated(t *testing.T, f form.Form) []string {
	t.Helper()
	d, err := f.Read()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range d.Untranslated() {
		if m.Step, m.Field = f.Plan().Locate(m.Field); !slices.Contains(f.Fields(m.Step), m.Field) {
			t.Errorf("%s is mended in %s, which %s does not have", m.Code, m.Field, m.Step)
		}
		out = append(out, m.Field)
	}
	return out
}

// An announcement in two languages lacks each text that has no words in the second, and each
// stands in a field of its step.
func TestUntranslated(t *testing.T) {
	f := bilingual()
	lacking := []string{"title_in.en", "question_in.en", "commitment_decider_in.en", "panel.groups[0].rule_in.en", "item_kinds[0].unit_in.en", "given[0].text_in.en", "given[1].text_in.en"}
	if got := untranslated(t, f); !slices.Equal(got, lacking) {
		t.Errorf("it lacks %v", got)
	}
	for _, field := range lacking {
		f = f.Type(field, []string{"In English: " + field})
		if f.Value(field) != "In English: "+field {
			t.Errorf("%s reads %q", field, f.Value(field))
		}
	}
	if got := untranslated(t, f); len(got) > 0 {
		t.Errorf("it still lacks %v", got)
	}
	// The words of the protocol are bound by its hash; those around it are not in it.
	f = f.Type("panel.groups[0].name.en", []string{"Engineers"})
	d, err := f.Read()
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Protocol()
	if err != nil {
		t.Fatal(err)
	}
	if p.ItemKinds[0].UnitIn["en"] != "In English: item_kinds[0].unit_in.en" || p.Panel.Groups[0].RuleIn["en"] == "" || !slices.Equal(p.Languages, []string{"it", "en"}) {
		t.Errorf("%s", p.Canonical())
	}
	if given := d.Items(p); given[1].Translations["en"].Text != "In English: given[1].text_in.en" {
		t.Errorf("%+v", given)
	}
	// A statement takes its translation along.
	moved := f.Move("given", 1, -1).Remove("given", 1)
	if len(moved.Items) != 1 || moved.Value("given[0].text_in.en") != "In English: given[1].text_in.en" {
		t.Errorf("%+v", moved.Items)
	}
}

// Translations go with their language, and become the texts when it is made the first.
func TestTranslationsFollowTheirLanguage(t *testing.T) {
	f := bilingual()
	for _, field := range untranslated(t, f) {
		f = f.Type(field, []string{"In English: " + field})
	}
	if g := f.Type("languages", []string{""}).Type("languages", []string{"en"}); len(untranslated(t, g)) != 7 {
		t.Errorf("a language that was taken away keeps %v, %+v", g.Translations, g.Items)
	}
	g := f.Type("language", []string{"en"})
	if g.Title != "In English: title_in.en" || g.Items[0].Text != "In English: given[0].text_in.en" || g.Value("item_kinds[0].unit") != "In English: item_kinds[0].unit_in.en" || len(g.Plan().Further()) != 0 || len(g.Translations) != 0 {
		t.Errorf("%+v %s", g, g.Protocol)
	}
	if f.Title != "Il ponte" || f.Items[0].Text != "Fra quanti anni il ponte è da rifare?" {
		t.Errorf("the form that was typed over changed: %+v", f)
	}
}

// A claim's rule is read by programs, and a date's unit is a word of Delfi: neither is
// translated. A language that no reader can choose is named.
func TestWhatIsNotTranslated(t *testing.T) {
	f := bilingual().Type("panel.groups[0].rule_in.en", []string{"Order of engineers"}).
		Type("panel.groups[0].access", []string{"claim"}).Type("panel.groups[0].rule", []string{"age 16-"})
	f = f.Fit(f).Type("item_kinds[0].kind", []string{"date"})
	f = f.Fit(bilingual())
	if got := untranslated(t, f); slices.Contains(got, "panel.groups[0].rule_in.en") || slices.Contains(got, "item_kinds[0].unit_in.en") {
		t.Errorf("it lacks %v", got)
	}
	if f.Plan().Value("panel.groups[0].rule_in") != nil {
		t.Errorf("a claim's rule is translated: %s", f.Protocol)
	}
	g := form.Form{Language: "it", Slug: "ponte", Title: "Il ponte"}.Begin(protocol.VariantClassical).Type("languages", []string{"rm"})
	if got := untranslated(t, g); !slices.Equal(got, []string{"languages"}) {
		t.Errorf("Romansh lacks %v", got)
	}
}
