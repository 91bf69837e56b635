// Package clean looks into the files of a library before they are stored: a file must be what
// its name says, and what identifies a person without their knowledge is removed, or the
// file is refused in words that say how its owner removes it.
//
//	name ── ByName ──► Type        refused before a byte is read
//	bytes ── Clean ──► bytes       as they are stored, with what was Removed
//	          ├─ removed: the EXIF, XMP and IPTC of pictures, also of those inside documents;
//	          │  authors in the properties of Office files and PDFs
//	          └─ refused: comments and tracked changes, programs, encryption, files inside
//	             files, signatures over what would change, names that cannot be reached;
//	             whatever fetches something when the file is opened, or acts by itself
//
// An office file has known parts alone, and its XML is read element by element: prefixes,
// quotes and the case of names make no difference. A PDF is read token by token, wherever
// a program finds objects in it, with its names unescaped. Links that a reader presses stay.
//
// It is pure: no file is opened and no clock read here. What it reads is bounded: a
// document costs time linear in its length, and a part no more memory than its limit says.
package clean
