package clean

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"errors"
	"io"
	"regexp"
)

// What is looked into is bounded, so that no document costs more than its length.
const (
	pdfPart  = 16 << 20  // bytes of a part that was compressed
	pdfAll   = 128 << 20 // bytes of all of them
	pdfValue = 64 << 10  // bytes of a text, and of what stands around an annotation
	pdfHead  = 4 << 10   // bytes in front of what makes an annotation a remark
	pdfDict  = 1 << 10   // bytes of the dictionary of a stream
	pdfRefs  = 16        // names that stand elsewhere
)

var (
	pdfMagic = regexp.MustCompile(`^%PDF-[12]\.\d`)
	// pdfNames are the entries of a document's information that are people (ISO 32000-1, 14.3.3,
	// and what office programs add).
	pdfNames = regexp.MustCompile(`/(?:Author|Manager|LastModifiedBy|LastSavedBy)\b[\x00\t\n\f\r ]*`)
	// pdfXMP are the elements of a metadata stream that are people (XMP, part 1, 8.4).
	pdfXMP   = regexp.MustCompile(`(?s)<(dc:creator|dc:contributor|pdf:Author|xmp:Author|photoshop:AuthorsPosition)\b[^>]*>(.*?)</(?:dc:creator|dc:contributor|pdf:Author|xmp:Author|photoshop:AuthorsPosition)>`)
	pdfXMPIn = regexp.MustCompile(`\b(?:dc:creator|dc:contributor|pdf:Author|xmp:Author|photoshop:AuthorsPosition)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
	pdfTag   = regexp.MustCompile(`<[^>]*>`)
	// pdfRemark is an annotation that a reader made, with the reader's name in /T.
	pdfRemark = regexp.MustCompile(`/Subtype[\x00\t\n\f\r ]*/(?:Text|FreeText|Highlight|Underline|StrikeOut|Squiggly|Ink|Stamp|Caret|FileAttachment|Sound)\b`)
	pdfRefer  = regexp.MustCompile(`^(\d+)[\x00\t\n\f\r ]+(\d+)[\x00\t\n\f\r ]+R\b`)
	pdfPacked = regexp.MustCompile(`/Type[\x00\t\n\f\r ]*/(?:ObjStm|Metadata)\b`)
	pdfFlate  = regexp.MustCompile(`/Filter[\x00\t\n\f\r ]*(?:/FlateDecode|/Fl|\[[\x00\t\n\f\r ]*/(?:FlateDecode|Fl)[\x00\t\n\f\r ]*\])[\x00\t\n\f\r ]*(?:/|>|$)`)
	pdfFilter = regexp.MustCompile(`/Filter\b`)
	pdfFiles  = regexp.MustCompile(`/(?:EmbeddedFiles?|AFRelationship)\b`)
	pdfLocked = regexp.MustCompile(`/Encrypt\b`)
	pdfSigned = regexp.MustCompile(`/ByteRange[\x00\t\n\f\r ]*\[`)
)

// pdf blanks the names of people where they stand, byte for byte, so that nothing else of
// the document moves: its information, its metadata, the EXIF of its pictures. A name in a
// compressed part cannot be blanked so, and the document is refused.
func pdf(in io.Reader, size int64, out *removing) error {
	b := make([]byte, size)
	if _, err := io.ReadFull(in, b); err != nil {
		return err
	}
	if !pdfMagic.Match(b) {
		return another
	}
	if tail := b[max(0, len(b)-2048):]; !bytes.Contains(tail, []byte("startxref")) || !bytes.Contains(tail, []byte("%%EOF")) {
		return damaged
	}
	if pdfLocked.Match(b) {
		return encrypted
	}
	if pdfFiles.Match(b) {
		return inside
	}
	if err := remarked(b); err != nil {
		return err
	}
	if err := unpacked(b); err != nil {
		return err
	}
	blanked, err := blank(b)
	if err != nil {
		return err
	}
	if pictured(b) {
		out.remove(Picture)
		blanked = true
	} else if blanked {
		out.remove(Author)
	}
	if blanked && pdfSigned.Match(b) {
		return signed
	}
	_, err = out.Write(b)
	return err
}

// remarked refuses remarks of readers. A remark's title stands before or after what makes
// it one, within its object; where the places to look at overlap they are looked at once.
func remarked(b []byte) error {
	seen := 0
	at := place{text: b}
	for {
		m := pdfRemark.FindIndex(b[at.here:])
		if m == nil {
			return nil
		}
		begin := at.here + m[0]
		at.move(at.here + m[1])
		from, until := max(seen, at.object(pdfHead), begin-pdfHead), min(at.end(), at.here+pdfHead)
		if titled(b[from:max(from, until)]) {
			return comments
		}
		seen = max(seen, until)
	}
}

// place moves through a document, and remembers between which objects it is, so that
// nothing is looked for twice.
type place struct {
	text  []byte
	here  int
	begun int // where the last object before here begins; 0 for none
	ends  int // where the next object after here ends; 0 until it was looked for
}

var (
	pdfBegin = []byte("obj")
	pdfEnd   = []byte("endobj")
)

// move goes on to a place.
func (p *place) move(to int) {
	if n := bytes.LastIndex(p.text[max(0, p.here-len(pdfBegin)+1):to], pdfBegin); n >= 0 {
		p.begun = max(0, p.here-len(pdfBegin)+1) + n
	}
	p.here = to
}

// object gives where the object around a place begins, when that is not further back than
// most; else the place that is so far back.
func (p *place) object(most int) int { return max(p.begun, p.here-most, 0) }

// end gives where the object around a place ends.
func (p *place) end() int {
	if p.ends < p.here {
		p.ends = len(p.text)
		if n := bytes.Index(p.text[p.here:], pdfEnd); n >= 0 {
			p.ends = p.here + n
		}
	}
	return p.ends
}

// titled tells whether part of an annotation has a text as its title: who made it.
func titled(part []byte) bool {
	for {
		n := bytes.Index(part, []byte("/T"))
		if n < 0 {
			return false
		}
		part = part[n+2:]
		if value := bytes.TrimLeft(part[:min(len(part), 8)], pdfBlanks); len(value) > 0 && (value[0] == '(' || value[0] == '<') {
			return true
		}
	}
}

const pdfBlanks = "\x00\t\n\f\r "

// unpacked looks into the compressed parts that may hold names.
func unpacked(b []byte) error {
	left := int64(pdfAll)
	at := place{text: b}
	for {
		n := bytes.Index(b[at.here:], []byte("stream"))
		if n < 0 {
			return nil
		}
		begin := at.here + n
		at.move(begin)
		head := b[at.object(pdfDict):begin]
		at.move(begin + len("stream"))
		if bytes.HasSuffix(b[:begin], []byte("end")) || at.begun == 0 {
			continue
		}
		if !bytes.Contains(head, []byte("/ObjStm")) && !bytes.Contains(head, []byte("/Metadata")) || !pdfPacked.Match(head) {
			continue
		}
		if !pdfFlate.Match(head) {
			if pdfFilter.Match(head) {
				return authored // packed in a way that nobody here opens
			}
			continue
		}
		data := bytes.TrimPrefix(bytes.TrimPrefix(b[at.here:], []byte("\r")), []byte("\n"))
		part, err := inflate(data, min(pdfPart, left))
		if err != nil {
			return err
		}
		left -= int64(len(part))
		if pdfFiles.Match(part) {
			return inside
		}
		if err := remarked(part); err != nil {
			return err
		}
		if named, err := named(part); named || err != nil {
			return cmp.Or(err, error(authored))
		}
	}
}

// inflate opens a compressed part of limit bytes at most.
func inflate(data []byte, limit int64) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, damaged
	}
	part, err := io.ReadAll(io.LimitReader(z, limit+1))
	if int64(len(part)) > limit {
		return nil, refuse("file_damaged", "has parts that grow beyond measure when they are opened: save it again and choose it again")
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, zlib.ErrChecksum) {
		return nil, damaged
	}
	return part, nil
}

// named tells whether a part that cannot be changed names somebody.
func named(part []byte) (bool, error) {
	for _, at := range pdfNames.FindAllIndex(part, -1) {
		begin, end, err := pdfText(part, at[1])
		if err != nil || says(part[begin:end]) || pdfRefer.Match(part[at[1]:min(len(part), at[1]+64)]) {
			return true, err
		}
	}
	for _, m := range namesIn(part) {
		if says(part[m[0]:m[1]]) {
			return true, nil
		}
	}
	return false, nil
}

// says tells whether a value has anything beside blanks.
func says(value []byte) bool { return len(bytes.Trim(value, pdfBlanks)) > 0 }

// blank blanks names where they stand, and tells whether there were any.
func blank(b []byte) (bool, error) {
	found := false
	wipe := func(value []byte, with byte) {
		for i := range value {
			if value[i] != with {
				found = found || says(value[i:i+1])
				value[i] = with
			}
		}
	}
	refers, until := 0, 0
	for _, at := range pdfNames.FindAllIndex(b, -1) {
		if at[0] < until {
			continue // within a name that is blanked
		}
		values := []int{at[1]}
		if m := pdfRefer.FindSubmatch(b[at[1]:min(len(b), at[1]+64)]); m != nil {
			if refers++; refers > pdfRefs {
				return found, authored
			}
			if values = objects(b, string(m[1]), string(m[2])); values == nil {
				return found, authored
			}
		}
		for _, value := range values {
			begin, end, err := pdfText(b, value)
			if err != nil {
				return found, err
			}
			if begin < end {
				wipe(b[begin:end], pdfBlank(b, begin))
				until = max(until, end)
			}
		}
	}
	for _, m := range namesIn(b) {
		wipe(b[m[0]:m[1]], ' ')
	}
	return found, nil
}

// objects finds where the value of an object of that number begins, in each version of it.
func objects(b []byte, number, generation string) []int {
	head := regexp.MustCompile(`(?:^|[\x00\t\n\f\r ])` + number + `[\x00\t\n\f\r ]+` + generation + `[\x00\t\n\f\r ]+obj[\x00\t\n\f\r ]*`)
	var out []int
	for _, at := range head.FindAllIndex(b, -1) {
		out = append(out, at[1])
	}
	return out
}

// pdfBlank is what blanks a text: a blank, or in hexadecimal figures a zero.
func pdfBlank(b []byte, begin int) byte {
	if b[begin-1] == '<' {
		return '0'
	}
	return ' '
}

// pdfText finds the text that begins at a place, between its brackets; nothing where there
// is none: a null, a name in running text.
func pdfText(b []byte, at int) (begin, end int, err error) {
	if at >= len(b) {
		return 0, 0, nil
	}
	within := b[at:min(len(b), at+pdfValue)]
	switch {
	case within[0] == '<' && !bytes.HasPrefix(within, []byte("<<")):
		n := bytes.IndexByte(within, '>')
		if n < 0 {
			return 0, 0, damaged
		}
		return at + 1, at + n, nil
	case within[0] == '(':
		depth := 0
		for i := 0; i < len(within); i++ {
			switch within[i] {
			case '\\':
				i++
			case '(':
				depth++
			case ')':
				if depth--; depth == 0 {
					return at + 1, at + i, nil
				}
			}
		}
		return 0, 0, damaged
	}
	return 0, 0, nil
}

// people finds the names in metadata, each without the elements around it.
func namesIn(b []byte) [][2]int {
	var out [][2]int
	for at := 0; ; {
		n := bytes.Index(b[at:], []byte("<rdf:RDF"))
		if n < 0 {
			return out
		}
		begin := at + n
		end := len(b)
		if n := bytes.Index(b[begin:], []byte("</rdf:RDF>")); n >= 0 {
			end = begin + n
		}
		at = end
		packet := b[begin:end]
		add := func(from, until int) { out = append(out, [2]int{begin + from, begin + until}) }
		for _, m := range pdfXMP.FindAllSubmatchIndex(packet, -1) {
			from := m[4]
			for _, tag := range pdfTag.FindAllIndex(packet[m[4]:m[5]], -1) {
				add(from, m[4]+tag[0])
				from = m[4] + tag[1]
			}
			add(from, m[5])
		}
		for _, m := range pdfXMPIn.FindAllSubmatchIndex(packet, -1) {
			for _, g := range [][2]int{{m[2], m[3]}, {m[4], m[5]}} {
				if g[0] >= 0 {
					add(g[0], g[1])
				}
			}
		}
	}
}

// pictured blanks what cameras wrote into the pictures of a document.
func pictured(b []byte) bool {
	found := false
	for _, mark := range []string{"Exif\x00\x00", "http://ns.adobe.com/xap/1.0/\x00", "Photoshop 3.0\x00"} {
		for at := 0; ; {
			n := bytes.Index(b[at:], []byte(mark))
			if n < 0 {
				break
			}
			begin := at + n
			at = begin + len(mark)
			if begin < 4 || b[begin-4] != 0xff || b[begin-3] < 0xe1 || b[begin-3] > 0xed {
				continue
			}
			end := begin - 2 + (int(b[begin-2])<<8 | int(b[begin-1]))
			if end > len(b) || end <= begin {
				continue
			}
			clear(b[begin:end])
			found = true
		}
	}
	return found
}
