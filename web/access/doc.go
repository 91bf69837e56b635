// Package access is the room in which an administration says who may enter the groups of a
// consultation.
//
//	/desk/{slug}/rolls                  the groups, their ways in, the rolls in force
//	/desk/{slug}/rolls/{group}          a file is checked: flaws by line and field, or staged
//	/desk/{slug}/rolls/{group}/import   what is staged is put in force
//	/desk/{slug}/invitations/{group}             how many are invited, and how their letters stand;
//	                                             a file of addresses is checked as one of a roll
//	/desk/{slug}/invitations/{group}/import      those of it who are new are invited
//	/desk/{slug}/invitations/{group}/send        letters leave that were not asked for yet
//	/desk/{slug}/invitations/{group}/until       the last day on which codes work
//	/desk/{slug}/invitations/{group}/guests/{guest}   a letter again, another code, or none
//	/desk/{slug}/invitations/{group}/guests/{guest}/{act}   the page before renew or revoke
//	/desk/{slug}/invitations/{group}/letters     letters to be printed, with their codes
//
// No page says who used an invitation: only how many are in the group.
//
// Fiscal codes stand on the page that answers a file with flaws, as they were written in it,
// and on no other; nothing of that file is kept.
package access
