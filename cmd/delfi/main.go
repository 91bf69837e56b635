// Command delfi is the one binary: it reads settings, wires the rooms together,
// and does nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"delfi/internal/prose"
)

// commands are what `delfi` can do; each stands in a file of its own.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve the site."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the present shape, and stop."`
	Admin   adminCommand   `cmd:"" help:"Keep the administrations of a server and the roles that people hold in them."`
	Keys    keysCommand    `cmd:"" help:"Keep the keys that lie outside the database."`
	Witness witnessCommand `cmd:"" help:"Watch the public record of a server from outside, and sign what has only grown."`
	Succeed succeedCommand `cmd:"" help:"Give a public record that cannot go on a successor, with a public reason."`
	Import  importCommand  `cmd:"" help:"Import a conversation that was held elsewhere."`
	Measure measureCommand `cmd:"" help:"Measure a Delphi study from its raw answers."`
	Verify  verifyCommand  `cmd:"" help:"Check a public record, without the server that wrote it."`

	Version kong.VersionFlag `help:"Print the version, and stop."`
}

// version is the module's, with the commit that it was built from where there is
// one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "delfi (no build information)"
	}
	words := "delfi " + info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			words += ", commit " + s.Value
		}
	}
	return words + ", " + info.GoVersion
}

func main() { os.Exit(realMain(untilSignal(), os.Args[1:])) }

// untilSignal gives a context that the first signal cancels. A second one ends the
// process at once; Postgres follows by itself.
func untilSignal() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop()
	}()
	return ctx
}

// hostname names this computer; one that has no name needs to be told.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// grace is how long what was interrupted may take to end by itself.
const grace = 2 * time.Second

// abandon runs what only reads, and leaves it after the first signal when it does not
// end: a read of a device or of a folder elsewhere may never return.
func abandon(ctx context.Context, grace time.Duration, do func() error) error {
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

// complain prints one statement on standard error. It may repeat what others wrote (a
// record, a server's answer, a file), which begins no line and steers no terminal.
func complain(statement string) {
	fmt.Fprintln(os.Stderr, "delfi:", prose.Printable(statement))
}

// values are flags whose values may begin with a minus, as a missing code -9 does.
var values = []string{"--missing", "--cannot-judge", "--scale"}

// joined joins such a flag with a value that looks like a flag: --missing -9,NA is
// --missing=-9,NA.
func joined(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(out, args[i:]...)
		}
		if slices.Contains(values, args[i]) && i+1 < len(args) && len(args[i+1]) > 1 && args[i+1][0] == '-' && strings.Contains("0123456789.,", args[i+1][1:2]) {
			out = append(out, args[i]+"="+args[i+1])
			i++
			continue
		}
		out = append(out, args[i])
	}
	return out
}

// realMain gives the exit status.
func realMain(ctx context.Context, args []string) int {
	var c commands
	parser, err := kong.New(&c, kong.Name("delfi"),
		kong.Description("A Delphi-method consultation server for public administrations."),
		kong.Vars{"version": version(), "data": defaultData(), "witness": filepath.Join(defaultData(), "witness"), "host": hostname()}, kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		complain(err.Error())
		return statusFailed
	}
	if err := secretFlags(args); err != nil {
		complain(err.Error())
		return 2
	}
	at, err := parser.Parse(joined(args))
	if err != nil {
		complain(err.Error())
		return statusRefused
	}
	err = at.Run()
	if err != nil {
		complain(err.Error())
	}
	return status(err)
}
