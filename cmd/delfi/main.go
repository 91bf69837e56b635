// Command delfi is the one binary: it reads settings, wires the rooms together,
// and does nothing else.
package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"delfi/cmd/internal/command"
)

// commands are what `delfi` can do; each stands in a file of its own.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve the site."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the present shape, and stop."`
	Admin   adminCommand   `cmd:"" help:"Keep the administrations of a server, the roles that people hold in them, and the words of its record."`
	Keys    keysCommand    `cmd:"" help:"Keep the keys that lie outside the database."`
	Witness witnessCommand `cmd:"" help:"Watch the public record of a server from outside, and sign what has only grown."`
	Succeed succeedCommand `cmd:"" help:"Give a public record that cannot go on a successor, with a public reason."`
	Import  importCommand  `cmd:"" help:"Import a conversation that was held elsewhere."`
	Measure measureCommand `cmd:"" help:"Measure a Delphi study from its raw answers."`
	Verify  command.Verify `cmd:"" help:"Check a public record, without the server that wrote it."`

	Version kong.VersionFlag `help:"Print the version, and stop."`
}

func main() { os.Exit(realMain(command.UntilSignal(), os.Args[1:])) }

// hostname names this computer; one that has no name needs to be told.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
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
		kong.Vars{"version": command.Version("delfi"), "data": defaultData(), "witness": filepath.Join(defaultData(), "witness"), "host": hostname()}, kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		command.Complain("delfi", err.Error())
		return command.Failed
	}
	if err := secretFlags(args); err != nil {
		command.Complain("delfi", err.Error())
		return command.Refused
	}
	at, err := parser.Parse(joined(args))
	if err != nil {
		command.Complain("delfi", err.Error())
		return command.Refused
	}
	err = at.Run()
	if err != nil {
		command.Complain("delfi", err.Error())
	}
	return command.Status(err)
}
