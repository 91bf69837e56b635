package correction_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/correction"
	"delfi/internal/consultation/draft"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// fix is a correction of a text as it reads now.
func fix(c consultation.Consultation, t consultation.Text, now string) correction.Correction {
	return correction.Correction{Text: t, Now: now, Reason: "un refuso", Seen: correction.Version(c, t)}
}

// TestACorrectionLeavesItsTrace: every text that nothing binds gets other words, and the
// record has what it said, what it says, who, in which role and why.
func TestACorrectionLeavesItsTrace(t *testing.T) {
	w := apptest.New(t)
	c := w.Consultation(t).Announced()
	giulia := w.Person(t, "giulia")
	for n, text := range consultation.Texts {
		before := w.Reread(t, c)
		now := "Parole " + strings.Repeat("nuove ", n+1) + "qui."
		if err := w.Corrections.Correct(t.Context(), giulia, c.Slug, fix(before, text, now)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		after := w.Reread(t, c)
		for _, other := range consultation.Texts {
			want := *before.Words(other)
			if other == text {
				want = now
			}
			if got := *after.Words(other); got != want {
				t.Errorf("%s corrected: %s reads %q, wants %q", text, other, got, want)
			}
		}
		if after.ProtocolHash != before.ProtocolHash || after.Stage != before.Stage || after.Commitment.Quotation != before.Commitment.Quotation || !after.Commitment.DecideBy.Equal(before.Commitment.DecideBy) {
			t.Errorf("%s corrected: something else moved: %+v", text, after)
		}
		_, made, err := w.Corrections.Desk(t.Context(), giulia, c.Slug)
		if err != nil || len(made) != n+1 {
			t.Fatalf("%d corrections, %v", len(made), err)
		}
		m := made[0]
		if m.Text != text || m.Was != *before.Words(text) || m.Now != now || m.Entry.Reason != "un refuso" || m.Entry.Role != "administrator" || m.Entry.Name != giulia.Name || strings.Contains(m.Entry.Body, "Parole") {
			t.Errorf("the record of %s: %+v", text, m)
		}
	}
	// Another draft like it begins with the words that it has by now.
	copied, err := w.Drafts.Duplicate(t.Context(), giulia, c.Slug, func(title string) string { return title })
	if err != nil {
		t.Fatal(err)
	}
	f, err := w.Drafts.Form(t.Context(), giulia, copied.Slug)
	if err != nil {
		t.Fatal(err)
	}
	got, now := []string{f.Title, f.Question, f.Background, f.CommitmentAct, f.CommitmentSignatory, f.CommitmentMoney, f.CommitmentLeftOut}, w.Reread(t, c)
	for n, text := range consultation.Texts {
		if got[n] != *now.Words(text) {
			t.Errorf("the copy's %s is %q, the consultation says %q", text, got[n], *now.Words(text))
		}
	}
}

// TestACorrectionIsOneActInAllLanguages: each language gets its new words, and one that is left
// blank reads the first language's, not a translation of what was wrong; other texts stay.
func TestACorrectionIsOneActInAllLanguages(t *testing.T) {
	w := apptest.New(t)
	c, giulia := w.Consultation(t, apptest.Spoken("de", "sl")).Announced(), w.Person(t, "giulia")
	before := w.Reread(t, c)
	field := consultation.BackgroundText.Field()
	for _, l := range []string{"de", "sl"} {
		if before.Translations[l][field] == "" {
			t.Fatalf("no background in %s: %v", l, before.Translations)
		}
	}
	x := fix(before, consultation.BackgroundText, "Alle nove.")
	x.In = map[string]string{"de": "Um neun."}
	for range 2 { // pressed twice
		if err := w.Corrections.Correct(t.Context(), giulia, c.Slug, x); err != nil {
			t.Fatal(err)
		}
	}
	after := w.Reread(t, c)
	if de, sl := after.Translations["de"], after.Translations["sl"]; de[field] != "Um neun." || sl[field] != "" || after.In("sl").Background != "Alle nove." || de["title"] != before.Translations["de"]["title"] {
		t.Errorf("in German %q, in Slovene %q", de, sl)
	}
	_, made, err := w.Corrections.Desk(t.Context(), giulia, c.Slug)
	want := map[string]correction.Change{"de": {Was: before.Translations["de"][field], Now: "Um neun."}, "sl": {Was: before.Translations["sl"][field]}}
	if err != nil || len(made) != 1 || !maps.Equal(made[0].In, want) {
		t.Errorf("the record has %+v, %v", made, err)
	}
	// The translation alone was wrong.
	x = fix(after, consultation.BackgroundText, after.Background)
	x.In = map[string]string{"de": "Um neun Uhr."}
	if err := w.Corrections.Correct(t.Context(), giulia, c.Slug, x); err != nil || w.Reread(t, c).Translations["de"][field] != "Um neun Uhr." {
		t.Errorf("of the translation alone: %v", err)
	}
	for name, one := range map[string]struct{ lang, words, want string }{
		"the same words": {"de", "Um neun Uhr.", "now:same_words"}, "too long": {"sl", strings.Repeat("x", 20001), "now.sl:too_long"}, "another language": {"fr", "À neuf heures.", "now.fr:language_undeclared"},
	} {
		x = fix(w.Reread(t, c), consultation.BackgroundText, after.Background)
		x.In = map[string]string{"de": "Um neun Uhr.", one.lang: one.words}
		var f *fault.Fault
		if err := w.Corrections.Correct(t.Context(), giulia, c.Slug, x); !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name+":"+f.Fields[0].Code != one.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestACorrectionThatIsRefused changes nothing and writes nothing.
func TestACorrectionThatIsRefused(t *testing.T) {
	w := apptest.New(t)
	c := w.Consultation(t).Panel(1).Statements(1).Gathering()
	giulia := w.Person(t, "giulia")
	good := fix(c, consultation.TitleText, "Una piazza")
	with := func(change func(x *correction.Correction)) correction.Correction {
		x := good
		change(&x)
		return x
	}
	for name, one := range map[string]struct {
		who  account.Actor
		x    correction.Correction
		kind fault.Kind
		code string
	}{
		"nobody":                 {account.Actor{}, good, fault.Unauthenticated, ""},
		"a participant":          {w.Person(t, "anna"), good, fault.Forbidden, ""},
		"a moderator":            {w.Person(t, "marta"), good, fault.Forbidden, ""},
		"the facilitator":        {w.Person(t, "paolo"), good, fault.Forbidden, ""},
		"another administration": {w.Person(t, "elena"), good, fault.Forbidden, ""},
		"no reason":              {giulia, with(func(x *correction.Correction) { x.Reason = " " }), fault.Invalid, "reason"},
		"no words":               {giulia, with(func(x *correction.Correction) { x.Now = "\u200b" }), fault.Invalid, "now"},
		"the same words":         {giulia, with(func(x *correction.Correction) { x.Now = c.Title }), fault.Invalid, "now"},
		"too many words":         {giulia, with(func(x *correction.Correction) { x.Now = strings.Repeat("a", 201) }), fault.Invalid, "now"},
		"a promise":              {giulia, with(func(x *correction.Correction) { x.Text = "quotation" }), fault.NotFound, ""},
		"the question, asked":    {giulia, fix(c, consultation.QuestionText, "Che cosa?"), fault.Conflict, "question_asked"},
		"words that changed":     {giulia, with(func(x *correction.Correction) { x.Seen = prose.Version("altro") }), fault.Conflict, "text_changed"},
	} {
		err := w.Corrections.Correct(t.Context(), one.who, c.Slug, one.x)
		f := &fault.Fault{}
		errors.As(err, &f)
		switch {
		case fault.KindOf(err) != one.kind:
			t.Errorf("%s: %v", name, err)
		case one.kind == fault.Invalid && (len(f.Fields) != 1 || f.Fields[0].Name != one.code):
			t.Errorf("%s: %+v", name, f.Fields)
		case one.kind == fault.Conflict && f.Code != one.code:
			t.Errorf("%s: %s", name, f.Code)
		}
	}
	if _, made, err := w.Corrections.Desk(t.Context(), giulia, c.Slug); err != nil || len(made) != 0 || w.Reread(t, c).Title != c.Title {
		t.Errorf("%d corrections, %v", len(made), err)
	}
	for _, twice := range []int{1, 2} { // pressed twice: one correction
		if err := w.Corrections.Correct(t.Context(), giulia, c.Slug, good); err != nil {
			t.Fatalf("%d: %v", twice, err)
		}
	}
	if _, made, err := w.Corrections.Desk(t.Context(), giulia, c.Slug); err != nil || len(made) != 1 {
		t.Errorf("%d corrections, %v", len(made), err)
	}
	for name, who := range map[string]account.Actor{"a moderator": w.Person(t, "marta"), "a participant": w.Person(t, "anna")} {
		if _, _, err := w.Corrections.Desk(t.Context(), who, c.Slug); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	draft := w.Consultation(t, func(f *draft.Form) { f.Slug = "altra" }).Draft()
	if err := w.Corrections.Correct(t.Context(), giulia, draft.Slug, fix(draft, consultation.TitleText, "Altro")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("of a draft: %v", err)
	}
}
