// Package piece caches the parts of forms that are the same for everybody. It exists because
// a form is one's own, and yet nearly all of it is not: a statement, the panel's picture with
// a mark on one of nine points, a scale with one point chosen. Such a piece is drawn once. Its
// key says all that it shows and nothing of who reads: pieces are of answers, never of people.
// What is the reader's alone (their draw of reasons, their own words) goes into its holes, or
// is drawn beside it.
//
//	source: round, items, feedback as last read, language ──► Sheet ── Key ──► bytes, hole, bytes
//
// A sheet's source is named by the addresses of what was read, which is read anew after every
// change: nothing has to be invalidated. The latest sheets are held, the oldest goes first;
// the pieces of a sheet are bounded in bytes, and beyond them drawn each time.
package piece
