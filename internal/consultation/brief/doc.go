// Package brief has the facilitator's words about a round that was answered and released: the
// round in brief, in plain words and in the languages of the consultation.
//
//	released ── Write ──► public at once, at the head of the round's page
//	         ── Write ──► other words, as the next version; the earlier ones stay in the record
//	the next round opens, or the conclusion ─► the words stay as they are
//
// Each version is one entry of the record ("brief") with its words beside it, where the law can
// reach them; nothing else is stored. Pages and the opinion read the newest of each round.
package brief
