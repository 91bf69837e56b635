// Package account keeps people, their roles in each administration, and who acts.
//
// Delfi knows a person by what the identity provider says at sign-in, and by
// nothing else: no password, no profile to fill in, no date. An account is born
// with the first sign-in, and each further one brings it up to date:
//
//	claims ──SignIn──▶ account (issuer, subject) ──▶ roles of each administration
//	                        │                         (claimed by the provider's groups,
//	                        │                          or granted here)
//	                        ▼
//	                      Actor: the explicit argument of every use case
//
// Actors are remembered for as long as the edition lasts at which they were read: a
// number that moves with every change of a name or a role (migration 0090), and that
// comes with each reading of a session.
//
// Roles belong to one administration each: its people are invisible to others. A role is
// claimed, granted, or both; a sign-in changes what is claimed alone, RevokeRole and
// Dismiss what is granted alone.
//
// An administration is made by the command line, or, on a server that has none, by the
// first page: whoever started the server reads a code there (FirstRun), and the account
// that enters it becomes the administrator.
//
//	no administration ──FirstRun──▶ code, its hash stored ──FoundFirst──▶ administration,
//	                                     │                               its administrator
//	                                     └─Add, or any other founding──▶ no code any more
package account
