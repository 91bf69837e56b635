package drawn

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"delfi/internal/ledger/leaf"
	"delfi/internal/panel/draw"
	"delfi/internal/report/schema"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// Draw is a draw that was checked, as far as it has come.
type Draw struct {
	Slug      string
	Group     string
	N         int   // of the list
	Size      int   // of the panel; 0 before the commitment
	Round     int64 // of the beacon; 0 before the commitment
	Index     int   // of the portfolio; -1 for none, and before the draw
	Done      bool  // drawn, and computed again
	Entry     int64 // that recorded the result; 0 before
	Withdrawn bool
	Reported  schema.Draw // as an opinion has it; of a draw that is done
}

// Read reads a file of the draw of at most so many bytes, by its name in the draw's folder.
type Read func(name string, most int64) ([]byte, error)

// mostRoll bounds the public list, in bytes.
const mostRoll = 128 << 20

// drawing is the check of one draw.
type drawing struct {
	slug string
	dir  string // path of its folder
	root [32]byte
	read Read
	draw.Draw
	panel []int // numbers of the tickets that were drawn
}

// Check checks the draw of a group, whose files lie in dir. root is that of the log in which
// the entry "draw" was written, up to it. The error is a *source.Fault: the first wrong step.
func Check(slug, dir, group string, d *replay.Draw, root [32]byte, read Read) (Draw, error) {
	w := drawing{slug: slug, dir: dir, root: root, read: read}
	done := Draw{Slug: slug, Group: group, N: d.Roll.N, Index: -1, Withdrawn: d.Withdrawn != nil}
	if err := w.roll(d); err != nil {
		return done, err
	}
	if d.Entry != nil {
		if err := w.committed(d); err != nil {
			return done, err
		}
		done.Size, done.Round = w.Rule.Size, w.Round
	}
	if d.Called > w.Rule.Reserves {
		return done, d.Listed.Fault(fmt.Sprintf("more reserves of group %s are called than the rule has", group), strconv.Itoa(d.Called), fmt.Sprintf("at most %d", w.Rule.Reserves))
	}
	if d.Drawn != nil {
		var err error
		if done.Index, err = w.drawn(d); err != nil {
			return done, err
		}
		done.Done, done.Entry = true, d.Drawn.N
		done.Reported = schema.DrawOf(group, w.Roll, w.Rule, w.panel)
	}
	return done, nil
}

// wrong puts the fault of a step into the form of a record's, at the step's file; "" for a
// step that the log has.
func (w *drawing) wrong(name string, err error) error {
	var f *draw.Wrong
	if !errors.As(err, &f) {
		return err
	}
	at := &source.Fault{File: "entries", Line: f.Line, What: fmt.Sprintf("the draw of %s, step %s: %s", w.slug, f.Step, f.What), Found: f.Found, Expected: f.Expected}
	if name != "" {
		at.File = w.dir + name
	}
	return at
}

// roll is step 1 of a draw: the public list is the one whose root was recorded.
func (w *drawing) roll(d *replay.Draw) error {
	text, err := w.read("roll.csv", mostRoll)
	if err != nil {
		return err
	}
	if w.Roll, err = draw.ParseRoll(text); err != nil {
		return w.wrong("roll.csv", err)
	}
	if n := w.Roll.N(); n != d.Roll.N {
		return w.wrong("roll.csv", &draw.Wrong{Step: draw.StepRoll, What: fmt.Sprintf("the list has another number of tickets than entry %d", d.Listed.N), Found: strconv.Itoa(n), Expected: strconv.Itoa(d.Roll.N)})
	}
	if root := w.Roll.Root().String(); root != d.Roll.Root {
		return w.wrong("roll.csv", &draw.Wrong{Step: draw.StepRoll, What: fmt.Sprintf("a line of the list is not the one that entry %d fixed: its root differs", d.Listed.N), Found: root, Expected: d.Roll.Root})
	}
	return nil
}

// committed is steps 2 to 4: rule, portfolio, and the commitment of before the randomness.
func (w *drawing) committed(d *replay.Draw) error {
	text, err := w.read("rule.json", draw.MostRule)
	if err != nil {
		return err
	}
	if digest := leaf.Digest(text); digest != d.Committed.Rule {
		return w.wrong("rule.json", &draw.Wrong{Step: draw.StepRule, What: fmt.Sprintf("the rule is not the one that entry %d committed to", d.Entry.N), Found: digest, Expected: d.Committed.Rule})
	}
	if w.Rule, err = draw.ParseRule(text); err != nil {
		return w.wrong("rule.json", err)
	}
	root := "-"
	if w.Rule.Crossing() {
		if text, err = w.read("portfolio", draw.MostPortfolio); err != nil {
			return err
		}
		if w.Portfolio, err = draw.ParsePortfolio(text, w.Roll, w.Rule); err != nil {
			return w.wrong("portfolio", err)
		}
		root = w.Portfolio.Root().String()
	}
	if root != d.Committed.Portfolio {
		return w.wrong("portfolio", &draw.Wrong{Step: draw.StepPortfolio, What: fmt.Sprintf("a panel is not the one that entry %d committed to: the portfolio's root differs", d.Entry.N), Found: root, Expected: d.Committed.Portfolio})
	}
	switch f := d.Committed; {
	case f.Roll != d.Roll.Root:
		return d.Entry.Fault("it commits to another list than the one that was fixed", f.Roll, d.Roll.Root)
	case f.Source != draw.Source:
		return d.Entry.Fault("this program knows no such source of randomness", f.Source, draw.Source)
	case w.Rule.OneEach != (d.Roll.Household == "one"):
		return d.Entry.Fault("list and rule differ on households", d.Roll.Household, fmt.Sprintf("one household, one ticket: %t", w.Rule.OneEach))
	}
	w.Committed, w.Round, w.Record = time.Unix(d.Entry.At(), 0).UTC(), d.Committed.Round, w.root
	for i, commitment := range d.Committed.Guarantors {
		g := draw.Guarantor{Commitment: commitment}
		if o, ok := d.Opened[i+1]; ok {
			g.Value, g.Opened = o.Value, time.Unix(o.Record.At(), 0).UTC()
		}
		w.Guarantors = append(w.Guarantors, g)
	}
	return w.wrong("", w.Check())
}

// drawn is steps 5 and 6: the beacon is the one committed to, and everything follows.
func (w *drawing) drawn(d *replay.Draw) (int, error) {
	text, err := w.read("result.json", draw.MostResult)
	if err != nil {
		return 0, err
	}
	if digest := leaf.Digest(text); digest != d.Result {
		return 0, w.wrong("result.json", &draw.Wrong{Step: draw.StepResult, What: fmt.Sprintf("the result is not the one that entry %d recorded", d.Drawn.N), Found: digest, Expected: d.Result})
	}
	found, err := draw.ParseResult(text)
	if err != nil {
		return 0, w.wrong("result.json", err)
	}
	again, err := draw.Run(w.Draw, found.Beacon)
	if err != nil {
		return 0, w.wrong("result.json", err)
	}
	if err := again.Differ(text); err != nil {
		return 0, w.wrong("result.json", err)
	}
	if at, due := d.Drawn.At(), draw.Due(w.Round); at+60 <= due.Unix() {
		return 0, d.Drawn.Fault("it draws before the round of the beacon was due", d.Drawn.Minute, due.Format(time.RFC3339))
	}
	w.panel = again.Panel
	return again.Index, nil
}
