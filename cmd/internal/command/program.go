package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"delfi/internal/prose"
)

// Version names a program's build: the module's version, with the commit where there is
// one, and the compiler.
func Version(program string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return program + " (no build information)"
	}
	words := program + " " + info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			words += ", commit " + s.Value
		}
	}
	return words + ", " + info.GoVersion
}

// UntilSignal gives a context that the first signal cancels. A second one ends the
// process at once; Postgres follows by itself.
func UntilSignal() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop()
	}()
	return ctx
}

// Frugal has the collector run more often, in a command that reads what others wrote and
// ends: the memory that it takes at its worst is one and a half times what it holds, and
// not twice. It keeps what GOGC says.
func Frugal() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// Grace is how long what was interrupted may take to end by itself.
const Grace = 2 * time.Second

// Abandon runs what only reads, and leaves it after the first signal when it does not
// end: a read of a device or of a folder elsewhere may never return.
func Abandon(ctx context.Context, grace time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return errors.New("it was stopped before its end: nothing is said")
	}
}

// Complain prints one statement on standard error. It may repeat what others wrote (a
// record, a server's answer, a file), which begins no line and steers no terminal.
func Complain(program, statement string) {
	fmt.Fprintln(os.Stderr, program+":", prose.Printable(statement))
}
