// Package source reads a record's files from a folder, an archive or an address. It
// exists so that a record costs its reader no more than its bounds, and so that
// nothing outside of it is read: no link is followed, no pipe is opened, no server leads
// to another. It knows files and faults, and nothing of what a record means.
//
//	Folder, Archive, Web ── fs.FS ── Meter: bytes of a file, bytes of all
//	                                   ├─ longer than its bound ── Fault
//	                                   └─ broken off ── Unread, which says nothing of the record
package source
