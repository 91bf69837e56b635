// Package panel says who may take part: groups, eligibility, enrolment.
//
// The account's side of a panel is one row: account, group, day. It never says
// whether or when anyone answered. Towards ballots an enrolled actor becomes a
// pseudonym.Seat, towards contributions a pseudonym.Alias, each in a read-only
// step of its own, so that no transaction ever knows both sides.
//
//	signed in ──Stand──▶ how the way into a group (open, claim, roll) fits; see way.go
//	signed in ──Enrol──▶ enrolled, fresh ──Seat──▶ ballots   (schema panel)
//	                         │    └────────Alias──▶ contributions
//	                         ├──IssueCode──▶ a held code, whoever holds it ──ByCode──▶ ballots
//	                         ├──Hour──▶ written anew in the order of ids, with accounts and
//	                         │          aliases, hourly and at each closing (postgres.Heap)
//	                         ├──Strike─▶ off the panel, where a round opens and a roll says so
//	                         ├──End───▶ once more, all of a consultation's, at its end
//	                         └──Hour after three at night, for all who asked to leave──▶
//	                                    counted by group, a keyed mark, no account
//
// Leaving is apart from taking back ballots, which happens at once: the two in one sitting
// would join a person with a ballot.
//
// A held code works with its batch (batch.go draws it), never in the order of issue. Who
// lost the page on which it was shown is shown it again for some minutes:
//
//	POST ──▶ issued ──▶ row under a hash of the browser's secret ──▶ gone, 10 to 15 minutes later
//	              same browser, same account ──▶ the same code
//
// While anybody can enrol the number of people is shown in steps of 5 that move hourly
// (Enrolled); rounds that open or close count exactly (Count).
//
// Panel stands below consultation and cannot ask it; consultation tells the
// terms of enrolment through Ask.
package panel
