// Package session stores sessions encrypted under keys that only their cookies hold. It
// exists so that a copied database gives neither a usable token, nor whose session a row
// is, nor when it began: with the account in plain text, the order of transactions would
// put a sign-in beside the ballot that follows it (docs/RECORD.md §2). Nor does it tell by
// their lengths which sessions one person had, who holds an office, or of whom a provider
// attests something.
//
//	token (cookie, 32 random bytes) ──HKDF──▶ row name, key
//	values ──Codec──▶ padded bytes ──AES-GCM under key──▶ row {name, ciphertext, expiry rounded up to the hour}
//
// Rows of the same form hold whatever else one browser alone may read again (Key).
package session
