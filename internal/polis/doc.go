// Package polis reads a conversation that was held with the Polis software, and
// runs it through Delfi's own use cases, as one standing round.
//
// It exists so that the method can be tried on real people's answers, and seen to
// cost what it costs: nothing here writes a table or computes a figure.
//
//	comments.csv ─┐                    ┌─ synthesis: contributions → items
//	votes.csv    ─┼─ Read (all or ─────┼─ ballot: one sealed ballot per voter who
//	summary.csv  ─┘  nothing)          │  changed, then a release, at each cut
//	                                   └─ concluded, keys and ballots gone, published
//
// Nobody gets an account: voters are seats made from their number there
// (pseudonym.Foreign), authors aliases.
package polis
