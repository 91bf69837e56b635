// Package tabulation counts the ballots of a round that closes, stores its tables with
// the leaves that prove them, and destroys key and ballots at the end.
//
//	round closing ──tabulate──▶ tables, their leaves and root, then figures,
//	                            verdicts, feedback document (civic)
//	              ──rewriteClosed──▶ rows written anew in the order of their ids (panel)
//	consultation over ─destroy─▶ key and rows gone; tables stay
//
// Tabulating reads the values of the round before and streams the ballots beside
// them, decrypted on all cores (decrypt.go); it keeps of each the few bytes that its
// leaves are made from (count.go), and builds the tables' leaves on all cores,
// table by table (leaves.go). The public part is read through Published (public.go).
//
// The closing is three steps, each repeatable, so that a server that dies
// between two of them changes nothing about the result. Its two writing steps
// are two transactions, because rows of both schemas with one xmin would be
// rows that belong together (docs/RECORD.md §2).
//
// A standing round is counted at each release from the ballots that changed since the
// last one (tracker.go). Partitions of schema panel are made, rewritten and dropped here
// alone (partition_store.go); an open round's rows are reordered hourly (reorder.go).
package tabulation
