package clean

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	stdpng "image/png"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/internal/peak"
)

// secret is a name that no file that was cleaned has.
const secret = "Mario Rossi"

// try cleans a file, and gives what is left of it with what was removed, or the code with
// which it is refused.
func try(t *testing.T, kind Type, file []byte) (out []byte, removed []Removed, code string) {
	t.Helper()
	var b bytes.Buffer
	removed, err := Clean(kind, bytes.NewReader(file), int64(len(file)), &b)
	if err == nil {
		return b.Bytes(), removed, ""
	}
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "file" {
		t.Fatalf("%s: %v", kind, err)
	}
	return nil, nil, f.Fields[0].Code
}

// specimen is a file with what becomes of it.
type specimen struct {
	kind    Type
	file    []byte
	removed []Removed
	code    string
}

func (s specimen) check(t *testing.T) []byte {
	t.Helper()
	out, removed, code := try(t, s.kind, s.file)
	if code != s.code || !slices.Equal(removed, s.removed) {
		t.Errorf("removed %q, refused with %q; want %q, %q", removed, code, s.removed, s.code)
	}
	if code != "" {
		return nil
	}
	for _, hidden := range []string{secret, "M\x00a\x00r\x00i\x00o", "\x00M\x00a\x00r\x00i\x00o"} {
		if bytes.Contains(out, []byte(hidden)) {
			t.Errorf("the name is still there: %q", out)
		}
	}
	if len(s.removed) == 0 && !bytes.Equal(out, s.file) {
		t.Errorf("a file without names changed from %d to %d bytes", len(s.file), len(out))
	}
	again, removed, code := try(t, s.kind, out)
	if code != "" || len(removed) != 0 || !bytes.Equal(again, out) {
		t.Errorf("cleaned again: removed %q, refused with %q", removed, code)
	}
	return out
}

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for x := range 60 {
		for y := range 40 {
			m.Set(x, y, color.RGBA{uint8(4 * x), uint8(6 * y), 90, 255})
		}
	}
	return m
}

func jpegFile(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// behind puts segments behind the beginning of a picture.
func behind(jpeg []byte, segments ...[]byte) []byte {
	return slices.Concat(jpeg[:2], slices.Concat(segments...), jpeg[2:])
}

func segment(marker byte, body string) []byte {
	n := len(body) + 2
	return append([]byte{0xff, marker, byte(n >> 8), byte(n)}, body...)
}

// exif is a block with a name and, for up > 0, which side is up.
func exif(up uint16, order binary.AppendByteOrder) string {
	b := []byte("II*\x00")
	if order == binary.BigEndian {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 0x013b) // artist
	b = order.AppendUint16(b, 2)
	b = order.AppendUint32(b, uint32(len(secret)))
	b = order.AppendUint32(b, 38)
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, up)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0)
	return "Exif\x00\x00" + string(b) + secret
}

func TestPicturesLoseWhatCamerasWrite(t *testing.T) {
	plain := jpegFile(t)
	jfif := "JFIF\x00\x01\x02\x00\x00\x48\x00\x48\x00\x00"
	for name, s := range map[string]specimen{
		"plain":            {JPEG, plain, nil, ""},
		"profile":          {JPEG, behind(plain, segment(0xe0, jfif), segment(0xe2, "ICC_PROFILE\x00\x01\x01colours"), segment(0xee, "Adobe\x00d\x00\x00\x00\x00\x01")), nil, ""},
		"exif":             {JPEG, behind(plain, segment(0xe1, exif(0, binary.LittleEndian))), []Removed{Picture}, ""},
		"xmp":              {JPEG, behind(plain, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x>"+secret+"</x>")), []Removed{Picture}, ""},
		"iptc":             {JPEG, behind(plain, segment(0xed, "Photoshop 3.0\x00"+secret)), []Removed{Picture}, ""},
		"comment":          {JPEG, behind(plain, segment(0xfe, secret)), []Removed{Picture}, ""},
		"preview behind":   {JPEG, slices.Concat(plain, []byte(secret)), []Removed{Picture}, ""},
		"filled":           {JPEG, slices.Concat(plain[:2], []byte{0xff, 0xff}, plain[2:]), nil, ""},
		"cut in its head":  {JPEG, plain[:100], nil, "file_damaged"},
		"cut in its data":  {JPEG, plain[:len(plain)-20], nil, "file_damaged"},
		"another":          {JPEG, []byte("%PDF-1.7"), nil, "file_content"},
		"empty":            {JPEG, nil, nil, "file_empty"},
		"a segment of one": {JPEG, append(bytes.Clone(plain[:2]), 0xff, 0xe1, 0, 1), nil, "file_damaged"},
	} {
		t.Run("jpeg "+name, func(t *testing.T) {
			if name == "filled" { // what fills is left out
				out, _, code := try(t, JPEG, s.file)
				if code != "" || !bytes.Equal(out, plain) {
					t.Errorf("%q", code)
				}
				return
			}
			if out := s.check(t); out != nil {
				same(t, out, plain)
			}
		})
	}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		out, removed, code := try(t, JPEG, behind(plain, segment(0xe1, exif(6, order))))
		if code != "" || len(removed) != 1 || bytes.Contains(out, []byte(secret)) || orientation(out[bytes.Index(out, []byte("Exif"))+6:]) != 6 {
			t.Errorf("a picture on its side: %q, %q", removed, code)
		}
		same(t, out, plain)
	}
}

// same fails unless two pictures look alike.
func same(t *testing.T, a, b []byte) {
	t.Helper()
	x, _, err1 := image.Decode(bytes.NewReader(a))
	y, _, err2 := image.Decode(bytes.NewReader(b))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if x.Bounds() != y.Bounds() {
		t.Fatalf("%v, %v", x.Bounds(), y.Bounds())
	}
	for i := range x.Bounds().Dx() {
		for j := range x.Bounds().Dy() {
			if x.At(i, j) != y.At(i, j) {
				t.Fatalf("%d,%d differs", i, j)
			}
		}
	}
}

func chunk(name, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(b, name+body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func TestPNG(t *testing.T) {
	var b bytes.Buffer
	if err := stdpng.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	head := 8 + 8 + 13 + 4
	with := func(c []byte) []byte { return slices.Concat(plain[:head], c, plain[head:]) }
	torn := bytes.Clone(plain)
	torn[head+12] ^= 1
	for name, s := range map[string]specimen{
		"plain":    {PNG, plain, nil, ""},
		"colours":  {PNG, with(chunk("gAMA", "\x00\x00\xb1\x8f")), nil, ""},
		"text":     {PNG, with(chunk("tEXt", "Author\x00"+secret)), []Removed{Picture}, ""},
		"exif":     {PNG, with(chunk("eXIf", exif(0, binary.BigEndian)[6:])), []Removed{Picture}, ""},
		"private":  {PNG, with(chunk("prVt", secret)), []Removed{Picture}, ""},
		"behind":   {PNG, slices.Concat(plain, []byte(secret)), []Removed{Picture}, ""},
		"unknown":  {PNG, with(chunk("HUGE", secret)), nil, "file_content"},
		"torn":     {PNG, torn, nil, "file_damaged"},
		"cut":      {PNG, plain[:len(plain)-8], nil, "file_damaged"},
		"headless": {PNG, slices.Concat(plain[:8], plain[head:]), nil, "file_damaged"},
		"another":  {PNG, jpegFile(t), nil, "file_content"},
	} {
		t.Run(name, func(t *testing.T) {
			if out := s.check(t); out != nil {
				same(t, out, plain)
			}
		})
	}
}

func TestWebP(t *testing.T) {
	part := func(name, body string) string {
		b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
		return string(b) + body + strings.Repeat("\x00", len(body)%2)
	}
	file := func(parts ...string) []byte {
		body := "WEBP" + strings.Join(parts, "")
		return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body)
	}
	look := part("VP8L", "picture")
	flagged := part("VP8X", "\x0c\x00\x00\x00\x3b\x00\x00\x27\x00\x00")
	bare := part("VP8X", "\x00\x00\x00\x00\x3b\x00\x00\x27\x00\x00")
	for name, s := range map[string]specimen{
		"plain":   {WebP, file(look), nil, ""},
		"profile": {WebP, file(bare, part("ICCP", "colours"), look, part("ALPH", "")), nil, ""},
		"exif":    {WebP, file(flagged, look, part("EXIF", secret), part("XMP ", secret)), []Removed{Picture}, ""},
		"behind":  {WebP, slices.Concat(file(look), []byte(secret)), []Removed{Picture}, ""},
		"cut":     {WebP, file(look)[:18], nil, "file_damaged"},
		"nothing": {WebP, file(), nil, "file_damaged"},
		"another": {WebP, []byte("RIFF\x04\x00\x00\x00WAVE"), nil, "file_content"},
	} {
		t.Run(name, func(t *testing.T) {
			if out := s.check(t); name == "exif" && !bytes.Equal(out, file(bare, look)) {
				t.Errorf("%q", out)
			}
		})
	}
}

func TestText(t *testing.T) {
	for name, s := range map[string]specimen{
		"plain":        {TXT, []byte("Città, più\tuno\r\ndue\n"), nil, ""},
		"one byte":     {CSV, []byte("citt\xe0;pi\xf9\n"), nil, ""},
		"wide":         {CSV, []byte("\xff\xfea\x00;\x00\n\x00"), nil, ""},
		"wide, turned": {TXT, []byte("\xfe\xff\x00a\x00\n"), nil, ""},
		"long":         {TXT, []byte(strings.Repeat("è", 100_001)), nil, ""},
		"sound":        {TXT, []byte("\xff\xfe\x00\x00\x01"), nil, "file_content"},
		"binary":       {CSV, []byte("a;b\x00"), nil, "file_content"},
		"terminal":     {TXT, []byte("\x1b[2J"), nil, "file_content"},
		"office":       {CSV, zipFile(t, "a", "b"), nil, "file_content"},
	} {
		t.Run(name, func(t *testing.T) { s.check(t) })
	}
}

// pdfFile is a document of some objects.
func pdfFile(objects ...string) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	b.WriteString("xref\n0 1\ntrailer\n<< /Root 1 0 R /Info 2 0 R >>\nstartxref\n9\n%%EOF\n")
	return []byte(b.String())
}

func stream(dictionary, body string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(body), body)
}

func packed(t *testing.T, dictionary, body string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return stream(dictionary+" /Filter /FlateDecode", b.String())
}

func TestPDF(t *testing.T) {
	const root = "<< /Type /Catalog >>"
	const wide = "\xfe\xff\x00M\x00a\x00r\x00i\x00o"
	xmp := func(body string) string {
		return `<?xpacket begin=""?><x:xmpmeta><rdf:RDF><rdf:Description>` + body + `</rdf:Description></rdf:RDF></x:xmpmeta>`
	}
	names := "<dc:creator><rdf:Seq><rdf:li>" + secret + "</rdf:li></rdf:Seq></dc:creator>"
	photo := string(behind(jpegFile(t), segment(0xe1, exif(0, binary.LittleEndian))))
	gone := []Removed{Author}
	for name, s := range map[string]specimen{
		"plain":                 {PDF, pdfFile(root, "<< /Title (Relazione) /Producer (Typst) >>"), nil, ""},
		"author":                {PDF, pdfFile(root, "<< /Author ("+secret+") /Title (Relazione) >>"), gone, ""},
		"author in brackets":    {PDF, pdfFile(root, `<< /Author (`+secret+` \(detto (Mario) Rossi\)) >>`), gone, ""},
		"author in two bytes":   {PDF, pdfFile(root, "<< /Author ("+wide+") >>"), gone, ""},
		"author in figures":     {PDF, pdfFile(root, "<< /Author<4d6172696f> >>"), gone, ""},
		"author elsewhere":      {PDF, pdfFile(root, "<< /Author 3 0 R >>", "("+secret+")"), gone, ""},
		"author nowhere":        {PDF, pdfFile(root, "<< /Author 9 0 R >>"), nil, "file_author"},
		"no author":             {PDF, pdfFile(root, "<< /Author () /Manager null >>"), nil, ""},
		"metadata":              {PDF, pdfFile(root, "<< >>", stream("/Type /Metadata /Subtype /XML", xmp(names))), gone, ""},
		"metadata, attributes":  {PDF, pdfFile(root, "<< >>", stream("/Type /Metadata", xmp(`<rdf:li dc:creator="`+secret+`" pdf:Author='`+secret+`'/>`))), gone, ""},
		"metadata without":      {PDF, pdfFile(root, "<< >>", stream("/Type /Metadata", xmp("<dc:title>x</dc:title>"))), nil, ""},
		"packed, without":       {PDF, pdfFile(root, "<< >>", packed(t, "/Type /ObjStm /N 1", "2 0 << /Title (x) /Author () >>")), nil, ""},
		"packed author":         {PDF, pdfFile(root, "<< >>", packed(t, "/Type /ObjStm /N 1", "2 0 << /Author ("+secret+") >>")), nil, "file_author"},
		"packed reference":      {PDF, pdfFile(root, "<< >>", packed(t, "/Type /ObjStm /N 1", "2 0 << /Author 7 0 R >>")), nil, "file_author"},
		"packed metadata":       {PDF, pdfFile(root, "<< >>", packed(t, "/Type /Metadata", xmp(names))), nil, "file_author"},
		"packed otherwise":      {PDF, pdfFile(root, "<< >>", stream("/Type /ObjStm /Filter [/ASCII85Decode /FlateDecode]", "x")), nil, "file_author"},
		"packed and torn":       {PDF, pdfFile(root, "<< >>", stream("/Type /ObjStm /Filter /FlateDecode", "not zlib")), nil, "file_damaged"},
		"a page of text":        {PDF, pdfFile(root, "<< >>", packed(t, "", "BT (/Author ("+secret+")) Tj ET")), nil, ""},
		"bomb":                  {PDF, pdfFile(root, "<< >>", packed(t, "/Type /ObjStm", strings.Repeat("x", 20<<20))), nil, "file_damaged"},
		"photograph":            {PDF, pdfFile(root, "<< >>", stream("/Subtype /Image /Filter /DCTDecode", photo)), []Removed{Picture}, ""},
		"remark":                {PDF, pdfFile(root, "<< >>", "<< /Type /Annot /Subtype /Text /T ("+secret+") /Contents (no) >>"), nil, "file_comments"},
		"packed remark":         {PDF, pdfFile(root, "<< >>", packed(t, "/Type /ObjStm", "9 0 << /Subtype/Highlight/T("+secret+") >>")), nil, "file_comments"},
		"link and field":        {PDF, pdfFile(root, "<< >>", "<< /Subtype /Link >>", "<< /Subtype /Widget /T (campo) >>"), nil, ""},
		"files":                 {PDF, pdfFile(root, "<< >>", "<< /Names << /EmbeddedFiles 4 0 R >> >>"), nil, "file_inside"},
		"locked":                {PDF, append(pdfFile(root), []byte("trailer << /Encrypt 3 0 R >>\nstartxref\n9\n%%EOF\n")...), nil, "file_encrypted"},
		"signed":                {PDF, pdfFile(root, "<< >>", "<< /Type /Sig /ByteRange [0 1 2 3] /Name (Il sindaco) >>"), nil, ""},
		"signed, with author":   {PDF, pdfFile(root, "<< /Author ("+secret+") >>", "<< /ByteRange [0 1 2 3] >>"), nil, "file_signed"},
		"cut":                   {PDF, pdfFile(root)[:60], nil, "file_damaged"},
		"another":               {PDF, []byte("<html>"), nil, "file_content"},
		"a page, then its mark": {PDF, append([]byte("GIF89a"), pdfFile(root)...), nil, "file_content"},
	} {
		t.Run(name, func(t *testing.T) {
			out := s.check(t)
			if out != nil && len(out) != len(s.file) {
				t.Errorf("%d bytes became %d: what refers to places is wrong", len(s.file), len(out))
			}
			if name == "author in figures" && bytes.Contains(out, []byte("4d617269")) {
				t.Error("the figures are still there")
			}
		})
	}
}

// zipFile zips parts, name and body in turn.
func zipFile(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		method := zip.Deflate
		if parts[i] == "mimetype" {
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unzip gives the parts of an archive by name.
func unzipped(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	left := int64(officeAll)
	for _, f := range z.File {
		r, err := opened(f, &left)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(body)
	}
	return out
}

func TestOffice(t *testing.T) {
	const (
		docxTypes = `<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
		xlsxTypes = `<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
		core      = `<cp:coreProperties><dc:title>Relazione</dc:title><dc:creator>` + secret + `</dc:creator><cp:lastModifiedBy>` + secret + `</cp:lastModifiedBy></cp:coreProperties>`
		clear     = `<cp:coreProperties><dc:title>Relazione</dc:title><dc:creator></dc:creator><cp:lastModifiedBy></cp:lastModifiedBy></cp:coreProperties>`
		body      = `<w:document><w:t>Il testo di ` + "Anna" + `</w:t></w:document>`
		text      = "application/vnd.oasis.opendocument.text"
	)
	photo := string(behind(jpegFile(t), segment(0xe1, exif(0, binary.LittleEndian))))
	docx := func(parts ...string) []byte {
		return zipFile(t, append([]string{"[Content_Types].xml", docxTypes, "word/document.xml", body}, parts...)...)
	}
	xlsx := func(parts ...string) []byte {
		return zipFile(t, append([]string{"[Content_Types].xml", xlsxTypes, "xl/worksheets/sheet1.xml", "<sheetData/>"}, parts...)...)
	}
	odt := func(parts ...string) []byte {
		return zipFile(t, append([]string{"mimetype", text, "content.xml", "<office:text>Il testo</office:text>"}, parts...)...)
	}
	locked := docx()
	for _, at := range []int{6, bytes.Index(locked, []byte("PK\x01\x02")) + 8} { // where a part begins, and where it is listed
		locked[at] |= 1
	}
	gone := []Removed{Author}
	for name, s := range map[string]specimen{
		"docx":                  {DOCX, docx("docProps/core.xml", clear), nil, ""},
		"docx author":           {DOCX, docx("docProps/core.xml", core), gone, ""},
		"docx manager":          {DOCX, docx("docProps/app.xml", "<Properties><Manager>"+secret+"</Manager><Pages>3</Pages></Properties>"), gone, ""},
		"docx properties":       {DOCX, docx("docProps/custom.xml", `<Properties xmlns="x"><property name="Autore"><vt:lpwstr>`+secret+`</vt:lpwstr></property></Properties>`), gone, ""},
		"docx people":           {DOCX, docx("word/people.xml", `<w15:people xmlns:w15="x"><w15:person w15:author="`+secret+`"/></w15:people>`), gone, ""},
		"docx photograph":       {DOCX, docx("word/media/image1.jpeg", photo), []Removed{Picture}, ""},
		"docx comments":         {DOCX, docx("word/comments.xml", `<w:comments><w:comment w:id="0" w:author="`+secret+`"/></w:comments>`), nil, "file_comments"},
		"docx changes":          {DOCX, zipFile(t, "[Content_Types].xml", docxTypes, "word/document.xml", `<w:ins w:id="1" w:author="`+secret+`">x</w:ins>`), nil, "file_comments"},
		"docx no comments":      {DOCX, docx("word/comments.xml", `<w:comments/>`), nil, ""},
		"docx macros":           {DOCX, docx("word/vbaProject.bin", "x"), nil, "file_program"},
		"docm":                  {DOCX, zipFile(t, "[Content_Types].xml", strings.Replace(docxTypes, "document.main", "macroEnabledTemplate", 1)), nil, "file_program"},
		"docx with a table":     {DOCX, docx("word/embeddings/Microsoft_Excel_Sheet.xlsx", string(xlsx("docProps/core.xml", core))), gone, ""},
		"docx with a program":   {DOCX, docx("word/embeddings/oleObject1.bin", "x"), nil, "file_inside"},
		"docx in docx in docx":  {DOCX, docx("word/embeddings/a.docx", string(docx("word/embeddings/b.docx", string(docx())))), nil, "file_inside"},
		"docx signed":           {DOCX, docx("_xmlsignatures/sig1.xml", "<Signature/>"), nil, ""},
		"docx signed, author":   {DOCX, docx("_xmlsignatures/sig1.xml", "<Signature/>", "docProps/core.xml", core), nil, "file_signed"},
		"docx locked":           {DOCX, locked, nil, "file_content"},
		"docx bomb":             {DOCX, docx("docProps/core.xml", strings.Repeat(" ", 17<<20)), nil, "file_damaged"},
		"docx twice":            {DOCX, docx("docProps/core.xml", clear, "docProps/core.xml", core), nil, "file_damaged"},
		"docx out of its place": {DOCX, docx("../evil", "x"), nil, "file_damaged"},
		"docx is xlsx":          {DOCX, xlsx(), nil, "file_content"},
		"docx is zip":           {DOCX, zipFile(t, "a", "b"), nil, "file_content"},
		"docx cut":              {DOCX, docx()[:300], nil, "file_content"},
		"old word":              {DOCX, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), nil, "file_content"},
		"xlsx":                  {XLSX, xlsx("docProps/core.xml", clear), nil, ""},
		"xlsx author":           {XLSX, xlsx("docProps/core.xml", core), gone, ""},
		"xlsx folder":           {XLSX, xlsx("xl/workbook.xml", `<workbook><x15ac:absPath url="C:\Users\`+secret+`\"/></workbook>`), gone, ""},
		"xlsx comments":         {XLSX, xlsx("xl/comments1.xml", "<comments><authors><author>"+secret+"</author></authors></comments>"), nil, "file_comments"},
		"xlsx threads":          {XLSX, xlsx("xl/threadedComments/threadedComment1.xml", "<x/>"), nil, "file_comments"},
		"odt":                   {ODT, odt("meta.xml", "<office:meta><dc:creator></dc:creator></office:meta>"), nil, ""},
		"odt author":            {ODT, odt("meta.xml", "<office:meta><meta:initial-creator>"+secret+"</meta:initial-creator><dc:creator>"+secret+"</dc:creator></office:meta>"), gone, ""},
		"odt property":          {ODT, odt("meta.xml", `<office:meta><meta:user-defined meta:name="x">`+secret+`</meta:user-defined></office:meta>`), gone, ""},
		"odt chart":             {ODT, odt("Object 1/meta.xml", "<office:meta><dc:creator>"+secret+"</dc:creator></office:meta>"), gone, ""},
		"odt comments":          {ODT, zipFile(t, "mimetype", text, "content.xml", "<office:annotation><dc:creator>x</dc:creator></office:annotation>"), nil, "file_comments"},
		"odt changes":           {ODT, zipFile(t, "mimetype", text, "content.xml", "<text:tracked-changes/>"), nil, "file_comments"},
		"odt locked":            {ODT, odt("META-INF/manifest.xml", "<manifest:encryption-data/>"), nil, "file_encrypted"},
		"odt macros":            {ODT, odt("Basic/Standard/Module1.xml", "x"), nil, "file_program"},
		"odt is odp":            {ODT, zipFile(t, "mimetype", strings.Replace(text, "text", "presentation", 1)), nil, "file_content"},
	} {
		t.Run(name, func(t *testing.T) {
			out := s.check(t)
			if name != "docx author" {
				return
			}
			if got := unzipped(t, out); got["docProps/core.xml"] != clear || got["word/document.xml"] != body {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestTypesAreKnownByTheirNames(t *testing.T) {
	for name, want := range map[string]Type{"a.pdf": PDF, "a.b.PDF": PDF, "a.jpeg": JPEG, "a.JPG": JPEG, "a.webp": WebP, "relazione 2026.docx": DOCX} {
		if got, err := ByName(name); err != nil || got != want || got.Media() == "" {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "pdf", "a.exe", "a.pdf.exe", "a.svg", "a.html", "a.docm", "a.doc", "a.pdf ", "a.zip", "a."} {
		if got, err := ByName(name); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
}

// Ten megabytes of anything end in words, and cost less than 64 MB.
func TestTenMegabytesOfAnythingEndInWords(t *testing.T) {
	const huge, most = 10 << 20, 64 << 20
	filler := bytes.Repeat([]byte("a<rdf:RDF/Author("), huge/17)
	for name, s := range map[string]specimen{
		"pdf":   {PDF, slices.Concat(pdfFile("<< >>"), filler), nil, ""},
		"pdf 2": {PDF, slices.Concat([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("stream\n"), huge/7), []byte("startxref\n%%EOF")), nil, ""},
		"jpeg":  {JPEG, slices.Concat(jpegFile(t)[:2], bytes.Repeat([]byte{0xff, 0xe1, 0, 2}, huge/4)), nil, ""},
		"png":   {PNG, slices.Concat([]byte(pngMagic), filler), nil, ""},
		"webp":  {WebP, slices.Concat([]byte("RIFF\xf8\xff\x9f\x00WEBP"), filler), nil, ""},
		"docx":  {DOCX, zipFile(t, "[Content_Types].xml", string(filler), "word/document.xml", string(filler)), nil, ""},
		"txt":   {TXT, filler, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			removed, err := Clean(s.kind, bytes.NewReader(s.file), int64(len(s.file)), discard{})
			runtime.ReadMemStats(&after)
			if err != nil && fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q, %v", removed, err)
			}
			if cost := after.TotalAlloc - before.TotalAlloc; cost > most {
				t.Errorf("%d bytes were asked for", cost)
			}
		})
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func FuzzClean(f *testing.F) {
	for _, kind := range Types {
		f.Add(string(kind), []byte("%PDF-1.7\nstartxref\n%%EOF"))
		f.Add(string(kind), []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IHDR"))
		f.Add(string(kind), []byte("\xff\xd8\xff\xe1\x00\x08Exif\x00\x00"))
	}
	f.Add(string(PDF), catalog("/OpenAction 3 0 R", "<< /S /GoTo >>", "<< /Au#74hor 5 0 R /T (x) /Manager <41> >>", "(a (b) 7 0 obj /Author(c))", stream("/Subtype /XML", "<a:RDF><creator b='c'>d</creator></a:RDF>")))
	f.Add(string(PDF), catalog("", stream("/Type /ObjStm /First 4", "5 0 << /Author () >>"), stream("/Filter /DCTDecode", "\xff\xd8 obj <</A (")))
	f.Fuzz(func(t *testing.T, kind string, file []byte) {
		if !slices.Contains(Types, Type(kind)) || len(file) == 0 {
			return
		}
		var b bytes.Buffer
		removed, err := Clean(Type(kind), bytes.NewReader(file), int64(len(file)), &b)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		var again bytes.Buffer
		if more, err := Clean(Type(kind), bytes.NewReader(b.Bytes()), int64(b.Len()), &again); err != nil || len(more) > 0 || !bytes.Equal(again.Bytes(), b.Bytes()) {
			t.Fatalf("removed %q, then %q, %v", removed, more, err)
		}
	})
}

// TestNoDocumentCostsMoreThanItsLength: what is looked for around one place is not looked
// for again around the next, however many there are.
func TestNoDocumentCostsMoreThanItsLength(t *testing.T) {
	const length = 4 << 20
	many := func(unit string) []byte {
		return []byte("%PDF-1.7\n1 0 obj\n" + strings.Repeat(unit, length/len(unit)) + "\nstartxref\n0\n%%EOF\n")
	}
	for what, unit := range map[string]string{
		"remarks": "/Subtype/Text", "remarks in objects": "/Subtype/Text endobj 1 0 obj ", "streams": "stream ", "names in names": "/Author(x", "closed names": "/Author(x) ",
	} {
		var out bytes.Buffer
		b := many(unit)
		if what == "names in names" { // 64 KB of brackets in each other, over and over
			nested := strings.Repeat("/Author(", 3000) + strings.Repeat(")", 3000)
			b = many(nested)
		}
		if _, err := Clean(PDF, bytes.NewReader(b), int64(len(b)), &out); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestAListOfNothingIsNotRead: the list of an office file costs what its parts may.
func TestAListOfNothingIsNotRead(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for n := range 200_000 {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	peak.Within(t, 32<<20, func() {
		var out bytes.Buffer
		if _, err := Clean(DOCX, bytes.NewReader(b.Bytes()), int64(b.Len()), &out); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v", err)
		}
	})
}
