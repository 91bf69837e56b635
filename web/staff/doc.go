// Package staff is the staff's room: the desk of administrators, moderators and
// facilitators, and the page of their administration.
//
// A desk shows what waits for the one who reads it, and never who answered: no
// live counts, no lists of people, no times of answers. Each act is one POST to
// one use case; a form that fails comes back at 422 with every character, and a
// success redirects (303) with a word of confirmation.
//
//	/desk                          what waits for me, by consultation
//	/desk/{slug}                   state sentence → rounds → participation → decisions
//	    /items/{item}/reword       the editor of a statement's new words, in its card
//	    /{act}                     "you are about to …": what happens, then the button (abouts)
//	    /done/{act}                what was done, and what comes next
//	/desk/{slug}/reasons           a reason's text removed by law; a post looks for words, which
//	                               lie in a sealed cookie and in no address
//
// The moderators' pages are those of web/staff/queue.
//
// Administrators have the data of their body here too:
//
//	/first-run                     on a server without an administration: the form that makes the
//	                               first, with the code that the server printed; then not found
//	/administrations/{slug}        name, address, codice IPA, mail; who holds what
//	    /grant, /revoke            a role given to somebody who has signed in once, and taken back
//
// None of these is in the public record: its entries are of consultations, and of the
// record itself.
package staff
