// Package archtest holds the rules of who may know whom against the code: it has
// tests and nothing else.
//
// A rule that nothing enforces rots. The test reads every package's imports and
// syntax trees and SQL, and each rule is itself tried on a small broken tree, so that it
// is known to be able to fail.
package archtest
