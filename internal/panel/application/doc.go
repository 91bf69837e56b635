// Package application keeps the applications of people who declare that they belong to a group
// of a panel (docs/PANEL.md "Who may take part"), and what the group's secretary decided. It
// exists apart from the panel so that names end here, and so that nobody who decides about
// names learns who enrolled.
//
//	announced ──Open──▶ key, one list for each group of declared membership
//	Apply ──▶ waiting ──Withdraw──▶ (nothing)
//	             ├──Decide──▶ refused ──▶ Apply
//	             └──Decide──▶ admitted ──Decide──▶ revoked ──▶ Apply
//	                             └──Admit──▶ the panel enrols; nothing is written here
//	end of the panel ──End──▶ key and applications are gone
//
// Words: an applicant is who applies, with a name and what the group asks; an application is
// one request, of one person for one group, and one waits at a time.
//
// # Who enrolled
//
// An applicant is found by a keyed hash of the account, so that with the database alone no row
// of an enrolment leads to an application. Admit reads: neither who enrolled nor when is in any
// row here, and revoking does and says the same for both. Who revokes therefore takes nobody
// off the panel. Rows are written anew hourly (Heap), so that their order says neither when
// somebody applied nor when they were decided about.
//
// Admissions are counted in a row of their own, those of one person once as long as their account
// lives, and Record gives the number when a round opens or closes: the enrolled are held against
// it. The enrolled are counted exactly then, which may tell a secretary of one person
// (docs/PANEL.md "Who may take part").
//
// # Lists
//
// A list is read by the page, in the order of its index. Names lie encrypted: who looks for words
// streams the rows of one state. A number is compared by a keyed hash, and only where the group
// asks one.
//
// # Keys that are gone
//
// Where a key was lost or destroyed nobody is found: reading one's own and forgetting an account
// leave that consultation out. Join ends, at start, what a restored database has under a
// destroyed key.
package application
