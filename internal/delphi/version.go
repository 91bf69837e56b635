package delphi

// RuleVersion numbers what Rule, the measures and the verdicts do with a protocol.
// It stands in the record beside the protocol's hash: who checks a record of
// another version cannot compute it again, and says so.
const RuleVersion = 1
