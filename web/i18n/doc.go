// Package i18n holds the site's words in every language and the rules by which a
// request gets one. It exists so that no page holds a sentence of its own, and a test
// finds every key without words and every word without a reader.
//
//	words/<language>/<room>.toml ──read once, at start──▶ catalogue ──T(key, args)──▶ words
//	address "/en/…" · cookie · Accept-Language ──▶ language ──▶ Printer, embedded in each request
//
// A key without words is returned itself. Dates are written by internal/civiltime.
package i18n
