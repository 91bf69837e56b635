// Package participate is the room of those who take part: citizens and members of
// orders. It lets people enrol, write ideas, answer with an account or with a code, and
// have their receipt.
//
//	/consultations/{slug}/enrol            read who can know what, then enrol
//	    /contributions                     one's own ideas; all of them once released
//	    /rounds/{n}                        the form while open, its result once released
//	    /rounds/{n}/receipt                the receipt of a delivered ballot
//	    /get-code, /code/…                 a held code, and the same form beneath it
//
// A ballot on these pages:
//
//	(nothing) ──save──▶ draft, sealed ──deliver──▶ counts ──change──▶ draft again, the delivered one counts
//	                        └──────── the deadline passes: a draft does not count
//
// A form is made of questions: a statement, or all items of a kind that are answered as
// one list. Each question is read (read.go) and drawn (question.templ, paper.templ for
// the scale) by its kind of answer:
//
//	fields of a form ─read─► answers ─Save─► sealed draft ─fields─► the form opened again
//
// A ranking is put in order by the server: each number and each button is sent, the page
// is drawn anew, and begins at the button that was pressed.
//
// Pages hold no rules: a use case says what may be done, a page says it in words.
// Feedback is drawn from the stored document alone; only one's own answer and the
// order of the reasons differ between readers.
package participate
