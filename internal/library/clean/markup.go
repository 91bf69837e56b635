package clean

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// What a part of XML may have.
const (
	markupToken = 1 << 20 // bytes of an element's tag, or of a text
	markupDepth = 1000    // elements within elements
	markupCuts  = 100_000
)

// cut is a run of bytes of a part that is left out, from the first to before the second.
type cut [2]int64

// reading reads a part of XML element by element, whatever prefixes it has (its elements
// are told by their local names), refuses it for what it may not have, and lists what is
// to be cut out of it.
type reading struct {
	suite
	name string // of the part
	tap  *tap
	dec  *xml.Decoder
	cuts []cut

	within     []string // elements that are open
	begin, end int64    // of the token
	out        *cutting // the element that is being cut; nil outside one
	formula    []byte   // of the cell that is open; nil outside one
	fields     []field  // that are open
	listed     bool     // the list of types of content has the file's own
}

// cutting is an element of which what is within, or the whole, is cut.
type cutting struct {
	depth int
	from  int64
	whole bool
	says  bool // there is something in it
}

// read reads a part.
func (s suite) read(f *zip.File, name string, is role, w *removing) (*reading, error) {
	r, err := opened(f, w.left)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	m := &reading{suite: s, name: name, tap: &tap{r: bufio.NewReaderSize(r, 64<<10)}}
	m.dec = xml.NewDecoder(m.tap)
	m.dec.Strict = is != sketch
	if err := m.all(); err != nil {
		return nil, err
	}
	if len(m.cuts) > 0 {
		w.remove(Author)
	}
	return m, nil
}

// without writes a part without what is cut out of it.
func without(f *zip.File, cuts []cut, w *removing) error {
	r, err := opened(f, w.left)
	if err != nil {
		return err
	}
	defer r.Close()
	at := int64(0)
	for _, c := range cuts {
		if _, err := io.CopyN(w, r, c[0]-at); err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, r, c[1]-c[0]); err != nil {
			return err
		}
		at = c[1]
	}
	_, err = io.Copy(w, r)
	return err
}

// tap gives a decoder its bytes, and remembers those of the token that it reads.
type tap struct {
	r   io.ByteReader
	raw []byte
	at  int64 // where raw begins
	err error // why there are no more
}

func (t *tap) ReadByte() (byte, error) {
	if len(t.raw) >= markupToken {
		t.err = grown
		return 0, t.err
	}
	b, err := t.r.ReadByte()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			t.err = err
		}
		return 0, err
	}
	t.raw = append(t.raw, b)
	return b, nil
}

// Read makes a tap a reader, which decoders ask for; they read its bytes one by one.
func (t *tap) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	var err error
	if b[0], err = t.ReadByte(); err != nil {
		return 0, err
	}
	return 1, nil
}

// drop forgets what stands before a place.
func (t *tap) drop(until int64) {
	t.raw = t.raw[:copy(t.raw, t.raw[until-t.at:])]
	t.at = until
}

// all reads the part to its end.
func (m *reading) all() error {
	for {
		token, err := m.dec.RawToken()
		m.begin, m.end = m.tap.at, m.dec.InputOffset()
		switch {
		case m.tap.err != nil:
			return m.tap.err
		case errors.Is(err, io.EOF):
			if len(m.within) > 0 && m.dec.Strict {
				return m.form()
			}
			return nil
		case err != nil:
			return m.form() // not XML, or not in UTF-8
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = m.start(t)
		case xml.EndElement:
			err = m.close()
		case xml.CharData:
			err = m.text(t)
		case xml.ProcInst:
			if t.Target != "xml" && !strings.HasPrefix(t.Target, "mso-") {
				err = m.form()
			}
		case xml.Directive:
			err = m.declared(t)
		}
		if err != nil {
			return err
		}
		if len(m.cuts) > markupCuts {
			return grown
		}
		m.tap.drop(m.end)
	}
}

// form is the refusal of a part that is not written as office programs write it.
func (m *reading) form() *refusal { return malformed.with("part", shown(m.name)) }

// declared refuses declarations but that of an old type of document, without entities.
func (m *reading) declared(d xml.Directive) error {
	text := string(d)
	if !strings.HasPrefix(text, "DOCTYPE") || strings.ContainsRune(text, '[') || strings.Count(text, "://") != strings.Count(text, "http://www.w3.org/") {
		return m.form()
	}
	return nil
}

// root is the outermost element.
func (m *reading) root() string { return m.within[0] }

// start reads the beginning of an element.
func (m *reading) start(e xml.StartElement) error {
	if len(m.within) >= markupDepth {
		return grown
	}
	name := e.Name.Local
	parent := ""
	if len(m.within) > 0 {
		parent = m.within[len(m.within)-1]
	}
	m.within = append(m.within, name)
	if m.out != nil {
		m.out.says = true
		return nil
	}
	if parent != "" {
		for _, around := range []string{m.root(), parent} {
			if whole, cut := people[around+"/"+name]; cut {
				return m.take(whole)
			}
		}
	}
	if at, is := blanked[name]; is {
		m.blank(at)
	}
	if err := m.judge(e); err != nil {
		return err
	}
	if m.main == "" {
		return m.openDocument(e, parent)
	}
	return m.openXML(e)
}

// take begins to cut an element: it whole, or what is within.
func (m *reading) take(whole bool) error {
	m.out = &cutting{depth: len(m.within), from: m.end, whole: whole, says: whole}
	if whole {
		m.out.from = m.begin
	}
	return nil
}

// close reads the end of an element.
func (m *reading) close() error {
	if len(m.within) == 0 {
		return m.form()
	}
	name := m.within[len(m.within)-1]
	if o := m.out; o != nil {
		if o.depth == len(m.within) {
			until := m.begin
			if o.whole {
				until = m.end
			}
			if o.says && until > o.from {
				m.cuts = append(m.cuts, cut{o.from, until})
			}
			m.out = nil
		}
		m.within = m.within[:len(m.within)-1]
		return nil
	}
	m.within = m.within[:len(m.within)-1]
	if m.formula != nil && slices.Contains(formulas, name) {
		f := m.formula
		m.formula = nil
		return computed(string(f), m.main != "")
	}
	return nil
}

// text reads a text.
func (m *reading) text(t xml.CharData) error {
	if m.out != nil {
		m.out.says = m.out.says || says(t)
		return nil
	}
	if len(m.within) == 0 {
		return nil
	}
	name := m.within[len(m.within)-1]
	switch {
	case m.formula != nil:
		if m.formula = append(m.formula, t...); len(m.formula) > formulaMost {
			return grown
		}
	case name == "author" && m.root() == "comments" && says(t):
		return comments
	case name == "instrText" || name == "delInstrText" || name == "t":
		return m.coded(t)
	case m.root() == "svg" && (name == "style" || name == "script") && says(t):
		if name == "script" {
			return program
		}
		return styled(string(t))
	}
	return nil
}

// blank cuts the value of an attribute out of the tag that is being read.
func (m *reading) blank(local string) {
	tag := m.tap.raw[:m.end-m.begin]
	for _, a := range tagged(tag) {
		name := tag[a[0]:a[1]]
		if n := bytes.IndexByte(name, ':'); n >= 0 {
			name = name[n+1:]
		}
		if string(name) == local && says(tag[a[2]:a[3]]) {
			m.cuts = append(m.cuts, cut{m.begin + int64(a[2]), m.begin + int64(a[3])})
		}
	}
}

// tagged finds the attributes of a tag that a decoder took: where names and values begin
// and end.
func tagged(tag []byte) (out [][4]int) {
	at := bytes.IndexAny(tag, xmlBlanks)
	if at < 0 {
		return nil
	}
	for {
		for at < len(tag) && strings.IndexByte(xmlBlanks, tag[at]) >= 0 {
			at++
		}
		is := bytes.IndexByte(tag[at:], '=')
		if is < 0 {
			return out
		}
		name := bytes.TrimRight(tag[at:at+is], xmlBlanks)
		value := at + is + 1
		for value < len(tag) && strings.IndexByte(xmlBlanks, tag[value]) >= 0 {
			value++
		}
		if value >= len(tag) {
			return out
		}
		ends := bytes.IndexByte(tag[value+1:], tag[value])
		if ends < 0 {
			return out
		}
		out = append(out, [4]int{at, at + len(name), value + 1, value + 1 + ends})
		at = value + 1 + ends + 1
	}
}

const xmlBlanks = " \t\r\n"
