// Package cookie reads and sets the cookies of one request. It exists so that what
// browsers carry is one of three kinds, each with its name, path and flags in one place:
//
//	plain    a value anybody could write: a language, a key of words to show once
//	scoped   a value for the pages at one path: a code, a secret for one page
//	sealed   a value that only a server of this site can open, for a limited time
//
//	Seal(kind, name, v, life) ──▶ browser ──▶ Open(kind, name, &v)   (deleted)
//	                                     └──▶ Peek(kind, name, &v)   (stays)
//
// Over https names have the prefix by which a browser refuses a cookie that came
// unencrypted or from a neighbouring subdomain (RFC 6265bis §4.1.3). Every cookie is
// HttpOnly. Nothing sealed is stored on the server.
package cookie
