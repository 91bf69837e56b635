// Package argument is the desk on which a facilitator marks the strongest case of each side of
// an option, among the arguments of the last round (package strongest of internal/consultation).
//
//	/desk/{slug}/arguments                 each option, its arguments against and for; a post looks for words
//	/desk/{slug}/arguments/{item}/{side}   one of them is marked, with a public reason
//
// A side shows fifty arguments; the search finds the others by their words, which lie in a sealed
// cookie and in no address.
package argument
