package translation_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/translation"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// house is a consultation in Italian, German and English, whose first round gathered two
// statements.
type house struct {
	*testing.T
	*apptest.World
	giulia, marta, davide, paolo account.Actor
}

func open(t *testing.T) house {
	t.Helper()
	w := apptest.New(t)
	w.Found(t)
	return house{t, w, w.Person(t, "giulia"), w.Person(t, "marta"), w.Person(t, "davide"), w.Person(t, "paolo")}
}

func (h house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h house) refused(err error, kind fault.Kind, code string) {
	h.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		h.Errorf("got %v; want %q (kind %d)", err, code, kind)
	}
}

// gathered closes the first round, with two statements.
func (h house) gathered() consultation.Consultation {
	h.Helper()
	c := h.Consultation(h.T, apptest.Spoken("de", "en")).Gathering()
	h.Close(h.T, c, 1)
	h.tx(c, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		for _, text := range []string{"Affermazione 1.", "Affermazione 2."} {
			if _, err := h.Consultations.AddItem(ctx, tx, c, "", text, nil); err != nil {
				return err
			}
		}
		return nil
	})
	h.ok(h.Consultations.ReleaseRound(h.Context(), h.marta, c.Slug, 1))
	return h.Reread(h.T, c)
}

func (h house) tx(c consultation.Consultation, do func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error) {
	h.Helper()
	h.ok(h.DB.Transact(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		locked, err := lifecycle.Lock(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		return do(ctx, tx, &locked)
	}))
}

// shows gives the items of a round as it shows them.
func (h house) shows(c consultation.Consultation, round int) []consultation.Item {
	h.Helper()
	var out []consultation.Item
	h.tx(c, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) (err error) {
		out, err = lifecycle.RoundItems(ctx, tx, *c, *c.Round(round))
		return err
	})
	return out
}

// decided gives the version of the one decision.
func (h house) decided(c consultation.Consultation) string {
	h.Helper()
	all, err := h.Consultations.Decisions(h.Context(), c.ID)
	h.ok(err)
	if len(all) != 1 {
		h.Fatalf("decided: %+v", all)
	}
	return all[0].Version()
}

// sheet reads the sheet as Marta.
func (h house) sheet() translation.Sheet {
	h.Helper()
	s, err := h.Translations.Sheet(h.Context(), h.marta, apptest.Slug)
	h.ok(err)
	return s
}

// words are those of a line, as its page shows them, with others in some languages.
func words(l translation.Line, reason string, pairs ...string) translation.Words {
	w := translation.Words{Item: l.Item.ID, Version: l.Item.Version, Texts: map[string]string{}, Seen: map[string]string{}, Reason: reason}
	for _, lang := range []string{"de", "en"} {
		w.Texts[lang], w.Seen[lang] = l.Item.Translations[lang].Text, prose.Version(l.Item.Translations[lang].Text)
	}
	for i := 0; i < len(pairs); i += 2 {
		w.Texts[pairs[i]] = pairs[i+1]
	}
	return w
}

func (h house) translate(w translation.Words) error {
	return h.Translations.Translate(h.Context(), h.marta, apptest.Slug, w)
}

// TestAnnounced: what was announced is read in each language, and the record binds it beside
// the first language's words.
func TestAnnounced(t *testing.T) {
	h := open(t)
	c := h.Consultation(t, apptest.Spoken("de", "en"), func(f *draft.Form) {
		*f = f.Type("items.source", []string{"both"}).Add("given").Type("given[0].text", []string{"Una."}).
			Type("given[0].text_in.de", []string{"Eine."}).Type("given[0].text_in.en", []string{"One."})
	}).Announced()
	if got := c.In("de"); got.Title != "de title" || got.Commitment.Decider != "de commitment_decider" || got.Language != "de" || got.First() != "it" {
		t.Errorf("in German it is %q, %+v", got.Title, got.Commitment)
	}
	if got := c.In("sl"); got.Title != c.Title || got.Language != "it" {
		t.Errorf("in Slovene it is %q in %q", got.Title, got.Language)
	}
	all, err := h.Record.Of(t.Context(), c.ID)
	h.ok(err)
	bound := map[string]string{}
	for _, e := range all {
		for name, text := range e.Texts {
			bound[string(e.Type)+"/"+e.Kind+" "+name] = text
		}
	}
	for _, name := range []string{"commitment/ decider.de", "commitment/ quotation.en", "commitment/ signatory.de", "act/announce title.de", "act/announce title.en"} {
		lang := name[len(name)-2:]
		if !strings.HasPrefix(bound[name], lang+" ") {
			t.Errorf("%s is %q; the record has %v", name, bound[name], bound)
		}
	}
	items, err := h.Consultations.Items(t.Context(), c.ID)
	h.ok(err)
	if want := map[string]string{"de": "Eine.", "en": "One."}; len(items) != 1 || !cmp.Equal(items[0].Texts(), want) {
		t.Errorf("the statements are %+v", items)
	}
	if got := c.In("en").Read(items)[0]; got.Text != "One." || got.Language != "en" {
		t.Errorf("in English it reads %+v", got)
	}
}

// TestNoRoundWithoutTranslations: by hand and by the clock, no round opens while a statement
// lacks words in a declared language; then its items hold them.
func TestNoRoundWithoutTranslations(t *testing.T) {
	h := open(t)
	ctx, c := t.Context(), h.gathered()
	err := h.Consultations.OpenRound(ctx, h.paolo, c.Slug, 2)
	h.refused(err, fault.Conflict, "translations_missing")
	if f := (*fault.Fault)(nil); !errors.As(err, &f) || f.Args["numbers"] != "1, 2" {
		t.Errorf("it does not name the statements: %v", err)
	}
	before := h.Reread(t, c).Round(2).PlannedAt
	h.Clock.Add(before.Sub(h.DB.Now()) + time.Minute)
	h.Drain(t)
	if now := h.Reread(t, c).Round(2); now.State != consultation.RoundPlanned || !now.PlannedAt.After(before) {
		t.Errorf("round 2 is %s, planned %s", now.State, now.PlannedAt)
	}
	s := h.sheet()
	h.ok(h.translate(words(s.Lines[0], "", "de", "Aussage 1.", "en", "Statement 1.")))
	h.ok(h.translate(words(s.Lines[1], "", "de", "Aussage 2.", "en", "")))
	err = h.Consultations.OpenRound(ctx, h.paolo, c.Slug, 2)
	h.refused(err, fault.Conflict, "translations_missing")
	if f := (*fault.Fault)(nil); !errors.As(err, &f) || f.Args["numbers"] != "2" {
		t.Errorf("it names others: %v", err)
	}
	if s = h.sheet(); s.Lacking() != 1 || !slices.Equal(s.Lacks(s.Lines[1]), []string{"en"}) {
		t.Errorf("%d statements lack words: %v", s.Lacking(), s.Lacks(s.Lines[1]))
	}
	h.ok(h.translate(words(s.Lines[1], "", "en", "Statement 2.")))
	h.ok(h.Consultations.OpenRound(ctx, h.paolo, c.Slug, 2))
	items, err := h.Consultations.Items(ctx, c.ID)
	h.ok(err)
	if document := string(consultation.ItemsDocument(items)); !strings.Contains(document, `"texts":{"de":"Aussage 1.","en":"Statement 1."}`) {
		t.Errorf("the round's items are %s", document)
	}
}

// TestWhoTranslates: a moderator who is named, until it ends, in the declared languages.
func TestWhoTranslates(t *testing.T) {
	h := open(t)
	ctx, c := t.Context(), h.gathered()
	line := h.sheet().Lines[0]
	w := words(line, "", "de", "Aussage 1.")
	for name, one := range map[string]struct {
		actor account.Actor
		kind  fault.Kind
		code  string
	}{
		"nobody":                       {account.Actor{}, fault.Unauthenticated, "sign_in"},
		"a panelist":                   {h.Person(t, "anna"), fault.Forbidden, "not_staff"},
		"a moderator who is not named": {h.Newcomer(t, "Mirta", "riva/moderator"), fault.Forbidden, "not_staff"},
		"a moderator of another town":  {h.Person(t, "nicola"), fault.Forbidden, "not_staff"},
		"the administrator":            {h.giulia, fault.Forbidden, "wrong_role"},
		"the facilitator":              {h.paolo, fault.Forbidden, "wrong_role"},
	} {
		t.Run(name, func(t *testing.T) {
			house{T: t}.refused(h.Translations.Translate(ctx, one.actor, c.Slug, w), one.kind, one.code)
		})
	}
	for name, one := range map[string]struct {
		w    translation.Words
		want string
	}{
		"too long":           {words(line, "", "de", strings.Repeat("x", consultation.ItemMost+1)), "text.de:too_long"},
		"an unseen letter":   {words(line, "", "en", "a\u202eb"), "text.en:"},
		"another language":   {words(line, "", "sl", "Trditev 1."), "text.sl:language_undeclared"},
		"the first language": {words(line, "", "it", "Altro."), "text.it:language_undeclared"},
		"a reason too long":  {words(line, strings.Repeat("x", 601), "de", "Aussage."), "reason:too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			var f *fault.Fault
			if err := h.translate(one.w); !errors.As(err, &f) || len(f.Fields) != 1 || !strings.HasPrefix(f.Fields[0].Name+":"+f.Fields[0].Code, one.want) {
				t.Errorf("got %v; want %s", err, one.want)
			}
		})
	}
	h.refused(h.translate(translation.Words{Item: uuid.New(), Version: 1, Texts: map[string]string{"de": "x"}}), fault.NotFound, "no_item")
	h.ok(h.translate(w))
	h.ok(h.translate(w)) // pressed twice
	entries, err := h.Record.Of(ctx, c.ID)
	h.ok(err)
	var acts []ledger.Entry
	for _, e := range entries {
		if e.Kind == "translate" {
			acts = append(acts, e)
		}
	}
	if want := map[string]string{"text": "Aussage 1.", "was": ""}; len(acts) != 1 || acts[0].Role != "moderator" || acts[0].Target != "statement 1" || acts[0].Texts["text"] != want["text"] || !strings.Contains(acts[0].Body, `"language":"de"`) {
		t.Errorf("the record has %+v", acts)
	}
	// Davide saw the page before Marta translated.
	h.refused(h.Translations.Translate(ctx, h.davide, c.Slug, words(line, "", "de", "Behauptung 1.")), fault.Conflict, "translation_changed")
	h.ok(h.Consultations.Suspend(ctx, h.giulia, c.Slug, "Lavori."))
	h.refused(h.translate(words(h.sheet().Lines[0], "", "en", "One.")), fault.Conflict, "suspended")
	h.ok(h.Consultations.Resume(ctx, h.giulia, c.Slug))
	h.ok(h.Consultations.Withdraw(ctx, h.giulia, c.Slug, "Non serve più."))
	h.refused(h.translate(words(line, "", "en", "One.")), fault.Conflict, "wrong_stage")
}

// TestOneLanguage: where a consultation is held in one language, nothing is translated and
// rounds open as ever.
func TestOneLanguage(t *testing.T) {
	h := open(t)
	c := h.Consultation(t).Statements(1).People(h.Person(t, "anna")).Answering(2)
	s := h.sheet()
	if s.Lacking() != 0 || len(s.Lines) != 1 {
		t.Errorf("%+v", s)
	}
	h.refused(s.Refused, fault.Conflict, "one_language")
	h.refused(h.translate(words(s.Lines[0], "", "de", "Aussage.")), fault.Conflict, "one_language")
	items, err := h.Consultations.Items(t.Context(), c.ID)
	h.ok(err)
	if document := string(consultation.ItemsDocument(items)); strings.Contains(document, "texts") {
		t.Errorf("the items of one language are written as %s", document)
	}
}

// TestRewordedAndMended: new words in the first language need new translations, and those
// that come back have theirs again; a translation that a round has shown is mended in a new
// version, with a reason.
func TestRewordedAndMended(t *testing.T) {
	h := open(t)
	ctx, c := t.Context(), h.gathered()
	for _, l := range h.sheet().Lines {
		h.ok(h.translate(words(l, "", "de", "Aussage.", "en", "Statement.")))
	}
	h.ok(h.translate(words(h.sheet().Lines[0], "", "de", "Aussage 1."))) // no round has shown it: no reason, no version
	h.ok(h.Consultations.OpenRound(ctx, h.paolo, c.Slug, 2))
	if l := h.sheet().Lines[0]; l.Item.Version != 1 || !l.Shown || l.Item.Translations["de"].Text != "Aussage 1." {
		t.Errorf("%+v", l)
	}
	err := h.translate(words(h.sheet().Lines[0], "", "de", "Behauptung 1."))
	if f := (*fault.Fault)(nil); !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != "reason" {
		t.Errorf("mended without a reason: %v", err)
	}
	h.ok(h.translate(words(h.sheet().Lines[0], "Non era fedele.", "de", "Behauptung 1.")))
	l := h.sheet().Lines[0]
	if l.Item.Version != 2 || l.Item.Text != "Affermazione 1." || l.Item.Translations["de"].Text != "Behauptung 1." || l.Item.Translations["en"].Text != "Statement." || l.Item.Was != "" {
		t.Errorf("mended it is %+v", l.Item)
	}
	if shown := h.shows(c, 2); shown[0].Version != 1 || shown[0].Translations["de"].Text != "Aussage 1." {
		t.Errorf("the open round shows %+v", shown[0])
	}
	c = h.Close(t, c, 2)
	h.ok(h.Facilitation.Reword(ctx, h.paolo, c.Slug, l.Item.ID, consultation.Rewording{Texts: []string{"Una frase chiara."}, Reason: "È ambigua."}, ""))
	h.refused(h.Consultations.OpenRound(ctx, h.paolo, c.Slug, 3), fault.Conflict, "translations_missing")
	l = h.sheet().Lines[0]
	if want := map[string]string{"de": "Behauptung 1.", "en": "Statement."}; l.Item.Texts() != nil || !cmp.Equal(l.Before, want) || l.Shown {
		t.Errorf("reworded it is %+v, before %v", l.Item, l.Before)
	}
	h.ok(h.Facilitation.Undecide(ctx, h.paolo, c.Slug, l.Item.ID, h.decided(c)))
	if l = h.sheet().Lines[0]; l.Item.Text != "Affermazione 1." || l.Item.Translations["de"].Text != "Behauptung 1." {
		t.Errorf("taken back it is %+v", l.Item)
	}
	h.ok(h.Consultations.OpenRound(ctx, h.paolo, c.Slug, 3))
	// Who answered the first wording in German reads what it said before.
	if shown := h.shows(c, 3); shown[0].Translations["de"].Was != "Aussage 1." || shown[0].Translations["en"].Was != "" || shown[0].Was != "" {
		t.Errorf("round 3 shows %+v", shown[0])
	}
}

// TestContributionsHaveTheirLanguage: what somebody writes has the language in which they read,
// where the consultation is held in it, and keeps it when its round closes where enough people
// wrote in it: a language of one would lead from an alias to the reasons of a panelist.
func TestContributionsHaveTheirLanguage(t *testing.T) {
	h := open(t)
	anna := h.Person(t, "anna")
	c := h.Consultation(t, apptest.Spoken("de", "en")).People(anna).Panel(9).Gathering()
	alias, err := h.Panel.Alias(t.Context(), anna, c.ID)
	h.ok(err)
	want := map[string]string{}
	for body, lang := range map[string]string{"Più ombra.": "it", "Mehr Schatten.": "de", "More shade.": "en", "Več sence.": "sl"} {
		_, err := h.Contributions.Contribute(t.Context(), alias, c.ID, body, lang)
		h.ok(err)
		want[body] = strings.TrimPrefix(strings.TrimPrefix(lang, "it"), "sl")
	}
	for n := range 9 {
		other, err := h.Panel.Alias(t.Context(), h.Panelist(t, n), c.ID)
		h.ok(err)
		for body, lang := range map[string]string{"Meno auto.": "it", "Weniger Autos.": "de"} {
			_, err := h.Contributions.Contribute(t.Context(), other, c.ID, body, lang)
			h.ok(err)
		}
	}
	language := func(all []contribution.Contribution) map[string]string {
		out := map[string]string{}
		for _, one := range all {
			out[one.Body] = one.Language
		}
		return out
	}
	own, err := h.Contributions.Own(t.Context(), alias, c.ID)
	h.ok(err)
	if got := language(own); !cmp.Equal(got, want) {
		t.Errorf("sealed they are in %v", got)
	}
	h.Close(t, c, 1)
	want["More shade."] = ""
	own, err = h.Contributions.Own(t.Context(), alias, c.ID)
	h.ok(err)
	if got := language(own); !cmp.Equal(got, want) {
		t.Errorf("unsealed they are in %v", got)
	}
}
