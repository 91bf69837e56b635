// Package oversight has the query of an administration's desk: its own consultations, each
// with who acts next on it, until when, and how many people are on its panel.
//
// It exists so that an administration with a thousand consultations sees what it owes on the
// first page, in a number of statements that does not grow with them. It writes nothing:
// acts are steering's, and each has its page at the consultation's own desk.
//
// A line has nothing that the public page of a running consultation does not tell: people in
// steps of 5 while anybody can enrol (docs/RECORD.md §2), and no figure of an open round.
package oversight
