// Package form reads the body of a form: its fields, and the file that comes with some. It
// exists apart from package page, which knows who sends and where to, so that what anybody
// may send is read, and tried, in one place.
//
//	fields …, file ─► Read ─► values; the file stays to be read, no further than needed
//
// What stands behind the file is not read: forms have their file last.
package form
