// Package library is the room of the documents that a consultation's panel is given to
// read: everybody's list of them, and the desk on which staff add, change and withdraw them.
//
//	/consultations/{slug}/library                    the documents, with their versions
//	/consultations/{slug}/library/{n}/{version}      a file, as an attachment
//	/desk/{slug}/library                             the same for staff, and the form of another
//	/desk/{slug}/library/{n}                         a document's form, its new version, its end
//	/desk/{slug}/library/{n}/{version}               a file before the announcement
//
// A form comes with its file as its last part: what is typed is checked, and the file's
// name, before the file is read. A form that comes back holds what was typed, and asks for the
// file anew.
package library
