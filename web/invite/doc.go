// Package invite is the room in which somebody who was invited enters a group of a panel by the
// code of their letter.
//
//	letter ──/consultations/{slug}/invitation#CODE──▶ the page, the code in its field
//	       └─ signed out: the code is sealed in a cookie ─▶ sign-in ─▶ the page, filled in
//	                                        signed in: read who can know what ─▶ enrolled
//
// A link has the code behind "#", which a browser sends to no server: neither our logs nor a
// proxy's have it, and so nobody who knows who got which code sees there that it was used. A
// script moves it into the field; without scripts it is typed, as it is from a printed letter.
package invite
