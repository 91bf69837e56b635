// Package facilitator is where the facilitator works on a consultation between two rounds,
// beyond its statements one by one (web/staff): statements that join after a round.
//
//	/desk/{slug}/joining                   what joined, a form for one more, and what was said
//	                                       on which it can rest; the form is read again, with what
//	                                       follows, before it is sent for good
//	/desk/{slug}/joining/{item}/withdraw   the page before one is taken back, and the act
package facilitator
