// Package e2e walks Delfi as people do: the built binary, its own Postgres and
// identity provider, a real browser. It holds tests only.
package e2e
