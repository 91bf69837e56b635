package clean

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"

	"delfi/internal/unzip"
)

// What an office file may have, and what one part of it that is looked into may cost.
const (
	officeParts = 5000
	officePart  = 16 << 20
	officeAll   = 256 << 20
)

// suite is what the files of one family say about people, and where.
type suite struct {
	// blanked are, by the name of a part, the elements and attributes that are people: the
	// first group of each is what stays in front, the second what goes.
	blanked map[string][]*regexp.Regexp
	// remarks are what comments and tracked changes look like, in parts of these names.
	remarks  *regexp.Regexp
	remarked *regexp.Regexp
	// refused are names of parts that no file may have, with why.
	refused []refusedPart
}

type refusedPart struct {
	name *regexp.Regexp
	why  *refusal
}

// element finds an element's text, attribute an attribute's value.
func element(names string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)(<(?:` + names + `)(?:\s[^>]*)?>)(.*?)(</(?:` + names + `)>)`)
}

func attribute(names string) *regexp.Regexp {
	return regexp.MustCompile(`(\s(?:` + names + `)=")([^"]*)(")`)
}

var (
	openXML = suite{
		blanked: map[string][]*regexp.Regexp{
			"docProps/core.xml":   {element("dc:creator|cp:lastModifiedBy|dcterms:creator|lastModifiedBy|creator")},
			"docProps/app.xml":    {element("Manager|HyperlinkBase")},
			"docProps/custom.xml": {regexp.MustCompile(`(?s)(<Properties[^>]*>)(.*)(</Properties>)`)},
			"word/people.xml":     {regexp.MustCompile(`(?s)(<w15:people[^>]*>)(.*)(</w15:people>)`)},
			"xl/workbook.xml":     {attribute("userName|url")},
		},
		remarked: regexp.MustCompile(`^(?:word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments\w*)|xl/(?:comments\d*|comments/comment\d*))\.xml$`),
		remarks:  regexp.MustCompile(`<w:(?:ins|del|moveFrom|moveTo|rPrChange|pPrChange|comment)\s[^>]*w:author="[^"]+"|<author>[^<]+</author>`),
		refused: []refusedPart{
			{regexp.MustCompile(`(?i)(?:vbaProject|vbaData)\.(?:bin|xml)$|/activeX/`), program},
			{regexp.MustCompile(`(?i)^(?:word|xl)/embeddings/.*\.(?:bin|docm|xlsm|pptx?|xls|doc|pdf|zip)$`), inside},
			{regexp.MustCompile(`^xl/(?:threadedComments|persons|revisions)/`), comments},
		},
	}
	openDocument = suite{
		blanked: map[string][]*regexp.Regexp{
			"meta.xml": {element("dc:creator|meta:initial-creator|meta:printed-by|meta:user-defined|meta:keyword-author")},
		},
		remarked: regexp.MustCompile(`^(?:content|styles)\.xml$`),
		remarks:  regexp.MustCompile(`<(?:office:annotation|text:tracked-changes|text:changed-region)\b`),
		refused: []refusedPart{
			{regexp.MustCompile(`^(?:Basic|Scripts)/.*[^/]$`), program},
			{regexp.MustCompile(`^Object \d+$`), inside},
		},
	}
	// officeWithin are the parts that are files of their own: pictures, and the table behind a
	// chart.
	officeWithin = regexp.MustCompile(`(?i)\.(?:png|jpe?g|webp|docx|xlsx)$`)
	officeSigned = regexp.MustCompile(`^(?:_xmlsignatures/|META-INF/documentsignatures\.xml$)`)
)

// office copies a zipped file part by part: as it is compressed, but for the parts that say
// who wrote it and for its pictures.
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
	s, err := recognized(t, z)
	if err != nil {
		return err
	}
	left := int64(officeAll)
	to := zip.NewWriter(out.Writer)
	changed, sealed := false, false
	seen := map[string]bool{}
	for _, f := range z.File {
		if seen[f.Name] || !path.IsAbs("/"+f.Name) || path.Clean("/"+f.Name) != "/"+strings.TrimSuffix(f.Name, "/") || strings.Contains(f.Name, "\\") {
			return damaged
		}
		seen[f.Name] = true
		sealed = sealed || officeSigned.MatchString(f.Name)
		if f.Flags&1 != 0 {
			return encrypted
		}
		for _, r := range s.refused {
			if r.name.MatchString(f.Name) {
				return r.why
			}
		}
		body, touched, err := s.part(f, &left, out)
		if err != nil {
			return err
		}
		if !touched {
			if err := to.Copy(f); err != nil {
				return zipped(err)
			}
			continue
		}
		changed = true
		w, err := to.CreateHeader(&zip.FileHeader{Name: f.Name, Method: f.Method})
		if err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
	}
	if changed && sealed {
		return signed
	}
	return to.Close()
}

// part gives a part anew when something was removed from it.
func (s suite) part(f *zip.File, left *int64, out *removing) (body []byte, touched bool, err error) {
	name := f.Name
	if _, of, within := strings.Cut(name, "/"); within && of == "meta.xml" {
		name = of // of a chart in a text
	}
	within := officeWithin.MatchString(name)
	if s.blanked[name] == nil && !s.remarked.MatchString(name) && !within {
		return nil, false, nil
	}
	was, err := opened(f, left)
	if err != nil {
		return nil, false, err
	}
	if within {
		return withinPart(name, was, out)
	}
	if s.remarked.MatchString(name) && s.remarks.Match(was) {
		return nil, false, comments
	}
	body = was
	for _, person := range s.blanked[name] {
		body = person.ReplaceAll(body, []byte("${1}${3}"))
	}
	if bytes.Equal(body, was) {
		return nil, false, nil
	}
	out.remove(Author)
	return body, true, nil
}

// withinPart cleans a part that is a file of its own.
func withinPart(name string, was []byte, out *removing) ([]byte, bool, error) {
	t, err := ByName(name)
	if err != nil {
		return nil, false, err
	}
	var b bytes.Buffer
	w := &removing{Writer: &b, depth: out.depth + 1}
	if err := cleaned(t, bytes.NewReader(was), int64(len(was)), w); err != nil {
		return nil, false, err
	}
	for _, what := range w.removed {
		out.remove(what)
	}
	return b.Bytes(), len(w.removed) > 0, nil
}

// opened reads a part, as long as there is room for it.
func opened(f *zip.File, left *int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, zipped(err)
	}
	defer r.Close()
	limit := min(officePart, *left)
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, zipped(err)
	}
	if int64(len(b)) > limit {
		return nil, refuse("file_damaged", "has parts that grow beyond measure when they are opened: save it again and choose it again")
	}
	*left -= int64(len(b))
	return b, nil
}

// zipped is what is wrong with an archive that cannot be read on.
func zipped(error) error { return damaged }

// recognized finds the family of a file, and refuses one of another type than its name says.
func recognized(t Type, z *zip.Reader) (suite, error) {
	left := int64(1 << 20)
	read := func(name string) []byte {
		for _, f := range z.File {
			if f.Name == name && f.Flags&1 == 0 {
				if b, err := opened(f, &left); err == nil {
					return b
				}
			}
		}
		return nil
	}
	if t == ODT {
		if strings.TrimSpace(string(read("mimetype"))) != media[ODT] || z.File[0].Name != "mimetype" {
			return suite{}, another
		}
		if bytes.Contains(read("META-INF/manifest.xml"), []byte("encryption-data")) {
			return suite{}, encrypted
		}
		return openDocument, nil
	}
	types := read("[Content_Types].xml")
	if bytes.Contains(types, []byte("macroEnabled")) {
		return suite{}, program
	}
	main := map[Type]string{DOCX: "wordprocessingml.document.main+xml", XLSX: "spreadsheetml.sheet.main+xml"}[t]
	if !bytes.Contains(types, []byte(main)) {
		return suite{}, another
	}
	return openXML, nil
}
