package verify

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// Options are what the person who checks brings along. All may be empty.
type Options struct {
	Key        string            // the log's verifier key; "" takes the one that the record brings
	Cosigners  []string          // verifier keys of cosigners, instead of those that the record brings
	Checkpoint []byte            // a checkpoint kept earlier: the log must continue it
	Receipts   map[string][]byte // receipts and proof files by the name of their file
	Progress   func(p Progress)  // called often, with what is being done

	Bounds        source.Bounds // what it may cost; the zero value is Most
	Consultations []string      // those to check, by slug or id; none for all whose files are there
}

// Progress is how far a check has come.
type Progress struct {
	Step   int    // 1..8 as in docs/RECORD.md §6
	File   string // being read
	Files  int    // read so far
	Leaves int64  // read so far
}

// ErrNoRecord says that what was given is no public record at all.
var ErrNoRecord = errors.New("this is no public record: it has no checkpoint")

// Misuse is an option that makes no sense.
type Misuse struct{ Err error }

func (m *Misuse) Error() string { return m.Err.Error() }
func (m *Misuse) Unwrap() error { return m.Err }

// Run checks a record, whose names are those under /record/. The error is a
// *Fault when the record does not hold, ErrNoRecord when it is none, a *Misuse when
// the options make no sense, and anything else when it could not be read.
func Run(ctx context.Context, record fs.FS, o Options) (Result, error) {
	if o.Bounds == (source.Bounds{}) {
		o.Bounds = source.Most
	}
	c := &check{ctx: ctx, files: record, options: o, meter: source.NewMeter(o.Bounds.Total), claimed: map[string]bool{}}
	if err := c.run(); err != nil {
		return Result{}, err
	}
	return c.result, nil
}

// check is one run.
type check struct {
	ctx     context.Context
	files   fs.FS
	options Options
	result  Result
	at      Progress
	meter   *source.Meter

	receipts []receipt
	log      chain
	claimed  map[string]bool // consultations, by id, that a folder shows
}

func (c *check) run() error {
	var err error
	if c.receipts, err = readReceipts(c.options.Receipts); err != nil {
		return err
	}
	if err := c.checkpoint(); err != nil {
		return err
	}
	if err := c.entries(); err != nil {
		return err
	}
	chosen, err := c.chosen()
	if err != nil {
		return err
	}
	for _, l := range chosen {
		if err := c.consultation(l); err != nil {
			return err
		}
	}
	return c.unclaimed()
}

// step begins a step of docs/RECORD.md §6.
func (c *check) step(n int) { c.at.Step = n; c.tell() }

func (c *check) tell() {
	if c.options.Progress != nil {
		c.options.Progress(c.at)
	}
}

// keys reads verifier keys, one a line.
func keys(text string) ([]leaf.Key, error) {
	var out []leaf.Key
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		k, err := leaf.ParseKey(line)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}
