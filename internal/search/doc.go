// Package search finds what people wrote in spaces: it has one row for each object and
// language, which the object's owner writes in the transaction of its own act. It stands
// beneath consultation and forum, and knows of an object its space.Subject, its words and
// its address.
//
//	owner's act ── Put ──► row (public) ── Hide ──► row (hidden) ── Put ──► row (public)
//	                          │                        │
//	                          └───────── Drop ─────────┴──► no row
//
// What is hidden or dropped is in no result, count, highlight or suggestion once the act
// has committed: every statement of a search reads the rows themselves.
//
// Words are folded before they are indexed and before they are looked for: accents and
// capitals do not count, apostrophes, hyphens, slashes and dots divide words. Fold, stem and
// tsvector are functions of migration 0200, so that rows, queries and highlights agree.
//
//	typed ── Parse ──► Query (words, phrases, or, -) ── websearch_to_tsquery of each language
//	      ──► the newest 2,000 matches ── ranked ──► one page ── highlighted ──► Hits
//	                  └─ none ──► suggestion: the nearest words of public rows, tried first
//
// A job fills in spaces without rows (of a database older than search), computes vectors
// of an older version anew, and drops suggested words that no public row has any more; each
// a few rows in a transaction.
package search
