// Package form is a draft as it is typed: the protocol document as far as it is written
// (docs/METHOD.md §10), the statements that it gives, and the words, dates and people around it.
// It exists apart from package draft because lifecycle shows the protocol of a draft and stands
// beneath it; it is pure.
//
//	Propose(variant) ─► Document ◄── With, Without, Fitted ── Type(path, typed) ◄── a step
//	                       │
//	                       ├── Locate(path of a fault) ─► Step, field       (Places, the one table)
//	                       └── Read ─► Draft ── Protocol, Unfit, Refused, Warnings
//
// A Place says where a field is typed and how. A field that is typed wrongly is refused on its
// step; what is blank, and what two steps decide together, is stored and Missing.
package form
