// Package across compares the tables of one closing with its counts, with each other and with
// those of the round before (step 6 of docs/RECORD.md §6). It exists so that tables which
// are each in order cannot tell two stories together. It is arithmetic on what was read, and
// reads nothing itself.
//
//	counts, tables, the closing before ──Check──▶ nil, or the first number that does not fit
//	the releases of a standing round   ──Rests──▶ whether the stopping rule held before its deadline
package across
