package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"delfi/cmd/internal/command"
	"delfi/internal/fault"
	"delfi/internal/study"
	"delfi/internal/study/intake"
	"delfi/internal/study/sheet"
	"delfi/internal/study/source"
	"delfi/internal/study/words"
)

// measureCommand measures a study from its raw answers; it needs no database.
type measureCommand struct {
	Files       []string `arg:"" optional:"" name:"file" help:"Study in CSV or .xlsx (long: round, panelist, group, item, value; or wide: one column for each item), one file for each round if no column tells it; or one in JSON (protocol, items, rounds). - for standard input."`
	Sheet       []string `sep:"none" placeholder:"NAME" help:"Sheet of a workbook; given more than once, each is a round."`
	Wide        bool     `help:"One row for each person and one column for each item, also where the header looks otherwise."`
	Person      string   `placeholder:"COLUMN" help:"Column of the panelist, where its name does not tell."`
	Group       string   `placeholder:"COLUMN" help:"Column of the group."`
	Round       string   `placeholder:"COLUMN" help:"Column of the round."`
	Items       []string `placeholder:"COLUMNS" help:"Wide: the columns of items, as Q1,Q2,Q5-Q9 or Q*; by default all others."`
	Ignore      []string `placeholder:"COLUMNS" help:"Columns that hold no answers."`
	Missing     []string `placeholder:"TEXTS" help:"Texts that are no answer, as 77,98,NA; beside the empty cell."`
	CannotJudge []string `placeholder:"TEXTS" help:"Texts that say \"cannot judge\"; beside ?."`
	Kind        []string `sep:"none" placeholder:"KIND" help:"scale, ranking, estimate or selection; of some items as q1,q5-q8=ranking."`
	Scale       []string `sep:"none" placeholder:"SCALE" help:"Least and greatest value, 2 to 11 points, as 1-9; of some items as q1,q5-q8=1-5. Else it is inferred from the answers, and said."`
	Rule        []string `sep:"none" placeholder:"RULE" help:"share:7-9>=75, share>=75 (of the highest class), median-iqr:7,2, rand, comet, agreement:70, cns:75, relative-iqr:25, iqr:1 or w:70; of some items as q1=RULE."`
	Codebook    string   `placeholder:"FILE" help:"Table of the items, in CSV or .xlsx: item, label, kind, scale (or min, max), unit, grid, k, rule."`
	Encoding    string   `default:"auto" help:"utf-8, utf-16le, utf-16be or windows-1252; by default UTF-8 or UTF-16, by the first bytes."`
	Quantile    int      `default:"7" help:"Hyndman–Fan type of quantiles: 2, 6 or 7."`
	MinN        int      `name:"min-n" default:"5" help:"Valid answers, and people in both rounds, below which nothing is judged."`
	Disclose    bool     `help:"Show only what a consultation would publish."`
	Whole       bool     `help:"JSON: measure also what the protocol's disclosure would hide."`
	Seed        string   `placeholder:"WORDS" help:"Words that the intervals are drawn from, so that anybody can repeat them (default: delfi measure)."`
	Bare        bool     `name:"no-intervals" help:"Leave the bootstrap intervals out."`
	Lang        string   `default:"en" enum:"en,it" help:"Language of the text and of the page: en or it."`
	HTML        string   `name:"html" placeholder:"FILE" help:"Write the results with their charts as one page that stands by itself."`
	JSON        bool     `name:"json" help:"Print everything as JSON; --fields tells what each measure is."`
	Fields      bool     `help:"Print what each measure of the JSON is, and stop."`
}

// Run reads, measures and prints; how the input was read, and what it may be
// instead, goes to standard error.
func (c *measureCommand) Run() error {
	command.Frugal()
	if c.Fields {
		return study.WriteFields(os.Stdout)
	}
	if len(c.Files) == 0 {
		return command.Refuse(fmt.Errorf("name a file, or - for standard input"))
	}
	o := study.Options{
		Encoding: c.Encoding, Sheets: c.Sheet, Wide: c.Wide, Person: c.Person, Group: c.Group, Round: c.Round, Items: c.Items, Ignore: c.Ignore,
		Missing: c.Missing, CannotJudge: c.CannotJudge, Kinds: c.Kind, Scales: c.Scale, Rules: c.Rule,
		Quantile: c.Quantile, MinN: c.MinN, Disclose: c.Disclose, Whole: c.Whole,
	}
	var inputs []source.Input
	size := int64(0)
	names := c.Files
	if c.Codebook != "" {
		names = append([]string{c.Codebook}, names...)
	}
	for i, name := range names {
		input := source.Input{Name: "standard input", In: os.Stdin}
		if name != "-" {
			f, err := os.Open(name)
			if err != nil {
				return command.Refuse(err)
			}
			defer f.Close()
			input = source.Input{Name: name, In: f}
			if info, err := f.Stat(); err == nil {
				size += info.Size() // unknown for a pipe: then bytes are counted instead of parts
			}
		}
		if c.Codebook != "" && i == 0 {
			o.Codebook = &input
			continue
		}
		inputs = append(inputs, input)
	}
	bar := &progress{Bar: command.Bar{Out: os.Stderr, Begun: time.Now()}, size: size}
	s, err := intake.Read(inputs, o, bar.bytes)
	if err == nil {
		var result study.Result
		s.Seed, s.Bare = c.Seed, c.Bare
		if result, err = s.Measure(bar.part); err == nil {
			bar.End()
			c.say(result)
			if err := c.page(result); err != nil {
				return err
			}
			return c.print(result)
		}
	}
	bar.End()
	return mendable(err)
}

// say tells on standard error what the study may be instead, and beside JSON how it
// was read, which the text and the page say themselves.
func (c *measureCommand) say(r study.Result) {
	w := words.In(c.Lang)
	if c.JSON {
		for _, note := range r.Read(w) {
			command.Complain("delfi", note)
		}
	}
	for _, warning := range r.Warnings {
		command.Complain("delfi", w.T("text.warning")+warning.In(w))
	}
}

// mendable makes a refusal of what the caller can mend: a faulty input, said
// field by field, or a file that cannot be read.
func mendable(err error) error {
	var f *fault.Fault
	var path *fs.PathError
	switch {
	case errors.As(err, &f) && f.Kind == fault.Invalid && len(f.Fields) > 0:
		var words []string
		for _, d := range f.Fields {
			words = append(words, d.Name+": "+d.Message)
		}
		return command.Refuse(errors.New(strings.Join(words, "; ")))
	case errors.As(err, &path):
		return command.Refuse(err)
	}
	return err
}

// page writes the page, where one is asked for. What stands in its place is kept
// until the new one is whole.
func (c *measureCommand) page(r study.Result) error {
	if c.HTML == "" {
		return nil
	}
	var names []string
	for _, name := range c.Files {
		names = append(names, filepath.Base(name))
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, strings.Join(names, ", "), r, words.In(c.Lang)); err != nil {
		return err
	}
	part := c.HTML + ".part"
	if err := os.WriteFile(part, b.Bytes(), 0o666); err != nil {
		return command.Refuse(err)
	}
	if err := os.Rename(part, c.HTML); err != nil {
		return command.Refuse(err)
	}
	return nil
}

func (c *measureCommand) print(r study.Result) error {
	out := bufio.NewWriter(os.Stdout)
	var err error
	if c.JSON {
		err = json.NewEncoder(out).Encode(r)
	} else {
		err = r.Write(out, words.In(c.Lang))
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// progress is the bar of a measurement.
type progress struct {
	command.Bar
	size int64
}

func (p *progress) bytes(n int64) {
	if p.size > 0 {
		p.Draw("reading", float64(n)/float64(p.size), "")
		return
	}
	p.Draw("reading", 0, fmt.Sprintf("%d MB", n>>20))
}

func (p *progress) part(done float64) { p.Draw("counting", done, "") }
