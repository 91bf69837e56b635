// Package feedback computes the document about a round: figures, verdicts, proposals and
// reasons, from public tables and from nothing else. It is pure, so that a verifier runs
// the same code as the server. Stored documents are package archive's.
package feedback
