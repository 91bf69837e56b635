package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"delfi/e2e/bench/bare"
	"delfi/e2e/bench/figure"
)

// options are the command line's.
type options struct {
	binary string
	dir    string
	only   string
	hook   string
	readme string
	span   time.Duration
	crowd  int
	quick  bool
	json   bool
	keep   bool
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == bare.Word {
		if err := bare.Serve(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, "bare server:", err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.binary, "binary", "bin/delfi", "the built server")
	flag.StringVar(&o.dir, "dir", "", "folder for the data, on the disk to be measured; by default a temporary one")
	flag.StringVar(&o.only, "only", "", "measure the cases whose name contains one of these words (comma between them); README.md stays as it is")
	flag.StringVar(&o.hook, "hook", "", "command to run beside each case, with CASE and PID set: a profiler")
	flag.StringVar(&o.readme, "readme", "e2e/bench", "folder in which a whole run writes README.md and growth.svg; empty for none")
	flag.DurationVar(&o.span, "span", 0, "how long one load lasts, for a profiler that needs longer")
	flag.IntVar(&o.crowd, "crowd", 0, "people of the large consultation and of the standing round, for a machine that has not ten minutes")
	flag.BoolVar(&o.quick, "quick", false, "a small crowd and one round: for trying, not for citing")
	flag.BoolVar(&o.json, "json", false, "print JSON instead of the table")
	flag.BoolVar(&o.keep, "keep", false, "leave the data folder")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// step is one case by the word that --only knows it by.
type step struct {
	name   string
	ground bool // the next stand on it
	do     func(b *bench, ctx context.Context) error
}

// steps in their order: a closing makes the feedback that the form shows, and
// signing in the sessions that answer it.
var steps = []step{
	{"start", true, (*bench).caseStart},
	{"closing", true, (*bench).caseClosing},
	{"sign-in", false, (*bench).caseSignIn},
	{"pages", false, (*bench).casePages},
	{"form", false, (*bench).caseForm},
	{"ballot", false, (*bench).caseBallot},
	{"tick", false, (*bench).caseTick},
	{"export", false, (*bench).caseExport},
	{"kinds", false, (*bench).caseKinds},
	{"roll", false, (*bench).caseRoll},
	{"growth", false, (*bench).caseGrowth},
	{"search", false, (*bench).caseSearch},
}

// wanted tells whether a case is asked for.
func (o options) wanted(name string) bool {
	if o.only == "" {
		return true
	}
	for _, word := range strings.Split(o.only, ",") {
		if strings.Contains(name, strings.TrimSpace(word)) {
			return true
		}
	}
	return false
}

// run measures and reports. A case that fails does not hide the others.
func run(ctx context.Context, o options) (err error) {
	b, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	began := time.Now()
	if err := b.seed(ctx); err != nil {
		return fmt.Errorf("seeding: %w", err)
	}
	b.seeding = time.Since(began)
	var failed error
	for _, s := range steps {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		at := time.Now()
		if err := s.do(b, ctx); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", s.name, err))
			b.say("%s FAILED: %v", s.name, err)
			if s.ground {
				return failed
			}
		}
		b.say("%s took %s", s.name, time.Since(at).Round(100*time.Millisecond))
	}
	b.took = time.Since(began)
	return errors.Join(failed, b.report(failed == nil))
}

// report prints what was found and, after a whole sound run, writes the README.
func (b *bench) report(sound bool) error {
	whole := sound && b.o.only == "" && !b.o.quick && b.o.crowd == 0 && b.o.span == 0
	if whole && b.o.readme != "" {
		for name, text := range map[string]string{"README.md": b.document(), "growth.svg": figure.Chart(b.points)} {
			if err := os.WriteFile(filepath.Join(b.o.readme, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	if b.o.json {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{
			"machine": b.machine, "seconds": b.took.Seconds(), "rows": b.rows, "growth": b.points,
		})
	}
	if err := figure.PrintTable(os.Stdout, b.rows); err != nil {
		return err
	}
	for _, along := range []string{"people", "items"} {
		fmt.Println(figure.GrowthTable(b.points, along))
	}
	return nil
}
