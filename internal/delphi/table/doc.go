// Package table makes a round's ballots into published counts. It exists so that
// measuring costs the size of the scale and not of the crowd, and so that which tables
// exist follows from the protocol and the counts document alone (docs/METHOD.md §7).
//
//	ballots ─ Tally ─┬─ Tabulate, Tabulator (a round closes) ─┐
//	                 └─ Release (a standing round) ───────────┴─ Closing: Counts + Tables
//	                                                                │
//	Counts ── Rule ── the names of the tables that exist            │
//	Table ── Fits ── whether it has the values declared for it      │
//	ballots, a second pass ── Assignment ── places of the leaves ◄──┘
//
// Tables of change count the raw answers, or say that they are lower bounds: D keeps 0
// as a cell of its own, and where it is withheld, or stayers are left out, the share
// who kept their answer is known as "at least" alone.
package table
