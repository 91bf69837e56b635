// Package pseudonym is the only way from a person to a panelist or an alias,
// and ends it.
//
// Each consultation has two random keys, kept outside the database (Keys): the
// panel key turns an account into a Panelist and seals what panelists hand in;
// the alias key turns an account into the alias under which it writes, and seals what
// it writes while a gather round is open (Pen). The
// database holds a check value of each, so that a process with another key
// refuses work instead of splitting one person into two panelists.
//
//	             Prepare             Destroy
//	(no key) ─────────────▶ alive ─────────────▶ destroyed
//	                          │ Seat, Foreign, Safe     (panel key only; the alias
//	                          │ Alias, ForeignAlias,     key lives until the space
//	                          ▼ Pen                      is archived)
//	                    read-only steps
//
// A destroyed key is never made again: the check value stays, marked, and a file
// "<name>.destroyed" lies where the key lay. Keys are read at each use and never kept
// in memory; what the database says of them is kept while it tells of changes (Follow).
// So the end holds in every process as soon as it is told, within milliseconds, and at
// once where the key's file is shared.
//
// Who can link a person to an answer (docs/RECORD.md §1), and so what this may promise:
//
//	                                      while it runs              after it has concluded
//	panelists, staff, through Delfi       no                         no
//	who has database, logs, backups       no                         no
//	who controls server and keys,
//	    sealed-key mode                   yes                        no, once backups of the key have expired
//	    held-code mode                    by recording codes         no more than they recorded
//	                                      as they are issued
//	colleagues in a panel of a dozen      may guess                  the same
//
// In held-code mode it promises forgetting, not blindness: a Code is made from the
// key and a nonce; the panelist is born of its first ballot. Nothing by which it could be
// found is kept but, for some minutes and under a Secret that one browser holds, the code
// itself, for whoever lost the page that showed it. It promises no proof that panelists
// are real people, nor that a changed ballot will be found. Whoever keeps copying the
// write-ahead log sees in which order enrolments, sealed contributions and first ballots
// come: of an account it tells that it answered or wrote, never what, and never whose the
// account is (package account). A code tells not even that: it carries a batch, masked,
// and works with the others of it.
//
//	Alias ──▶ a name that nobody has ──Claim, at the closing──▶ row, fresh
//	                                                  ──hourly──▶ written anew (Heap)
//
// # The end of a key
//
// Destroy marks the key in the database, from which moment every process refuses it;
// destroys this process's copy; and confirms. Every other process that has Joined
// does the same at its next Beat. The public entry key_destroyed is written when all
// living ones have confirmed; those that were last seen too long ago are named in it
// by their number. Join applies destructions again in both directions: a key that
// came back with a restored folder goes, and a mark that a restored database lost is
// set again. The folder of keys (<data>/keys) therefore belongs in no ordinary backup
// of the server; copies of it expire after as many days as Backups says.
package pseudonym
