package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres"
	"delfi/web/webtest"
)

// foreign begins every text that people write in the consultation of the test; no hash in
// base64 can contain it.
const foreign = "Ørk"

// TestWhatPeopleWroteSaysItsLanguage crawls the site in both languages as every audience,
// with a consultation in English: each text that somebody wrote in it says that it is.
func TestWhatPeopleWroteSaysItsLanguage(t *testing.T) {
	t.Parallel()
	h := webtest.Open(t)
	if _, err := h.Accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"}); err != nil {
		t.Fatal(err)
	}
	w := walk{t, h, h.Site(t, playing)}
	who := map[string]*webtest.Browser{"stranger": w.site.Stranger()}
	for _, name := range []string{"giulia", "marta", "paolo", "anna", "karim", "lucia"} {
		who[name] = w.as(name)
	}
	const slug, at, desk = "arcades", "/consultations/arcades", "/desk/arcades"
	giulia, paolo := h.Person(t, "giulia"), h.Person(t, "paolo")
	form := w.complete(slug)
	form.Set("language", "en")
	for _, name := range []string{"title", "question", "background", "commitment_quotation", "commitment_decider", "commitment_subject", "commitment_act", "commitment_signatory", "commitment_money", "commitment_left_out"} {
		form.Set(name, foreign+" "+name)
	}
	w.drafted(who["giulia"], form)
	seen := map[string]bool{}
	w.speaks(who, seen, "/desk/arcades/draft/question")
	w.must(h.Consultations.Announce(t.Context(), giulia, slug))
	w.must(h.Consultations.Start(t.Context(), giulia, slug))
	for _, name := range []string{"anna", "karim", "lucia"} {
		enrol := w.form(who[name], at+"/enrol", at+"/enrol")
		w.sent(who[name], enrol.action, enrol.with("read", "on"))
		w.sent(who[name], at+"/contributions", url.Values{"act": {"write"}, "body": {foreign + " contribution of " + name}})
	}
	w.sent(who["giulia"], desk+"/suspend", url.Values{"reason": {foreign + " suspension"}})
	w.speaks(who, seen)
	w.must(h.Consultations.Resume(t.Context(), giulia, slug))
	w.must(h.Consultations.CloseRound(t.Context(), paolo, slug, 1, foreign+" closing"))
	w.must(h.Jobs.Drain(t.Context()))
	lines := who["marta"].Get(t, desk+"/contributions").Page.Find("input[type=checkbox][name=c]")
	c := func(n int) string { return lines.Eq(n).AttrOr("value", "") }
	w.sent(who["giulia"], desk+"/rules", url.Values{"version": {"1"}, "title_1": {foreign + " rule"}, "words_1": {foreign + " words of the rule"}})
	w.sent(who["marta"], desk+"/contributions", url.Values{"act": {"merge"}, "rule": {"2.1"}, "c": {c(0)}, "destination": {"new"}, "text": {foreign + " statement"}, "reason": {foreign + " merge"}, "left_out": {foreign + " left out"}})
	w.sent(who["marta"], desk+"/contributions", url.Values{"act": {"reject"}, "rule": {"2.1"}, "c": {c(1)}, "reason": {foreign + " rejection"}})
	w.sent(who["marta"], desk+"/contributions/"+c(2)+"/remove", url.Values{"ground": {foreign + " ground"}})
	w.sent(who["marta"], desk+"/contributions", url.Values{"act": {"reject"}, "rule": {"2.1"}, "c": {c(2)}, "reason": {foreign + " rejection"}})
	item := who["marta"].Get(t, desk+"/contributions?c="+c(0)).Page.Find("input[name=item]").Last().AttrOr("value", "")
	appeal := w.form(who["anna"], at+"/appeals", at+"/appeals")
	w.sent(who["anna"], appeal.action, appeal.with("words", foreign+" appeal"))
	w.must(h.Jobs.Do(t.Context(), moderation.Opening{}))
	w.speaks(who, seen, desk+"/contributions?c="+c(2)+"&item="+item)
	w.sent(w.as("davide"), desk+"/appeals", url.Values{"appeal": appeal.values["appeal"], "subject": appeal.values["subject"], "outcome": {"partly"}, "words": {foreign + " decision"}})
	w.must(h.Consultations.ReleaseRound(t.Context(), h.Person(t, "marta"), slug, 1))
	w.must(h.Consultations.OpenRound(t.Context(), paolo, slug, 2))
	for _, name := range []string{"anna", "karim", "lucia"} {
		w.sent(who[name], at+"/rounds/2", url.Values{"all": {"1"}, "act": {"review"}, "answer_1": {"9"}, "reason_1": {foreign + " reason of " + name}})
	}
	w.speaks(who, seen, at+"/rounds/2?review=1", at+"/rounds/2?item=1")
	for _, name := range []string{"anna", "karim", "lucia"} {
		w.sent(who[name], at+"/rounds/2", url.Values{"act": {"deliver"}})
	}
	w.must(h.Consultations.CloseRound(t.Context(), paolo, slug, 2, foreign+" closing"))
	w.must(h.Jobs.Drain(t.Context()))
	w.speaks(who, seen)
	w.must(h.Consultations.Conclude(t.Context(), paolo, slug, foreign+" conclusion"))
	w.must(h.Jobs.Drain(t.Context()))
	w.sent(who["paolo"], desk+"/minority", url.Values{"act": {"show"}, "minority": {foreign + " minority"}})
	w.speaks(who, seen)
	// A week later, when the panel has read the report.
	later := h.Beside(t, postgres.WithClock(func() time.Time { return time.Now().AddDate(0, 0, 8) }))
	w.must(later.Consultations.Publish(t.Context(), giulia, slug, consultation.OpinionTexts{Summary: foreign + " summary", Limitations: foreign + " limitations"}))
	w.speaks(who, seen)
	for _, word := range []string{"title", "question", "background", "commitment_quotation", "commitment_decider", "commitment_act", "commitment_signatory", "suspension", "statement", "merge", "rejection", "ground", "rule", "words of the rule", "appeal", "decision", "minority", "summary", "limitations"} {
		if !slices.ContainsFunc(keysOf(seen), func(s string) bool { return strings.HasPrefix(s, foreign+" "+word) }) {
			t.Errorf("no page shows %q: the test sees too little", word)
		}
	}
}

func keysOf(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

// speaks crawls what each reads, and looks for the language of each text of the test.
func (w walk) speaks(who map[string]*webtest.Browser, seen map[string]bool, more ...string) {
	w.Helper()
	wrong := map[string]bool{}
	for name, b := range who {
		for _, prefix := range []string{"", "/en"} {
			if name == "karim" || name == "lucia" || prefix != "" && !slices.Contains([]string{"giulia", "anna", "stranger"}, name) {
				continue // they read what Anna reads, and in English what Giulia reads
			}
			from := []string{prefix + "/consultations/arcades", prefix + "/desk/arcades", prefix + "/me", prefix + "/desk", prefix + "/record/arcades"}
			if prefix == "" {
				from = append(from, "/")
			} else {
				from = append(from, "/en")
			}
			for _, path := range more {
				from = append([]string{prefix + path}, from...)
			}
			for _, p := range b.Crawl(w.T, from...) {
				for n := range p.Page.Nodes[0].Descendants() {
					if n.Type != html.TextNode || within(n, "title") || within(n, "script") {
						continue
					}
					if strings.ContainsAny(n.Data, "\x02\x03\x1f") {
						w.Errorf("%s reads marks at %s: %q", name, p.Path, n.Data)
					}
					if !strings.Contains(n.Data, foreign) {
						continue
					}
					i := strings.Index(n.Data, foreign)
					seen[n.Data[i:]] = true
					if lang := langOf(n); lang != "en" && !wrong[n.Data] {
						wrong[n.Data] = true
						w.Errorf("%s reads at %s, in %q: %q", name, p.Path, lang, n.Data)
					}
				}
			}
		}
	}
}

// within tells whether a node stands within an element of a name.
func within(n *html.Node, element string) bool {
	for up := n.Parent; up != nil; up = up.Parent {
		if up.Data == element {
			return true
		}
	}
	return false
}

// langOf is the nearest language that is said of a node.
func langOf(n *html.Node) string {
	for up := n.Parent; up != nil; up = up.Parent {
		for _, a := range up.Attr {
			if a.Key == "lang" {
				return a.Val
			}
		}
	}
	return ""
}
