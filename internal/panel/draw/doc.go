// Package draw computes a draw of a panel that outsiders can check (docs/PANEL.md "A draw
// that outsiders can check"). It exists so that an administration, a guarantor and a
// stranger with the public files compute one panel: the list is fixed, the rule is fixed,
// the round of a public beacon is named before anybody can know it, and all else is hashing.
//
// Words: a ticket is HMAC(roll key, code) of one person; a cell is a class of the pool in
// which they stand; a quota asks for so many people of some cells; a portfolio is 1,000
// panels that keep quotas which cross; a beacon is one round of drand's quicknet; a
// guarantor's value is 32 bytes that were hidden behind their hash until all was fixed.
//
//	people ─List─► roll: n, ticket, cell ──root──┐
//	rule (canonical JSON) ──────────────digest───┤
//	portfolio (quotas that cross) ──root─────────┼─► entry "draw": round of the beacon ─► record root
//	guarantors' hashes ──────────────────────────┘                                            │
//	values, opened before the round is due ───────────┬───────────────────────────────────────┤
//	beacon (its signature is verified offline) ───────┴─► seed ─► index of the portfolio, or the
//	                                                            lowest hashes of each quota ─► panel
//
// The package is pure: no I/O, no clock, no randomness; instants are arguments. Run computes
// a draw and names the first step that does not hold, so that the server that draws and
// delfi verify share one computation. testdata/draw.py is another one, in Python.
package draw
