// Package claim has what an identity provider says about a person, and what is kept of it. It
// is pure: package account encrypts and stores it.
//
//	Claims ──Grants──▶ roles, where a group names an administration of this server
//	   └────Identity──▶ Encode, Pad ──(encrypted)──▶ an account's row ──Decode──▶ Identity
package claim
