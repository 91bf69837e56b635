package replay

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"delfi/internal/consultation"
	"delfi/internal/delphi/canonical"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// Record is one entry of the log.
type Record struct {
	N int64
	leaf.Entry
	at         time.Time // its minute
	Role, kind string
	Words      Words
	Texts      map[string]string // all words beside it, where its type or kind is one of texting; nil otherwise
	Removed    bool              // its words were removed by law
}

// texting are the types, and of acts the kinds, whose words are more than a name, a target and
// a reason.
var texting = []string{
	"commitment", "origin", string(consultation.ActAnnounce), string(consultation.ActImport), string(consultation.ActCorrect),
	string(consultation.ActReword), string(consultation.ActTranslate), string(consultation.ActJoin), string(consultation.ActBrief), "merge",
}

// line is where the record stands in the file of entries.
func (r Record) line() int { return int(r.N) + 1 }

// Fault is one about the entry.
func (r Record) Fault(what, found, expected string) *source.Fault {
	return &source.Fault{File: "entries", Line: r.line(), What: fmt.Sprintf("entry %d (%s): %s", r.N, r.Type, what), Found: found, Expected: expected}
}

// Figures reads the body into v.
func (r Record) Figures(v any) error {
	if err := canonical.Some([]byte(r.Body), v); err != nil {
		return r.Fault("its body is not canonical JSON, or has not the figures of its type: "+err.Error(), source.Short(r.Body), "those of its type")
	}
	return nil
}

// Words stand beside an entry.
type Words struct {
	Name   string `json:"name,omitempty"`
	Target string `json:"target,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Minute is how an entry writes its time.
const Minute = "2006-01-02T15:04Z"

// Read reads one line of the file of entries.
func Read(n int64, line []byte) (Record, error) {
	bad := func(what, found, expected string) (Record, error) {
		return Record{}, &source.Fault{File: "entries", Line: int(n) + 1, What: what, Found: source.Short(found), Expected: expected}
	}
	var l struct {
		N     int64           `json:"n"`
		Entry string          `json:"entry"`
		Salt  []byte          `json:"salt"`
		Words json.RawMessage `json:"words"`
	}
	if err := canonical.Loose(line, &l); err != nil {
		return bad("the line is no entry", err.Error(), `{"n","entry","salt","words"}`)
	}
	if l.N != n {
		return bad("an entry is out of its place", fmt.Sprintf("number %d", l.N), fmt.Sprintf("number %d", n))
	}
	e, err := leaf.ParseEntry(l.Entry)
	if err != nil {
		return bad(err.Error(), l.Entry, "")
	}
	r := Record{N: n, Entry: e}
	if r.at, err = time.Parse(Minute, e.Minute); err != nil || r.at.Format(Minute) != e.Minute {
		return Record{}, r.Fault("its minute is not written as one", e.Minute, Minute)
	}
	var own struct {
		Role  string `json:"role"`
		Words string `json:"words"`
	}
	if err := r.Figures(&own); err != nil {
		return Record{}, err
	}
	r.Role = own.Role
	if e.Type == "act" || e.Type == "decision" {
		var k struct {
			Kind string `json:"kind"`
		}
		if err := r.Figures(&k); err != nil {
			return Record{}, err
		}
		r.kind = k.Kind
	}
	worded := len(l.Words) > 0 && string(l.Words) != "null"
	switch {
	case own.Words == "" && worded:
		return Record{}, r.Fault("words stand beside it of which it says nothing", source.Short(string(l.Words)), "none")
	case own.Words == "":
		return r, nil
	case !worded:
		r.Removed = true
		return r, nil
	}
	text, err := canonical.Marshal(l.Words)
	if err != nil {
		return Record{}, r.Fault("the words beside it cannot be read", source.Short(string(l.Words)), "")
	}
	if got := leaf.WordsDigest(l.Salt, text); got != own.Words {
		return Record{}, r.Fault("the words beside it are not those that were recorded: "+source.Short(string(text))+" has another digest", got, own.Words)
	}
	if slices.Contains(texting, e.Type) || e.Type == "act" && slices.Contains(texting, r.kind) {
		err = json.Unmarshal(text, &r.Texts)
	}
	if err := errors.Join(err, json.Unmarshal(text, &r.Words)); err != nil {
		return Record{}, r.Fault("the words beside it cannot be read", source.Short(string(text)), "name, target, reason")
	}
	// Else two names could be those of one text.
	for _, name := range slices.Sorted(maps.Keys(r.Texts)) {
		if _, lang, translated := strings.Cut(name, "."); translated && !slices.Contains(consultation.Translatable, lang) {
			return Record{}, r.Fault("it names words in a language that no consultation is held in", source.Short(name), "one of those of the protocol")
		}
	}
	return r, nil
}

// IsDigest reports whether a text is a mark or digest in lower-case hex.
func IsDigest(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == s
}
