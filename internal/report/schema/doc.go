// Package schema holds the opinion as the public reads it: the types of the document
// opinion.json, and every figure in it that is computed.
//
// It links no database, so that the service that draws an opinion up and the program
// that checks one (internal/verify) compute by the same code. Figures are taken from
// the protocol, the feedback documents and the closings behind them, and from nothing
// else; decisions and words are put beside them by each from its own source.
//
//	protocol, feedback documents, closings ──FiguresOf──▶ Figures ──▶ items ──Summarize──▶ Summary
package schema
