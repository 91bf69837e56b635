// Package consultation is the life of a consultation: its stage, commitment,
// protocol, rounds, items, and what is decided about them.
//
// It exists to keep one promise: nothing happens to a question put to a panel but
// what METHOD.md §9 allows, by whom it allows, and in public. All of that stands
// in one table (transitions); use cases take their step from it, check the guard,
// and write the act into the record in the same transaction. What happens by
// itself (openings, deadlines, releases) comes from durable jobs, which look at
// the row under its lock and at the clock, so that a round closes once, at its
// deadline's instant, whether no server was up or two.
//
// Locks are always taken in this order, so that acts stand in line instead of in
// each other's way: the consultation's row, the round's row, the record. A ballot
// takes the round's row FOR SHARE alone.
//
// The rooms beneath (synthesis, ballot) change contributions and ballots; what
// they may ask of a consultation is in rooms.go.
//
// Who may do what, when (made from the table
// by TestDrawing; "·" is nothing):
package consultation
