// Package draft creates, edits, checks and deletes drafts of consultations, the
// administration's own until they are announced.
//
//	(nothing) ── Create ─► draft ◄─► Edit
//	                         ├── Delete ─► (nothing)
//	                         └── Gate: nothing is missing ─► steering.Announce
//
// A draft is stored as its form was typed (package form); its row, commitment and staff
// are written with it, so that a page shows a draft as it shows a consultation.
package draft
