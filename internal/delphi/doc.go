// Package delphi is the method: what a consultation's frozen rules are, which
// tables a round's ballots become, and what figures, verdicts and proposals those
// tables give. It exists so that everything that is ever said about a panel's
// answers can be recomputed by anyone from published counts.
//
// It is pure: no I/O, no clock, no randomness of its own. Keys and ballots arrive
// as arguments, and nothing it returns tells more about people than METHOD.md §7
// allows.
//
//	document ── ParseProtocol ── Protocol ─────────────┐
//	                                                   ├─ Rule ─ which tables exist
//	ballots ─ Tally ─┬─ Tabulate (a round closes) ─┐   │
//	                 └─ Release (a standing round) ┴─ Closing: counts document + tables
//	                                                   │
//	                    ┌──────────┬───────────┬───────┴────┬────────────┐
//	                 Measure     Judge     Sensitive    Attrition   Conformity
//
// A verdict is worked out in this order (METHOD.md §4):
//
//	gates: response, valid n, pairs ── one fails ─────────────► too few
//	   │
//	stability: nothing to compare with, or moving ── rounds left ► open
//	   │                                          └─ none left ──► unstable
//	   ▼
//	all in one class ► consensus, unanimous
//	the rule met     ► consensus
//	both outer classes ≥ 35 % ► bipolarity
//	one class > 50 % ► majority
//	one ≥ 40 % and 10 points ahead ► plurality
//	else ► disagreement
//
// In a standing round each release of an item counts as one of its rounds.
package delphi
