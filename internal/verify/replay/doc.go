// Package replay takes the entries of a public record's log, one after the other,
// through the lifecycle of consultations (step 2 of docs/RECORD.md §6): each act was
// possible when it was done, by the one table of transitions that the server has.
//
// It reads no files: a line of the file "entries" is read by Read, and Acts.Take gets
// the record. The Life of a consultation is what its entries say of it, to which the
// checks of its documents compare; figures are those of the entries' bodies.
//
//	line ──Read──▶ Record ──Take──▶ Acts ──▶ Life of each consultation ──▶ Round
//	                                   └──▶ removals by law
package replay
