// Package pagecache caches finished pages for readers without a session, compressed and
// with their ETag. It exists because a page that is the same for everybody in one language
// costs nothing the second time: no session, no route, no line of the log.
//
//	request ──▶ Lookup ──hit──▶ page, or 304
//	              │ miss
//	              ▼
//	        SingleFlight ── first ──▶ handler ──Store──▶ (cached) ──10 s · invalidated · disconnected──▶ (nothing)
//	              └─ the same address meanwhile: blocks until the first answer begins
//
// Entries are valid only while the database's notifications arrive (SetConnected): a
// process that would miss a change caches nothing. Memory is bounded by pages and bytes.
// An address with a query is never cached, so that nobody fills it by inventing queries.
package pagecache
