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
// Pages hold no rules: a use case says what may be done, a page says it in words.
// Feedback is drawn from the stored document alone; only one's own answer and the
// order of the reasons differ between readers.
package participate
