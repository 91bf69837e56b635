package replay

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
)

// Wording is a text of a statement that an act gave it, in the language in which the consultation
// was written or in a further one.
type Wording struct {
	Entry   int64
	ID      uuid.UUID // of the statement; uuid.Nil where the act names its number alone
	Number  int32     // of the statement; 0 where the act names its id alone
	Version int32     // of the statement; 0 where the act does not tell
	Born    bool      // the act made the statement
	Gone    bool      // the law removed the words
	lang    uint8     // as in word, or everyLanguage
	Digest  [sha256.Size]byte
}

// everyLanguage is that of words which the law removed from an act that gives a statement words
// in several.
const everyLanguage = 255

// mostItems is the highest number that a statement of any protocol has.
const mostItems = 1000

// In tells whether the wording is in a further language, "" for the first.
func (w Wording) In(lang string) bool {
	return w.lang == everyLanguage || w.lang == uint8(slices.Index(consultation.Translatable, lang)+1) && (w.lang > 0 || lang == "")
}

// Parents gives the numbers of the statements that one came of, as the act says that made it.
func (l *Life) Parents(number int) []int {
	var out []int
	for _, p := range l.parents[number] {
		out = append(out, int(p))
	}
	return out
}

// born begins a statement under a number: wordings of one that had it and was taken back are
// not its own.
func (l *Life) born(number int, from []uint16) {
	l.takenBack(number)
	if len(from) > 0 {
		set(&l.parents, number, from)
	}
	for _, p := range from {
		set(&l.children, int(p), append(l.children[int(p)], uint16(number)))
	}
}

// takenBack ends the statement under a number, which may be given anew.
func (l *Life) takenBack(number int) {
	set(&l.since, number, len(l.wordings))
	delete(l.parents, number)
}

// restored takes back the statements that came of one which is in play again.
func (l *Life) restored(number int) {
	for _, child := range l.children[number] {
		l.takenBack(int(child))
	}
	delete(l.children, number)
}

// Wordings gives those of a statement before an entry, oldest first.
func (l *Life) Wordings(id uuid.UUID, number int, before int64) []Wording {
	for ; l.indexed < len(l.wordings); l.indexed++ {
		if w := l.wordings[l.indexed]; w.ID != uuid.Nil {
			set(&l.byID, w.ID, append(l.byID[w.ID], l.indexed))
		} else {
			set(&l.byNumber, int(w.Number), append(l.byNumber[int(w.Number)], l.indexed))
		}
	}
	var out []Wording
	own := slices.Concat(l.byID[id], l.byNumber[number])
	slices.Sort(own)
	for _, n := range own {
		if w := l.wordings[n]; w.Entry < before && (w.ID != uuid.Nil || n >= l.since[number]) {
			out = append(out, w)
		}
	}
	return out
}

// worders are the acts that give statements words.
var worders = []string{string(consultation.ActReword), string(consultation.ActTranslate), "merge"}

// statement takes over the words that an act gives a statement, and those that it had.
func (l *Life) statement(r Record) error {
	if !slices.Contains(worders, r.kind) {
		return nil
	}
	var f struct {
		Item     json.RawMessage `json:"item"` // a number, or of moderation an id
		Version  int32           `json:"version"`
		Language string          `json:"language"`
		Change   string          `json:"change"`
		From     []int           `json:"from"`

		Text string `json:"text"` // of earlier programs
		Was  string `json:"was"`
	}
	if err := r.Figures(&f); err != nil {
		return err
	}
	w := Wording{Entry: r.N, Version: f.Version, Gone: r.Removed}
	if json.Unmarshal(f.Item, &w.Number) != nil && json.Unmarshal(f.Item, &w.ID) != nil {
		return nil // it is about contributions alone
	}
	if w.ID == uuid.Nil && !numbered(int(w.Number)) {
		return r.Fault("it gives words to a statement that no protocol has", fmt.Sprintf("statement %d", w.Number), fmt.Sprintf("1 to %d", mostItems))
	}
	if f.Language != "" {
		if w.lang = uint8(slices.Index(consultation.Translatable, f.Language) + 1); w.lang == 0 {
			return r.Fault("it translates a statement into a language that no consultation is held in", f.Language, "one of those of the protocol")
		}
	}
	was := r.Texts["was"] + f.Was
	w.Born = f.Change == "substantive" || r.kind == "merge" && was == "" && !r.Removed
	w.Digest = sha256.Sum256([]byte(r.Texts["text"] + f.Text))
	if f.Change == "substantive" && w.ID == uuid.Nil {
		var from []uint16
		for _, p := range f.From {
			if !numbered(p) || slices.Contains(from, uint16(p)) {
				return r.Fault("it makes a statement of others that no protocol has, or of one twice", fmt.Sprintf("statement %d", p), "each number once")
			}
			from = append(from, uint16(p))
		}
		l.born(int(w.Number), from)
	}
	l.wordings = append(l.wordings, w)
	if was != "" {
		w.Version, w.Born, w.Digest = 0, false, sha256.Sum256([]byte(was))
		l.wordings = append(l.wordings, w)
	}
	return nil
}

// numbered tells whether a statement may have a number.
func numbered(n int) bool { return n >= 1 && n <= mostItems }
