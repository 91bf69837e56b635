// Package report turns a concluded consultation into its opinion: one document,
// from which the page, opinion.json and later the PDF are drawn.
//
// Everything in it is read from what was stored at the closings (counts
// documents, tables, feedback documents), from the public record and from the
// protocol; nothing is computed from ballots, which are gone by then. Figures
// therefore cannot be edited between the closing and the publication.
//
//	concluded ──publish──▶ opinion version 1 (document, hash) ──▶ page, opinion.json
//
// The document is canonical JSON (RFC 8785); its hash is the SHA-256 of exactly
// the bytes that opinion.json serves. Its types and its figures are in schema, which
// links no database; here they are drawn up, stored and served.
package report
