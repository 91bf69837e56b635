package ui

import (
	"strings"

	"delfi/internal/delphi"
	"delfi/web/page"
)

// Mark is a verdict as a reader sees it: its shape, its word, its sentence.
type Mark struct{ Shape, Word, Sentence string }

// glyphs are the heights of five bars that draw each verdict's distribution.
var glyphs = map[string][5]int{
	"consensus":    {2, 3, 4, 8, 14},
	"majority":     {4, 5, 6, 9, 12},
	"plurality":    {8, 9, 11, 9, 8},
	"bipolarity":   {13, 6, 2, 6, 13},
	"disagreement": {9, 9, 9, 9, 9},
	"few":          {1, 0, 2, 0, 1},
}

// Verdict puts a verdict in words. permille is the share that the protocol's rule
// asks for, 0 when the rule is not a share: "3 in 4" is never written by hand.
func Verdict(q *page.Request, v delphi.Verdict, permille int) Mark {
	name := shape(v.Key)
	// "few" alone would be a plural form to the catalogue.
	key := "ui.verdict." + strings.ReplaceAll(string(v.Key), " ", "_")
	m := Mark{Shape: name, Word: q.T(key), Sentence: q.T(key + ".sentence")}
	switch {
	case v.Key == delphi.Consensus && v.Side == delphi.Against:
		m.Word = q.T("ui.verdict.against")
		m.Sentence = q.T("ui.verdict.against.sentence", "share", Fraction(q, permille))
	case v.Key == delphi.Consensus && v.Unanimous:
		m.Sentence = q.T("ui.verdict.unanimous.sentence")
	case v.Key == delphi.Consensus && permille > 0:
		m.Sentence = q.T("ui.verdict.consensus.share", "share", Fraction(q, permille))
	}
	return m
}

// Verdicts lists every verdict in words, for pages that explain them.
func Verdicts(q *page.Request, permille int) []Mark {
	marks := make([]Mark, 0, len(delphi.VerdictKeys))
	for _, k := range []delphi.VerdictKey{delphi.Consensus, delphi.Majority, delphi.Plurality, delphi.Bipolarity,
		delphi.Disagreement, delphi.Unstable, delphi.TooFew, delphi.Open} {
		marks = append(marks, Verdict(q, delphi.Verdict{Key: k}, permille))
	}
	return marks
}

// Side says on which side a verdict lies: "a favore", "contro", "in mezzo"; "" when
// it takes none. Only the direction is known here; the words of the scale's ends
// say what it means.
func Side(q *page.Request, d delphi.Direction) string {
	switch d {
	case delphi.High, delphi.Low, delphi.Middle:
		return q.T("ui.side." + string(d))
	}
	return ""
}

// Fraction says a share of thousandths as people say it: "3 persone su 4" when a
// small fraction is exact, "il 70%" otherwise.
func Fraction(q *page.Request, permille int) string {
	for _, of := range []int{2, 3, 4, 5} {
		// Two thirds are written 667 in a protocol of whole thousandths.
		n := (permille*of + 500) / 1000
		if n > 0 && n < of && (n*1000/of == permille || (n*1000+of/2)/of == permille) {
			return q.T("ui.fraction", "n", n, "of", of)
		}
	}
	return q.T("ui.percent", "share", permille/10)
}

// shape is the name of a verdict in classes and keys of words.
func shape(k delphi.VerdictKey) string {
	if k == delphi.TooFew {
		return "few"
	}
	return string(k)
}
