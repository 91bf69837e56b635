// Package ballot keeps sealed ballots, closes rounds into tables, and stores the
// one feedback document of each round.
//
// A ballot is one row of schema panel: round, panelist, and two blobs of one
// length, the ballot that counts and the draft that does not yet.
//
//	          Save                Deliver                 Save
//	(nothing) ────▶ draft ───────────────────▶ sealed ─────────▶ sealed + draft
//	                                             ▲                   │ Deliver
//	                                             └───────────────────┘
//
//	round closing ──tabulate──▶ tables, their leaves and root, then figures,
//	                            verdicts, feedback document (civic)
//	              ──resettle──▶ rows written anew in the order of their ids (panel)
//	consultation over ─destroy─▶ key and rows gone; tables stay
//
// Tabulating reads the values of the round before and streams the ballots beside
// them, opened on all cores (opening.go); it keeps of each the few bytes that its
// leaves are made from (tabulation.go), and builds the tables' leaves on all cores,
// table by table (leaves.go). What is public of it is read through Published
// (public.go); a receipt is made anew whenever its owner asks, and lies nowhere
// (receipt.go).
//
// The closing is three steps, each repeatable, so that a server that dies
// between two of them changes nothing about the result. Its two writing steps
// are two transactions, because rows of both schemas with one xmin would be
// rows that belong together (docs/RECORD.md §2).
//
// A standing round is counted at each release from what changed since the last
// (standing.go).
//
// Nothing here takes an actor: a pseudonym.Seat is all that this room knows of a
// person. No function gives answers or tables of a round that is still open.
package ballot
