// Package consultation is the life of a consultation: its stage, commitment,
// protocol, rounds, items, and what is decided about them.
//
// It exists to keep one promise: nothing happens to a question put to a panel but
// what docs/METHOD.md §9 allows, by whom it allows, and in public. All of that stands
// in one table (transitions); use cases take their step from it, check the guard,
// and write the act into the record in the same transaction. What happens by
// itself (openings, deadlines, releases) comes from durable jobs, which look at
// the row under its lock and at the clock, so that a round closes once, at its
// deadline's instant, whether no server was up or two.
//
// Locks are always taken in this order, so that acts stand in line instead of in
// each other's way: the consultation's row, the round's row, the record. A ballot
// shares the round's lock with others and takes no row of it.
//
// The rooms beneath (synthesis, ballot) change contributions and ballots; what
// they may ask of a consultation is in rooms.go.
//
// Who may do what, when (made from the table by
// TestDrawing; "·" is nothing):
//
//	consultation
//	  ·          create ─────► draft       administrator
//	  draft      edit ───────► draft       administrator
//	  draft      delete ─────► ·           administrator
//	  draft      announce ───► announced   administrator [commitment, staff, protocol, latest key date]
//	  ·          import ─────► announced   system [origin and licence stand where the commitment would]
//	  announced  postpone ───► announced   system [a guard of the start fails]
//	  announced  start ──────► running     administrator, system [staff still there, items if round 1 answers]
//	  announced  suspend ────► announced   administrator, moderator [reason, days left of 90]
//	  announced  resume ─────► announced   administrator, moderator, system
//	  announced  withdraw ───► withdrawn   administrator, system [reason]
//	  running    suspend ────► running     administrator, moderator [reason, days left of 90]
//	  running    resume ─────► running     administrator, moderator, system
//	  running    conclude ───► concluded   facilitator, system [last round released, reason against the proposal]
//	  running    withdraw ───► withdrawn   administrator, system [reason, by itself an import that broke off]
//	  concluded  minority ───► concluded   facilitator [words; shown to the panel for 7 days]
//	  concluded  forgo ──────► concluded   facilitator [dissent, reason not to report it]
//	  concluded  publish ────► published   administrator, system [key and ballots gone, opinion built; by hand, no dissent or it was reported]
//	  concluded  withdraw ───► withdrawn   administrator, system [reason, by itself an import that broke off]
//	  published  reply ──────► answered    administrator [every finding replied to]
//
//	round
//	  ·          plan ───────► planned     administrator, system
//	  planned    postpone ───► planned     system [a guard of the opening fails]
//	  planned    open ───────► open        facilitator, system [previous released, nothing pending, a live item to answer]
//	  planned    skip ───────► skipped     system [concluded or withdrawn]
//	  open       extend ─────► open        facilitator [before the deadline, reason, extensions left]
//	  open       tick ───────► open        system [standing round]
//	  open       close ──────► closing     facilitator, system [deadline, or reason]
//	  open       skip ───────► skipped     system [withdrawn]
//	  closing    tabulate ───► closed      system
//	  closing    skip ───────► skipped     system [withdrawn, or key date passed untabulated]
//	  closed     release ────► released    moderator, system [gather: nothing pending, or 14 days]
//	  closed     skip ───────► skipped     system [withdrawn]
//
//	item
//	  ·          propose ────► candidate   moderator, system
//	  candidate  admit ──────► live        moderator, system [between rounds, or standing]
//	  live       remove ─────► ·           moderator [no round has shown it]
//	  live       reword ─────► live        moderator [between rounds]
//	  live       go-on ──────► live        facilitator, system [between rounds, reason against the proposal]
//	  live       hold ───────► live        facilitator, system [between rounds, reason against the proposal]
//	  live       settle ─────► settled     facilitator, system [between rounds, reason against the proposal]
//	  live       drop ───────► dropped     moderator [between rounds, reason]
//	  live       supersede ──► superseded  moderator [between rounds]
//	  settled    reopen ─────► live        facilitator [an answer round is still planned, reason]
//	  dropped    restore ────► live        moderator [between rounds]
//	  superseded restore ────► live        moderator [between rounds]
package consultation
