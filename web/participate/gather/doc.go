// Package gather is the part of web/participate in which a round gathers contributions: one's
// own while it is open, all of them once it was released. It exists because an idea in one's own
// words has nothing in common with a ballot but the panel that gives it: it is written under an
// alias, never under a seat.
//
//	(nothing) ──write──▶ sealed ──edit──▶ sealed ──withdraw, after a page that says so──▶ (nothing)
//	                        └── the round closes: examined in public, then everybody's page
package gather
