// Package administration is the room of a public body's own data: the page of the first
// one on a new server, and each one's page for its administrators.
//
//	GET  /first-run                        on a server without an administration: the form
//	POST /first-run                        with the code that the server printed, makes it;
//	                                       from then on both are not found
//	GET  /administrations/{slug}           name, address, codice IPA, mail, who holds what
//	POST /administrations/{slug}           stores the data
//	POST /administrations/{slug}/grant     gives a role to somebody who has signed in once
//	POST /administrations/{slug}/revoke    takes back a role that was granted here
//
// None of these acts is in the public record: its entries are of consultations, and of
// the record itself.
package administration
