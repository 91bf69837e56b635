// Package access has the acts of staff on who may enter the groups of a consultation
// (docs/PANEL.md "Who may take part"). It exists so that the panel, which keeps rolls, decides
// nothing about offices and the record, and steering nothing about files.
//
//	file ──Check──▶ flaws by line and field, or a comparison ──Import──▶ in force
//	                                              draft: recorded with the announcement
//	                                          afterwards: an entry "roll" at once
//
// A draft with a group of a roll is not announced before the roll is in force (Missing).
package access
