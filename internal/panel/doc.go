// Package panel says who may take part: groups, eligibility, enrolment.
//
// The account's side of a panel is one row: account, group, day. It never says
// whether or when anyone answered. Towards ballots an enrolled actor becomes a
// pseudonym.Seat, towards contributions a pseudonym.Alias, each in a read-only
// step of its own, so that no transaction ever knows both sides.
//
//	signed in ──Enrol──▶ enrolled ──Seat──▶ ballots   (schema panel)
//	                         ├─────Alias──▶ contributions
//	                         └─IssueCode──▶ a held code, whoever holds it ──ByCode──▶ ballots
//
// A held code works with its batch (batch.go draws it), never in the order of issue. Who
// lost the page on which it was shown is shown it again for some minutes:
//
//	POST ──▶ issued ──▶ row under a hash of the browser's secret ──▶ gone, 10 to 15 minutes later
//	              same browser, same account ──▶ the same code
//
// Panel stands below consultation and cannot ask it; consultation tells the
// terms of enrolment through Ask.
package panel
