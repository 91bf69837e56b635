// Package register makes a register of people and imports it over HTTP, as an administrator's
// browser does. It exists so that the bench measures the whole way of a file into a roll.
//
//	Of ── CSV ──▶ Import: sent and checked ─▶ staged ─▶ in force
package register
