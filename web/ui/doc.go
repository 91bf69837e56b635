// Package ui draws what every room of the web shares: the layout with Bootstrap
// Italia's header and footer, cards, steps, fields with their errors, verdicts,
// and the figures that stand around a chart. It knows no audience and no rule;
// it turns words and numbers into markup that works without script, by
// keyboard, at 320 pixels, and without a style attribute.
//
// A room writes
//
//	@ui.Layout(ui.Frame{Title: …, Crumbs: …}) {
//		<h1>…</h1>
//	}
//
// and the layout finds who reads, in which language, from page.From.
package ui
