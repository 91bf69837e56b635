package words_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
	"delfi/internal/study/words"
)

var verbs = regexp.MustCompile(`%[sd%]`)

// Both languages have the same keys, and the same arguments in the same order.
func TestNoWordIsMissing(t *testing.T) {
	en, it := words.In("en"), words.In("it")
	for _, key := range en.Keys() {
		a, b := en.T(key), it.T(key)
		if b == key && a != key {
			t.Errorf("%s has no Italian", key)
		}
		x, y := verbs.FindAllString(a, -1), verbs.FindAllString(b, -1)
		if !slices.Equal(x, y) {
			t.Errorf("%s: %v in English, %v in Italian", key, x, y)
		}
	}
	if a, b := en.Keys(), it.Keys(); !slices.Equal(a, b) {
		t.Errorf("%d keys in English, %d in Italian", len(a), len(b))
	}
}

// Every verdict, side, ground and rule has words.
func TestDomainHasWords(t *testing.T) {
	for _, code := range words.Codes {
		w := words.In(code)
		for _, key := range verdict.Keys {
			for _, side := range append(words.Sides, delphi.NoSide) {
				for _, text := range []string{w.Verdict(key, side), w.Short(key, side), w.Sentence(words.Case{Verdict: verdict.Verdict{Key: key, Side: side}})} {
					if text == "" || strings.Contains(text, "verdict.") || strings.Contains(text, "sentence.") || strings.Contains(text, "%!") {
						t.Errorf("%s: %s, %s: %q", code, key, side, text)
					}
				}
				if n := len([]rune(w.Short(key, side))); n > 13 {
					t.Errorf("%s: %s, %s: %d columns", code, key, side, n)
				}
			}
		}
		for _, g := range verdict.GroundCodes {
			if slices.Contains([]string{"cannot_judge", "stable", "last_round", "still_moving", "new_arguments", "selected_by", "narrowed"}, g) {
				continue // of a proposal or of the end of rounds, which a study that is over has no use for
			}
			if text, _ := w.Ground(verdict.Ground{Code: g}, protocol.ConsensusPlan{}, nil); text == "" || strings.Contains(text, "ground.") || strings.Contains(text, "%!") {
				t.Errorf("%s: ground %s: %q", code, g, text)
			}
		}
	}
}

// A verdict's words say its side.
func TestSides(t *testing.T) {
	for _, c := range []struct {
		key  verdict.Key
		side delphi.Side
		want [2]string
	}{
		{verdict.Consensus, delphi.For, [2]string{"Consensus in favour", "Consenso a favore"}},
		{verdict.Consensus, delphi.Against, [2]string{"Consensus against", "Consenso contro"}},
		{verdict.Majority, delphi.Between, [2]string{"Majority in the middle", "Maggioranza nel mezzo"}},
		{verdict.Plurality, delphi.Against, [2]string{"Plurality against", "Maggioranza relativa contro"}},
		{verdict.Disagreement, delphi.NoSide, [2]string{"Divided", "Divisi"}},
		{verdict.TooFew, delphi.NoSide, [2]string{"Too few answers", "Troppo poche risposte"}},
	} {
		for i, code := range words.Codes {
			if got := words.In(code).Verdict(c.key, c.side); got != c.want[i] {
				t.Errorf("%s, want %s", got, c.want[i])
			}
		}
	}
	c := words.Case{Verdict: verdict.Verdict{Key: verdict.Consensus, Side: delphi.Against},
		Rule: protocol.ConsensusPlan{Rule: protocol.RuleShare, Share: &protocol.ShareRule{Permille: 750}}}
	if got := words.In("it").Sentence(c); got != "Almeno 3 persone su 4 sono contro, e le risposte sono ferme." {
		t.Error(got)
	}
	c = words.Case{Verdict: verdict.Verdict{Key: verdict.Disagreement}, Parts: map[delphi.Side]int{delphi.For: 48, delphi.Between: 46, delphi.Against: 6}}
	if got := words.In("en").Sentence(c); got != "No position leads: 48% in favour, 46% in the middle, 6% against." {
		t.Error(got)
	}
}

// A summary names what was reached and never lumps.
func TestSummary(t *testing.T) {
	tally := words.Tally{}
	for key, sides := range map[verdict.Key]map[delphi.Side]int{
		verdict.Consensus:    {delphi.For: 25, delphi.Against: 3},
		verdict.Majority:     {delphi.For: 40, delphi.Against: 5, delphi.Between: 1},
		verdict.Disagreement: {delphi.NoSide: 25}, verdict.Open: {delphi.NoSide: 20},
	} {
		for side, n := range sides {
			for range n {
				tally.Add(key, side)
			}
		}
	}
	if got := words.In("en").Summary(tally); got != "Consensus on 28 (25 in favour, 3 against), majority on 46 (40 in favour, 5 against, 1 in the middle), divided on 25, open on 20." {
		t.Error(got)
	}
	if got := words.In("it").Summary(tally); got != "Consenso su 28 (25 a favore, 3 contro), maggioranza su 46 (40 a favore, 5 contro, 1 nel mezzo), divisi su 25, aperte 20." {
		t.Error(got)
	}
}

// The parts of a bar sum to 100, none is further than one from its share, nobody's
// is 0; a share on its own is the part of two.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 50), 1, 11).Draw(t, "counts")
		parts, sum, n := words.Parts(counts), 0, stat.N(counts)
		for i, p := range parts {
			sum += p
			if exact := 100 * float64(counts[i]) / float64(max(1, n)); float64(p) <= exact-1 || float64(p) >= exact+1 && p > 0 {
				t.Fatalf("%v: %v", counts, parts)
			}
			if counts[i] == 0 && p != 0 {
				t.Fatalf("%v: %v", counts, parts)
			}
		}
		if n > 0 && sum != 100 {
			t.Fatalf("%v: %v sum to %d", counts, parts, sum)
		}
		if n > 0 {
			pair := []int{counts[0], n - counts[0]}
			if got, want := words.In("en").Percent(stat.Share(counts[0], n)), words.In("en").Part(words.Parts(pair)[0]); got != want {
				t.Fatalf("%v: %s alone, %s as one of two", pair, got, want)
			}
		}
	})
}

func TestNumbers(t *testing.T) {
	en, it := words.In("en"), words.In("it")
	for _, c := range []struct{ got, want string }{
		{en.Number(stat.Of(7.50), 2), "7.5"}, {it.Number(stat.Of(7.25), 2), "7,25"}, {it.Number(stat.Of(-0.001), 2), "0"},
		{en.Number(stat.Of(-1.5), 2), "−1.5"}, {en.Number(stat.Undefined, 2), "–"}, {it.Percent(stat.Of(0.855)), "86\u00a0%"},
		{en.Percent(stat.Share(78, 84)), "93%"}, {en.Point(stat.Of(7.5)), "7–8"}, {en.Point(stat.Of(2.25)), "2–3"}, {it.Point(stat.Of(7)), "7"},
		{en.Whole(1234567), "1,234,567"}, {it.Whole(12345), "12.345"}, {en.Whole(1234), "1234"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	for percent, want := range map[float64]string{
		0.88: "l’88\u00a0%, serve almeno il 50\u00a0%", 0.08: "l’8\u00a0%", 0.11: "l’11\u00a0%", 0.01: "l’1\u00a0%", 0.1: "il 10\u00a0%", 0.18: "il 18\u00a0%", 0.78: "il 78\u00a0%",
	} {
		if text, _ := it.Ground(verdict.Ground{Code: "response", Value: stat.Of(1000 * percent), Limit: 500}, protocol.ConsensusPlan{}, nil); !strings.Contains(text, "ha risposto "+want) {
			t.Errorf("%s, want %s", text, want)
		}
	}
	if got := it.T("sentence.few.response", it.Part(80)); got != "Ha risposto meno dell’80\u00a0% degli iscritti." {
		t.Error(got)
	}
	// Whole percents would say "75%, at least 75% needed: fails".
	text, _ := en.Ground(verdict.Ground{Code: "share", Detail: "7-9", Value: stat.Of(746), Limit: 750}, protocol.ConsensusPlan{}, nil)
	if text != "answers at 7-9: 74.6%, at least 75% needed" {
		t.Error(text)
	}
	text, _ = en.Ground(verdict.Ground{Code: "share", Detail: "7-9", Value: stat.Of(928.57), Limit: 750}, protocol.ConsensusPlan{}, map[string]int{"7-9": 92})
	if text != "answers at 7-9: 92%, at least 75% needed" {
		t.Error(text)
	}
}

// A sentence says no more than its figures: half is not short of half, who leads in
// a panel that disagrees by RAND/UCLA leads, a group may be all that fails, and a
// rule may count those who cannot judge.
func TestSentencesSayWhatFiguresSay(t *testing.T) {
	share := protocol.ConsensusPlan{Rule: protocol.RuleShare, Share: &protocol.ShareRule{Permille: 750}}
	all := share
	all.Denominator = protocol.DenominatorAnswered
	parts := map[delphi.Side]int{delphi.For: 69, delphi.Between: 0, delphi.Against: 31}
	ground := func(code string, holds bool) verdict.Ground { return verdict.Ground{Code: code, Holds: holds} }
	for _, c := range []struct {
		of   words.Case
		want [2]string
	}{
		{words.Case{Verdict: verdict.Verdict{Key: verdict.Plurality, Side: delphi.For}, Rule: share},
			[2]string{"In favour is the most frequent position, of no more than half.", "A favore è la posizione più frequente, ma non supera la metà."}},
		{words.Case{Verdict: verdict.Verdict{Key: verdict.Plurality}, Rule: protocol.ConsensusPlan{}},
			[2]string{"One answer is the most frequent, of no more than half.", "Una risposta è la più frequente, ma non supera la metà."}},
		{words.Case{Verdict: verdict.Verdict{Key: verdict.Disagreement, Grounds: []verdict.Ground{ground("rand_apart", false)}}, Parts: parts},
			[2]string{"By RAND/UCLA the panel disagrees: 69% in favour, 0% in the middle, 31% against.", "Secondo RAND/UCLA il panel è in disaccordo: 69\u00a0% a favore, 0\u00a0% nel mezzo, 31\u00a0% contro."}},
		{words.Case{Verdict: verdict.Verdict{Key: verdict.Disagreement, Grounds: []verdict.Ground{ground("rand_ipras", true)}}, Parts: parts},
			[2]string{"No position leads: 69% in favour, 0% in the middle, 31% against.", "Nessuna posizione prevale: 69\u00a0% a favore, 0\u00a0% nel mezzo, 31\u00a0% contro."}},
		{words.Case{Verdict: verdict.Verdict{Key: verdict.Majority, Side: delphi.For, Grounds: []verdict.Ground{ground("share", true), ground("group", true), ground("group", false)}}, Rule: share},
			[2]string{"More than half are in favour, but the rule for consensus is not met in every group.", "Più di metà è a favore, ma la regola del consenso non è soddisfatta in ogni gruppo."}},
		{words.Case{Verdict: verdict.Verdict{Key: verdict.Majority, Side: delphi.For, Grounds: []verdict.Ground{ground("share", false), ground("group", true), ground("group", false)}}, Rule: share},
			[2]string{"More than half are in favour, fewer than consensus needs.", "Più di metà è a favore, meno di quanto chiesto per il consenso."}},
		{words.Case{Verdict: verdict.Verdict{Key: verdict.Majority, Side: delphi.For, Grounds: []verdict.Ground{ground("too_coarse", false)}}, Rule: protocol.ConsensusPlan{Rule: protocol.RuleAgreement, Agreement: 700}},
			[2]string{"More than half are in favour; what may be shown does not tell whether the rule for consensus (A at least 0.7) is met.", "Più di metà è a favore; quello che si può mostrare non dice se la regola del consenso (A almeno 0,7) è soddisfatta."}},
		{words.Case{Verdict: verdict.Verdict{Key: verdict.Majority, Side: delphi.For}, Rule: all}, [2]string{
			"More than half are in favour, fewer than consensus needs. The rule counts everyone who answered, also those who cannot judge; bars show those who judged.",
			"Più di metà è a favore, meno di quanto chiesto per il consenso. La regola conta tutti quelli che hanno risposto, anche chi non ha saputo giudicare; le barre mostrano chi ha giudicato."}},
	} {
		for i, code := range words.Codes {
			if got := words.In(code).Sentence(c.of); got != c.want[i] {
				t.Errorf("%s, want %s", got, c.want[i])
			}
		}
	}
	en := words.In("en")
	// 38 of 50 are 80 % of the 47 who judged: the rule's share is not the bar's.
	own := verdict.Ground{Code: "share", Holds: true, Detail: "7-9", Value: stat.Of(760), Limit: 750}
	if text, _ := en.Ground(own, all, map[string]int{"7-9": 81}); text != "answers at 7-9: 76%, at least 75% needed, of all who answered" {
		t.Error(text)
	}
	for rule, want := range map[protocol.RuleName]string{protocol.RuleShare: "group a on the same side: 70%, asked for 75%", protocol.RuleAgreement: "group a on the same side: 0.7, asked for 0.75", protocol.RuleMedianIQR: "group a on the same side: 700, asked for 750"} {
		if text, _ := en.Ground(verdict.Ground{Code: "group", Detail: "a", Value: stat.Of(700), Limit: 750}, protocol.ConsensusPlan{Rule: rule}, nil); text != want {
			t.Errorf("%s: %s, want %s", rule, text, want)
		}
	}
}
