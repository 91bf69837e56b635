// Package scope finds the consultation that a role is held for. It exists because roles
// are package account's, which has the id of a scope and no consultation, while people
// name a consultation by its address and read its title.
//
//	"la-piazza" ──Find, Part──▶ account.Scope ──Named──▶ consultation
//	administration ──Choices──▶ those that a role can be given for
package scope
