package verify

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"delfi/internal/delphi/canonical"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// record is one entry of the log.
type record struct {
	n int64
	leaf.Entry
	at         time.Time // its minute
	role, kind string
	words      words
	removed    bool // its words were removed by law
}

// line is where the record stands in the file of entries.
func (r record) line() int { return int(r.n) + 1 }

// fault is one about the entry.
func (r record) fault(what, found, expected string) *source.Fault {
	return &source.Fault{File: "entries", Line: r.line(), What: fmt.Sprintf("entry %d (%s): %s", r.n, r.Type, what), Found: found, Expected: expected}
}

// figures reads the body into v.
func (r record) figures(v any) error {
	if err := json.Unmarshal([]byte(r.Body), v); err != nil {
		return r.fault("its figures cannot be read: "+err.Error(), r.Body, "those of its type")
	}
	return nil
}

// words stand beside an entry.
type words struct {
	Name   string `json:"name,omitempty"`
	Target string `json:"target,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// minute is how an entry writes its time.
const minute = "2006-01-02T15:04Z"

// readRecord reads one line of the file of entries.
func readRecord(n int64, line []byte) (record, error) {
	bad := func(what, found, expected string) (record, error) {
		return record{}, &source.Fault{File: "entries", Line: int(n) + 1, What: what, Found: source.Short(found), Expected: expected}
	}
	var l struct {
		N     int64           `json:"n"`
		Entry string          `json:"entry"`
		Salt  []byte          `json:"salt"`
		Words json.RawMessage `json:"words"`
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return bad("the line is no entry", err.Error(), `{"n","entry","salt","words"}`)
	}
	if l.N != n {
		return bad("an entry is out of its place", fmt.Sprintf("number %d", l.N), fmt.Sprintf("number %d", n))
	}
	e, err := leaf.ParseEntry(l.Entry)
	if err != nil {
		return bad(err.Error(), l.Entry, "")
	}
	r := record{n: n, Entry: e}
	if r.at, err = time.Parse(minute, e.Minute); err != nil || r.at.Format(minute) != e.Minute {
		return record{}, r.fault("its minute is not written as one", e.Minute, minute)
	}
	body, err := canonical.Marshal(json.RawMessage(e.Body))
	if err != nil || string(body) != e.Body {
		return record{}, r.fault("its body is not canonical JSON", source.Short(e.Body), source.Short(string(body)))
	}
	var own struct{ Role, Words string }
	if err := r.figures(&own); err != nil {
		return record{}, err
	}
	r.role = own.Role
	if e.Type == "act" || e.Type == "decision" {
		var k struct{ Kind string }
		if err := r.figures(&k); err != nil {
			return record{}, err
		}
		r.kind = k.Kind
	}
	said := len(l.Words) > 0 && string(l.Words) != "null"
	switch {
	case own.Words == "" && said:
		return record{}, r.fault("words stand beside it of which it says nothing", source.Short(string(l.Words)), "none")
	case own.Words == "":
		return r, nil
	case !said:
		r.removed = true
		return r, nil
	}
	text, err := canonical.Marshal(l.Words)
	if err != nil {
		return record{}, r.fault("the words beside it cannot be read", source.Short(string(l.Words)), "")
	}
	if got := leaf.WordsDigest(l.Salt, text); got != own.Words {
		return record{}, r.fault("the words beside it are not those that were recorded: "+source.Short(string(text))+" has another digest", got, own.Words)
	}
	if err := json.Unmarshal(text, &r.words); err != nil {
		return record{}, r.fault("the words beside it cannot be read", source.Short(string(text)), "name, target, reason")
	}
	return r, nil
}

// isDigest reports whether a text is a mark or digest in lower-case hex.
func isDigest(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == s
}
