// Package ballot saves, seals and delivers ballots of an open round, and makes their
// receipts.
//
// A ballot is one row of schema panel: round, panelist, and two blobs of one
// length, the ballot that counts and the draft that does not yet.
//
//	          Save                Deliver                 Save
//	(nothing) ────▶ draft ───────────────────▶ sealed ─────────▶ sealed + draft
//	                                             ▲                   │ Deliver
//	                                             └───────────────────┘
//
// The ballots of one round are committed in batches (batch.go), each in the order of
// panelists' ids. A blob holds an encoded payload (package payload). A receipt is made
// anew at each request, and lies nowhere (receipt.go). Counting, and all that changes or
// destroys the rows of others, is package tabulation's.
//
// Nothing here takes an actor: a pseudonym.Seat is all that this room knows of a
// person. No function gives answers or tables of a round that is still open.
package ballot
