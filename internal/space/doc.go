// Package space is the ground that consultation and forum share: whose it is,
// whether it is open, under which kind of name people write in it, and who its staff are.
//
// It exists because those two rooms never import each other: a consultation
// plans its space with its draft and opens it in its own transaction, and whoever
// writes there reads it. A role can be granted for one space: its id is the scope.
//
//	drafted        announced         published or withdrawn
//	   │               │                      │
//	   ▼               ▼                      ▼
//	planned ───────► open ──────────────► closed
//	   └─ Drop ─► (nothing, and no role in it)
//
// Its staff moderate and facilitate by office, in public: each serves from a day to the
// day before another, in Rome. While the space is planned they are appointed at will;
// from then on they are replaced one by one, and the line of who went stays.
//
//	Appoint ─► member ── Replace ─► served until its day
//	                        └─────► member from its day on
//
// A group of declared membership has a secretary, who admits its members: AppointSecretary
// names one, in the place of another from today on.
package space
