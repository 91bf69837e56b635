// Package sheet reads lists of people as spreadsheets write them. It exists so that each list
// by which people enter a group, a register or addresses to invite, is read alike: separators
// ";", "," and tab, UTF-8 with or without its mark, Windows-1252, and faults by line and field.
//
//	file ──Head──▶ columns by name ──Each──▶ one line of people after the other
//	                                            └─ Fault: the line, the field, what is wrong
//
// A file is read line by line: neither its bytes nor its people are held in memory here. Lines
// that quotation marks join count as one, and are bounded as one.
package sheet
