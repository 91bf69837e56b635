package replay

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
)

// Join is a statement that joined after a round.
type Join struct {
	Record  Record `json:"-"`
	Item    int    `json:"item"`
	Version int32  `json:"version"`
	Kind    string `json:"item_kind"`
	Round   int    `json:"round"` // after which it joined
	// Contribution or reason that it rests on; "" for none.
	Contribution string `json:"contribution"`
	Said         string `json:"said"`

	Asked int               `json:"-"` // number of the round that asked it first; 0 for none
	Text  [sha256.Size]byte `json:"-"` // of its words; of nothing where the law removed them
}

// join takes a statement that joins: after the last round that was answered, and before the
// next one opens.
func (l *Life) join(r Record) error {
	f := Join{Record: r}
	if err := r.Figures(&f); err != nil {
		return err
	}
	from := consultation.ItemState(consultation.Nothing)
	if _, decided := l.items[f.Item]; decided || l.fresh(f.Item) >= 0 {
		from = l.Stands(f.Item)
	}
	if _, err := from.Follow(consultation.ActJoin, r.Role); err != nil {
		return r.Fault("this act was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of item %d", consultation.ActJoin, r.Role, f.Item), "an act of the lifecycle")
	}
	if l.Stage != consultation.Running || l.suspended {
		return r.Fault(fmt.Sprintf("item %d joins while the consultation does not run", f.Item), string(l.Stage), string(consultation.Running))
	}
	last := 0
	for n, w := range l.Rounds {
		switch {
		case w.State == consultation.RoundOpen || w.State == consultation.RoundClosing:
			return r.Fault(fmt.Sprintf("item %d joins while round %d is open or closing", f.Item, n), string(w.State), "no round under way")
		case w.State == consultation.RoundReleased && w.Kind != delphi.Gather:
			last = max(last, n)
		}
	}
	if f.Round != last || last == 0 {
		return r.Fault(fmt.Sprintf("item %d joins after another round than the last that was answered", f.Item), fmt.Sprintf("round %d", f.Round), fmt.Sprintf("round %d", last))
	}
	if r.Words.Reason == "" && !r.Removed {
		return r.Fault(fmt.Sprintf("item %d joins without a reason", f.Item), "", "a reason")
	}
	f.Kind, f.Contribution, f.Said = strings.Clone(f.Kind), strings.Clone(f.Contribution), strings.Clone(f.Said)
	f.Text = sha256.Sum256([]byte(r.Texts["text"]))
	f.Record.Texts = nil
	l.Joins = append(l.Joins, f)
	l.joined(r, f)
	return nil
}

// joined takes over the words that a statement joined with, in each language.
func (l *Life) joined(r Record, f Join) {
	for lang := range len(consultation.Translatable) + 1 {
		w := Wording{Entry: r.N, Number: int32(f.Item), Version: f.Version, Born: true, Gone: r.Removed, lang: uint8(lang)}
		name := "text"
		if lang > 0 {
			name += "." + w.Language()
		}
		words, there := r.Texts[name]
		if w.Digest = sha256.Sum256([]byte(words)); there || r.Removed {
			l.Wordings = append(l.Wordings, w)
		}
	}
}

// fresh gives the place of a statement that joined and that no round has asked; -1 for none.
func (l *Life) fresh(item int) int {
	return slices.IndexFunc(l.Joins, func(j Join) bool { return j.Item == item && j.Asked == 0 })
}

// remove takes back a statement that joined, before a round asks it.
func (l *Life) remove(r Record) error {
	var f struct {
		Item int `json:"item"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	if _, err := consultation.ItemLive.Follow(consultation.ActRemove, r.Role); err != nil {
		return r.Fault("this act was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of item %d", consultation.ActRemove, r.Role, f.Item), "an act of the lifecycle")
	}
	at := l.fresh(f.Item)
	if at < 0 {
		return r.Fault(fmt.Sprintf("item %d is removed, which did not join since the last round", f.Item), "", "a statement that no round has asked")
	}
	l.Joins = slices.Delete(l.Joins, at, at+1)
	return nil
}

// asks notes that a round asks the statements that joined before it.
func (l *Life) asks(round int) {
	for n := range l.Joins {
		if l.Joins[n].Asked == 0 {
			l.Joins[n].Asked = round
		}
	}
}
