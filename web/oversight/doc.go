// Package oversight is the desk of an administration: what its administrators owe, with the
// day, then all of its consultations, with who acts next on each, and its staff.
//
//	/administrations/{slug}/desk    a page of consultations, what waits for the reader first
//
// It has no act of its own: each leads to the page before it ("you are about to …",
// web/staff), so that consequences are read in one place. People are counted in steps of 5
// while anybody can enrol, and nothing tells an answer of an open round.
package oversight
