// Package public is the room of everybody who reads: what is open and what the
// administration owes, one consultation with its rules and what happened, what a round
// brought out, the opinion, and help. Its pages are the same for everybody without a
// session, and cached.
//
//	/                                       home
//	/consultations/{slug}                   one consultation
//	    /rounds/{n}                         the result of a round that was released (through web/participate)
//	    /minority                           the minority report before the opinion has it
//	    /opinion, /opinion.json             the opinion, as page and as stored bytes
//	/help/…                                 how it works, protection, accessibility, privacy
//
// Pages hold no rules: a use case says what may be done, a page says it in words. Figures
// are read from stored documents alone.
package public
