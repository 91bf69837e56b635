// Package library keeps the documents of a space: what people are given to read, each with
// its title, source, date, language, licence and description, as a file or a link. It
// stands beneath consultation and forum, and asks the owner of a space (Ask) who may change
// its library, and where its acts are recorded.
//
//	planned space:   Add ─► document, version 1 ─ Revise ─► version 2 … ─ Withdraw ─► gone
//	                              │
//	announcement ── Give ─────────┴─► the present versions are given to the panel, by digest,
//	                                  in the entry of the announcement
//	open or closed:  Add, Revise, Withdraw, each an entry of the record
//	                 Withdraw ─► withdrawn (with a public reason): its words and digests stay,
//	                             its files are served no more
//
// A version never changes. What the panel was given stays readable beside later ones, as
// long as the document is not withdrawn.
//
// A file is looked into before it is stored (clean), and lies outside the database
// (internal/platform/blob); a row refers to it by digest, and a job sweeps what no row
// refers to. Names of files are not stored: they may say who wrote them.
package library
