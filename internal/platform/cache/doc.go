// Package cache holds the two kinds of cache in memory that the services use. It exists
// so that each cache has a bound and one of two rules of freshness:
//
//	Cache      values computed from their key alone: never stale, bounded
//	Versioned  values read from the database: valid for one version of the data, bounded
//
// A version changes when the database notifies of a change (internal/platform/postgres,
// Listen). While no listener is connected there is no version, and nothing is cached.
// Nothing about one person's ballot is cached: two servers would differ.
package cache
