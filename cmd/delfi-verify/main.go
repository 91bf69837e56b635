// Command delfi-verify is the verifier alone: it checks a public record as `delfi verify`
// does, and links no database and no code of the server.
package main

import (
	"context"
	"os"

	"github.com/alecthomas/kong"

	"delfi/cmd/internal/command"
)

// name is the program's, before its complaints and its version.
const name = "delfi-verify"

func main() { os.Exit(realMain(command.UntilSignal(), os.Args[1:])) }

// realMain returns the exit status.
func realMain(ctx context.Context, args []string) int {
	var c struct {
		command.Verify
		Version kong.VersionFlag `help:"Print the version, and stop."`
	}
	parser, err := kong.New(&c, kong.Name(name),
		kong.Description("Check a public record, without the server that wrote it."),
		kong.Vars{"version": command.Version(name)}, kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		command.Complain(name, err.Error())
		return command.Failed
	}
	at, err := parser.Parse(args)
	if err != nil {
		command.Complain(name, err.Error())
		return command.Refused
	}
	if err = at.Run(); err != nil {
		command.Complain(name, err.Error())
	}
	return command.Status(err)
}
