// Package synthesis turns the contributions of a gather round into items: the
// moderator admits, rejects with a reason, merges, and undoes until the next
// round opens. It knows authors by alias alone.
//
// A contribution:
//
//	         (its author, while the round is open)
//	pending ──────────────────────────────────────► withdrawn, its words gone
//	 │  ▲
//	 │  ├─ undo ─┐
//	 ▼  │        │
//	admitted   rejected (with a reason)
//
// Admitted means that it went into at least one item, and into as many as it
// speaks of. Every act has a public reason, stands in the public record with it,
// and stores what is needed to take it back. An act that made an item or changed
// its words cannot be taken back while a later act builds on those words.
//
// Moderators act one after the other, under the consultation's lock; one who acts
// on what another has just examined is told so.
package synthesis
