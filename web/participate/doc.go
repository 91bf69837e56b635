// Package participate is the room of those who take part: citizens and members of
// orders. It shows what is open and what the administration owes, lets people
// enrol, write ideas, answer, and read what came out.
//
//	/                                           home
//	/consultations/{slug}                       one consultation
//	    /enrol                                  read who can know what, then enrol
//	    /contributions                          one's own ideas; all of them once released
//	    /rounds/{n}                             the form while open, its result once released
//	    /rounds/{n}/receipt                     the receipt of a delivered ballot
//	    /opinion, /opinion.json                 the opinion, as page and as stored bytes
//	/help/…                                     how it works, protection, accessibility, privacy
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
