// Package verify checks a public record without the server that wrote it: from a
// folder, an archive or an address, with no database and no key but the log's
// (docs/RECORD.md §6). It exists so that nobody has to believe Delfi, its operator or
// the administration: who downloads a record computes every figure again.
//
// It imports the code that wrote the record (the engine's rule and measures, the bytes
// of leaves and entries, the table of transitions, the figures of the opinion in
// report/schema), so that writer and checker cannot drift apart; it reads files and
// nothing else. Files are read by source, and the log's acts are taken through the
// lifecycle by replay. Nothing here links a database, a web server or a job queue:
// cmd/delfi-verify is this package and its command line.
//
//	key, checkpoint, cosigned ─1─ who signed, and is it the log that was kept?
//	        │
//	entries ─2─ hashes → root of the checkpoint; words → digests; acts → lifecycle
//	        │
//	protocol.json ─3─ the frozen hash, canonical, a rule version that is known
//	        │
//	rounds/n/{items,counts}.json heads tally superseded
//	        ─4─ digests and root stand in the log; tables = Rule(protocol, counts)
//	        │
//	rounds/n/leaves/… ─5─ each leaf canonical, ascending; n, root, tally (streamed)
//	        │
//	        ─6─ across tables: ΣG ≤ A, T's margins, n(D) ≤ n(A) ≤ n(B) ≤ enrolled ≤ roll
//	        │
//	feedback.json, opinion.json ─7─ every figure and verdict computed again
//	        │
//	receipts, proof files ─8─ mark among the ballots (or superseded); own leaves found
//	        │
//	        └─9─ what was checked, proven, and not proven
//
// Each step trusts only what an earlier one tied to the signed checkpoint. Who
// changes an answer has to rebuild leaves, head, root and tally, then the entry of
// the log, then the checkpoint: the last is signed, kept and cosigned by others.
//
// The first fault ends the check; it names file, table and line, what was found
// and what was expected. Leaves are read one by one: memory does not grow with
// them.
package verify
