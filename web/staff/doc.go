// Package staff is the staff's room: the desk of administrators, moderators and
// facilitators.
//
// A desk shows what waits for the one who reads it, and never who answered: no
// live counts, no lists of people, no times of answers. Each act is one POST to
// one use case; a form that fails comes back at 422 with every character, and a
// success redirects (303) with a word of confirmation.
//
//	/desk                          what waits for me, by consultation
//	/desk/new, /desk/{slug}/edit   the draft, one form
//	/desk/{slug}                   state sentence → rounds → participation → decisions
//	/desk/{slug}/contributions     the queue: groups, claims → side by side → new wording → rule and reason
//	/desk/{slug}/appeals           appeals against acts, decided by another moderator
//	/desk/{slug}/rules             a new version of the rules of the house (administrator)
//	/desk/{slug}/reasons           a reason's text removed by law
package staff
