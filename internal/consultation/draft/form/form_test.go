package form_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// A draft of the time before the document is read whole: each of its fields stands in the
// document, also what was wrong.
func TestADraftOfOldIsReadIntoADocument(t *testing.T) {
	const old = `{"Slug": "la-piazza", "Language": "it", "Title": "La piazza", "CommitmentReplyDays": "45", "StartsOn": "2027-03-01", "GatherDays": "12",
		"AnswerDays": "10", "AnswerRounds": "3", "Points": "7", "LowLabel": "contro", "HighLabel": "a favore", "SharePermille": "700", "CannotJudge": "on",
		"GroupName": "Cittadini", "AnonymityMode": "held-code", "Protocol": "", "Items": null}`
	f, err := form.Parse(old)
	if err != nil {
		t.Fatal(err)
	}
	p, bad := parsed(f.Plan())
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	k := p.ItemKinds[0]
	if p.Variant != protocol.VariantClassical || len(p.Rounds) != 4 || p.Rounds[0].Days != 12 || p.Rounds[3].Days != 10 || p.Rounds[1].MinDays != 0 ||
		k.Points != 7 || k.Low["it"] != "contro" || k.High["it"] != "a favore" || !k.CannotJudge || p.Panel.Groups[0].Name["it"] != "Cittadini" ||
		p.Anonymity.Mode != "held-code" || p.Reply.N != 45 || p.Consensus.Share.Permille != 700 || p.Consensus.Share.From != 6 || p.Consensus.Share.To != 7 {
		t.Errorf("%s", p.Canonical())
	}
	again, err := f.Document()
	if err != nil {
		t.Fatal(err)
	}
	if g, err := form.Parse(again); err != nil || g.Protocol != f.Protocol {
		t.Errorf("stored again it is %s (%v)", g.Protocol, err)
	}
	wrong, err := form.Parse(strings.Replace(old, `"GatherDays": "12"`, `"GatherDays": "dodici"`, 1))
	if err != nil || wrong.Value("rounds[0].days") != "dodici" {
		t.Errorf("what was wrong is %q (%v)", wrong.Value("rounds[0].days"), err)
	}
	documented, err := form.Parse(`{"Language": "it", "CommitmentReplyDays": "60", "Protocol": "{\"version\": 1, \"variant\": \"estimate\"}"}`)
	if d := documented.Plan(); err != nil || d.Text("variant") != "estimate" || d.Text("reply.n") != "60" || d.Len("rounds") != 0 {
		t.Errorf("a pasted document became %s (%v)", documented.Protocol, err)
	}
	if fresh, err := form.Parse(`{"Language": "it", "Title": "Niente"}`); err != nil || fresh.Protocol != "" {
		t.Errorf("a draft without anything became %s (%v)", fresh.Protocol, err)
	}
}

// What another variant takes away is said before, and words, groups and commitment stay.
func TestAnotherVariant(t *testing.T) {
	f := form.Form{Language: "it", Title: "T", Items: []form.Item{{Text: "Uno."}}}.Begin(protocol.VariantClassical)
	if lost := f.Loses(protocol.VariantRanking); len(lost) > 0 {
		t.Errorf("a draft as it was proposed loses %v", lost)
	}
	f = f.Type("rounds[1].days", []string{"20"}).Type("panel.groups[0].name.it", []string{"Ciclisti"}).Type("anonymity.mode", []string{"held-code"})
	if lost := f.Loses(protocol.VariantRanking); !slices.Equal(lost, []string{"rounds"}) {
		t.Errorf("it loses %v", lost)
	}
	if lost := f.Loses(protocol.VariantClassical); len(lost) > 0 {
		t.Errorf("its own variant takes %v away", lost)
	}
	g := f.Change(protocol.VariantRanking)
	p, bad := parsed(g.Plan())
	if len(bad) > 0 || p.Variant != protocol.VariantRanking || p.Panel.Groups[0].Name["it"] != "Ciclisti" || p.Anonymity.Mode != "held-code" || len(g.Items) != 1 || g.Items[0].Text != "Uno." {
		t.Errorf("%v %s", bad, g.Protocol)
	}
}

// Rows are added, moved and taken away; the rest keeps its words.
func TestRows(t *testing.T) {
	f := form.Form{Language: "it"}.Begin(protocol.VariantClassical)
	f = f.Add("panel.groups").Type("panel.groups[1].name.it", []string{"Ordine degli architetti"}).Add("panel.groups")
	if f.Value("panel.groups[1].id") == f.Value("panel.groups[2].id") {
		t.Errorf("two groups are called %s", f.Value("panel.groups[1].id"))
	}
	f = f.Remove("panel.groups", 0)
	if f.Count("panel.groups") != 2 || f.Value("panel.groups[0].name.it") != "Ordine degli architetti" {
		t.Errorf("%s", f.Protocol)
	}
	f = f.Paste("Uno.\n\n  Due. \nTre.", "").Move("given", 2, -1).Move("given", 0, -1)
	if got := []string{f.Value("given[0].text"), f.Value("given[1].text"), f.Value("given[2].text")}; !slices.Equal(got, []string{"Uno.", "Tre.", "Due."}) {
		t.Errorf("%v", got)
	}
	f = f.Type("rounds[2].days", []string{"9"}).Move("rounds", 2, -1)
	if f.Value("rounds[1].days") != "9" || f.Value("rounds[0].kind") != "gather" {
		t.Errorf("%s", f.Protocol)
	}
}

// Another language of the consultation keeps the words that are written.
func TestLanguages(t *testing.T) {
	f := form.Form{Language: "it"}.Begin(protocol.VariantClassical)
	f = f.Type("language", []string{"en"}).Type("languages", []string{"it", "de"})
	d := f.Plan()
	if !slices.Equal(d.Languages(), []string{"en", "it", "de"}) || d.Text("panel.groups[0].name.en") != "Cittadini" || !slices.Equal(f.Typed("languages"), []string{"it", "de"}) {
		t.Errorf("%v, %q: %s", d.Languages(), f.Typed("languages"), f.Protocol)
	}
	if _, bad := parsed(d); !slices.ContainsFunc(bad, func(one fault.Field) bool { return one.Name == "panel.groups[0].name.de" && one.Code == "required" }) {
		t.Errorf("German is not missing: %v", bad)
	}
}

// A document that is brought is taken whole, or refused with its paths.
func TestImport(t *testing.T) {
	f := form.Form{Language: "it", Title: "Resta"}.Begin(protocol.VariantClassical)
	p, _ := parsed(form.Propose(protocol.VariantEstimate, []string{"en"}))
	got, err := f.Import(string(p.Canonical()))
	if err != nil || got.Title != "Resta" || got.Language != "en" || got.Value("variant") != "estimate" || got.Plan().Value("anonymity.latest_key_date") != nil {
		t.Errorf("%v %s", err, got.Protocol)
	}
	for document, want := range map[string]string{
		"{":  "line 1",
		"[]": "must be an object",
		strings.Replace(string(p.Canonical()), `"days":14`, `"days":900`, 1): "rounds[0].days",
		`{"version": 2}`: "version",
	} {
		if _, err := f.Import(document); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, without %q", document, err, want)
		}
	}
}

// What one should think about in a statement, and how easily it reads.
func TestHeard(t *testing.T) {
	codes := func(text, language string) []string {
		var out []string
		for _, w := range form.Heard(text, language) {
			out = append(out, w.Code)
		}
		return out
	}
	for _, tc := range []struct {
		text, language string
		want           []string
	}{
		{"La piazza è di tutti.", "it", nil},
		{"Si piantano alberi e si tolgono i parcheggi.", "it", []string{"two_ideas"}},
		{"Non si taglia nessun albero.", "it", []string{"negation"}},
		{"We don’t cut trees.", "en", []string{"negation"}},
		{"Plant trees and remove cars.", "en", []string{"two_ideas"}},
		{strings.Repeat("ma ", 26), "it", []string{"long"}},
		{"L’amministrazione provvederà alla razionalizzazione dell’infrastrutturazione ciclopedonale comunale mediante interventi straordinari.", "it", []string{"hard_it"}},
		{"Municipal infrastructure rationalisation necessitates extraordinary administrative intervention considerations.", "en", []string{"hard_en"}},
		{"Alle Bäume bleiben und niemand geht.", "de", nil},
		{"", "it", nil},
	} {
		if got := codes(tc.text, tc.language); !slices.Equal(got, tc.want) {
			t.Errorf("%q: %v, not %v", tc.text, got, tc.want)
		}
	}
	// 2 sentences, 10 words, 50 letters: 89 + (600 − 500)/10 = 99.
	if got, least := form.Ease("Il parco resta aperto di sera. La gente passeggia volentieri.", "it"); got != 99 || least != 60 {
		t.Errorf("Gulpease %d, least %d", got, least)
	}
	// 6 words, 1 sentence, 6 syllables: 206.835 − 6.09 − 84.6 = 116.1.
	if got, _ := form.Ease("The cat sat on the mat.", "en"); got != 116 {
		t.Errorf("Flesch %d", got)
	}
}

// A form adds no more rows at once than are needed to say that they are too many.
func TestAListIsBounded(t *testing.T) {
	f := form.Form{Language: "it"}.Begin(protocol.VariantClassical)
	for list, most := range map[string]int{
		"rounds": protocol.MostRounds, "panel.groups": protocol.MostGroups, "item_kinds": protocol.MostKinds, "given": form.ItemsMost,
	} {
		got := f.With(list, 1_000_000)
		if got.Count(list) != most+1 || got.Value("variant") != "classical" {
			t.Errorf("%s has %d entries, variant %q", list, got.Count(list), got.Value("variant"))
		}
	}
	const many = "aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk"
	f = f.Type("languages", []string{strings.Repeat(many+",", 10_000)})
	if got := f.Value("languages"); got != many {
		t.Errorf("the languages came back as %.100q", got)
	}
	words := 0
	for _, path := range f.Fields(form.StepPanel) {
		if strings.HasPrefix(path, "panel.groups[0].name.") {
			words++
		}
	}
	if words != protocol.MostLanguages+1 {
		t.Errorf("a name is asked in %d languages", words)
	}
}

// A document that has grown too long is kept as it was typed, and its longest field is refused.
func TestALongDocument(t *testing.T) {
	begun := form.Form{Language: "it", Slug: "la-piazza", Title: "La piazza"}.Begin(protocol.VariantClassical)
	for path, typed := range map[string]string{
		"panel.groups[0].name.it": strings.Repeat("a", 70_000), "item_kinds[0].low.it": strings.Repeat("b", 70_000),
		"languages": distinct(20_000), "anonymity.cosigners": strings.Repeat("c,", 40_000), "consensus.share.permille": strings.Repeat("9", 70_000),
	} {
		f := begun.Type(path, []string{typed})
		if f.Value("variant") != "classical" || f.Count("rounds") != begun.Count("rounds") {
			t.Errorf("%s: the rest is gone: %.200s", path, f.Protocol)
		}
		_, err := f.Read()
		var bad *fault.Fault
		if !errors.As(err, &bad) || len(bad.Fields) != 1 || bad.Fields[0].Name != path || bad.Fields[0].Code != "document_long" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// distinct are so many different texts with commas between them.
func distinct(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "l%d,", i)
	}
	return b.String()
}
