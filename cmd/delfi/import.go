package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"delfi/cmd/internal/command"
	"delfi/internal/app"
	"delfi/internal/delphi/verdict"
	"delfi/internal/polis"
	"delfi/internal/prose"
)

// importCommand brings in what was held elsewhere.
type importCommand struct {
	Polis importPolisCommand `cmd:"" help:"Import a conversation that was held with Polis, and publish what Delfi finds in it."`
}

// importPolisCommand imports the folder of a Polis export.
type importPolisCommand struct {
	databaseSettings
	BaseURL        string `env:"DELFI_BASE_URL" placeholder:"URL" help:"Public address of the site: it names the public record, if that begins with this import."`
	Dir            string `arg:"" name:"dir" help:"Folder with comments.csv, votes.csv and summary.csv: up to 250,000 voters and 5,000,000 votes, which take less than 512 MiB of memory."`
	Rounds         int    `default:"3" help:"How many times figures are released on the way, the last time exactly."`
	JSON           bool   `name:"json" help:"Print the result as JSON."`
	Language       string `default:"en" enum:"it,en" help:"Language of the conversation: it or en."`
	Administration string `placeholder:"SLUG" help:"Administration under which it stands; by default a place of imports' own."`
	Licence        string `default:"CC BY 4.0, The Computational Democracy Project" help:"Licence of the export, shown on every page."`
}

// Run imports. A folder that cannot be imported is refused before a database is
// opened.
func (c *importPolisCommand) Run(ctx context.Context) error {
	command.Frugal()
	o := polis.Options{Rounds: c.Rounds, Language: c.Language, Licence: c.Licence, Administration: c.Administration}
	if err := o.Check(); err != nil {
		return err
	}
	bar := &importBar{command.Bar{Out: os.Stderr, Begun: time.Now()}}
	defer bar.End()
	conversation, err := polis.Read(c.Dir, bar.tell)
	if err != nil {
		return err
	}
	if err := conversation.Check(o, time.Now()); err != nil {
		return err
	}
	db, keys, closeDatabase, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer closeDatabase()
	files, err := c.files()
	if err != nil {
		return err
	}
	h, err := app.New(app.Options{DB: db, Keys: keys, Files: files, BaseURL: cmp.Or(c.BaseURL, "http://localhost"), Record: c.record(c.BaseURL, nil)})
	if err != nil {
		return err
	}
	result, err := polis.Import(ctx, polis.Services{
		DB: db, Jobs: h.Jobs, Accounts: h.Accounts, Pseudonyms: h.Pseudonyms, Panel: h.Panel,
		Consultations: h.Consultations, Contributions: h.Contributions, Ballots: h.Ballots,
		Tabulation: h.Tabulation, Archive: h.Archive,
	}, conversation, o, bar.tell)
	bar.End()
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(result)
	}
	return c.print(result)
}

// importBar shows a bar for what an import is at on a terminal, a line every ten seconds
// elsewhere, and a line for what each phase has reached on both.
type importBar struct{ command.Bar }

func (b *importBar) tell(p polis.Progress) {
	if p.Note != "" {
		b.End()
		fmt.Fprintln(b.Out, prose.Printable(fmt.Sprintf("import: %s: %s", p.Phase, p.Note)))
		return
	}
	if p.Total == 0 {
		far := time.Since(b.Begun).Round(time.Second).String()
		if p.Done > 0 {
			far = fmt.Sprint(p.Done)
		}
		b.Draw(string(p.Phase), 0, far)
		return
	}
	b.Draw(fmt.Sprintf("%-10s", p.Phase), float64(p.Done)/float64(p.Total), "")
}

// print says the result in words.
func (c *importPolisCommand) print(r polis.Result) error {
	_, err := fmt.Fprintf(os.Stdout, "%s: %d panelists, %d statements, %d comments rejected\n", r.Consultation, r.Panelists, r.Items, r.Rejected)
	if err != nil {
		return err
	}
	for _, round := range r.Rounds {
		if _, err := fmt.Fprintf(os.Stdout, "  release %d: %d ballots, %d answers\n", round.Number, round.Ballots, round.Answers); err != nil {
			return err
		}
	}
	for _, key := range verdict.Keys {
		if _, err := fmt.Fprintf(os.Stdout, "  %-12s %d\n", key, r.ItemsByVerdict[string(key)]); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(os.Stdout, r.Path)
	return err
}
