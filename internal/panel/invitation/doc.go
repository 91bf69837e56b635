// Package invitation keeps the invitations by which people enter a group of a panel
// (docs/PANEL.md "Who may take part"): one for each address of a file. It exists apart from the
// panel so that names, addresses and codes end here, and so that nothing joins an invitation
// with the account that used it.
//
//	file ──Read──▶ sheet: faults by line and field, or guests
//	                 └──Stage──▶ staged, compared with those invited ──Import──▶ invitations
//	invitation ──Letter──▶ a letter, printed or sent, with its code
//	           ──Renew───▶ another code; the one before works no more
//	           ──Revoke──▶ none works
//	a code that is typed ──Admit──▶ used: a keyed hash in a table of its own
//	end of the panel ──End──▶ key, invitations and what was used are gone
//
// Words: a guest is a name with an address; a code is tag ‖ 50 secret bits ‖ check symbol. The
// secret bits are a keyed hash of the invitation and of its code's edition, so that a letter
// can be printed again and no table has them; a code is looked up by another keyed hash.
//
// # Who used an invitation
//
// A use writes one row, under a keyed hash of the invitation that nothing else has, beside the
// enrolment; it reads the invitation and neither changes nor locks its row, whose transaction
// number would say so. With the database alone the row belongs to no invitation. The rows are
// written anew hourly with enrolments (Heap): from then on the key alone joins none with an
// account either. So nothing here tells an administrator, who knows which address got which
// code, whether it was used: Renew and Revoke do the same in both cases.
package invitation
