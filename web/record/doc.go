// Package record serves the public record (docs/RECORD.md §5) to those who check it: as
// pages for people and as files for programs.
//
//	/record/                                    what the record is, who witnesses it, the newest acts
//	/record/{slug}                              one consultation: its acts, its tables, how to check them
//	    /rounds/{n}/marks, /marks/{two digits}  "check my receipt": static lists of marks by prefix
//	/record/checkpoint, cosigned, key           the signed state of the log and who else signed it
//	/record/entries, tile/8/…                   the log itself by the page, and its tree
//	/record/cosignatures                        where witnesses post their lines
//	/record/{slug}/files, …, /record/{slug}.zip what can be downloaded and computed again
//
// No reader is identified: endpoints for programs read no session, nothing is looked up
// by a leaf or a whole mark, and the route alone is logged. The
// paths are those of a downloaded folder, which `delfi verify` reads alike.
package record
