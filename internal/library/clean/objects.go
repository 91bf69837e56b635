package clean

import (
	"bytes"
	"slices"
)

// entry is a name that something is known about.
type entry uint16

// The names, by what is done about them.
const (
	_ entry = iota
	// pdfActs are refused wherever they stand.
	pdfActs
	pdfFiles   // another file within this one
	pdfLocking // it is locked
	// The keys and values that are looked at together.
	pdfPerson     // a person (14.3.3, and what office programs add)
	pdfSort       // the type of an object
	pdfSubtype    // and its subtype
	pdfRemarks    // an annotation that a reader made, with the reader's name in its title
	pdfPlays      // an annotation or an action that plays something
	pdfTitle      // of an annotation
	pdfOpening    // the action when the document opens
	pdfAdditional // actions when a page is turned, a field left
	pdfScript     // a program's text
	pdfStyle      // the kind of an action
	pdfLeads      // an action that leads to an address
	pdfMoves      // an action that moves within the document
	pdfFollows    // another action after one
	pdfSystem     // of a file's name
	pdfAddress    // such a system
	pdfOutside    // the file in which a stream's data are
	pdfBorrowed   // the page of another file that is shown
	pdfSigning    // the bytes that a signature is over
	pdfBundle     // a stream of objects
	pdfMeta       // a stream of metadata
	pdfFilter     // how a stream is packed
	pdfFlate      // by deflating
	pdfFirst      // where a bundle's objects begin
	pdfPredicted  // a stream is packed in differences
)

// entries are the names that something is known about.
var entries = map[string]entry{
	"Launch": pdfActs, "SubmitForm": pdfActs, "ImportData": pdfActs, "JavaScript": pdfActs, "GoToR": pdfActs, "GoToE": pdfActs,
	"RichMedia": pdfActs, "RichMediaExecute": pdfActs, "AlternatePresentations": pdfActs, "Rendition": pdfActs, "XFA": pdfActs, "FFilter": pdfActs,
	"EmbeddedFile": pdfFiles, "EmbeddedFiles": pdfFiles, "AFRelationship": pdfFiles,
	"Encrypt": pdfLocking,
	"Author":  pdfPerson, "Manager": pdfPerson, "LastModifiedBy": pdfPerson, "LastSavedBy": pdfPerson,
	"Subtype": pdfSubtype,
	"Text":    pdfRemarks, "FreeText": pdfRemarks, "Highlight": pdfRemarks, "Underline": pdfRemarks, "StrikeOut": pdfRemarks, "Squiggly": pdfRemarks,
	"Ink": pdfRemarks, "Stamp": pdfRemarks, "Caret": pdfRemarks, "FileAttachment": pdfRemarks, "Line": pdfRemarks, "Square": pdfRemarks, "Circle": pdfRemarks,
	"Polygon": pdfRemarks, "PolyLine": pdfRemarks, "Redact": pdfRemarks,
	"Sound": pdfPlays, "Movie": pdfPlays, "Screen": pdfPlays, "3D": pdfPlays, "GoTo3DView": pdfPlays, "Thread": pdfPlays,
	"T": pdfTitle, "OpenAction": pdfOpening, "AA": pdfAdditional, "JS": pdfScript, "S": pdfStyle, "URI": pdfLeads, "GoTo": pdfMoves, "Named": pdfMoves, "Next": pdfFollows,
	"FS": pdfSystem, "URL": pdfAddress, "F": pdfOutside, "Ref": pdfBorrowed, "ByteRange": pdfSigning, "Type": pdfSort, "ObjStm": pdfBundle, "Metadata": pdfMeta, "XML": pdfMeta,
	"Filter": pdfFilter, "FlateDecode": pdfFlate, "Fl": pdfFlate, "First": pdfFirst, "Predictor": pdfPredicted,
}

// dictionary is what is known about one that is open, or was closed last.
type dictionary struct {
	remark, titled bool
	bundle, meta   bool
	outside        bool
	predicted      bool
	packed, flate  int  // filters, and those that are opened
	listing        bool // within the list of filters
	first          int  // where a bundle's objects begin; -1 unless it is said
}

// objects reads the objects of a document, or of part of it.
type objects struct {
	*inspection
	lexer
	packed bool // they stand in a compressed part: nothing can be blanked
	hide   bool // they stand in a text, a comment or a stream
	depth  int  // of what they stand within

	stack  []dictionary
	closed dictionary // the last one
	last   token      // before the present one, remarks apart
	before token      // before that
	key    entry      // of last, when it is a name
	noEnd  bool       // no stream after here ends
	raw    [longestName]byte
	inner  *objects // the reader of what stands within
}

// all reads until the end.
func (o *objects) all() error {
	for {
		t, err := o.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case tokEnd:
			return nil
		case tokComment:
			if err := o.hidden(t.begin, t.end); err != nil {
				return err
			}
			continue
		}
		is, err := o.token(t)
		if err != nil {
			return err
		}
		o.before, o.last, o.key = o.last, t, is
	}
}

// top is the dictionary that is open.
func (o *objects) top() *dictionary {
	if len(o.stack) == 0 {
		return &dictionary{}
	}
	return &o.stack[len(o.stack)-1]
}

// token reads a token, and gives what is known about it when it is a name.
func (o *objects) token(t token) (entry, error) {
	var is entry
	if t.kind == tokName {
		is = entries[string(named(o.b[t.begin:t.end], &o.raw))]
	}
	if o.key != 0 {
		if err := o.pair(o.key, is, t); err != nil {
			return is, err
		}
	}
	switch t.kind {
	case tokName:
		return is, o.alone(is, t)
	case tokOpen:
		if len(o.stack) >= pdfNest {
			return is, grown
		}
		o.stack = append(o.stack, dictionary{first: -1})
	case tokClose:
		o.closed = dictionary{first: -1}
		if n := len(o.stack) - 1; n >= 0 {
			o.closed, o.stack = o.stack[n], o.stack[:n]
			if o.closed.remark && o.closed.titled {
				return is, comments
			}
			o.top().predicted = o.top().predicted || o.closed.predicted
		}
	case tokArrayEnd:
		o.top().listing = false
	case tokText:
		return is, o.hidden(t.begin, t.end)
	case tokWord:
		return is, o.word(t)
	}
	return is, nil
}

// alone judges a name by itself.
func (o *objects) alone(is entry, t token) error {
	top := o.top()
	switch is {
	case pdfActs:
		return action.with("what", "/"+shown(string(named(o.b[t.begin:t.end], &o.raw))))
	case pdfFiles:
		return inside
	case pdfLocking:
		return encrypted
	case pdfPredicted:
		top.predicted = true
	case pdfBundle:
		top.bundle = true
	}
	if top.listing {
		top.packed++
		if is == pdfFlate {
			top.flate++
		}
	}
	return nil
}

// pair judges a key with its value.
func (o *objects) pair(key, is entry, t token) error {
	top := o.top()
	valued := t.kind == tokText || t.kind == tokFigures || t.kind == tokReference
	switch key {
	case pdfPerson:
		return o.person(t)
	case pdfSort:
		top.meta = top.meta || is == pdfMeta
	case pdfSubtype:
		top.meta = top.meta || is == pdfMeta
		top.remark = top.remark || is == pdfRemarks
		if is == pdfPlays {
			return o.act(t)
		}
	case pdfStyle:
		if is == pdfPlays || is == pdfLeads && o.hide {
			return o.act(t)
		}
	case pdfTitle:
		top.titled = top.titled || t.kind == tokReference || valued && !o.empty(t)
	case pdfOpening:
		switch t.kind {
		case tokOpen:
			return o.openAction(t.begin)
		case tokReference:
			return o.want(o.acts, t.number, action.with("what", "/OpenAction"))
		}
	case pdfAdditional:
		if t.kind == tokOpen || t.kind == tokReference {
			return action.with("what", "/AA")
		}
	case pdfScript:
		if valued {
			return action.with("what", "/JS")
		}
	case pdfSystem:
		if is == pdfAddress {
			return action.with("what", "/FS /URL")
		}
	case pdfOutside:
		top.outside = top.outside || valued || t.kind == tokOpen
	case pdfBorrowed:
		if t.kind == tokOpen {
			return action.with("what", "/Ref")
		}
	case pdfSigning:
		o.signed = o.signed || t.kind == tokArray
	case pdfFirst:
		if t.kind == tokNumber {
			top.first = t.number
		}
	case pdfFilter:
		switch t.kind {
		case tokArray:
			top.listing = true
		case tokName:
			top.packed++
			if is == pdfFlate {
				top.flate++
			}
		default:
			top.packed++
		}
	}
	return nil
}

// act refuses what a name does.
func (o *objects) act(t token) error {
	return action.with("what", "/"+shown(string(named(o.b[t.begin:t.end], &o.raw))))
}

// empty tells whether a text says nothing: blanks, or the mark of two-byte letters alone.
func (o *objects) empty(t token) bool {
	value := o.b[t.begin:t.end]
	return !says(value) || slices.Contains([]string{"\xfe\xff", `\376\377`, "FEFF", "feff"}, string(value))
}

// person blanks who is named.
func (o *objects) person(t token) error {
	switch t.kind {
	case tokText, tokFigures:
		if o.packed {
			if o.empty(t) {
				return nil
			}
			return authored
		}
		with := byte(' ')
		if t.kind == tokFigures {
			with = '0'
		}
		o.wipe(o.b[t.begin:t.end], with)
	case tokReference:
		if o.packed {
			return authored
		}
		return o.want(o.names, t.number, authored)
	}
	return nil
}

// word reads a word: where objects and streams begin.
func (o *objects) word(t token) error {
	switch string(o.b[t.begin:t.end]) {
	case "obj":
		o.stack = o.stack[:0]
		if o.last.kind == tokNumber && o.before.kind == tokNumber && o.again {
			return o.wanted(o.before.number, t.end)
		}
	case "endobj":
		o.stack = o.stack[:0]
	case "stream":
		if o.last.kind == tokClose && len(o.stack) == 0 {
			return o.stream(t.end)
		}
	}
	return nil
}

// wanted finds an object that was named elsewhere.
func (o *objects) wanted(number, at int) error {
	_, isName := o.names[number]
	_, isAct := o.acts[number]
	if !isName && !isAct {
		return nil
	}
	l := lexer{b: o.b, at: at, until: o.until, loose: true}
	t, err := l.next()
	for t.kind == tokComment && err == nil {
		t, err = l.next()
	}
	if err != nil {
		return err
	}
	if isName && !o.packed {
		o.names[number] = true
		if t.kind == tokText || t.kind == tokFigures {
			if err := o.person(t); err != nil {
				return err
			}
		}
	}
	if isAct {
		o.acts[number] = true
		if t.kind == tokOpen {
			return o.openAction(t.begin)
		}
	}
	return nil
}

// openAction refuses what is done when the document opens, unless it moves to a page. at is
// where its dictionary begins.
func (o *objects) openAction(at int) error {
	l := lexer{b: o.b, at: at, until: o.until, loose: true}
	var raw [longestName]byte
	depth := 0
	var key entry
	for range pdfAct {
		t, err := l.next()
		if err != nil {
			return err
		}
		var is entry
		switch t.kind {
		case tokComment:
			continue
		case tokEnd:
			return damaged
		case tokOpen:
			depth++
		case tokClose:
			if depth--; depth == 0 {
				return nil
			}
		case tokName:
			is = entries[string(named(o.b[t.begin:t.end], &raw))]
			if is == pdfFollows {
				return action.with("what", "/OpenAction /Next")
			}
		}
		if key == pdfStyle && is != pdfMoves {
			what := "/OpenAction"
			if t.kind == tokName {
				what += " /" + shown(string(named(o.b[t.begin:t.end], &raw)))
			}
			return action.with("what", what)
		}
		key = is
	}
	return action.with("what", "/OpenAction")
}

// stream reads what stands between a dictionary and the end of its stream.
func (o *objects) stream(begin int) error {
	end := o.until
	if !o.noEnd {
		if n := bytes.Index(o.b[begin:o.until], []byte("endstream")); n >= 0 {
			end = begin + n
		} else {
			o.noEnd = true
		}
	}
	o.at = end
	head := o.closed
	body := o.b[begin:end]
	bundled := head.bundle || head.first >= 0
	switch {
	case head.outside:
		return action.with("what", "/F")
	case o.packed: // a bundle has no streams
	case head.packed == 0 && (head.meta || bytes.Contains(body, []byte(":RDF"))):
		if end == o.until {
			return damaged // where it ends cannot be told
		}
		if err := o.metadata(body, head.meta); err != nil {
			return err
		}
	case !bundled && !head.meta:
	case head.packed == 0:
		return o.bundle(o.b, begin, end, head.first, o.packed)
	case head.packed != 1 || head.flate != 1 || head.predicted:
		return authored // packed in a way that nobody here opens
	default:
		part, err := o.opened(body)
		if err != nil {
			return err
		}
		if head.meta {
			return o.packedMetadata(part)
		}
		return o.bundle(part, 0, len(part), head.first, true)
	}
	return o.hidden(begin, end)
}

// within gives a reader of objects that stand within these, the same each time.
func (o *objects) within(b []byte, begin, end int) *objects {
	if o.inner == nil {
		o.inner = &objects{inspection: o.inspection, depth: o.depth + 1}
	}
	in := o.inner
	*in = objects{inspection: in.inspection, depth: in.depth, stack: in.stack[:0], inner: in.inner, lexer: lexer{b: b, at: begin, until: end, loose: true}}
	return in
}

// bundle reads a stream of objects: numbers and places, then objects (7.5.7).
func (o *objects) bundle(b []byte, begin, end, first int, packed bool) error {
	if o.depth >= pdfHide {
		return grown
	}
	in := o.within(b, begin, end)
	in.packed, in.hide = packed, o.hide
	if o.again && first >= 0 {
		list := lexer{b: b, at: begin, until: min(end, begin+first), loose: true}
		for {
			number, err := list.next()
			if err != nil || number.kind != tokNumber {
				break
			}
			place, err := list.next()
			if err != nil || place.kind != tokNumber {
				break
			}
			if at := begin + first + place.number; at < end {
				if err := in.wanted(number.number, at); err != nil {
					return err
				}
			}
		}
	}
	return in.all()
}

// hidden reads the objects that stand within a text, a comment or a stream, where a
// program that is told to look there finds them.
func (o *objects) hidden(begin, end int) error {
	for at := begin; ; {
		n := bytes.Index(o.b[at:end], []byte("obj"))
		if n < 0 {
			return nil
		}
		begins := at + n
		at = begins + 3
		if at < end && classOf[o.b[at]] == regular || begins == begin || begins > 0 && o.b[begins-1]|0x20 >= 'a' && o.b[begins-1]|0x20 <= 'z' {
			continue
		}
		if o.depth >= pdfHide {
			return grown
		}
		in := o.within(o.b, at, end)
		in.packed, in.hide = o.packed, true
		return in.all()
	}
}
