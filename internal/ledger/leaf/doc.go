// Package leaf is the arithmetic of proof: what is hashed, in which bytes, and
// how a table's leaves become one root that anybody can compute again
// (docs/RECORD.md §3, §4). It exists apart from the log and the database so that who
// closes a round and who checks it run the same few lines.
//
// It is pure: no I/O of its own, no clock, no randomness.
//
//	server's randomness, browser's bytes, own words ─NewSeed─► seed
//	seed ─Salt─► salt ┐
//	table, value ─────┴► Leaf ─hash─► sorted ─Tree─► root of the table ─► Head
//	                                                                        │
//	                     heads in table order ─Tree─► root of the round ◄───┘
//	counts ─► Tally            answers, seed ─► Content ┐
//	                           browser's bytes, own words ─► Digests ─┴► Mark ─► Receipt, Proof
//
// Every text has LF line ends. Hashes of trees are those of RFC 6962, as the
// checksum database's tlog computes them, written in standard base64; digests
// of documents are hex SHA-256.
//
// A table's id is "<consultation>/<round>/<table>": the table's own name is not
// enough to keep its salts apart from those of another round.
package leaf
