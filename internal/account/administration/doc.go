// Package administration has the public bodies of this server, and how the first of them
// is made. It exists beside package account so that a body's own data change without its
// people, and holds none of them: roles are package account's.
//
// An administration is made by the command line, or, on a server that has none, by the
// first page: whoever started the server reads a code there (FirstRun), and the account
// that enters it becomes the administrator.
//
//	no administration ──FirstRun──▶ code, its hash stored ──FoundFirst──▶ administration,
//	                                     │                               its administrator
//	                                     └─Add, or any other founding──▶ no code any more
package administration
