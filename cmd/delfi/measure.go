package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"delfi/internal/fault"
	"delfi/internal/study"
	"delfi/internal/study/sheet"
	"delfi/internal/study/words"
)

// measureCommand measures a study from its raw answers; it needs no database.
type measureCommand struct {
	File     string `arg:"" optional:"" help:"Study in CSV (round, panelist, group, item, value) or JSON (protocol, items, rounds); - for standard input."`
	Format   string `default:"auto" enum:"auto,csv,json" help:"auto (by the first character), csv or json."`
	Scale    string `default:"1-9" help:"CSV: least and greatest value, 2 to 11 points."`
	Rule     string `placeholder:"RULE" help:"CSV: share:7-9>=75, median-iqr:7,2, rand, comet, agreement:70 or cns:75; by default 75 % in the highest class."`
	Quantile int    `default:"7" help:"CSV: Hyndman–Fan type of quantiles: 2, 6 or 7."`
	MinN     int    `name:"min-n" default:"5" help:"CSV: valid answers, and people in both rounds, below which nothing is judged."`
	Disclose bool   `help:"CSV: show only what a consultation would publish."`
	Whole    bool   `help:"JSON: measure also what the protocol's disclosure would hide."`
	Seed     string `placeholder:"WORDS" help:"Words that the intervals are drawn from, so that anybody can repeat them (default: delfi measure)."`
	Bare     bool   `name:"no-intervals" help:"Leave the bootstrap intervals out."`
	Lang     string `default:"en" enum:"en,it" help:"Language of the text and of the page: en or it."`
	HTML     string `name:"html" placeholder:"FILE" help:"Write the results with their charts as one page that stands by itself."`
	JSON     bool   `name:"json" help:"Print everything as JSON; --fields tells what each measure is."`
	Fields   bool   `help:"Print what each measure of the JSON is, and stop."`
}

// Run reads, measures and prints.
func (c *measureCommand) Run() error {
	if c.Fields {
		return study.WriteFields(os.Stdout)
	}
	name, in, size := "standard input", io.Reader(os.Stdin), int64(0)
	switch c.File {
	case "":
		return refusal{fmt.Errorf("name a file, or - for standard input")}
	case "-":
	default:
		f, err := os.Open(c.File)
		if err != nil {
			return refusal{err}
		}
		defer f.Close()
		name, in = c.File, f
		if info, err := f.Stat(); err == nil {
			size = info.Size() // unknown for a pipe: then bytes are counted instead of parts
		}
	}
	bar := &progress{out: os.Stderr, size: size, begun: time.Now()}
	s, err := c.read(name, in, bar.bytes)
	if err == nil {
		var result study.Result
		s.Seed, s.Bare = c.Seed, c.Bare
		if result, err = s.Measure(bar.part); err == nil {
			bar.end()
			if err := c.page(name, result); err != nil {
				return err
			}
			return c.print(result)
		}
	}
	bar.end()
	return mendable(err)
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
		return refusal{errors.New(strings.Join(words, "; "))}
	case errors.As(err, &path):
		return refusal{err}
	}
	return err
}

func (c *measureCommand) read(name string, in io.Reader, step func(int64)) (*study.Study, error) {
	b := bufio.NewReaderSize(in, 1<<20)
	o := study.Options{Scale: c.Scale, Rule: c.Rule, Quantile: c.Quantile, MinN: c.MinN, Disclose: c.Disclose, Whole: c.Whole}
	if c.Format == "json" || c.Format == "auto" && looksJSON(b) {
		return study.ReadJSON(name, b, o, step)
	}
	return study.ReadCSV(name, b, o, step)
}

// looksJSON says whether the first character that is no space opens an object.
func looksJSON(b *bufio.Reader) bool {
	head, _ := b.Peek(512) // a shorter file peeks what there is
	return strings.HasPrefix(strings.TrimLeft(string(head), " \t\r\n"), "{")
}

// page writes the page, where one is asked for. What stands in its place is kept
// until the new one is whole.
func (c *measureCommand) page(name string, r study.Result) error {
	if c.HTML == "" {
		return nil
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, filepath.Base(name), r, words.In(c.Lang)); err != nil {
		return err
	}
	part := c.HTML + ".part"
	if err := os.WriteFile(part, b.Bytes(), 0o666); err != nil {
		return refusal{err}
	}
	if err := os.Rename(part, c.HTML); err != nil {
		return refusal{err}
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

// progress draws a bar on a terminal, a line every ten seconds elsewhere, and
// nothing for what is done within a second.
type progress struct {
	out   *os.File
	size  int64
	begun time.Time
	last  time.Time
	drawn bool
}

func (p *progress) bytes(n int64) {
	if p.size > 0 {
		p.draw("reading", float64(n)/float64(p.size), "")
		return
	}
	p.draw("reading", 0, fmt.Sprintf("%d MB", n>>20))
}

func (p *progress) part(done float64) { p.draw("counting", done, "") }

func (p *progress) draw(what string, done float64, instead string) {
	now := time.Now()
	every := 200 * time.Millisecond
	if !p.terminal() {
		every = 10 * time.Second
	}
	if now.Sub(p.begun) < time.Second || now.Sub(p.last) < every {
		return
	}
	p.last = now
	full := int(30 * min(1, done))
	text := fmt.Sprintf("%-8s [%s%s] %3.0f %%", what, strings.Repeat("█", full), strings.Repeat("·", 30-full), 100*min(1, done))
	if instead != "" {
		text = what + " " + instead
	}
	if p.terminal() {
		p.drawn = true
		fmt.Fprintf(p.out, "\r%s", text)
		return
	}
	fmt.Fprintln(p.out, text)
}

func (p *progress) terminal() bool {
	info, err := p.out.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p *progress) end() {
	if p.drawn {
		fmt.Fprint(p.out, "\r\033[K")
	}
}
