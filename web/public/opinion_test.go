package public

import (
	"fmt"
	"strings"
	"testing"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/report/schema"
	"delfi/web/i18n"
	"delfi/web/page"
)

// An opinion promises no reply that nobody owes, asks for no other side than one that
// is none, lists nothing of which there is none, and names days and targets in the
// reader's words; headings go down one step at a time.
func TestOpinionSaysNoMoreThanItsDocument(t *testing.T) {
	o, _ := judged(t, frozen(t), 40, [][]int{spread(34, 8, 6, 2), spread(20, 2, 20, 8)}, [][]int{spread(34, 8, 6, 2), spread(20, 2, 20, 8)})
	o.Deviations = []schema.Deviation{
		{On: "2026-02-11", Kind: "settle", Target: "statement 2", Reason: "Basta così."},
		{On: "2026-02-08", Kind: "extend", Target: "round 3", Reason: "Neve."},
	}
	for lang, want := range map[string][]string{
		"it": {"11 febbraio 2026 · Affermazione chiusa · affermazione 2", "8 febbraio 2026 · Giro prolungato · giro 3"},
		"en": {"11 February 2026 · Statement settled · statement 2", "8 February 2026 · Round extended · round 3"},
	} {
		q := &page.Request{Printer: i18n.Printer{Lang: lang}}
		text := textOf(drawnIn(t, lang, o), "main")
		for _, one := range want {
			if !strings.Contains(text, one) {
				t.Errorf("%s: the page does not say %q", lang, one)
			}
		}
		if strings.Contains(text, "2026-02") || strings.Contains(text, "0 tabelle") || strings.Contains(text, "0 tables") {
			t.Errorf("%s: a bare date, or a count of nothing", lang)
		}
		if !strings.Contains(text, q.T("consultation.dissent.nobody")) {
			t.Errorf("%s: nobody wrote a reason, and the page does not say so", lang)
		}
		if !strings.Contains(text, q.T("consultation.minority.replied")) {
			t.Errorf("%s: the administration owes a reply to the minority", lang)
		}
		imported := o
		imported.view.Origin = &consultation.Origin{Name: "Polis"}
		imported.Opinion.Origin = &schema.Origin{Name: "Polis"}
		imported.view.Protocol.Rounds = []protocol.RoundPlan{{Kind: delphi.StandingKind}}
		text = textOf(drawnIn(t, lang, imported), "main")
		if strings.Contains(text, q.T("consultation.minority.replied")) || strings.Contains(text, q.T("consultation.opinion.by_round")) || !strings.Contains(text, q.T("consultation.opinion.by_round_standing")) {
			t.Errorf("%s: an import is promised a reply, or its releases are called rounds", lang)
		}
		// The releases before the closing are rounded: nothing is said of them as if exact.
		if !strings.Contains(text, q.T("consultation.opinion.steps")) || !strings.Contains(text, q.T("ui.stability.rounded")) || strings.Contains(textOf(drawnIn(t, lang, o), "main"), q.T("consultation.opinion.steps")) {
			t.Errorf("%s: releases in steps of 5 are not told from exact figures", lang)
		}
		if !strings.Contains(text, q.T("consultation.opinion.took_part")) || !strings.Contains(text, q.T("consultation.protocol.elsewhere", "name", "Polis")) {
			t.Errorf("%s: the page does not say that an import is read by rules that its people did not know", lang)
		}
		for _, key := range []string{"consultation.opinion.enrolled", "consultation.opinion.who_left", "consultation.protocol.anonymity_sealed-key", "consultation.protocol.stop_by_hand", "consultation.protocol.ask_reason", "consultation.protocol.late"} {
			if strings.Contains(text, q.T(key)) {
				t.Errorf("%s: an import is said %q, which nobody knows of it", lang, q.T(key))
			}
		}
	}
	level := 0
	for _, n := range drawnIn(t, "it", o).Find("main h1, main h2, main h3, main h4, main h5, main h6").Nodes {
		now := int(n.Data[1] - '0')
		if now > level+1 {
			t.Errorf("h%d follows h%d", now, level)
		}
		level = now
	}
}

// The acts of those who steer are theirs: what the system did by itself is not among
// them.
func TestActsOfTheSystemAreNobodys(t *testing.T) {
	o := opinionView{Opinion: schema.Opinion{Acts: []schema.ActCount{{Kind: "close", Role: "system", Count: 12}, {Kind: "go-on", Role: "facilitator", Count: 6}, {Kind: "merge", Role: "moderator", Count: 2}}}}
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	found := false
	for _, f := range o.facts(q) {
		found = found || f.Name == q.T("consultation.opinion.acts") && fmt.Sprint(f.Value) == "8"
	}
	if !found {
		t.Errorf("%+v", o.facts(q))
	}
}

// Where no dissent stands the page says what is known: that nobody wrote, that nobody
// was asked, or that nobody said a side, which is less than that nobody dissents.
func TestNoDissentSaysNoMoreThanIsKnown(t *testing.T) {
	sided := verdict.Verdict{Key: verdict.Majority, Direction: verdict.High, Side: delphi.For}
	wrote := []schema.ItemRound{{Round: 2, Reasons: []feedback.Reason{{Text: "perché sì"}}}}
	o := opinionView{}
	o.view.Protocol.Feedback.Reasons = "outside-first"
	unasked := opinionView{}
	unasked.view.Protocol.Feedback.Reasons = "none"
	for name, c := range map[string]struct {
		o       opinionView
		v       verdict.Verdict
		history []schema.ItemRound
		want    string
	}{
		"nobody wrote":              {o, sided, nil, "nobody"},
		"nobody was asked":          {unasked, sided, nil, "unasked"},
		"nobody said a side":        {o, sided, wrote, "none"},
		"neither, and none to take": {o, verdict.Verdict{Key: verdict.Bipolarity, Side: delphi.For}, wrote, "none_sideless"},
		"open":                      {o, verdict.Verdict{Key: verdict.Open, Side: delphi.NoSide}, wrote, "none_sideless"},
	} {
		q := &page.Request{Printer: i18n.Printer{Lang: "en"}}
		if got := undissented(q, c.o, schema.Item{ItemFigures: schema.ItemFigures{Verdict: c.v, History: c.history}}); got != q.T("consultation.dissent."+c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What staff did not say stands as "not reported", never as a blank.
func TestNotReported(t *testing.T) {
	var b strings.Builder
	if err := text(opinionView{}, "").Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "non riportato") {
		t.Error(b.String())
	}
}
