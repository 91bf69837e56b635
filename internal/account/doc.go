// Package account keeps people, their roles in each administration, and who acts.
//
// Delfi knows a person by what the identity provider says at sign-in, and by
// nothing else: no password, no profile to fill in, no date. An account is born
// with the first sign-in, and each further one brings it up to date:
//
//	claims ──SignIn──▶ account (issuer, subject) ──▶ roles of each administration
//	                        │                         (the provider's groups, no others)
//	                        ▼
//	                      Actor: the explicit argument of every use case
//
// Actors are remembered for as long as the edition lasts at which they were read: a
// number that moves with every change of a name or a role (migration 0090), and that
// comes with each reading of a session.
//
// Roles belong to one administration each: its people are invisible to others.
package account
