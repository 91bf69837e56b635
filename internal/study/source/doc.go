// Package source opens the files that researchers have as tables of texts: CSV in any
// of the usual encodings, and the sheets of a workbook. It exists so that nothing that
// gives a text its meaning depends on the file that it was in, and so that every fault
// names the place as its author sees it: line and column, or sheet and cell.
//
//	Input ── Open ── signature, encoding ── Sheets ── Sheet: Next, Line, Place
package source
