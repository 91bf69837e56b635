package ledger

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"delfi/internal/delphi/canonical"
	"delfi/internal/ledger/leaf"
)

// Entry is one line of the public record. It never names a participant.
type Entry struct {
	Sequence     int64     // from 0
	Consultation uuid.UUID // uuid.Nil for what concerns the whole server
	Type         Type
	Role         string            // who, by office: administrator, moderator, facilitator, system
	Name         string            // the staff member's name, public by their office; "" for the system
	Kind         string            // for an act: announce, extend, close, merge, reject, undo, …
	Target       string            // what it was done to, in words that stay true: "round 2", "statement 3", "Tiglio 27"
	Reason       string            // public reason; "" where none is asked
	Texts        map[string]string // further texts beside it, by what they are: the "text" of a statement
	Body         string            // canonical JSON with the figures and hashes of the act
	Minute       time.Time
	Removed      bool // Name, Target, Reason and Texts were removed by law
}

// Line is an entry as programs read it: the hashed text, and the words beside it.
type Line struct {
	N     int64
	Text  string // the five lines
	Salt  []byte // 16 bytes; nil when the entry has no words
	Words string // canonical JSON; "" when there are none or they were removed
}

const (
	minuteFormat = "2006-01-02T15:04Z"
	saltSize     = 16
)

// Text is what somebody wrote, among the figures of an act. It stands beside the entry,
// where the law can reach it, and never in the body.
type Text string

// Split gives the body of an act's figures and the texts among them, to stand beside the
// entry. One that is empty is left out.
func Split(figures map[string]any) (body string, texts map[string]string) {
	rest := make(map[string]any, len(figures))
	for name, v := range figures {
		text, ok := v.(Text)
		switch {
		case !ok:
			rest[name] = v
		case text != "":
			if texts == nil {
				texts = map[string]string{}
			}
			texts[name] = string(text)
		}
	}
	return Body(rest), texts
}

// Body gives the canonical JSON of an act's figures and hashes (RFC 8785): keys
// sorted, no space, no float. It panics on a value that the record does not know,
// which is a mistake of the program and never of a person.
func Body(figures map[string]any) string {
	for k, v := range figures {
		if !canonicalValue(v) {
			panic(fmt.Sprintf("ledger: %s has a value of type %T", k, v))
		}
	}
	if len(figures) == 0 {
		return "{}"
	}
	body, err := canonical.Marshal(figures)
	if err != nil {
		panic(fmt.Sprintf("ledger: %v", err))
	}
	return string(body)
}

func canonicalValue(v any) bool {
	switch v := v.(type) {
	case string, int, bool, []string, []int:
		return true
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !canonicalValue(e) })
	}
	return false
}

// object writes the canonical JSON of fields as figures reads them.
func object(fields map[string]any) (string, error) {
	b, err := canonical.Append(nil, fields)
	return string(b), err
}

// figures reads a body; numbers stay as they were written.
func figures(body string) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	out := map[string]any{}
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("a body of the record cannot be read: %w", err)
	}
	return out, nil
}

// words returns the canonical JSON of the words beside the entry; "" for none.
func (e Entry) words() (string, error) {
	own := map[string]string{"name": e.Name, "target": e.Target, "reason": e.Reason}
	words := map[string]any{}
	for name, v := range own {
		if v != "" {
			words[name] = v
		}
	}
	for name, v := range e.Texts {
		if _, taken := own[name]; taken {
			return "", fmt.Errorf("the texts beside an entry of type %s hold %q, which is the record's own", e.Type, name)
		}
		words[name] = v
	}
	if len(words) == 0 {
		return "", nil
	}
	return object(words)
}

// worded reports whether a figure is more than one word: ids, digests, days, offices and
// keys are one.
// In a list or an object it looks at each.
func worded(figure any) bool {
	switch figure := figure.(type) {
	case string:
		return strings.ContainsFunc(figure, unicode.IsSpace)
	case []any:
		return slices.ContainsFunc(figure, worded)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(figure)), worded)
	}
	return false
}

// text gives the five lines. salt is used only when there are words.
func (e Entry) text(salt []byte, words string) (string, error) {
	if !slices.Contains(Types, e.Type) {
		return "", fmt.Errorf("the record knows no entry of type %q", e.Type)
	}
	body, err := figures(cmp.Or(e.Body, "{}"))
	if err != nil {
		return "", err
	}
	for name, v := range body {
		if worded(v) {
			return "", fmt.Errorf("the figures of an entry of type %s hold a text, %q: it stands beside the entry", e.Type, name)
		}
	}
	own, known := implied[e.Type]
	if known && e.Kind != "" && e.Kind != own {
		return "", fmt.Errorf("an entry of type %s cannot be of kind %q", e.Type, e.Kind)
	}
	more := map[string]string{"role": e.Role}
	if !known {
		more["kind"] = e.Kind
	}
	if words != "" {
		more["words"] = leaf.WordsDigest(salt, []byte(words))
	}
	for name, v := range more {
		if _, taken := body[name]; taken {
			return "", fmt.Errorf("the figures of an entry of type %s hold %q, which is the record's own", e.Type, name)
		}
		if v != "" {
			body[name] = v
		}
	}
	line, err := object(body)
	if err != nil {
		return "", err
	}
	of := "-"
	if e.Consultation != uuid.Nil {
		of = e.Consultation.String()
	}
	return leaf.Entry{Type: string(e.Type), Consultation: of, Minute: e.Minute.UTC().Format(minuteFormat), Body: line}.Text(), nil
}

// Entry reads the line.
func (l Line) Entry() (Entry, error) {
	e := Entry{Sequence: l.N}
	bad := func(err error) (Entry, error) { return e, fmt.Errorf("entry %d: %w", l.N, err) }
	read, err := leaf.ParseEntry(l.Text)
	if err != nil {
		return bad(err)
	}
	e.Type = Type(read.Type)
	if read.Consultation != "-" {
		if e.Consultation, err = uuid.Parse(read.Consultation); err != nil {
			return bad(err)
		}
	}
	if e.Minute, err = time.Parse(minuteFormat, read.Minute); err != nil {
		return bad(err)
	}
	body, err := figures(read.Body)
	if err != nil {
		return bad(err)
	}
	_, worded := body["words"]
	e.Role, _ = body["role"].(string) // an entry of nobody has none
	delete(body, "role")
	delete(body, "words")
	if own, known := implied[e.Type]; known {
		e.Kind = own
	} else {
		e.Kind, _ = body["kind"].(string) // as the role
		delete(body, "kind")
	}
	if e.Body, err = object(body); err != nil {
		return bad(err)
	}
	e.Removed = worded && l.Words == ""
	if l.Words != "" {
		var words map[string]string
		if err := json.Unmarshal([]byte(l.Words), &words); err != nil {
			return bad(err)
		}
		e.Name, e.Target, e.Reason = words["name"], words["target"], words["reason"]
		for _, own := range []string{"name", "target", "reason"} {
			delete(words, own)
		}
		if len(words) > 0 {
			e.Texts = words
		}
	}
	return e, nil
}

// JSON gives the line of the file "entries", with its end: {"n","entry","salt","words"}.
// salt is "" and words null for an entry that has none; words alone are null when
// they were removed.
func (l Line) JSON() ([]byte, error) {
	out := struct {
		N     int64           `json:"n"`
		Entry string          `json:"entry"`
		Salt  string          `json:"salt"`
		Words json.RawMessage `json:"words"`
	}{l.N, l.Text, base64.StdEncoding.EncodeToString(l.Salt), json.RawMessage("null")}
	if l.Words != "" {
		out.Words = json.RawMessage(l.Words)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, fmt.Errorf("entry %d: %w", l.N, err)
	}
	return b.Bytes(), nil
}
