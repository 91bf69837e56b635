package clean

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"delfi/internal/unzip"
)

// What an office file may have, and what looking into it may cost.
const (
	officeParts = 5000
	officePart  = 16 << 20  // bytes of a file within it, which is held whole
	officeAll   = 128 << 20 // bytes of all that is opened
)

// suite is a family of office files.
type suite struct {
	parts   []knownPart
	refused []refusedPart
	main    string // the type of content by which a file's own type is known; "" in OpenDocument
}

var officeSigned = regexp.MustCompile(`^(?:_xmlsignatures/|meta-inf/documentsignatures\.xml$)`)

// office copies a zipped file part by part: as it is compressed, but for the parts that say
// who wrote it and for its pictures. A part that is not known is refused.
func office(t Type, in io.ReaderAt, size int64, out *removing) error {
	if out.depth > 1 {
		return inside
	}
	z, err := unzip.Reader(in, size, officeParts)
	if errors.Is(err, unzip.ErrList) {
		return damaged
	}
	if err != nil {
		return another
	}
	s, err := recognized(t, z, out.room())
	if err != nil {
		return err
	}
	to := zip.NewWriter(out.Writer)
	changed, sealed := false, false
	seen := map[string]bool{}
	for _, f := range z.File {
		name := strings.ToLower(f.Name) // names that differ in their case are one (ISO/IEC 29500-2, 6.3.5)
		if seen[name] || !path.IsAbs("/"+name) || path.Clean("/"+name) != "/"+strings.TrimSuffix(name, "/") || strings.Contains(name, "\\") ||
			f.Method != zip.Store && f.Method != zip.Deflate {
			return damaged
		}
		seen[name] = true
		f.Extra, f.Comment = nil, "" // other names, and remarks
		sealed = sealed || officeSigned.MatchString(name)
		if f.Flags&1 != 0 {
			return encrypted
		}
		if strings.HasSuffix(name, "/") && f.UncompressedSize64 == 0 {
			if err := to.Copy(f); err != nil {
				return zipped(err)
			}
			continue
		}
		if why := s.refusedBy(name); why != nil {
			return why
		}
		touched, err := s.copy(to, f, name, out)
		if err != nil {
			return err
		}
		changed = changed || touched
	}
	if changed && sealed {
		return signed
	}
	return to.Close()
}

// copy copies a part: a first look tells whether anything is to be removed from it, and
// only then it is made anew.
func (s suite) copy(to *zip.Writer, f *zip.File, name string, out *removing) (touched bool, err error) {
	is := s.partRole(name)
	if is == plain {
		return false, zipped(to.Copy(f))
	}
	look := &removing{Writer: io.Discard, depth: out.depth + 1, left: out.room()}
	var m *reading
	if is == markup || is == sketch {
		m, err = s.read(f, name, is, look)
	} else {
		err = s.embedded(f, name, is, look)
	}
	if err != nil {
		return false, err
	}
	if len(look.removed) == 0 {
		return false, zipped(to.Copy(f))
	}
	w, err := to.CreateHeader(&zip.FileHeader{Name: f.Name, Method: f.Method})
	if err != nil {
		return false, err
	}
	for _, what := range look.removed {
		out.remove(what)
	}
	again := &removing{Writer: w, depth: out.depth + 1, left: out.room()}
	if is == markup || is == sketch {
		return true, without(f, m.cuts, again)
	}
	return true, s.embedded(f, name, is, again)
}

// embedded cleans a part that is a file of its own.
func (s suite) embedded(f *zip.File, name string, is role, w *removing) error {
	r, err := opened(f, w.left)
	if err != nil {
		return err
	}
	defer r.Close()
	if is == figure {
		return s.picture(r, f, name, w)
	}
	t, err := ByName(name)
	if err != nil {
		return err
	}
	was, err := held(r, f)
	if err != nil {
		return err
	}
	return cleaned(t, bytes.NewReader(was), int64(len(was)), w)
}

// picture cleans a picture, which its first bytes tell, whatever its name says. Of formats
// that no camera writes the bytes stay.
func (s suite) picture(r io.Reader, f *zip.File, name string, w *removing) error {
	head := make([]byte, 64)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return zipped(err)
	}
	head = head[:n]
	all := io.MultiReader(bytes.NewReader(head), r)
	has := func(at int, mark string) bool { return len(head) >= at && bytes.HasPrefix(head[at:], []byte(mark)) }
	switch {
	case has(0, pngMagic):
		return png(all, w)
	case has(0, "\xff\xd8\xff"):
		return jpeg(all, w)
	case has(0, "RIFF") && has(8, "WEBP"), has(0, "%PDF-"):
		was, err := held(all, f)
		if err != nil {
			return err
		}
		if has(0, "RIFF") {
			return webp(bytes.NewReader(was), int64(len(was)), w)
		}
		return pdf(bytes.NewReader(was), int64(len(was)), w)
	case has(0, "GIF8"):
		return gif(all, w)
	case has(0, "BM"), has(0, "\xd7\xcd\xc6\x9a"), has(0, "\x01\x00\x09\x00"), has(0, "VCLMTF"), has(0, "II\xbc\x01"), has(40, " EMF"):
		return nil
	case n == 0:
		return nil
	}
	return unknownPart.with("part", shown(name))
}

// opened opens a part, of which no more is read than there is room for.
func opened(f *zip.File, left *int64) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, zipped(err)
	}
	return &limited{r, left}, nil
}

// limited reads as long as there is room.
type limited struct {
	io.ReadCloser
	left *int64
}

func (l *limited) Read(b []byte) (int, error) {
	n, err := l.ReadCloser.Read(b)
	if *l.left -= int64(n); *l.left < 0 {
		return 0, large
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged
	}
	return n, err
}

// held reads a part whole, as long as it says that it is.
func held(r io.Reader, f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > officePart {
		return nil, large
	}
	b := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		return nil, damaged
	}
	return b, nil
}

// zipped is what is wrong with an archive that cannot be read on.
func zipped(err error) error {
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, zip.ErrChecksum) {
		return damaged
	}
	return err
}

// recognized finds the family of a file, and refuses one of another type than its name says.
func recognized(t Type, z *zip.Reader, left *int64) (suite, error) {
	part := func(s suite, name string) (*reading, error) {
		for _, f := range z.File {
			if strings.ToLower(f.Name) == name && f.Flags&1 == 0 {
				return s.read(f, name, markup, &removing{left: left})
			}
		}
		return nil, nil
	}
	if t == ODT {
		if len(z.File) == 0 || z.File[0].Name != "mimetype" || z.File[0].Flags&1 != 0 || z.File[0].UncompressedSize64 > 100 {
			return suite{}, another
		}
		r, err := opened(z.File[0], left)
		if err != nil {
			return suite{}, err
		}
		defer r.Close()
		if name, err := held(r, z.File[0]); err != nil || strings.TrimSpace(string(name)) != media[ODT] {
			return suite{}, another
		}
		s := suite{parts: openDocumentParts, refused: openDocumentRefused}
		_, err = part(s, "meta-inf/manifest.xml") // what is locked is not looked into
		return s, err
	}
	s := suite{parts: openXMLParts, refused: openXMLRefused, main: mains[t]}
	types, err := part(s, "[content_types].xml")
	if err != nil {
		return s, err
	}
	if types == nil || !types.listed {
		return s, another
	}
	return s, nil
}

// mains are the types of content of what a file is for.
var mains = map[Type]string{
	DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
	XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}

// typed reads an entry of the list of types of content. A part that is not read as XML is
// of no type that is.
func (m *reading) typed(e xml.StartElement) error {
	is := strings.ToLower(strings.TrimSpace(value(e, "ContentType")))
	switch {
	case is == m.main:
		m.listed = true
	case strings.Contains(is, "macroenabled"), strings.Contains(is, "vbaproject"), strings.Contains(is, "activex"):
		return program
	case strings.Contains(is, "html"), strings.Contains(is, "rtf"), strings.Contains(is, "message/"):
		return inside
	}
	if name := strings.TrimPrefix(strings.ToLower(value(e, "PartName")), "/"); strings.HasSuffix(is, "xml") && name != "" {
		if r := m.partRole(name); r == figure || r == document || r == plain {
			return unknownPart.with("part", shown(name))
		}
	}
	if end := strings.ToLower(value(e, "Extension")); strings.HasSuffix(is, "xml") && end != "" && !slices.Contains(markupEnds, end) {
		return unknownPart.with("part", shown("*."+end))
	}
	return nil
}

// markupEnds end the names of parts that are read as XML.
var markupEnds = []string{"xml", "rels", "vml", "svg", "psmdcp"}
