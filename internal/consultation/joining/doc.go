// Package joining has the acts by which the facilitator lets new statements join after a
// round, as the protocol allows it (items.new_after_round, docs/METHOD.md §9): core outcomes
// ask the panel in the first round, and ask in the second what it missed.
//
//	round N released ── Join ──────► a live statement, with the next number
//	                 ── Withdraw ──► gone again, and its number is free
//	the next answering round opens ─► it asks what joined, marked as new; nothing joins any more
//
// The words are the facilitator's own or rest on one thing that was said: a contribution, which
// keeps its alias, or a reason or answer in words of the last round, which has no name. Each act
// is one transaction with its entry in the record ("join", "remove"); nothing else is stored
// about it, and Read finds in the entries what joined.
package joining
