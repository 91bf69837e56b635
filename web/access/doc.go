// Package access is the room in which an administration says who may enter the groups of a
// consultation.
//
//	/desk/{slug}/rolls                  the groups, their ways in, the rolls in force
//	/desk/{slug}/rolls/{group}          a file is checked: flaws by line and field, or staged
//	/desk/{slug}/rolls/{group}/import   what is staged is put in force
//
// Fiscal codes stand on the page that answers a file with flaws, as they were written in it,
// and on no other; nothing of that file is kept.
package access
