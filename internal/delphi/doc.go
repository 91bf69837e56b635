// Package delphi is the method: what a consultation's frozen rules are, which
// tables a round's ballots become, and what figures, verdicts and proposals those
// tables give. It exists so that everything that is ever said about a panel's
// answers can be recomputed by anyone from published counts.
//
// It is pure: no I/O, no clock, no randomness of its own. Keys and ballots arrive
// as arguments, and nothing it returns tells more about people than docs/METHOD.md §7
// allows.
//
//	document ── protocol.Parse ── protocol.Protocol ─┐
//	                                                 ├─ table.Rule ─ which tables exist
//	ballots ── table.Tally, table.Tabulator ─────────┤
//	                                                 └─ table.Closing: counts document + tables
//	                                                            │
//	                     verdict.Measure, verdict.Judge, verdict.Sensitive, verdict.Attrition
//
// The package itself holds the types that all of these share: the kinds of round, the
// forms and kinds of item, and a panelist's answers. Beneath it:
//
//	protocol   the frozen rules: read, write, check, make
//	table      ballots into counts and tables, and which of them may be shown
//	verdict    figures and verdicts, from counts and tables alone
//	stat       the measures: numbers in, numbers out
//	canonical  one byte form for each document
//
// verdict imports table, table imports protocol, and all of them import this package.
package delphi
