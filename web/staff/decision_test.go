package staff

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/web/page"
)

// between is a statement between two rounds, as its document has it.
func between(v verdict.Verdict, action verdict.Action, f verdict.Figures) (deskView, decisionView) {
	c := consultation.Consultation{Slug: "x", Title: "Prova", Language: "it", Protocol: protocol.Protocol{
		Rounds:     []protocol.RoundPlan{{Kind: delphi.AnswerRound}, {Kind: delphi.AnswerRound}},
		ItemKinds:  []delphi.ItemKind{{ID: "k", Kind: delphi.ScaleForm, Points: 9, Classes: delphi.DefaultClasses(9), Low: map[string]string{}, High: map[string]string{}}},
		Consensus:  protocol.ConsensusPlan{Rule: protocol.RuleShare, Share: &protocol.ShareRule{From: 7, To: 9, Permille: 750}},
		Stability:  protocol.StabilityPlan{Scheibe: 150},
		Disclosure: protocol.Disclosure{MinN: 5, LeftOutN: 5},
	}}
	d := decisionView{
		Item: consultation.Item{ID: uuid.UUID{1}, Number: 5, Text: "La sosta è tolta.", Kind: "k"},
		Feedback: feedback.ItemResult{
			Number: 5, Kind: "k", Verdict: v, Figures: f, Counts: table.ItemCounts{Paired: 80, LeftBefore: 4, LeftAfter: 3},
			Proposal: verdict.Proposal{Action: action, Grounds: []verdict.Ground{
				{Code: "stable", Holds: false}, {Code: "last_round", Holds: false}, {Code: "cannot_judge", Holds: true, Value: stat.Of(141), Limit: 100},
			}},
		},
	}
	return deskView{Consultation: c, Facilitator: true, Decisions: []decisionView{d}, Rounds: []feedback.Document{{Round: 2}}}, d
}

// A decision names the side, says the figures beside what the protocol asks, and that
// it was no last round is not held against it.
func TestADecisionSaysItsGrounds(t *testing.T) {
	figures := verdict.Figures{
		N: 80, Histogram: []int{17, 16, 0, 0, 13, 0, 0, 17, 17}, Agreement: stat.Of(-0.08),
		Q1: stat.Of(1.25), Median: stat.Of(5), Q3: stat.Of(8), Sides: &verdict.SideCounts{For: 34, Between: 13, Against: 33},
		Scheibe: stat.Of(0.05), Unchanged: stat.Of(0.4), Within: stat.Of(0.68), Bound: verdict.Bound{Within: true},
	}
	v, d := between(verdict.Verdict{
		Key: verdict.Open, If: verdict.Bipolarity, IfSide: delphi.For, Cause: verdict.AnswersMoved, Grounds: []verdict.Ground{
			{Code: "response", Holds: true, Value: stat.Of(800), Limit: 500},
			{Code: "scheibe", Holds: true, Value: stat.Of(50), Limit: 150, Detail: "90"},
			{Code: "within", Holds: false, Value: stat.Of(680), Limit: 700, Detail: "at-least"},
		},
	}, verdict.GoOn, figures)
	var b bytes.Buffer
	if err := decision(v, d).Render(page.With(t.Context(), page.From(t.Context())), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(doc.Text()), " ")
	for _, want := range []string{
		"Tra gli ultimi due giri troppe risposte sono cambiate. Decide il prossimo giro.",
		"Le quote si sono spostate del 5 %: si chiede meno del 15 % (il caso da solo darebbe circa il 9 %)",
		"È rimasto entro un punto almeno il 68 % di chi ha risposto a entrambi i giri: si chiede almeno il 70 %",
		"Ha detto «non saprei» il 14 %: si riformula dal 10 %",
		"Se le risposte fossero ferme, l’esito sarebbe «Due poli».",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said: %s", want, got)
		}
	}
	if strings.Contains(got, "ultimo giro") || strings.Contains(got, "mediana") {
		t.Errorf("a last round or a median of two camps is spoken of: %s", got)
	}
	if got := d.kept(page.From(t.Context())); strings.ReplaceAll(got, "\u00a0", " ") != "almeno 68 %" {
		t.Errorf("kept: %q", got)
	}
}
