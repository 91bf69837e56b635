// Package intruder attacks a test's database as somebody does who copied it: it reads
// live rows, files with their dead rows, the write-ahead log and dumps, lays orders of
// one side beside orders of another, and says how many links guessing would find.
//
//	Log, File, Order ──▶ orders of both sides ──Beside──▶ hits, odds ──Bound──▶ better than guessing?
//
// Only tests import it.
package intruder
