// Package spreadsheet writes a table as the CSV file that people open in a spreadsheet. It
// exists so that every download of a table has one form, and none can run a formula: words
// that people wrote stand in its cells.
//
//	New (byte order mark, header) ─► Row … ─► Bytes
package spreadsheet
