// Package cpu reads a server's profile and tells which part of its CPU lies in functions of
// certain names. It exists because a goal speaks of what a closing computes beside hashing.
//
//	During ─ a span ─▶ profile ──▶ Share
package cpu
