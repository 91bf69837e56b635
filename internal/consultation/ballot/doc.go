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
//	round closing ──tabulate──▶ tables, figures, verdicts, feedback document (civic)
//	              ──resettle──▶ rows written anew in the order of their ids (panel)
//	consultation over ─destroy─▶ key and rows gone; tables stay
//
// The closing is three steps, each repeatable, so that a server that dies
// between two of them changes nothing about the result. Its two writing steps
// are two transactions, because rows of both schemas with one xmin would be
// rows that belong together (RECORD.md §2).
//
// Nothing here takes an actor: a pseudonym.Seat is all that this room knows of a
// person. No function gives answers or tables of a round that is still open.
package ballot
