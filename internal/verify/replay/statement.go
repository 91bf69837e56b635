package replay

import (
	"crypto/sha256"
	"encoding/json"
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
	lang    uint8     // as in word
	Digest  [sha256.Size]byte
}

// Language is the further language of a wording; "" for the first.
func (w Wording) Language() string {
	if w.lang == 0 {
		return ""
	}
	return consultation.Translatable[w.lang-1]
}

// Of tells whether the wording is a statement's.
func (w Wording) Of(id uuid.UUID, number int) bool {
	return w.ID == id && id != uuid.Nil || w.Number == int32(number) && number != 0
}

// Parents gives the numbers of the statements that one came of, as the act says that made it.
func (l *Life) Parents(number int) []int { return l.parents[number] }

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
	if f.Language != "" {
		if w.lang = uint8(slices.Index(consultation.Translatable, f.Language) + 1); w.lang == 0 {
			return r.Fault("it translates a statement into a language that no consultation is held in", f.Language, "one of those of the protocol")
		}
	}
	was := r.Texts["was"] + f.Was
	w.Born = f.Change == "substantive" || r.kind == "merge" && was == "" && !r.Removed
	w.Digest = sha256.Sum256([]byte(r.Texts["text"] + f.Text))
	if f.Change == "substantive" {
		set(&l.parents, int(w.Number), f.From) // the newest, since a number that was taken back is given anew
	}
	l.Wordings = append(l.Wordings, w)
	if was != "" {
		w.Version, w.Born, w.Digest = 0, false, sha256.Sum256([]byte(was))
		l.Wordings = append(l.Wordings, w)
	}
	return nil
}
