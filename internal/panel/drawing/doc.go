// Package drawing has the use cases of draws by lot: an administrator fixes the list of a
// pool, prepares a rule, commits to both and to a round of a public beacon, and the panel is
// drawn when that round is published. It exists so that each step is an entry of the record
// before the next one is possible; what a draw computes is package draw's.
//
//	listed ──Prepare──▶ prepared ──Commit──▶ committed ──Draw (fetched, or pasted)──▶ drawn ──Call──▶ reserves
//	   │                   ▲  │                  │  └─Open: a guarantor's value, before the round is due
//	   │                   └──┘                  │
//	   └──────────────── Withdraw, with a public reason ───────────────────▶ withdrawn, and still shown
//
// A group is drawn once: a withdrawn draw is not repeated, or a draw could be tried until it
// pleases.
//
// Codes of people come in a file and in nothing else: each becomes a ticket under the draw's
// key, which lies outside the database and is destroyed once nobody can enrol any more. A
// person's own code is asked of the provider's claims (Ask); their ticket is computed and
// looked up, and never stored beside their account.
package drawing
