// Package roll keeps the registers by which people enter a group of a panel
// (docs/PANEL.md "Who may take part"): a professional order's, a municipality's. It exists
// apart from the panel so that fiscal codes end here: a file is read line by line, each code
// becomes a ticket, a keyed hash, and nothing else of a line but its status goes on.
//
//	file ──Read──▶ sheet: faults by line and field, or tickets with statuses
//	                 └──Stage──▶ staged, compared with the roll in force ──Import──▶ in force
//	a person's code ──Admit──▶ a place: ticket and account, one of each
//	round opens ──Strike──▶ places whose ticket is no longer active are struck off
//	end of the panel ──End──▶ key, tickets and places are gone
//
// Words: a ticket is HMAC-SHA256(roll key, fiscal code); a member is a ticket with a status
// (active, suspended, struck); a place says that an account enrolled with a ticket. The key is
// one of the consultation's own, outside the database. A place is written with an enrolment,
// so its rows are written anew hourly with those (Heap).
package roll
