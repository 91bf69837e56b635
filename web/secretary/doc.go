// Package secretary is the room of those who admit the members of a group that declare themselves,
// and the page on which an administrator names them.
//
//	/desk/{slug}/secretaries/{group}           an administrator names the secretary, or another
//	/desk/{slug}/applications/{group}          the secretary's list: by state, by words, in pages
//	/desk/{slug}/applications/{group}/find     words to look for, kept in a sealed cookie
//	/desk/{slug}/applications/{group}/decide   what an act about those chosen does, then the act
//
// No page of a secretary says who has enrolled, and none of an administrator names an applicant.
// What is looked for is a name: it lies in no address, which a proxy's log would have.
package secretary
