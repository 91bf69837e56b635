// Package me is the room of one's own: signing in and out, seeing what is kept, leaving.
//
//	GET  /sign-in?next=&as=   keeps an attempt in the session, leads to the provider
//	GET  /sign-in/callback    the attempt is taken out, whatever comes of it: a state is
//	                          good for once; then a new session, and on to next
//	POST /sign-out            the session ends here, then at the provider where it can
//	GET  /me                  what is kept of the reader, what would stay and why
//	POST /me/leave            ballots of open rounds go first, if ticked, each in its own
//	                          transaction; then account, offices, enrolments and notices
package me
