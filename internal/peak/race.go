//go:build race

package peak

// overhead is by how much the race detector multiplies the memory of a program at most
// (https://go.dev/doc/articles/race_detector).
const overhead = 10
