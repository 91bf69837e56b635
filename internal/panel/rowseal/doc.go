// Package rowseal encrypts what a panel keeps of people, row by row, under a consultation's key
// that lies outside the database: guests of an invitation, applicants. It exists so that the
// rooms that keep such rows derive and seal in one way.
//
//	key ── Derive(domain, parts) ──▶ keyed hash: by which a row is found, or a key told apart
//	  └─── New(domain) ──▶ Sealer ── Seal(row, text) ──▶ nonce ‖ ciphertext ── Open(row) ──▶ text
//
// A sealed text opens in the row that it was written for, and in no other. The package is pure
// but for the nonces that it draws.
package rowseal
