package replay

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// Join is a statement that joined after a round: of its entry no more than is compared.
type Join struct {
	Entry        int64
	Item         int // its number
	Kind         string
	Round        int               // after which it joined
	Contribution uuid.UUID         // that it rests on; uuid.Nil for none
	Digest       string            // of the reason that it rests on, hex; "" for none
	Reason       string            // why it joined; "" where the law removed it
	Removed      bool              // the law removed the words
	Asked        int               // number of the round that asked it first; 0 for none
	Text         [sha256.Size]byte // of its words; of nothing where the law removed them
}

// Fault is one about the entry.
func (j Join) Fault(what, found, expected string) *source.Fault {
	return Record{N: j.Entry, Entry: leaf.Entry{Type: "act"}}.Fault(what, found, expected)
}

// Joined gives how an item joined; false where it did not.
func (l *Life) Joined(item int) (Join, bool) {
	at, joined := l.joined[item]
	if !joined {
		return Join{}, false
	}
	return l.Joins[at], true
}

// join takes a statement that joins: after the last round that was answered, and before the
// next one opens.
func (l *Life) join(r Record) error {
	var f struct {
		Item         int    `json:"item"`
		Version      int32  `json:"version"`
		Kind         string `json:"item_kind"`
		Round        int    `json:"round"`
		Contribution string `json:"contribution"`
		Digest       string `json:"said"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	if !numbered(f.Item) {
		return r.Fault("a statement joins under a number that no protocol has", fmt.Sprintf("item %d", f.Item), fmt.Sprintf("1 to %d", mostItems))
	}
	from := consultation.ItemState(consultation.Nothing)
	_, decided := l.items[f.Item]
	if _, joined := l.joined[f.Item]; decided || joined {
		from = l.Stands(f.Item)
	}
	if _, err := from.Follow(consultation.ActJoin, r.Role); err != nil {
		return r.Fault("this act was not possible here: "+err.Error(), fmt.Sprintf("%q by the %s of item %d", consultation.ActJoin, r.Role, f.Item), "an act of the lifecycle")
	}
	if err := l.joinable(r, f.Item, f.Round); err != nil {
		return err
	}
	if r.Words.Reason == "" && !r.Removed {
		return r.Fault(fmt.Sprintf("item %d joins without a reason", f.Item), "", "a reason")
	}
	j := Join{Entry: r.N, Item: f.Item, Kind: strings.Clone(f.Kind), Round: f.Round, Digest: strings.Clone(f.Digest), Reason: strings.Clone(r.Words.Reason), Removed: r.Removed, Text: sha256.Sum256([]byte(r.Texts["text"]))}
	if f.Contribution != "" {
		var err error
		if j.Contribution, err = uuid.Parse(f.Contribution); err != nil || j.Contribution.String() != f.Contribution {
			return r.Fault(fmt.Sprintf("item %d rests on no contribution", f.Item), source.Short(f.Contribution), "the id of one")
		}
	}
	if f.Digest != "" && !IsDigest(f.Digest) {
		return r.Fault(fmt.Sprintf("item %d rests on no reason", f.Item), source.Short(f.Digest), "a digest")
	}
	set(&l.joined, f.Item, len(l.Joins))
	l.Joins = append(l.Joins, j)
	l.joinedIn(r, f.Item, f.Version)
	return nil
}

// joinable sees that a statement may join now.
func (l *Life) joinable(r Record, item, round int) error {
	if l.Stage != consultation.Running || l.suspended {
		return r.Fault(fmt.Sprintf("item %d joins while the consultation does not run", item), string(l.Stage), string(consultation.Running))
	}
	last := 0
	for n, w := range l.Rounds {
		switch {
		case w.State == consultation.RoundOpen || w.State == consultation.RoundClosing:
			return r.Fault(fmt.Sprintf("item %d joins while round %d is open or closing", item, n), string(w.State), "no round under way")
		case w.State == consultation.RoundReleased && w.Kind != delphi.Gather:
			last = max(last, n)
		}
	}
	if round != last || last == 0 {
		return r.Fault(fmt.Sprintf("item %d joins after another round than the last that was answered", item), fmt.Sprintf("round %d", round), fmt.Sprintf("round %d", last))
	}
	return nil
}

// joinedIn takes over the words that a statement joined with, in each language.
func (l *Life) joinedIn(r Record, item int, version int32) {
	l.born(item, nil)
	w := Wording{Entry: r.N, Number: int32(item), Version: version, Born: true}
	if r.Removed {
		w.Gone, w.lang = true, everyLanguage
		l.wordings = append(l.wordings, w)
		return
	}
	w.Digest = sha256.Sum256([]byte(r.Texts["text"]))
	l.wordings = append(l.wordings, w)
	for n, lang := range consultation.Translatable {
		if words, there := r.Texts["text."+lang]; there {
			w.lang, w.Digest = uint8(n+1), sha256.Sum256([]byte(words))
			l.wordings = append(l.wordings, w)
		}
	}
}

// remove takes back a statement that joined, with its words, before a round asks it.
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
	at, joined := l.joined[f.Item]
	if !joined || l.Joins[at].Asked != 0 {
		return r.Fault(fmt.Sprintf("item %d is removed, which did not join since the last round", f.Item), "", "a statement that no round has asked")
	}
	last := len(l.Joins) - 1
	l.joined[l.Joins[last].Item], l.Joins[at] = at, l.Joins[last]
	l.Joins = l.Joins[:last]
	delete(l.joined, f.Item)
	l.takenBack(f.Item)
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
