// Package rehearsal shows a draft's staff each page of its life with invented answers, before
// anybody else sees one (package internal/rehearsal).
//
//	/desk/{slug}/rehearsal                             how many people, and how they behave
//	/desk/{slug}/rehearsal/{play}                      the rounds, and how it ends
//	/desk/{slug}/rehearsal/{play}/rounds/{n}/form      the form as one of the people finds it
//	/desk/{slug}/rehearsal/{play}/rounds/{n}           what the round brought out, as everybody would read it
//	/desk/{slug}/rehearsal/{play}/rounds/{n}/criteria  which criteria are met, and what follows
//	/desk/{slug}/rehearsal/{play}/opinion              the opinion, as it would be published
//
// Every page is read; none takes a form that is posted, since nothing is kept. The play stands in
// the address. Forms, results and opinions are drawn by the rooms whose pages they are, which the
// table of routes hands over; the layout marks them.
package rehearsal
