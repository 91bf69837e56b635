package verify

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify/source"
)

// bilingual presses a record of a consultation that is held in two languages.
func bilingual(t testing.TB) *book {
	held := strings.NewReplacer(`["it"]`, `["it", "de"]`, `{"it": "Cittadini"}`, `{"it": "Cittadini", "de": "Bürger"}`, `{"it": "Ordini"}`, `{"it": "Ordini", "de": "Kammern"}`)
	return pressed(t, held.Replace(rules), func(b *book) {
		words := map[string]string{}
		for _, field := range consultation.TextFields {
			words[field] = "Auf Deutsch: " + field
		}
		delete(words, "commitment_money")
		b.spoken = map[string]map[string]string{"de": words}
		b.alone = "de"
		b.items[0].Texts, b.items[1].Texts = map[string]string{"de": "Linden pflanzen."}, map[string]string{"de": "Verkehr sperren."}
	})
}

// reworded gives the words beside an entry others, as who signs the log can.
func (b *book) reworded(n int, change func(words map[string]string)) {
	b.t.Helper()
	words := map[string]string{}
	if err := json.Unmarshal(b.lines[n].Words, &words); err != nil {
		b.t.Fatal(err)
	}
	change(words)
	b.lines[n].Words = b.canonical(words)
	b.rewrite(n, func(body map[string]any) { body["words"] = leaf.WordsDigest(b.lines[n].Salt, b.lines[n].Words) })
}

// retold changes the opinion, with its entry.
func (b *book) retold(change func(o *schema.Opinion)) {
	b.t.Helper()
	var o schema.Opinion
	if err := json.Unmarshal(b.files[b.slug+"/opinion.json"].Data, &o); err != nil {
		b.t.Fatal(err)
	}
	change(&o)
	b.put(b.slug+"/opinion.json", b.canonical(o))
	b.reopinion()
}

// removed takes the words beside an entry by law.
func (b *book) removed(n int) {
	b.lines[n].Words = json.RawMessage("null")
	b.entry("removal", map[string]any{"kind": "words", "role": "administrator", "entry": n}, map[string]string{"name": "Ada", "reason": "art. 17 GDPR"})
}

// TestThePromiseIsHeldWhole: each text and figure of the promise, and each text around the
// protocol in each language, is the same in the log and in the opinion: changed alone or
// blanked alone, on either side, with the log signed anew.
func TestThePromiseIsHeldWhole(t *testing.T) {
	honest := bilingual(t)
	if r, err := Run(t.Context(), honest.files, Options{}); err != nil || len(r.Consultations[0].Unsaid) != 0 {
		t.Fatalf("%v: %+v", err, r.Consultations)
	}
	named := func(t *testing.T, want string, does func(b *book)) {
		t.Helper()
		b := honest.copied(t)
		does(b)
		b.seal()
		_, err := Run(t.Context(), b.files, Options{})
		if f := (*source.Fault)(nil); !errors.As(err, &f) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	const differs = "the opinion has not the words of the log: "
	places := map[string]func(o *schema.Opinion) *string{
		"question":              func(o *schema.Opinion) *string { return &o.Question },
		"commitment_quotation":  func(o *schema.Opinion) *string { return &o.Commitment.Quotation },
		"commitment_decider":    func(o *schema.Opinion) *string { return &o.Commitment.Decider },
		"commitment_subject":    func(o *schema.Opinion) *string { return &o.Commitment.Subject },
		"commitment_act":        func(o *schema.Opinion) *string { return &o.Commitment.Act },
		"commitment_signatory":  func(o *schema.Opinion) *string { return &o.Commitment.Signatory },
		"commitment_money":      func(o *schema.Opinion) *string { return &o.Commitment.Money },
		"commitment_left_out":   func(o *schema.Opinion) *string { return &o.Commitment.LeftOut },
		"commitment.decide_by":  func(o *schema.Opinion) *string { return &o.Commitment.DecideBy },
		"opinion's own day":     func(o *schema.Opinion) *string { return &o.DecideBy },
		"items[0].text":         func(o *schema.Opinion) *string { return &o.Items[0].Text },
		"items[0].history.text": func(o *schema.Opinion) *string { return &o.Items[0].History[1].Text },
	}
	for field, place := range places {
		want := differs + field
		switch {
		case strings.HasPrefix(field, "items[0].text"):
			want = "the words of a statement are not those that the log has of it: items[0]"
		case strings.HasPrefix(field, "items"):
			want = "the opinion does not say what the record gives, at items[0].history[1].text"
		case !strings.HasPrefix(field, "commitment_") && field != "question":
			want = "the opinion names another day by which it is decided"
		}
		t.Run(field+" of the opinion", func(t *testing.T) {
			named(t, want, func(b *book) { b.retold(func(o *schema.Opinion) { *place(o) += "Altro." }) })
			if field != "commitment_money" { // blank as it stands
				named(t, want, func(b *book) { b.retold(func(o *schema.Opinion) { *place(o) = "" }) })
			}
		})
	}
	for field, name := range map[string]string{
		"commitment_quotation": "reason", "commitment_decider": "decider", "commitment_subject": "target", "commitment_act": "act",
		"commitment_signatory": "signatory", "commitment_money": "money", "commitment_left_out": "left_out",
	} {
		t.Run(field+" of the log", func(t *testing.T) {
			named(t, differs+field, func(b *book) { b.reworded(0, func(w map[string]string) { w[name] += "Altro." }) })
			if field != "commitment_money" {
				named(t, differs+field, func(b *book) { b.reworded(0, func(w map[string]string) { delete(w, name) }) })
			}
		})
	}
	for _, field := range consultation.TextFields {
		t.Run(field+" in German", func(t *testing.T) {
			words := func(o *schema.Opinion) map[string]string { return o.Translations["de"] }
			named(t, differs+field+".de", func(b *book) { b.retold(func(o *schema.Opinion) { words(o)[field] += "Anders." }) })
			at, name := 0, strings.TrimPrefix(field, "commitment_")+".de"
			if name == field+".de" {
				at = honest.find("act", 0)
			}
			named(t, differs+field+".de", func(b *book) { b.reworded(at, func(w map[string]string) { w[name] += "Anders." }) })
			if field != "commitment_money" {
				named(t, differs+field+".de", func(b *book) { b.retold(func(o *schema.Opinion) { delete(words(o), field) }) })
				named(t, differs+field+".de", func(b *book) { b.reworded(at, func(w map[string]string) { delete(w, name) }) })
			}
		})
	}
	for name, one := range map[string]struct {
		want string
		does func(b *book)
	}{
		"other days for the reply":             {"the opinion names other days for the reply", func(b *book) { b.retold(func(o *schema.Opinion) { o.Commitment.ReplyDays = 60 }) }},
		"other days for the reply, in the log": {"the opinion names other days for the reply", func(b *book) { b.rewrite(0, func(body map[string]any) { body["reply_days"] = 60 }) }},
		"another day, in the log":              {"the opinion names another day by which it is decided", func(b *book) { b.rewrite(0, func(body map[string]any) { body["decide_by"] = "2028-01-01" }) }},
		"no commitment":                        {"has a commitment or an origin, where the log has the other", func(b *book) { b.retold(func(o *schema.Opinion) { o.Commitment = nil }) }},
		"an origin beside it":                  {"has a commitment or an origin", func(b *book) { b.retold(func(o *schema.Opinion) { o.Origin = &schema.Origin{Name: "altrove"} }) }},
		"a second promise": {"the promise is made twice", func(b *book) {
			b.entry("commitment", map[string]any{"role": "administrator"}, map[string]string{"reason": "Forse."})
		}},
		"a language that nobody declared": {"translated into a language that the protocol does not declare", func(b *book) {
			b.retold(func(o *schema.Opinion) { o.Translations["fr"] = map[string]string{"title": "Les tilleuls"} })
		}},
		"a text that is none":   {"the opinion translates no text of a consultation", func(b *book) { b.retold(func(o *schema.Opinion) { o.Translations["de"]["slogan"] = "Ja!" }) }},
		"no translation at all": {differs + "title.de", func(b *book) { b.retold(func(o *schema.Opinion) { o.Translations = nil }) }},
		"a text under two names": {"it names words in a language that no consultation is held in", func(b *book) {
			b.reworded(b.find("act", 0), func(w map[string]string) { w["question."] = "Quali platani?" })
		}},
		"a second title":             {"it states a text twice: title", func(b *book) { b.reworded(b.find("act", 0), func(w map[string]string) { w["title"] = "I platani" }) }},
		"a second subject":           {"it states a text twice: subject", func(b *book) { b.reworded(0, func(w map[string]string) { w["subject"] = "Il corso" }) }},
		"a statement in French":      {"a statement has words in other languages than the protocol declares: items[0]", func(b *book) { b.retold(func(o *schema.Opinion) { o.Items[0].Texts["fr"] = "Planter des tilleuls." }) }},
		"a statement in no language": {"a statement has words in other languages than the protocol declares: items[0]", func(b *book) { b.retold(func(o *schema.Opinion) { o.Items[0].Texts[""] = "Piantare palme." }) }},
		"a statement in German":      {"the translation of a statement into de is not one that the log has of it: items[0]", func(b *book) { b.retold(func(o *schema.Opinion) { o.Items[0].Texts["de"] = "Linden fällen." }) }},
		"a translation of the log": {"the translation of a statement into de is not one that the log has of it: item 1 of the list", func(b *book) {
			b.reworded(b.acted("translate"), func(w map[string]string) { w["text"] = "Linden fällen." })
		}},
		"a parent": {"a statement comes of other statements than its act says: items[1]", func(b *book) {
			b.retold(func(o *schema.Opinion) { o.Items[1].Parents = append(o.Items[1].Parents, o.Items[0].ID) })
		}},
		"no parent, where an act names one": {"a statement comes of other statements than its act says: items[1]", func(b *book) {
			n := b.acted("translate")
			b.lay(n, b.written(n), map[string]any{"kind": "reword", "role": "facilitator", "item": 2, "version": 1, "change": "substantive", "from": []int{1}}, map[string]string{"name": "Bo", "text": b.items[1].Text, "reason": "È un’altra."})
		}},
		"other words in a version that was shown": {"a statement has other words in the version that an earlier list shows: item 1 of the list", func(b *book) {
			b.edit("tigli/rounds/3/items.json", "Piantare tigli.", "Piantare platani.")
			b.record(3)
			b.rewrite(b.find("round_opened", 2), func(body map[string]any) { body["items"] = leaf.Digest(b.files["tigli/rounds/3/items.json"].Data) })
		}},
		"a statement whose translation was replaced": {"the translation of a statement into de is not one that the log has of it: item 1 of the list", func(b *book) {
			n := b.acted("translate")
			b.lay(n, b.written(n), map[string]any{"kind": "translate", "role": "moderator", "item": 1, "version": 1, "language": "de"}, map[string]string{"name": "Marta", "text": "Mehr Linden.", "was": "Linden pflanzen."})
		}},
	} {
		t.Run(name, func(t *testing.T) { named(t, one.want, one.does) })
	}
}

// acted finds the first act of a kind.
func (b *book) acted(kind string) int {
	for n := 0; ; n++ {
		if at := b.find("act", n); strings.Contains(b.lines[at].Entry, `"kind":"`+kind+`"`) {
			return at
		}
	}
}

// TestWordsRemovedByLawAreUnknown: what a removal names is compared with nothing, and the ending
// says so; all else is held as before.
func TestWordsRemovedByLawAreUnknown(t *testing.T) {
	b := bilingual(t)
	b.removed(0)
	b.seal()
	r, err := Run(t.Context(), b.files, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "of the opinion of tigli these texts, which no entry has, or not any more: commitment_quotation, ", "it": "del parere di tigli questi testi, che nessuna voce riporta, o non più: commitment_quotation, "} {
		var out strings.Builder
		if err := r.Write(&out, lang); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%v\n%s", err, out.String())
		}
	}
	b.retold(func(o *schema.Opinion) { o.Commitment.ReplyDays = 31 })
	b.seal()
	if _, err := Run(t.Context(), b.files, Options{}); err == nil || !strings.Contains(err.Error(), "other days for the reply") {
		t.Errorf("a figure that no law removed: %v", err)
	}
}

// TestCorrectionsInEveryLanguage: one act has the words of each language before and after; one
// that it leaves blank has none from then on.
func TestCorrectionsInEveryLanguage(t *testing.T) {
	honest := bilingual(t)
	german := "Auf Deutsch: commitment_signatory"
	for name, c := range map[string]struct {
		was, now, told, want string // in German; told is what the opinion has
	}{
		"new words":                  {german, "Die Stadträtin", "Die Stadträtin", ""},
		"none":                       {german, "", "", ""},
		"none, and the old ones":     {german, "", german, "the opinion has not the words of the log: commitment_signatory.de"},
		"new words, and others":      {german, "Die Stadträtin", "Der Stadtrat", "the opinion has not the words of the log: commitment_signatory.de"},
		"new words, and none":        {german, "Die Stadträtin", "", "the opinion has not the words of the log: commitment_signatory.de"},
		"words that it did not have": {"Die Bürgermeisterin", "Die Stadträtin", "Die Stadträtin", "it corrects words that the text did not have"},
	} {
		t.Run(name, func(t *testing.T) {
			b := honest.copied(t)
			n := b.find("act", 0)
			words := map[string]string{"name": "Ada", "reason": "un refuso", "was": "La sindaca", "now": "L’assessora", "was.de": c.was}
			if c.now != "" {
				words["now.de"] = c.now
			}
			b.lay(n, b.written(n), map[string]any{"kind": "correct", "role": "administrator", "field": "signatory"}, words)
			b.retells()
			b.retold(func(o *schema.Opinion) {
				o.Commitment.Signatory = "L’assessora"
				if o.Translations["de"]["commitment_signatory"] = c.told; c.told == "" {
					delete(o.Translations["de"], "commitment_signatory")
				}
			})
			b.seal()
			_, err := Run(t.Context(), b.files, Options{})
			if f := (*source.Fault)(nil); c.want == "" && err != nil || c.want != "" && (!errors.As(err, &f) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
