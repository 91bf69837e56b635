// Package batch groups the requests of one moment: Batcher for writes (group commit),
// Loader for reads. It knows no database: a transaction marks its context (Forbid), and no
// batch is entered inside it, because a batch takes a connection of its own.
package batch

import "context"

type forbidKey struct{}

// Forbid gives a context in which no batch can be entered, with the error that says why.
func Forbid(ctx context.Context, why func() error) context.Context {
	return context.WithValue(ctx, forbidKey{}, why)
}

// forbidden gives the error of Forbid; nil where it does not apply.
func forbidden(ctx context.Context) error {
	if why, _ := ctx.Value(forbidKey{}).(func() error); why != nil {
		return why()
	}
	return nil
}
