// Package consultation has the types and the rules of a consultation's life: its stage,
// commitment, protocol, rounds and items, and which act leads where. It is pure: no SQL,
// no service, no clock of its own.
//
// It exists to keep one promise: nothing happens to a question put to a panel but
// what docs/METHOD.md §9 allows, by whom it allows, and in public. All of that stands
// in one table (transitions); a use case takes its step from it (Stage.Step), checks the
// guard (guard.go), and writes the act into the record in the same transaction.
//
// The rooms beneath it, each on those above it in this list:
//
//	lifecycle            the aggregate in the database: lock, load, save
//	draft, draft/form    the drafting form, and its use cases
//	steering             the acts of staff and of the clock
//	facilitation         new words for statements between rounds
//	strongest            the strongest case of each side of an option, marked in public
//	correction           texts that nothing binds, corrected after the announcement
//	contribution         the gather round: write, examine, merge
//	feedback             the document about a round: pure
//	feedback/archive     the stored documents
//	ballot               submit in batches, seal, receipt
//	tabulation           decrypt, count, leaves, close, standing rounds, destroy
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
//	  announced  replace ────► announced   administrator [role held, from today on, reason]
//	  announced  correct ────► announced   administrator [a text that nothing binds, reason]
//	  announced  withdraw ───► withdrawn   administrator, system [reason]
//	  running    suspend ────► running     administrator, moderator [reason, days left of 90]
//	  running    resume ─────► running     administrator, moderator, system
//	  running    conclude ───► concluded   facilitator, system [last round released, reason against the proposal]
//	  running    replace ────► running     administrator [role held, from today on, reason]
//	  running    correct ────► running     administrator [a text that nothing binds, reason]
//	  running    withdraw ───► withdrawn   administrator, system [reason, by itself an import that broke off]
//	  concluded  minority ───► concluded   facilitator [words; shown to the panel for 7 days]
//	  concluded  forgo ──────► concluded   facilitator [dissent, reason not to report it]
//	  concluded  publish ────► published   administrator, system [key and ballots gone, opinion built; by hand, no dissent or it was reported]
//	  concluded  replace ────► concluded   administrator [role held, from today on, reason]
//	  concluded  correct ────► concluded   administrator [a text that nothing binds, reason]
//	  concluded  withdraw ───► withdrawn   administrator, system [reason, by itself an import that broke off]
//	  published  reply ──────► answered    administrator [every finding replied to]
//
//	round
//	  ·          plan ───────► planned     administrator, system
//	  planned    postpone ───► planned     system [a guard of the opening fails]
//	  planned    open ───────► open        facilitator, system [previous released, nothing pending, a live item to answer]
//	  planned    skip ───────► skipped     system [concluded or withdrawn]
//	  open       extend ─────► open        facilitator [before the deadline, reason, extensions left]
//	  open       remind ─────► open        facilitator [to everyone, once a deadline, not in its first 3 days nor its last 2]
//	  open       tick ───────► open        system [standing round]
//	  open       close ──────► closing     facilitator, system [deadline, or reason]
//	  open       skip ───────► skipped     system [withdrawn]
//	  closing    tabulate ───► closed      system
//	  closing    skip ───────► skipped     system [withdrawn, or key date passed untabulated]
//	  closed     release ────► released    moderator, system [gather: nothing pending, or 14 days]
//	  closed     skip ───────► skipped     system [withdrawn]
//	  released   brief ──────► released    facilitator [an answering round, words, no later round opened]
//
//	item
//	  ·          propose ────► candidate   moderator, facilitator, system
//	  candidate  admit ──────► live        moderator, facilitator, system [between rounds, or standing]
//	  ·          join ───────► live        facilitator [after the round that the protocol names, reason]
//	  live       remove ─────► ·           moderator, facilitator [no round has shown it]
//	  live       translate ──► live        moderator [words in each declared language]
//	  live       reword ─────► live        moderator, facilitator [between rounds]
//	  live       go-on ──────► live        facilitator, system [between rounds, reason against the proposal]
//	  live       hold ───────► live        facilitator, system [between rounds, reason against the proposal]
//	  live       settle ─────► settled     facilitator, system [between rounds, reason against the proposal]
//	  live       narrow ─────► dropped     facilitator, system [after a select round, reason against the proposal]
//	  live       drop ───────► dropped     moderator [between rounds, reason]
//	  live       supersede ──► superseded  moderator, facilitator [between rounds]
//	  settled    reopen ─────► live        facilitator [an answer round is still planned, reason]
//	  dropped    reopen ─────► live        facilitator [dropped after the last round, reason]
//	  live       undecide ───► live        facilitator [decided since the last round, no round opened]
//	  settled    undecide ───► live        facilitator [decided since the last round, no round opened]
//	  dropped    undecide ───► live        facilitator [narrowed since the last round, no round opened]
//	  live       mark ───────► live        facilitator [policy, between rounds, an argument of the last one, reason]
//	  settled    mark ───────► settled     facilitator [as above]
//	  dropped    restore ────► live        moderator [between rounds]
//	  superseded restore ────► live        moderator, facilitator [between rounds]
package consultation
