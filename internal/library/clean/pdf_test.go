package clean

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"delfi/internal/peak"
)

// document is a PDF whose catalog has more entries, with more objects from the third on.
func catalog(entries string, objects ...string) []byte {
	return pdfFile(append([]string{"<< /Type /Catalog /Pages 9 0 R " + entries + " >>", "<< /Producer (Typst) >>"}, objects...)...)
}

// bundle is a stream of objects, by number and body in turn.
func bundled(t *testing.T, objects ...string) string {
	t.Helper()
	var list, body string
	for i := 0; i < len(objects); i += 2 {
		list += fmt.Sprintf("%s %d ", objects[i], len(body))
		body += objects[i+1] + " "
	}
	return packed(t, fmt.Sprintf("/Type /ObjStm /N %d /First %d", len(objects)/2, len(list)), list+body)
}

// What a document does by itself is refused, and named, wherever it stands and however its
// names are written.
func TestADocumentDoesNothingByItself(t *testing.T) {
	run := "<< /S /Launch /F (cmd.exe) >>"
	for name, s := range map[string]struct {
		file []byte
		code string
		what string
	}{
		"starts a program":      {catalog("/OpenAction " + run), "file_action", "/OpenAction /Launch"},
		"on a link":             {catalog("", "<< /Subtype /Link /A "+run+" >>"), "file_action", "/Launch"},
		"escaped":               {catalog("/Open#41ction << /#53 /L#61unch >>"), "file_action", "/OpenAction /Launch"},
		"sends a form":          {catalog("", "<< /Subtype /Widget /A << /S /SubmitForm /F (https://beacon.example) >> >>"), "file_action", "/SubmitForm"},
		"takes a form in":       {catalog("", "<< /S /ImportData >>"), "file_action", "/ImportData"},
		"a script":              {catalog("/OpenAction << /S /JavaScript /JS (app.alert) >>"), "file_action", "/OpenAction /JavaScript"},
		"scripts by name":       {catalog("/Names << /JavaScript 3 0 R >>"), "file_action", "/JavaScript"},
		"a script alone":        {catalog("", "<< /J#53 (a) >>"), "file_action", "/JS"},
		"a page that is turned": {catalog("", "<< /Type /Page /AA << /O << /S /GoTo >> >> >>"), "file_action", "/AA"},
		"a field that is left":  {catalog("", "<< /FT /Tx /AA 4 0 R >>"), "file_action", "/AA"},
		"another document":      {catalog("", "<< /S /GoToR /F (\\\\beacon\\a.pdf) >>"), "file_action", "/GoToR"},
		"one within":            {catalog("", "<< /S /GoToE >>"), "file_action", "/GoToE"},
		"a film":                {catalog("", "<< /Subtype /RichMedia >>"), "file_action", "/RichMedia"},
		"an old film":           {catalog("", "<< /Subtype /Movie >>"), "file_action", "/Movie"},
		"a film on a screen":    {catalog("", "<< /Subtype /Screen /A << /S /Rendition >> >>"), "file_action", "/Screen"},
		"a sound":               {catalog("", "<< /S /Sound /Sound 4 0 R >>"), "file_action", "/Sound"},
		"a space":               {catalog("", "<< /Subtype /3D >>"), "file_action", "/3D"},
		"another kind of form":  {catalog("/AcroForm << /XFA 3 0 R >>"), "file_action", "/XFA"},
		"an address":            {catalog("/OpenAction << /S /URI /URI (https://beacon.example) >>"), "file_action", "/OpenAction /URI"},
		"an address elsewhere":  {catalog("/OpenAction 3 0 R", "<< /Type /Action /S /URI /URI (https://beacon.example) >>"), "file_action", "/OpenAction /URI"},
		"an address, packed":    {catalog("/OpenAction 7 0 R", bundled(t, "6", "<< /Count 1 >>", "7", "<< /S /URI /URI (https://beacon.example) >>")), "file_action", "/OpenAction /URI"},
		"after a page":          {catalog("/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 4 0 R >>"), "file_action", "/OpenAction /Next"},
		"what is nowhere":       {catalog("/OpenAction 77 0 R"), "file_action", "/OpenAction"},
		"a kind elsewhere":      {catalog("/OpenAction << /S 4 0 R >>"), "file_action", "/OpenAction"},
		"data elsewhere":        {catalog("", "<< /Length 0 /F (https://beacon.example/a) >>\nstream\n\nendstream"), "file_action", "/F"},
		"a file's address":      {catalog("", "<< /Type /Filespec /FS /URL /F (https://beacon.example/a) >>"), "file_action", "/FS /URL"},
		"a page of another":     {catalog("", stream("/Subtype /Form /Ref << /F (a.pdf) /Page 0 >>", "")), "file_action", "/Ref"},
		"a chapter of another":  {catalog("", "<< /S /Thread /F (a.pdf) >>"), "file_action", "/Thread"},
		"packed":                {catalog("", bundled(t, "5", run)), "file_action", "/Launch"},
		"packed, escaped":       {catalog("", bundled(t, "5", "<< /#53#20 1 /S /#4caunch >>")), "file_action", "/Launch"},
		"packed, unnamed":       {catalog("", strings.Replace(bundled(t, "5", run), "/Type /ObjStm", "", 1)), "file_action", "/Launch"},
		"packed, not at all":    {catalog("", stream("/Type /ObjStm /N 1 /First 4", "5 0 "+run)), "file_action", "/Launch"},
		"hidden in a picture":   {catalog("", stream("/Subtype /Image /Filter /DCTDecode", "\xff\xd8\xff\xfe 5 0 obj "+run+" endobj")), "file_action", "/Launch"},
		"hidden in a text":      {catalog("/Lang (5 0 obj " + run + " endobj)"), "file_action", "/Launch"},
		"hidden in a remark":    {catalog("", "%5 0 obj "+run+" endobj\n<< >>"), "file_action", "/Launch"},
		"hidden twice":          {catalog("", stream("", "5 0 obj (6 0 obj "+run+")")), "file_action", "/Launch"},
		"hidden, an address":    {catalog("", stream("", "5 0 obj << /S /URI /URI (a) >>")), "file_action", "/URI"},
		"hidden by a bracket":   {catalog("", stream("", "(5 0 obj "+run+" endobj")), "file_action", "/Launch"},
		"after a bracket":       {append(catalog(""), []byte("(\n5 0 obj "+run+" endobj\nstartxref\n9\n%%EOF\n")...), "file_damaged", ""},
		"after figures":         {append(catalog(""), []byte("<5 0 obj (>\n"+run+" startxref\n9\n%%EOF\n")...), "file_damaged", ""},
		"a file within":         {catalog("/Names << /Embedded#46iles 3 0 R >>"), "file_inside", ""},
		"one of a page":         {catalog("", "<< /A#46Relationship /Data >>"), "file_inside", ""},
		"locked":                {append(catalog(""), []byte("trailer << /#45ncrypt 3 0 R >>\nstartxref\n9\n%%EOF\n")...), "file_encrypted", ""},
		"a remark":              {catalog("", "<< /Sub#74ype /Highlig#68t /T ("+secret+") >>"), "file_comments", ""},
		"a remark's shape":      {catalog("", "<< /Subtype /Square /T <feff004d> >>"), "file_comments", ""},
		"a remark elsewhere":    {catalog("", bundled(t, "5", "<< /T 6 0 R /Subtype /Text >>")), "file_comments", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Clean(PDF, bytes.NewReader(s.file), int64(len(s.file)), discard{})
			f := fieldsOf(err)
			if len(f) != 1 || f[0].Code != s.code || s.what != "" && f[0].Args["what"] != s.what {
				t.Errorf("%v: %v", err, f)
			}
		})
	}
}

// Names of people go however they are written.
func TestNamesOfADocumentAreFoundHoweverTheyAreWritten(t *testing.T) {
	gone := []Removed{Author}
	xmp := func(body string) string {
		return "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?><q:xmpmeta xmlns:q='adobe:ns:meta/'><r:RDF><r:Description>" + body + "</r:Description></r:RDF></q:xmpmeta>\n" + strings.Repeat(" ", 200) + "\n<?xpacket end='w'?>"
	}
	creator := "<d:creator><r:Seq><r:li xml:lang='x-default'>" + secret + "</r:li>\n<r:li><![CDATA[" + secret + "]]></r:li></r:Seq></d:creator>"
	var wide strings.Builder
	wide.WriteString("\xfe\xff")
	for _, c := range xmp("<d:creator>" + secret + "</d:creator>") {
		wide.Write(binary.BigEndian.AppendUint16(nil, uint16(c)))
	}
	for name, s := range map[string]specimen{
		"escaped":                 {PDF, catalog("", "<< /Au#74hor ("+secret+") >>"), gone, ""},
		"all escaped":             {PDF, catalog("", "<< /#41#75#74#68#6f#72("+secret+") >>"), gone, ""},
		"elsewhere":               {PDF, catalog("", "<< /Author 4 0 R >>", "% x\n("+secret+")"), gone, ""},
		"elsewhere, two of them":  {PDF, catalog("", "<< /Author 4 0 R >>", "("+secret+")", "null\nendobj\n4 0 obj\n("+secret+")"), gone, ""},
		"elsewhere, packed":       {PDF, catalog("", "<< /Author 6 0 R >>", bundled(t, "6", "("+secret+")")), nil, "file_author"},
		"a key of another":        {PDF, catalog("", "<< /RoleMap << /Author /P >> /Authority (Comune) >>"), nil, ""},
		"packed, escaped":         {PDF, catalog("", bundled(t, "5", "<< /#41uthor ("+secret+") >>")), nil, "file_author"},
		"packed, nobody":          {PDF, catalog("", bundled(t, "5", `<< /Author (\376\377) /Manager<FEFF> >>`)), nil, ""},
		"metadata":                {PDF, catalog("", stream("/Type /Metadata /Subtype /XML", xmp(creator))), gone, ""},
		"metadata, escaped":       {PDF, catalog("", stream("/Type /Meta#64ata", xmp(creator))), gone, ""},
		"metadata, untold":        {PDF, catalog("", stream("", xmp(creator))), gone, ""},
		"metadata, attributes":    {PDF, catalog("", stream("/Subtype /XML", xmp("<a p:Author = '"+secret+"' photoshop:CaptionWriter=\""+secret+"\"/>"))), gone, ""},
		"metadata, packed":        {PDF, catalog("", packed(t, "/Subtype /XML", xmp(creator))), nil, "file_author"},
		"metadata, two bytes":     {PDF, catalog("", stream("/Type /Metadata /Subtype /XML", wide.String())), nil, "file_author"},
		"metadata of nobody":      {PDF, catalog("", stream("/Type /Metadata /Subtype /XML", xmp("<d:creator><r:Seq><r:li/></r:Seq></d:creator><d:title>a</d:title>"))), nil, ""},
		"metadata, filled":        {PDF, catalog("", stream("/Type /Metadata /Subtype /XML", xmp("<d:title>a</d:title>")+"\x00\x00")), nil, ""},
		"metadata, empty":         {PDF, catalog("", stream("/Type /Metadata /Subtype /XML", "")), nil, ""},
		"metadata, not XML":       {PDF, catalog("", stream("/Type /Metadata /Subtype /XML", "a & b")), nil, ""},
		"metadata, not XML, whom": {PDF, catalog("", stream("/Type /Metadata /Subtype /XML", "<a><d:creator>"+secret+" & b")), nil, "file_author"},
		"metadata of a picture":   {PDF, catalog("", stream("/Subtype /Image /Metadata 4 0 R /Filter /DCTDecode", "\xff\xd8\xff\xd9"), stream("/Type /Metadata", xmp(creator))), gone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if out := s.check(t); out != nil && len(out) != len(s.file) {
				t.Errorf("%d bytes became %d", len(s.file), len(out))
			}
		})
	}
}

// What programs write passes, byte for byte.
func TestOrdinaryDocumentsPass(t *testing.T) {
	noise := make([]byte, 1<<20)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(noise) // never fails
	noise = bytes.ReplaceAll(noise, []byte("endstream"), nil)
	link := "<< /Type /Annot /Subtype /Link /F 4 /A << /Type /Action /S /URI /URI (https://www.normattiva.it/a?b=\\(c\\)) >> >>"
	for name, file := range map[string][]byte{
		"Word": catalog("/Lang(it-IT) /StructTreeRoot 5 0 R /MarkInfo<</Marked true>>/OpenAction[3 0 R/XYZ null null 0]", link,
			bundled(t, "11", "<</P 5 0 R/S/Launcher/T(obj)>>", "12", "<</S/Span/Next 4 0 R>>"), packed(t, "", "BT /F1 12 Tf (JavaScript /JS (x)) Tj ET"), "<</Type/Font/Subtype/TrueType/Name/F1>>"),
		"LaTeX":       catalog("/OpenAction 3 0 R /PageMode/UseOutlines/Names 6 0 R", "<< /S /GoTo /D [4 0 R /Fit] >>", "<< /Title (A) /A 3 0 R /Next 8 0 R /Prev 7 0 R >>", link),
		"LaTeX, all":  catalog("/OpenAction 7 0 R", bundled(t, "6", link, "7", "<< /S /GoTo /D [4 0 R /Fit] >>"), packed(t, "/Type /XRef /W [1 2 1] /DecodeParms << /Columns 4 /Predictor 12 >>", "\x00\x01\x02\x03")),
		"LibreOffice": catalog("/OpenAction[1 0 R /XYZ null null 0]\n/ViewerPreferences<</DisplayDocTitle true>>", "<</Type/Page/Parent 4 0 R/Group<</S/Transparency/CS/DeviceRGB/I true>>/Trans<</S/Dissolve>>>>", packed(t, "", "q 1 0 0 1 0 0 cm Q")),
		"iText":       append(append([]byte("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n%iText\xae 5.5.13 \xa92000-2018 iText Group NV (AGPL-version)\n"), catalog("/OpenAction << /S /Named /N /FirstPage >>")[15:]...), "%iText-5.5.13\n"...),
		"a scanner": catalog("", stream("/Type /XObject /Subtype /Image /BitsPerComponent 1 /Filter [/CCITTFaxDecode] /DecodeParms [<< /K -1 >>]", string(noise)),
			stream("/Subtype/Image/Filter/DCTDecode", string(jpegFile(t))), stream("/Subtype/Image/Filter[/ASCII85Decode/FlateDecode]", "GhQ?(=)~>"), stream("/Filter/JBIG2Decode", string(noise))),
		"a form":             catalog("/AcroForm << /Fields [3 0 R] /NeedAppearances true /DA (/Helv 0 Tf) >>", "<< /FT /Tx /Subtype /Widget /T (Cognome) /TU (Il cognome) /F 4 /MK << >> >>"),
		"an older version":   append(catalog("", link), []byte("3 0 obj\n<< /Subtype /Link /A << /S /URI /URI (https://riva.example) >> >>\nendobj\nxref\n3 1\n0000000100 00000 n \ntrailer\n<< /Prev 9 /Root 1 0 R /ID [<0aF1><0aF1>] >>\nstartxref\n9\n%%EOF\n")...),
		"names of fonts":     catalog("", "<< /Differences [65 /AA /JS /S /T] /CharProcs << /JS 0 >> /BM /Screen >>"),
		"a lone end":         catalog("", "<< /A (a\\)b\\\\) /B (c(d)e) /C <616 2> >> ) >>"),
		"a text about obj":   catalog("", "<< /Title (Un obj e un 1 0 obj senza nulla) >>"),
		"dictionaries empty": catalog("", "<< /AA null /OpenAction null /F 4 >>"),
	} {
		t.Run(name, func(t *testing.T) { specimen{PDF, file, nil, ""}.check(t) })
	}
}

// A hostile document costs no more than its length, and ends in words or passes.
func TestADocumentCostsNoMoreThanItsLength(t *testing.T) {
	const length = 25 << 20
	many := func(unit string) []byte {
		return []byte("%PDF-1.7\n1 0 obj\n" + strings.Repeat(unit, length/len(unit)) + "\nstartxref\n0\n%%EOF\n")
	}
	var bomb bytes.Buffer
	z := zlib.NewWriter(&bomb)
	for range 15 {
		_, _ = z.Write(bytes.Repeat([]byte("/a "), 1<<20/3)) // a buffer takes everything
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	part := "1 0 obj\n" + stream("/Type /ObjStm /Filter /FlateDecode", bomb.String()) + "\nendobj\n"
	for name, file := range map[string][]byte{
		"names":              many("/a"),
		"people":             many("/Author(x)"),
		"people elsewhere":   many("/Author 1 0 R "),
		"brackets":           many("("),
		"brackets in stream": []byte("%PDF-1.7\n1 0 obj <<>>\nstream\n0 obj\n" + strings.Repeat("(", length) + "\nendstream\nstartxref\n%%EOF"),
		"figures in stream":  []byte("%PDF-1.7\n1 0 obj <<>>\nstream\n0 obj\n" + strings.Repeat("<a", length/2) + "\nendstream\nstartxref\n%%EOF"),
		"dictionaries":       many("<<"),
		"streams":            many(">>stream "),
		"streams without":    many("<<>>stream\n"),
		"objects":            many("1 0 obj "),
		"hidden objects":     many("(1 0 obj)"),
		"hidden deeper":      []byte("%PDF-1.7\n1 0 obj " + strings.Repeat("(0 obj ", length/16) + strings.Repeat(")", length/16) + "\nstartxref\n%%EOF"),
		"numbers":            many("1 0 "),
		"comments":           many("%obj \n"),
		"metadata":           many("<</Type/Metadata>>stream\n<a:RDF><creator>x</creator></a:RDF>endstream "),
		"a long packet":      []byte("%PDF-1.7\n1 0 obj <</Type/Metadata>>stream\n" + strings.Repeat("<a>", length/3) + "endstream\nstartxref\n%%EOF"),
		"openings":           many("/OpenAction<</S/GoTo>>"),
		"long openings":      many("/OpenAction<<"),
		"bombs":              []byte("%PDF-1.7\n" + strings.Repeat(part, 20) + "startxref\n%%EOF"),
	} {
		t.Run(name, func(t *testing.T) {
			peak.Within(t, 64<<20, func() {
				if _, err := Clean(PDF, bytes.NewReader(file), int64(len(file)), discard{}); err != nil && len(fieldsOf(err)) != 1 {
					t.Error(err)
				}
			})
		})
	}
}
