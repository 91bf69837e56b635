package clean

import "regexp"

// role is what a part of an office file is, which says how it is looked into.
type role uint8

const (
	unknown  role = iota // refused by its name
	markup               // XML, read element by element
	sketch               // VML: XML with the liberties of HTML
	figure               // a picture, known by its first bytes
	document             // an office file within the office file
	plain                // neither shown nor run: fonts, settings of a printer
)

// knownPart gives the role of parts by their names, in small letters.
type knownPart struct {
	name *regexp.Regexp
	is   role
}

// refusedPart refuses parts by their names, in words of their own.
type refusedPart struct {
	name *regexp.Regexp
	why  *refusal
}

// pictureEnd ends the names of pictures. Which one it is its first bytes say.
const pictureEnd = `\.(?:png|jpe?g|jpe|jfif|gif|bmp|dib|emf|wmf|svm|webp|wdp|pdf)$`

// The parts of office files: those of Word, Excel, LibreOffice, Google Docs and .NET's
// packages (ISO/IEC 29500-1, 11 and 12; OpenDocument 1.3, part 2).
var (
	openXMLParts = []knownPart{
		{regexp.MustCompile(`^\[content_types\]\.xml$|^(?:[^/]+/)*_rels/[^/]*\.rels$`), markup},
		{regexp.MustCompile(`^docprops/(?:core|app|custom)\d*\.xml$|^package/services/metadata/core-properties/[^/]+\.psmdcp$`), markup},
		{regexp.MustCompile(`^docmetadata/labelinfo\.xml$|^customxml/item(?:props)?\d+\.xml$|^_xmlsignatures/[^/]+\.xml$`), markup},
		{regexp.MustCompile(`^word/(?:glossary/)?(?:document|styles|styleswitheffects|settings|websettings|fonttable|numbering|footnotes|endnotes|` +
			`comments|commentsextended|commentsextensible|commentsids|people|header|footer|intelligence)\d*\.xml$`), markup},
		{regexp.MustCompile(`^word/(?:glossary/)?(?:theme|diagrams|charts|drawings|ink)/[^/]+\.xml$`), markup},
		{regexp.MustCompile(`^xl/(?:workbook|styles|sharedstrings|calcchain|metadata|comments|cellimages|connections|xmlmaps)\d*\.xml$`), markup},
		{regexp.MustCompile(`^xl/(?:worksheets|chartsheets|theme|drawings|charts|diagrams|tables|pivottables|pivotcache|slicers|slicercaches|` +
			`timelines|timelinecaches|ctrlprops|richdata|featurepropertybag|persons|namedsheetviews|externallinks|ink|comments)/[^/]+\.xml$`), markup},
		{regexp.MustCompile(`^(?:word|xl)/(?:drawings/)?[^/]+\.vml$`), sketch},
		{regexp.MustCompile(`^(?:(?:word|xl)/(?:glossary/)?)?media/[^/]+\.svg$`), markup},
		{regexp.MustCompile(`^(?:docprops/thumbnail|(?:(?:word|xl)/(?:glossary/)?)?media/[^/]+)` + pictureEnd), figure},
		{regexp.MustCompile(`^(?:word|xl)/embeddings/[^/]+\.(?:docx|xlsx)$`), document},
		{regexp.MustCompile(`^(?:word|xl)/(?:glossary/)?(?:fonts/[^/]+\.(?:odttf|ttf|otf|fntdata)|printersettings/[^/]+\.bin)$`), plain},
		{regexp.MustCompile(`^xl/(?:customproperty\d*\.bin|metadata)$|^_xmlsignatures/[^/]+\.sigs$`), plain},
	}
	openXMLRefused = []refusedPart{
		{regexp.MustCompile(`vba(?:project|data)|(?:^|/)(?:activex|customui|usercustomization|webextensions|macrosheets)/|attachedtoolbars`), program},
		{regexp.MustCompile(`/embeddings/|afchunk|^xl/model/`), inside},
		{regexp.MustCompile(`^xl/(?:threadedcomments|revisions)/|^word/documenttasks`), comments},
	}
	openDocumentParts = []knownPart{
		{regexp.MustCompile(`^mimetype$|^layout-cache$|^fonts/[^/]+\.(?:ttf|otf)$`), plain},
		{regexp.MustCompile(`^(?:object \d+/)*(?:content|styles|meta|settings)\.xml$`), markup},
		{regexp.MustCompile(`^meta-inf/(?:manifest|documentsignatures)\.xml$|^(?:object \d+/)*manifest\.rdf$|^configurations2/(?:[^/]+/)*[^/]+\.xml$`), markup},
		{regexp.MustCompile(`^(?:object \d+/)*pictures/[^/]+\.svg$`), markup},
		{regexp.MustCompile(`^(?:(?:object \d+/)*pictures|thumbnails|configurations2/images/bitmaps)/[^/]+` + pictureEnd), figure},
		{regexp.MustCompile(`^(?:object \d+/)*objectreplacements/[^/]+$`), figure},
	}
	openDocumentRefused = []refusedPart{
		{regexp.MustCompile(`^(?:object \d+/)*(?:basic|scripts|dialogs)/`), program},
		{regexp.MustCompile(`^(?:object \d+/)*object \d+$|^versions?(?:/|list\.xml)|^media/|^database/`), inside},
	}
)

// partRole gives the role of a part of that name.
func (s suite) partRole(name string) role {
	for _, k := range s.parts {
		if k.name.MatchString(name) {
			return k.is
		}
	}
	return unknown
}

// refusedBy tells why a part of that name may not be in a file; nil when it may.
func (s suite) refusedBy(name string) *refusal {
	if s.partRole(name) != unknown {
		return nil
	}
	for _, r := range s.refused {
		if r.name.MatchString(name) {
			return r.why
		}
	}
	return unknownPart.with("part", shown(name))
}
