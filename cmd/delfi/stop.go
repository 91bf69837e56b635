package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// stopMost is how long what was told to stop may take: a database that says nothing holds
// up who asks it to cancel, and the process ends all the same.
const stopMost = 5 * time.Second

var errStuck = fmt.Errorf("something did not end within %s", stopMost)

// within waits for an end, and not much longer than until ctx is over.
func within(ctx context.Context, end func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(stopMost):
		return errStuck
	}
}

// quit ends the server; connections that do not finish in time are cut.
func quit(server *http.Server, end context.Context) error {
	if err := server.Shutdown(end); err != nil {
		return server.Close()
	}
	return nil
}
