// Package fault names the ways in which a request can fail, with words that
// are safe to show to the person who made it.
//
// Every room of the house returns a *Fault for what a person can mend (a field,
// a missing role, a closed round) and a plain error for what only an operator
// can. The edges (page, API, command line) turn a Kind into a status with one
// table each and log once; nothing in between logs.
package fault
