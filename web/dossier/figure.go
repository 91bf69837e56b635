package dossier

import (
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi/verdict"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// Summary says a distribution in one sentence, before the picture and the numbers.
func Summary(q *page.Request, d chart.Distribution) string {
	w := ui.Words(q)
	switch {
	case d.N() == 0:
		return ""
	case !d.Middle.Known:
		return q.T("consultation.paper.summary_thirds")
	case d.Middle.Q1 == d.Middle.Q3:
		return q.T("consultation.paper.summary_one", "median", w.Point(d.Middle.Median))
	}
	return q.T("consultation.paper.summary", "low", w.At(d.Middle.Q1), "high", w.At(d.Middle.Q3), "median", w.Lies(d.Middle.Median))
}

// Gathered says why no median is shown of answers that stand in two camps. Two parties
// are named only where the verdict does: another rule may have found a majority.
func Gathered(q *page.Request, v verdict.Verdict) string {
	if v.Key == verdict.Bipolarity || v.If == verdict.Bipolarity {
		return q.T("consultation.result.poles")
	}
	return q.T("consultation.result.apart")
}

// groupPictures are the groups' distributions, in the document's order.
func (v View) groupPictures(q *page.Request, f feedback.ItemResult) []chart.Distribution {
	all := make([]chart.Distribution, len(f.Figures.Groups))
	for i, g := range f.Figures.Groups {
		if !withheld(g) {
			all[i] = ui.GroupDistribution(ID("g", f.Number, i), q.T("consultation.paper.group_picture", "group", v.GroupName(q, g.Group), "n", f.Number), g, v.Scale(q, f.Kind))
		}
	}
	return all
}

// withheld tells whether a group's figures may not be shown.
func withheld(g verdict.GroupFigures) bool { return g.Withheld || g.N == 0 || g.Histogram == nil }
