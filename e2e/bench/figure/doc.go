// Package figure lays out what the bench found: rows held against their limits, points of
// growth, the tables and the picture made of them.
//
//	case ──Add──▶ Row ──AtLeast, AtMost──▶ goal, met ──▶ PrintTable, Markdown
//	     └──────▶ Point ──────────────────────────────▶ GrowthTable, Chart
package figure
