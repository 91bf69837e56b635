// Package life is the fixture of the eight variants: what 24 people of two groups think of six
// matters, at first and later, and how each variant asks them. It exists so that the engine's
// tests and those that walk a variant through its pages speak of the same people, and of the
// same verdicts and stops (docs/PANEL.md "Forms: one engine, every kind, with and without JavaScript").
//
//	matter ─► wave (a digit for each person) ─Answers─► a variant's answers ─Lived─► verdicts, stop
package life
