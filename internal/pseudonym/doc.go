// Package pseudonym is the only bridge from a person to a panelist or an alias,
// and the end of that bridge.
//
// Each consultation has two random keys, kept outside the database (Keys): the
// panel key turns an account into a Panelist and seals what panelists hand in;
// the alias key turns an account into the alias under which it writes. The
// database holds a check value of each, so that a process with another key
// refuses work instead of splitting one person into two panelists.
//
//	             Prepare             Destroy
//	(no key) ─────────────▶ alive ─────────────▶ destroyed
//	                          │ Seat, Foreign, Safe     (panel key only; the alias
//	                          │ Alias, ForeignAlias      key lives until the space
//	                          ▼                          is archived)
//	                    read-only steps
//
// A destroyed key is never made again: the check value stays, marked. Keys are
// read at each use and never kept in memory, so that the end holds in every
// process at once. RECORD.md §1 says what this may promise, and what not.
package pseudonym
