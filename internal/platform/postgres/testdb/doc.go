// Package testdb gives each test a fresh, migrated database on a real Postgres.
//
// One cluster serves every test process of a user at a time; it is started by
// the first that asks, in a keeper process, and each shape of the database
// (migrations.Sum) is migrated once, as a template that tests clone:
//
//	test process ── shared lock ──┐
//	test process ── shared lock ──┤   "users": who holds it wants the cluster
//	                              │
//	keeper (a test binary run again, see keeper.go)
//	  starts Postgres, then tries for the exclusive lock: it has it when nobody
//	  uses the cluster; with no `go test` left that did, it stops Postgres,
//	  removes the folder and ends
//
// Nothing is left behind, also when tests are killed: Postgres dies with the
// keeper, and the keeper outlives the last user by about two seconds.
//
// It belongs to tests: the house rules keep it out of the product.
package testdb
