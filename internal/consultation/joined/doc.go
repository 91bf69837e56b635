// Package joined reads which statements joined a consultation after a round, from the record:
// an entry "join" has all that is known of one beside its words, and no table repeats it. It
// stands beneath those who let them join (package joining), ask them (ballot) and tell of them
// (report), and changes nothing.
//
//	entries join, remove ─Read─▶ statements, by number
package joined
