// Package account is the room of one's own: signing in and out, seeing what is kept, leaving.
//
//	GET  /sign-in?next=&as=   seals an attempt into a cookie and leads to
//	                          the provider; nothing is stored
//	GET  /sign-in/callback    the attempt is taken back, whatever comes of it: a state is
//	                          good for once in its browser, a code for once at the
//	                          provider; then a new session, and on to next
//	POST /sign-out            the session ends here, then at the provider where it can
//	GET  /me                  what is kept of the reader
//	GET  /me/take-back        which rounds' ballots would go, whether there are any or not
//	POST /me/take-back        ballots of open rounds go at once, each in its own transaction
//	GET  /me/leave            what would go tonight, what would stay and why
//	POST /me/leave            notes that the reader leaves tonight, and signs out; the night's
//	                          job deletes account, offices, enrolments and notices
//	POST /me/stay             takes that back, until then
package account
