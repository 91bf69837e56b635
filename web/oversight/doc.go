// Package oversight is the desk of an administration: what its administrators owe, with the
// day, then all of its consultations, with who acts next on each, and its staff.
//
//	/administrations/{slug}/desk       a page of consultations, what waits for the reader first
//	/desk/{slug}/corrections           texts that may be corrected, those that were, and what is bound
//	/desk/{slug}/corrections/{text}    a text as it reads, with the form of its new words
//
// Acts of the consultations' lives have their pages elsewhere ("you are about to …",
// web/staff), so that consequences are read in one place. People are counted in steps of 5
// while anybody can enrol, and nothing tells an answer of an open round.
package oversight
