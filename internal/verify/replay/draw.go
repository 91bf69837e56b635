package replay

import (
	"fmt"
	"strings"
)

// Draw is what the log says of the draw of one group (docs/PANEL.md "A draw that outsiders
// can check").
type Draw struct {
	Listed    Record // the roll, with its root
	Roll      DrawRoll
	Entry     *Record // the commitment; nil before it
	Committed Commitment
	Opened    map[int]Opened // by guarantor, from 1
	Drawn     *Record        // nil before the draw
	Result    string         // digest of its file
	Withdrawn *Record        // nil when it was not
	Called    int            // reserves who were called
}

// The figures of a draw's entries.
type (
	DrawRoll struct {
		Group     string `json:"group"`
		N         int    `json:"n"`
		Left      int    `json:"left"` // of the roll before it; absent in entries of earlier programs
		Root      string `json:"root"`
		Household string `json:"household"`
	}
	Commitment struct {
		Group      string   `json:"group"`
		Roll       string   `json:"roll"`
		Rule       string   `json:"rule"`
		Portfolio  string   `json:"portfolio"`
		Source     string   `json:"source"`
		Round      int64    `json:"round"`
		Guarantors []string `json:"guarantors"`
	}
	Opened struct {
		Record    Record `json:"-"`
		Group     string `json:"group"`
		Guarantor int    `json:"guarantor"`
		Value     string `json:"value"`
	}
)

// Acts on a draw.
const (
	withdrawDraw = "withdraw-draw"
	callReserves = "call-reserves"
)

// At is the minute of the entry, as the record tells it.
func (r Record) At() int64 { return r.at.Unix() }

// list takes the list of the pool of a draw, which its roll fixes.
func (l *Life) list(r Record, f DrawRoll) error {
	if l.Draws[f.Group] != nil {
		return r.Fault(fmt.Sprintf("the list of the draw of group %s is fixed twice: a draw is not repeated", f.Group), "a second list", fmt.Sprintf("the one of entry %d", l.Draws[f.Group].Listed.N))
	}
	set(&l.Draws, strings.Clone(f.Group), &Draw{Listed: r, Roll: f})
	return nil
}

// of gives the draw of a group that was not withdrawn.
func (l *Life) drawOf(r Record, group string) (*Draw, error) {
	switch d := l.Draws[group]; {
	case d == nil:
		return nil, r.Fault("it is about a draw whose list was not fixed", group, "a group with a list")
	case d.Withdrawn != nil:
		return nil, r.Fault(fmt.Sprintf("it is about a draw that entry %d withdrew", d.Withdrawn.N), group, "nothing more of it")
	default:
		return d, nil
	}
}

func (l *Life) draw(r Record) error {
	var f Commitment
	if err := r.Figures(&f); err != nil {
		return err
	}
	d, err := l.drawOf(r, f.Group)
	if err != nil {
		return err
	}
	if d.Entry != nil {
		return r.Fault(fmt.Sprintf("the draw of group %s is committed to twice", f.Group), "a second commitment", fmt.Sprintf("the one of entry %d", d.Entry.N))
	}
	d.Entry, d.Committed = &r, f
	return nil
}

func (l *Life) openValue(r Record) error {
	f := Opened{Record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	d, err := l.drawOf(r, f.Group)
	if err != nil {
		return err
	}
	switch _, twice := d.Opened[f.Guarantor]; {
	case d.Entry == nil || f.Guarantor < 1 || f.Guarantor > len(d.Committed.Guarantors):
		return r.Fault("nobody committed to this value", fmt.Sprintf("guarantor %d", f.Guarantor), fmt.Sprintf("1 to %d", len(d.Committed.Guarantors)))
	case twice:
		return r.Fault("the value is opened twice", fmt.Sprintf("guarantor %d", f.Guarantor), "once")
	case d.Drawn != nil:
		return r.Fault("the value is opened after the draw", fmt.Sprintf("guarantor %d", f.Guarantor), "before it")
	}
	set(&d.Opened, f.Guarantor, f)
	return nil
}

func (l *Life) drawn(r Record) error {
	var f struct {
		Group  string `json:"group"`
		Result string `json:"result"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	d, err := l.drawOf(r, f.Group)
	if err != nil {
		return err
	}
	if d.Entry == nil || d.Drawn != nil {
		return r.Fault(fmt.Sprintf("group %s is drawn before a commitment, or twice", f.Group), "", "one draw, after the commitment")
	}
	d.Drawn, d.Result = &r, strings.Clone(f.Result)
	return nil
}

func (l *Life) withdrawDraw(r Record) error {
	var f struct {
		Group string `json:"group"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	d, err := l.drawOf(r, f.Group)
	if err != nil {
		return err
	}
	d.Withdrawn = &r
	return nil
}

func (l *Life) callReserves(r Record) error {
	var f struct {
		Group    string `json:"group"`
		Reserves int    `json:"reserves"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	d, err := l.drawOf(r, f.Group)
	if err != nil {
		return err
	}
	if d.Drawn == nil || f.Reserves <= d.Called {
		return r.Fault("reserves are called before the draw, or again", fmt.Sprint(f.Reserves), fmt.Sprintf("more than %d, after the draw", d.Called))
	}
	d.Called = f.Reserves
	return nil
}
