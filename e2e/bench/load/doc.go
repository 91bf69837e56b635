// Package load generates the load of the bench over HTTP/1.1 and holds what came of it. It
// exists apart from the cases so that its own cost, on the same cores, is bounded and tried:
// one connection a worker, no allocation in an answer's way.
//
//	Clients ──▶ Run, Paced (workers, Bound) ──▶ Sample ──▶ Rate, Quantile, Into a figure.Row
package load
