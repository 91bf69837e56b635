package ui_test

import (
	"strings"
	"testing"
	"time"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// rules is a protocol as far as verdicts read one.
func rules(permille int) protocol.Protocol {
	return protocol.Protocol{
		Rounds:     []protocol.RoundPlan{{Kind: delphi.AnswerRound}, {Kind: delphi.AnswerRound}},
		ItemKinds:  []delphi.ItemKind{{ID: "k", Kind: delphi.ScaleForm, Points: 9, Classes: delphi.DefaultClasses(9)}},
		Consensus:  protocol.ConsensusPlan{Rule: protocol.RuleShare, Scope: "panel", Share: &protocol.ShareRule{From: 7, To: 9, Permille: permille}},
		Stability:  protocol.StabilityPlan{Scheibe: 150},
		Disclosure: protocol.Disclosure{MinN: 5, LeftOutN: 5},
	}
}

// thirds are figures of which so many answers are against, in the middle and in favour.
func thirds(against, middle, favour int) verdict.Figures {
	return verdict.Figures{
		N: against + middle + favour, Histogram: []int{0, against, 0, 0, middle, 0, 0, favour, 0},
		Sides: &verdict.SideCounts{For: favour, Between: middle, Against: against},
	}
}

func failed(code string, limit int) []verdict.Ground {
	return []verdict.Ground{{Code: code, Limit: limit}}
}

// Each line of docs/EXPERIENCE.md's table of verdicts, by side and in both languages.
func TestVerdictTable(t *testing.T) {
	short := failed("share", 750)
	for _, c := range []struct {
		verdict        verdict.Verdict
		figures        verdict.Figures
		permille       int
		itWord, it     string
		enWord, en     string
		shape, theSide string
	}{
		{verdict.Verdict{Key: verdict.Consensus, Side: delphi.For}, verdict.Figures{}, 750,
			"Consenso a favore", "Almeno 3 persone su 4 sono a favore, e le risposte sono ferme.",
			"Consensus in favour", "At least 3 in 4 are in favour, and answers hold.", "consensus", "for"},
		{verdict.Verdict{Key: verdict.Consensus, Side: delphi.Against}, verdict.Figures{}, 667,
			"Consenso contro", "Almeno 2 persone su 3 sono contro, e le risposte sono ferme.",
			"Consensus against", "At least 2 in 3 are against, and answers hold.", "consensus", "against"},
		{verdict.Verdict{Key: verdict.Consensus, Side: delphi.Between}, verdict.Figures{}, 800,
			"Consenso nel mezzo", "Almeno 4 persone su 5 sono nel mezzo, e le risposte sono ferme.",
			"Consensus in the middle", "At least 4 in 5 are in the middle, and answers hold.", "consensus", "middle"},
		{verdict.Verdict{Key: verdict.Consensus, Side: delphi.For}, verdict.Figures{}, 825,
			"Consenso a favore", "Almeno l’82,5 % è a favore, e le risposte sono ferme.",
			"Consensus in favour", "At least 82.5 % are in favour, and answers hold.", "consensus", "for"},
		{verdict.Verdict{Key: verdict.Consensus, Side: delphi.For, Unanimous: true, Grounds: []verdict.Ground{{Code: "no_stability_gate", Holds: true}}}, verdict.Figures{}, 750,
			"Consenso a favore", "Tutte le risposte sono a favore.",
			"Consensus in favour", "All answers are in favour.", "consensus", "for"},
		{verdict.Verdict{Key: verdict.Majority, Side: delphi.For, Grounds: short}, verdict.Figures{}, 750,
			"Maggioranza a favore", "Più di metà è a favore, meno di quanto chiesto per il consenso.",
			"Majority in favour", "More than half are in favour, fewer than consensus needs.", "majority", "for"},
		{verdict.Verdict{Key: verdict.Majority, Side: delphi.Against, Grounds: short}, verdict.Figures{}, 750,
			"Maggioranza contro", "Più di metà è contro, meno di quanto chiesto per il consenso.",
			"Majority against", "More than half are against, fewer than consensus needs.", "majority", "against"},
		{verdict.Verdict{Key: verdict.Majority, Side: delphi.Between, Grounds: short}, verdict.Figures{}, 750,
			"Maggioranza nel mezzo", "Più di metà è nel mezzo, meno di quanto chiesto per il consenso.",
			"Majority in the middle", "More than half are in the middle, fewer than consensus needs.", "majority", "middle"},
		{verdict.Verdict{Key: verdict.Majority, Side: delphi.For}, verdict.Figures{}, 750,
			"Maggioranza a favore", "Più di metà è a favore, ma la regola del consenso non è soddisfatta.",
			"Majority in favour", "More than half are in favour, but the rule for consensus is not met.", "majority", "for"},
		{verdict.Verdict{Key: verdict.Plurality, Side: delphi.For}, verdict.Figures{}, 750,
			"Maggioranza relativa a favore", "A favore è la posizione più frequente, ma non arriva alla metà.",
			"Plurality in favour", "In favour is the most frequent position, short of half.", "plurality", "for"},
		{verdict.Verdict{Key: verdict.Plurality, Side: delphi.Against}, verdict.Figures{}, 750,
			"Maggioranza relativa contro", "Contro è la posizione più frequente, ma non arriva alla metà.",
			"Plurality against", "Against is the most frequent position, short of half.", "plurality", "against"},
		{verdict.Verdict{Key: verdict.Plurality, Side: delphi.Between, Grounds: []verdict.Ground{{Code: "largest_class", Value: stat.Of(500)}}}, verdict.Figures{}, 750,
			"Maggioranza relativa nel mezzo", "Nel mezzo è la posizione più frequente: esattamente la metà, non di più.",
			"Plurality in the middle", "In the middle is the most frequent position: exactly half, and no more.", "plurality", "middle"},
		{verdict.Verdict{Key: verdict.Bipolarity, Side: delphi.Against}, thirds(47, 12, 41), 750,
			"Due poli", "Due parti opposte, ciascuna con più di un terzo, e pochi in mezzo. La parte più numerosa è contro.",
			"Two poles", "Two opposite camps, each over a third, few between. The larger camp is against.", "bipolarity", "against"},
		{verdict.Verdict{Key: verdict.Bipolarity, Side: delphi.For}, thirds(42, 0, 58), 750,
			"Due poli", "Due parti opposte, ciascuna con più di un terzo. La parte più numerosa è a favore.",
			"Two poles", "Two opposite camps, each over a third. The larger camp is in favour.", "bipolarity", "for"},
		{verdict.Verdict{Key: verdict.Bipolarity, Side: delphi.NoSide}, thirds(40, 20, 40), 750,
			"Due poli", "Due parti opposte, ciascuna con più di un terzo, e pochi in mezzo. Le due parti sono uguali.",
			"Two poles", "Two opposite camps, each over a third, few between. The two camps are equal.", "bipolarity", ""},
		{verdict.Verdict{Key: verdict.Disagreement, Side: delphi.NoSide}, thirds(6, 46, 48), 750,
			"Divisi", "Nessuna posizione prevale: 48 % a favore, 46 % nel mezzo, 6 % contro.",
			"Divided", "No position leads: 48 % in favour, 46 % in the middle, 6 % against.", "disagreement", ""},
		{verdict.Verdict{Key: verdict.Disagreement, Side: delphi.NoSide, Grounds: failed("rand_ipras", 3000)}, thirds(30, 10, 60), 750,
			"Divisi", "Le risposte sono troppo distanti tra loro per la regola RAND/UCLA: 60 % a favore, 10 % nel mezzo, 30 % contro.",
			"Divided", "Answers lie too far apart for the RAND/UCLA rule: 60 % in favour, 10 % in the middle, 30 % against.", "disagreement", ""},
		{verdict.Verdict{Key: verdict.Unstable, Cause: verdict.AnswersMoved}, verdict.Figures{}, 750,
			"In movimento", "Tra gli ultimi due giri troppe risposte sono cambiate.",
			"Still moving", "Too many answers changed between the last two rounds.", "unstable", ""},
		{verdict.Verdict{Key: verdict.Unstable, Cause: verdict.PanelChanged}, verdict.Figures{}, 750,
			"In movimento", "Le risposte tengono, ma è cambiato chi risponde.",
			"Still moving", "Answers hold, but who answers has changed.", "unstable", ""},
		{verdict.Verdict{Key: verdict.Unstable}, verdict.Figures{}, 750,
			"In movimento", "Tra gli ultimi due giri il risultato è cambiato: le tabelle pubblicate non dicono se sono cambiate le risposte o le persone.",
			"Still moving", "The result changed between the last two rounds: the published tables do not tell whether answers or people changed.", "unstable", ""},
		{verdict.Verdict{Key: verdict.TooFew, Grounds: failed("response", 500)}, verdict.Figures{}, 750,
			"Troppo poche risposte", "Ha risposto meno di metà degli iscritti.",
			"Too few answers", "Fewer than half of those enrolled answered.", "few", ""},
		{verdict.Verdict{Key: verdict.TooFew, Grounds: failed("response", 600)}, verdict.Figures{}, 750,
			"Troppo poche risposte", "Ha risposto meno di 3 iscritti su 5.",
			"Too few answers", "Fewer than 3 in 5 of those enrolled answered.", "few", ""},
		{verdict.Verdict{Key: verdict.TooFew, Grounds: failed("response", 810)}, verdict.Figures{}, 750,
			"Troppo poche risposte", "Ha risposto meno dell’81 % degli iscritti.",
			"Too few answers", "Fewer than 81 % of those enrolled answered.", "few", ""},
		{verdict.Verdict{Key: verdict.TooFew, Grounds: failed("judged", 500)}, verdict.Figures{}, 750,
			"Troppo poche risposte", "Troppi non hanno saputo giudicare.",
			"Too few answers", "Too many could not judge.", "few", ""},
		{verdict.Verdict{Key: verdict.TooFew, Grounds: failed("valid_n", 5)}, verdict.Figures{}, 750,
			"Troppo poche risposte", "Meno di 5 risposte.", "Too few answers", "Fewer than 5 answers.", "few", ""},
		{verdict.Verdict{Key: verdict.TooFew, Grounds: failed("paired_n", 7)}, verdict.Figures{}, 750,
			"Troppo poche risposte", "Meno di 7 persone hanno risposto a entrambi i giri.",
			"Too few answers", "Fewer than 7 people answered both rounds.", "few", ""},
		{verdict.Verdict{Key: verdict.TooFew, Grounds: append(failed("response", 500), failed("valid_n", 5)...)}, verdict.Figures{}, 750,
			"Troppo poche risposte", "Ha risposto meno di metà degli iscritti. Meno di 5 risposte.",
			"Too few answers", "Fewer than half of those enrolled answered. Fewer than 5 answers.", "few", ""},
		{verdict.Verdict{Key: verdict.TooFew, Grounds: []verdict.Ground{{Code: "too_coarse", Holds: true}}}, verdict.Figures{}, 750,
			"Troppo poche risposte", "Le tabelle che si possono pubblicare non bastano a dirlo.",
			"Too few answers", "The tables that may be published do not suffice to tell.", "few", ""},
		{verdict.Verdict{Key: verdict.Open}, verdict.Figures{}, 750,
			"Aperta", "Non sappiamo ancora se le risposte tengono: decide il prossimo giro.",
			"Open", "We cannot tell yet whether answers hold: the next round will.", "open", ""},
		{verdict.Verdict{Key: verdict.Open, Cause: verdict.AnswersMoved}, verdict.Figures{}, 750,
			"Aperta", "Tra gli ultimi due giri troppe risposte sono cambiate. Decide il prossimo giro.",
			"Open", "Too many answers changed between the last two rounds. The next round will tell.", "open", ""},
	} {
		for lang, want := range map[string][2]string{"it": {c.itWord, c.it}, "en": {c.enWord, c.en}} {
			got := ui.Verdict(&page.Request{Printer: i18n.Printer{Lang: lang}}, ui.Case{Protocol: rules(c.permille), Kind: "k", Verdict: c.verdict, Figures: c.figures})
			if spaced(got.Word) != want[0] || spaced(got.Sentence) != want[1] || got.Shape != c.shape || got.Side != c.theSide {
				t.Errorf("%s %s %s:\n got %q %q %s %s\nwant %q %q %s %s", lang, c.verdict.Key, c.verdict.Side,
					got.Word, got.Sentence, got.Shape, got.Side, want[0], want[1], c.shape, c.theSide)
			}
		}
	}
}

// spaced writes spaces that do not break as plain ones.
func spaced(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }

// Where no round is left, none is promised; what it would be is named with its side;
// and what is left out of the core set says so beside the word.
func TestWhatStandsBesideAVerdict(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	v := verdict.Verdict{Key: verdict.Open, If: verdict.Majority, IfSide: delphi.Against}
	got := ui.Verdict(q, ui.Case{Protocol: rules(750), Kind: "k", Verdict: v, Final: true})
	if strings.Contains(got.Sentence, "prossimo giro") || got.If != "Se le risposte fossero ferme, l’esito sarebbe «Maggioranza contro»." {
		t.Errorf("%q, %q", got.Sentence, got.If)
	}
	got = ui.Verdict(q, ui.Case{Protocol: rules(750), Kind: "k", Verdict: verdict.Verdict{Key: verdict.Plurality, Side: delphi.For, LeftOut: true}})
	if got.LeftOut != "fuori dal nucleo di esiti" {
		t.Errorf("%q", got.LeftOut)
	}
	standing := rules(750)
	standing.Rounds = []protocol.RoundPlan{{Kind: delphi.StandingKind}}
	got = ui.Verdict(q, ui.Case{Protocol: standing, Kind: "k", Verdict: verdict.Verdict{Key: verdict.Open}})
	if strings.Contains(got.Sentence, "giro") {
		t.Errorf("a standing round is promised another one: %q", got.Sentence)
	}
	groups := verdict.Verdict{Key: verdict.Consensus, Side: delphi.For, Grounds: []verdict.Ground{{Code: "groups_judged", Value: stat.Of(2), Limit: 3}}}
	got = ui.Verdict(q, ui.Case{Protocol: rules(750), Kind: "k", Verdict: groups})
	if !strings.Contains(got.Sentence, "Gruppi giudicati: 2 su 3") {
		t.Errorf("%q", got.Sentence)
	}
}

// Every verdict is explained, each word once, and shapes differ by side: colour tells
// nothing alone.
func TestVerdictsAreExplained(t *testing.T) {
	for _, lang := range i18n.Languages {
		q := &page.Request{Printer: i18n.Printer{Lang: lang}}
		words, shapes := map[string]bool{}, map[string]string{}
		for _, e := range ui.Verdicts(q) {
			if e.Sentence == "" || strings.HasPrefix(e.Sentence, "ui.") {
				t.Errorf("%s: no sentence: %q", lang, e.Sentence)
			}
			for _, m := range e.Marks {
				if words[m.Word] || strings.HasPrefix(m.Word, "ui.") {
					t.Errorf("%s: %q stands twice, or has no words", lang, m.Word)
				}
				words[m.Word] = true
				var b strings.Builder
				if err := ui.Chip(m).Render(t.Context(), &b); err != nil {
					t.Fatal(err)
				}
				drawn, _, _ := strings.Cut(b.String(), "</svg>")
				drawn = drawn[strings.Index(drawn, "<svg"):]
				if other := shapes[drawn]; other != "" {
					t.Errorf("%s and %s are drawn alike", m.Word, other)
				}
				shapes[drawn] = m.Word
			}
		}
		if len(words) != len(verdict.Keys)+6 {
			t.Errorf("%s: %d words", lang, len(words))
		}
	}
}

// Whatever is declared, the shares of the sides are those of the bar, and sum to 100.
func TestSharesFollowTheDeclaredSide(t *testing.T) {
	f := thirds(34, 33, 33)
	for window, want := range map[[2]int]string{
		{7, 9}: "33 % a favore, 33 % nel mezzo, 34 % contro", {1, 3}: "34 % a favore, 33 % nel mezzo, 33 % contro", {4, 6}: "33 % a favore, 67 % contro",
	} {
		p := rules(750)
		p.Consensus.Share.From, p.Consensus.Share.To = window[0], window[1]
		if got := (ui.Case{Protocol: p, Kind: "k", Figures: f}).Shares(&page.Request{Printer: i18n.Printer{Lang: "it"}}); spaced(got) != want {
			t.Errorf("%v: %q, want %q", window, got, want)
		}
	}
}

// One rounding: the same people are the same percentage wherever they stand; a bound
// is never rounded up, and a figure never contradicts its threshold.
func TestOneRounding(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	if got := spaced(ui.Part(q, ui.Plain, 78, 84)); got != "93 %" {
		t.Errorf("78 of 84: %s", got)
	}
	if got := spaced(ui.Proportion(q, ui.The, stat.Share(78, 84), false)); got != "il 93 %" {
		t.Errorf("78 of 84: %s", got)
	}
	if got := spaced(ui.Proportion(q, ui.The, stat.Share(848, 1000), true)); got != "l’84 %" {
		t.Errorf("at least 84.8 %%: %s", got)
	}
	// Nearly nobody is not nobody, and nearly everybody not everybody.
	for _, one := range []struct {
		n, of int
		least bool
		want  string
	}{
		{0, 240, false, "lo 0 %"}, {1, 240, false, "lo 0,4 %"}, {1, 30_000, false, "lo 0,1 %"}, {239, 240, false, "il 99,5 %"}, {240, 240, false, "il 100 %"}, {1, 240, true, "lo 0,4 %"},
	} {
		if got := spaced(ui.Proportion(q, ui.The, stat.Share(one.n, one.of), one.least)); got != one.want {
			t.Errorf("%d of %d: %q, want %q", one.n, one.of, got, one.want)
		}
	}
	if got := ui.Part(q, ui.Plain, 0, 0); got != "–" {
		t.Errorf("0 of 0: %s", got)
	}
	c := ui.Case{Protocol: rules(750), Kind: "k"}
	for _, g := range []struct {
		ground verdict.Ground
		want   string
	}{
		{verdict.Ground{Code: "unchanged", Holds: false, Value: stat.Of(697), Limit: 700}, "il 69,7 %"},
		{verdict.Ground{Code: "unchanged", Holds: true, Value: stat.Of(703), Limit: 700}, "il 70 %"},
		{verdict.Ground{Code: "scheibe", Holds: true, Value: stat.Of(146), Limit: 150}, "del 14,6 %"},
		{verdict.Ground{Code: "largest_class", Holds: true, Value: stat.Of(502), Limit: 500, Detail: "7-9"}, "il 50,2 %"},
	} {
		if got := spaced(ui.Ground(q, c, g.ground)); !strings.Contains(got, g.want) {
			t.Errorf("%s at %v: %q", g.ground.Code, g.ground.Value, got)
		}
	}
	// A third of 200 is 33.5 %: the bar gives it 33, and so do words.
	c.Figures = thirds(67, 67, 66)
	bar := ui.Case{Protocol: c.Protocol, Kind: "k", Figures: c.Figures}.Shares(q)
	if got := spaced(ui.Ground(q, c, verdict.Ground{Code: "largest_class", Value: stat.Of(335), Limit: 500, Detail: "1-3"})); !strings.Contains(spaced(bar), "34 % contro") || !strings.Contains(got, "il 34 %") {
		t.Errorf("bar %q, words %q", bar, got)
	}
}

// The engine's grounds are data: each has its words, whole in both languages.
func TestEveryGroundHasItsWords(t *testing.T) {
	c := ui.Case{Protocol: rules(750), Kind: "k", Figures: thirds(10, 10, 20)}
	for _, lang := range i18n.Languages {
		for _, code := range verdict.GroundCodes {
			for _, detail := range []string{"", "at-least", "150", "scheibe", "7-9", "yes"} {
				g := verdict.Ground{Code: code, Value: stat.Of(123), Limit: 456, Detail: detail}
				if code == "test_dropped" {
					g.Detail = "unchanged"
				}
				if got := ui.Ground(&page.Request{Printer: i18n.Printer{Lang: lang}}, c, g); strings.Contains(got, "ui.") || strings.Contains(got, "no value") {
					t.Errorf("%s %s: %q", lang, code, got)
				}
			}
		}
	}
}

// What stability says is of those who answered both rounds, at least where the tables
// tell no more, beside what chance gives; who came and went is named.
func TestStabilitySentences(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	counts := table.ItemCounts{Paired: 18, LeftBefore: 2, LeftAfter: 12}
	f := thirds(10, 10, 10)
	f.Unchanged, f.Within, f.Scheibe, f.NoChange = stat.Of(1), stat.Of(1), stat.Of(0.11), stat.Of(0.151)
	v := verdict.Verdict{Key: verdict.Unstable, Cause: verdict.PanelChanged, Grounds: []verdict.Ground{
		{Code: "scheibe", Holds: true, Value: stat.Of(110), Limit: 151, Detail: "151"},
		{Code: "within", Holds: true, Value: stat.Of(1000), Limit: 700},
		{Code: "test_dropped", Holds: true, Detail: "wilcoxon"}, {Code: "left_out", Holds: true, Value: stat.Of(20)},
	}}
	got := spaced(strings.Join(ui.Stability(q, ui.Case{Protocol: rules(750), Kind: "k", Verdict: v, Figures: f}, counts), " "))
	for _, want := range []string{
		"Delle 18 persone che hanno risposto a entrambi i giri, il 100 % è rimasto entro un punto dalla propria risposta: il protocollo chiede almeno il 70 %.",
		"Ha dato esattamente la stessa risposta il 100 %.",
		"si sono spostate dell’11 %: il protocollo chiede meno del 15 %, oppure meno di quanto darebbe il caso.",
		"Il caso da solo darebbe circa il 15 % con 20 persone.",
		"sono entrate 12 persone. Di chi aveva risposto al giro prima, 2 persone non hanno più risposto.",
		"il test di Wilcoxon", "restano fuori 20 persone",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said: %q", want, got)
		}
	}
	f.Bound, f.Within, f.Unchanged = verdict.Bound{Within: true, Unchanged: true}, stat.Of(0.848), stat.Of(0.61)
	got = spaced(strings.Join(ui.Stability(q, ui.Case{Protocol: rules(750), Kind: "k", Verdict: v, Figures: f}, counts), " "))
	if !strings.Contains(got, "almeno l’84 % è rimasto entro un punto") || !strings.Contains(got, "la stessa risposta almeno il 61 %") {
		t.Errorf("bounds: %q", got)
	}
	counts.Shift = table.ShiftFew
	got = strings.Join(ui.Stability(q, ui.Case{Protocol: rules(750), Kind: "k", Verdict: v, Figures: f}, counts), " ")
	if !strings.Contains(got, "meno di 5 hanno cambiato risposta") || strings.Contains(got, "84") {
		t.Errorf("few moved: %q", got)
	}
	v.Grounds = []verdict.Ground{{Code: "no_stability_gate", Holds: true}}
	if got := ui.Stability(q, ui.Case{Protocol: rules(750), Kind: "k", Verdict: v, Figures: f}, counts); len(got) != 1 || !strings.Contains(got[0], "non è stato chiesto") {
		t.Errorf("one round: %q", got)
	}
}

// Those who stopped are named as people, and the class with its side.
func TestSurvivalNamesSides(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	b := verdict.Bounds{Leavers: 44, Defined: true, Class: verdict.Consensus, Side: delphi.For,
		Low: verdict.Bipolarity, LowSide: delphi.NoSide, High: verdict.Consensus, HighSide: delphi.For}
	if got := ui.Survival(q, b); !strings.Contains(got, "44 persone") || !strings.Contains(got, "La classe è «Consenso a favore».") ||
		!strings.Contains(got, "al punto più basso sarebbe «Due poli», al più alto «Consenso a favore»") {
		t.Error(got)
	}
	b.Low, b.Robust = verdict.Consensus, true
	if got := ui.Survival(q, b); !strings.Contains(got, "la classe sarebbe la stessa: «Consenso a favore»") {
		t.Error(got)
	}
	b = verdict.Bounds{Leavers: 60, Defined: true, Class: verdict.Majority, Side: delphi.For,
		Low: verdict.Majority, LowSide: delphi.Against, High: verdict.Consensus, HighSide: delphi.For}
	if got := ui.Survival(q, b); !strings.Contains(got, "al punto più basso sarebbe «Maggioranza contro»") {
		t.Error(got)
	}
	if got := ui.Survival(q, verdict.Bounds{}); got != "" {
		t.Error(got)
	}
}

// A sentence beside a whole percentage that contradicts it counts the answers, in
// both languages, and no other sentence does.
func TestSentencesFitTheirWholePercentages(t *testing.T) {
	share := []verdict.Ground{{Code: "share", Value: stat.Of(747.5), Limit: 750}}
	for _, c := range []struct {
		verdict verdict.Verdict
		figures verdict.Figures
		it, en  string
	}{
		{verdict.Verdict{Key: verdict.Plurality, Side: delphi.For, Direction: verdict.High}, thirds(24, 28, 51), "Risposte: 51 su 103.", "Answers: 51 of 103."},
		{verdict.Verdict{Key: verdict.Plurality, Side: delphi.Between, Direction: verdict.Middle}, thirds(60, 99, 40), "Risposte: 99 su 199.", "Answers: 99 of 199."},
		{verdict.Verdict{Key: verdict.Majority, Side: delphi.Against, Direction: verdict.Low}, thirds(101, 60, 40), "Risposte: 101 su 201.", "Answers: 101 of 201."},
		{verdict.Verdict{Key: verdict.Majority, Side: delphi.For, Direction: verdict.High, Grounds: share}, thirds(40, 61, 299), "Risposte: 299 su 400.", "Answers: 299 of 400."},
		{verdict.Verdict{Key: verdict.Plurality, Side: delphi.For, Direction: verdict.High}, thirds(30, 25, 45), "", ""},
		{verdict.Verdict{Key: verdict.Majority, Side: delphi.For, Direction: verdict.High, Grounds: failed("share", 750)}, thirds(20, 20, 60), "", ""},
	} {
		for lang, want := range map[string]string{"it": c.it, "en": c.en} {
			got := spaced(ui.Verdict(&page.Request{Printer: i18n.Printer{Lang: lang}}, ui.Case{Protocol: rules(750), Kind: "k", Verdict: c.verdict, Figures: c.figures}).Sentence)
			counts := strings.Contains(got, "Risposte: ") || strings.Contains(got, "Answers: ")
			if counts != (want != "") || !strings.HasSuffix(got, want) {
				t.Errorf("%s %s %v: %q, want %q at its end", lang, c.verdict.Key, c.figures.Sides, got, want)
			}
		}
	}
}

// Where a check could not be made, a consensus claims no more than the others tell.
func TestConsensusClaimsNoUncheckedHold(t *testing.T) {
	for _, test := range []string{"unchanged", "scheibe"} {
		v := verdict.Verdict{Key: verdict.Consensus, Side: delphi.Against, Grounds: []verdict.Ground{{Code: "test_dropped", Holds: true, Detail: test}}}
		for lang, want := range map[string]string{"it": "per quanto le tabelle pubblicate fanno vedere.", "en": "as far as the published tables show."} {
			if got := ui.Verdict(&page.Request{Printer: i18n.Printer{Lang: lang}}, ui.Case{Protocol: rules(750), Kind: "k", Verdict: v}).Sentence; !strings.HasSuffix(got, want) {
				t.Errorf("%s: %q", test, got)
			}
		}
	}
}

// A bound that is the number of those who gave the same answer is said once: rounded
// down as a bound and to the nearest as a share it would be two numbers.
func TestOneNumberOnceAndReleasesAreNoRounds(t *testing.T) {
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	f := verdict.Figures{N: 75, Unchanged: stat.Of(61.0 / 68), Within: stat.Of(61.0 / 68), NoChange: stat.Of(.0876), Scheibe: stat.Of(.107)}
	f.Bound.Within = true
	c := ui.Case{Protocol: rules(750), Kind: "k", Figures: f}
	text := spaced(strings.Join(ui.Stability(q, c, table.ItemCounts{Paired: 68, LeftBefore: 5}), " "))
	if !strings.Contains(text, "almeno l’89 %") || strings.Contains(text, "90 %") || !strings.Contains(text, "Altrettante persone") || !strings.Contains(text, "9 % con 73 persone") {
		t.Errorf("%q", text)
	}
	f.Within = stat.Of(1)
	f.Bound.Within = false
	c.Figures = f
	if text := spaced(strings.Join(ui.Stability(q, c, table.ItemCounts{Paired: 68}), " ")); !strings.Contains(text, "il 90 %") {
		t.Errorf("%q", text)
	}
	c.Protocol.Rounds = []protocol.RoundPlan{{Kind: delphi.StandingKind}}
	for _, counts := range []table.ItemCounts{{}, {Paired: 120, LeftBefore: 7, LeftAfter: 1}} {
		text := spaced(strings.Join(ui.Stability(q, c, counts), " "))
		if strings.Contains(text, "gir") || !strings.Contains(text, "Tra le ultime due rilevazioni") || !strings.Contains(text, "Il caso da solo") {
			t.Errorf("%+v: %q", counts, text)
		}
	}
}

// Articles and prepositions join the days that begin with a vowel.
func TestDatesJoinTheirArticles(t *testing.T) {
	for day, want := range map[int][3]string{
		1: {"il 1º novembre 2026", "del 1º novembre 2026", "dal 1º novembre 2026"}, 8: {"l’8 novembre 2026", "dell’8 novembre 2026", "dall’8 novembre 2026"},
		11: {"l’11 novembre 2026", "dell’11 novembre 2026", "dall’11 novembre 2026"}, 18: {"il 18 novembre 2026", "del 18 novembre 2026", "dal 18 novembre 2026"},
	} {
		on := time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC)
		for i, form := range []ui.Form{ui.The, ui.Of, ui.From} {
			if got := spaced(ui.Date(&page.Request{Printer: i18n.Printer{Lang: "it"}}, form, on)); got != want[i] {
				t.Errorf("%q, want %q", got, want[i])
			}
			if got := ui.Date(&page.Request{Printer: i18n.Printer{Lang: "en"}}, form, on); strings.ContainsAny(got, "’") || !strings.HasSuffix(got, "November 2026") {
				t.Errorf("%q", got)
			}
		}
	}
	if got := ui.Target(&page.Request{Printer: i18n.Printer{Lang: "it"}}, "statement 12"); got != "affermazione 12" {
		t.Errorf("%q", got)
	}
	if got := ui.Target(&page.Request{Printer: i18n.Printer{Lang: "it"}}, "statement 12 of the act"); got != "statement 12 of the act" {
		t.Errorf("%q", got)
	}
}

// Where a bound alone falls short of the limit nobody can say that answers changed:
// the words give the bound, and so does the chip.
func TestABoundIsNoMovement(t *testing.T) {
	bound := func(code string, more ...verdict.Ground) verdict.Verdict {
		g := verdict.Ground{Code: code, Value: stat.Of(665), Limit: 700, Detail: "at-least"}
		return verdict.Verdict{Key: verdict.Unstable, Side: delphi.NoSide, Grounds: append(more, g)}
	}
	moved := verdict.Ground{Code: "scheibe", Value: stat.Of(280), Limit: 150}
	still := verdict.Ground{Code: "scheibe", Holds: true, Value: stat.Of(80), Limit: 150}
	for name, c := range map[string]struct {
		v          verdict.Verdict
		word, want string
	}{
		"within a point":         {bound("within", still), "Non si sa se ferma", "Non si può mostrare che le risposte siano ferme: le tabelle pubblicate dicono solo che almeno il 66 % di chi ha risposto a entrambi i giri è rimasto entro un punto dalla propria risposta, e il protocollo chiede almeno il 70 %."},
		"the same answer":        {bound("unchanged"), "Non si sa se ferma", "Non si può mostrare che le risposte siano ferme: le tabelle pubblicate dicono solo che almeno il 66 % di chi ha risposto a entrambi i giri ha dato la stessa risposta, e il protocollo chiede almeno il 70 %."},
		"the shares moved too":   {bound("within", moved), "In movimento", "Tra gli ultimi due giri il risultato è cambiato: le tabelle pubblicate non dicono se sono cambiate le risposte o le persone."},
		"they are known to move": {verdict.Verdict{Key: verdict.Unstable, Cause: verdict.AnswersMoved, Grounds: bound("within", still).Grounds}, "In movimento", "Tra gli ultimi due giri troppe risposte sono cambiate."},
	} {
		m := ui.Verdict(&page.Request{Printer: i18n.Printer{Lang: "it"}}, ui.Case{Protocol: rules(750), Kind: "k", Verdict: c.v, Final: true})
		if spaced(m.Word) != c.word || spaced(m.Sentence) != c.want {
			t.Errorf("%s: %s: %q", name, m.Word, m.Sentence)
		}
	}
}
