// Package account keeps people, their roles in each administration, and who acts.
//
// Delfi knows a person by what the identity provider says at sign-in, and by
// nothing else: no password, no profile to fill in, no date. An account is born
// with the first sign-in, which enrolling needs at once. A further one writes nothing
// unless something changed: roles hold with the next request, and what else is new waits,
// sealed, for the hour.
//
//	claims ──first SignIn──▶ account, fresh ──hourly──▶ written anew among others
//	   │                       │    ▲
//	   │                       │    └──Hour── waiting ◀──SignIn that changes a name
//	   │                       ▼                 ▲
//	   │                     Actor: the explicit argument of every use case
//	   │                       └────Leave────────┘──the night──▶ deleted, with all leavers
//	   └──▶ roles of each administration (claimed by the provider's groups, or granted here)
//
// # What the database knows of a person
//
// Issuer, subject, name, address, municipality and language are one ciphertext of one of
// two lengths, AES-256-GCM under a key of people's data that lies outside the database
// (Keys), bound to the account's id: moved to another row it does not open. Rows are found
// by keyed hashes of issuer and subject, of the subject, of the address in small letters;
// nothing is ordered or searched by what is encrypted. Roles are in clear text and name
// officers, whose ids are random and stand in every table of offices in the place of an account:
// an officer's row has the account, encrypted for that row, and a keyed hash of it.
// Without the key they belong to nobody. What waits is of one length, under a token that
// is a keyed hash: neither whom it is about nor what it is can be seen.
//
// The database holds a check value of each key. A process whose folder lacks the key, or
// holds another, refuses to start and to sign people in (Unlock), with cause and remedy.
// Rotate exchanges the key; both are read until every row is rewritten.
//
// This protects against who has the database, its log, dumps and backups, and not against
// who has the key too. It hides neither that two accounts have one address (their hashes
// are alike) nor which of two lengths a row has. In the write-ahead log the order in which
// accounts, enrolments and aliases came stands for as long as the log is kept, and a page
// that was not written over may hold bytes of dead rows: of rows that name nobody.
//
// Actors are remembered for as long as the edition lasts at which they were read: a
// number that moves with every change of a name or a role (migration 0090), and that
// comes with each reading of a session.
//
// Roles belong to one administration each: its people are invisible to others. A role is
// held in the whole administration or in one part of it, whose scope is an id that the room
// of the part gives and that is opaque here. A role is claimed, granted, or both; a sign-in
// changes what is claimed alone, RevokeRole and Dismiss what is granted alone.
//
// The bodies themselves are package administration's, what a role allows is package office's.
package account
