// Package richtext turns Markdown that people wrote into safe HTML, and returns
// the only type that pages print raw.
//
// It stands on two fences. The parser knows no HTML at all, so that a tag is
// text like any other and nobody's words vanish; the sanitiser then passes only
// what this package itself can have produced. Either fence alone would do; a
// fault in one of them must not be enough.
//
//	Markdown ── clean ─► goldmark (no HTML, h3+, no images) ──► bluemonday ──► HTML
//	                          └────────────────────────────────► Plain
package richtext
