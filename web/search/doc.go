// Package search is the room of whoever looks for something, signed in or not.
//
//	/search                          the form, and how one searches
//	/search?q=…                      hits, the closest first
//	    &order=newest                by day, beyond the newest 2,000 too
//	    &kind=…&space=…&after=…      of one kind, in one space, the page after another
//
// Everybody gets the same answer, and what somebody looks for leaves no line but the
// route's. A page with a query is not cached (web/page): nobody fills the cache by
// inventing queries. Searches of one reader or address are limited.
package search
