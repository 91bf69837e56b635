package clean

import (
	"cmp"
	"encoding/xml"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// people are the elements that are people, by the outermost element or the one around
// them, and their own name: true for those that go whole, false for those that stay empty.
var people = map[string]bool{
	"coreProperties/creator": false, "coreProperties/lastModifiedBy": false, "coreProperties/contributor": false,
	"Properties/Manager": false, "Properties/HyperlinkBase": false, "Properties/property": true,
	"people/person": true, "personList/person": true,
	"properties/UserInfo":       false, // those with whom a server shares the file
	"workbook/absPath":          true,  // the folder of who wrote it
	"settings/attachedTemplate": true,
	"meta/creator":              false, "meta/initial-creator": false, "meta/printed-by": false,
	"meta/user-defined": false, "meta/keyword-author": false,
	"meta/template": true, "meta/auto-reload": true,
	"svg/metadata": true,
}

// blanked are the attributes that are people, by their element.
var blanked = map[string]string{"pivotCacheDefinition": "refreshedBy", "fileSharing": "userName", "permStart": "ed"}

// forbidden are elements that no part may have.
var forbidden = map[string]*refusal{
	"altChunk": inside, "DataMashup": remote, "ddeLink": remote, "oleLink": remote, "queryTable": remote,
	"connectString": remote, "udl": remote, "subDoc": remote, "webVideoPr": remote, "videoFile": remote, "audioFile": remote, "quickTimeFile": remote,
	"webextension": program, "taskpanes": program, "customUI": program, "ocx": program,
	"annotation": comments, "tracked-changes": comments, "changed-region": comments,
	"event-listener": program, "execute-macro": program, "applet": program,
	"dde-connection-decl": remote, "dde-connection": remote, "dde-source": remote,
	"encryption-data": encrypted,
}

// formulas are the elements whose text is computed.
var formulas = []string{"f", "definedName", "formula", "formula1", "formula2", "calculatedColumnFormula", "totalsRowFormula"}

// judge refuses an element of any family.
func (m *reading) judge(e xml.StartElement) error {
	name := e.Name.Local
	if why := forbidden[name]; why != nil {
		if why == remote {
			return remote.with("what", shown(name))
		}
		return why
	}
	if name == "connection" && m.root() == "connections" {
		return remote.with("what", shown(value(e, "name")))
	}
	if slices.Contains(formulas, name) && m.main != "" {
		m.formula = []byte{}
	}
	if m.root() == "svg" {
		return drawn(e)
	}
	return nil
}

// value gives an attribute's value by its local name.
func value(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// openXML refuses an element of Word's and Excel's family.
func (m *reading) openXML(e xml.StartElement) error {
	switch e.Name.Local {
	case "Relationship":
		if m.root() == "Relationships" {
			return m.related(e)
		}
	case "Default", "Override":
		if m.root() == "Types" {
			return m.typed(e)
		}
	case "fldChar":
		return m.fieldChar(value(e, "fldCharType"))
	case "fldSimple":
		return fetching(value(e, "instr"))
	}
	custom := strings.HasPrefix(m.name, "customxml/")
	for _, a := range e.Attr {
		switch {
		case a.Name.Local == "author" && strings.TrimSpace(a.Value) != "" && !custom:
			return comments
		case a.Name.Local == "src" && !custom && elsewhere(a.Value), linked[e.Name.Local] == a.Name.Local && strings.TrimSpace(a.Value) != "",
			e.Name.Local == "OLEObject" && a.Name.Local == "Type" && a.Value == "Link":
			return remote.with("what", shown(a.Value))
		}
	}
	return nil
}

// linked are the attributes by which elements name what lies elsewhere, whatever the
// relation that they name says.
var linked = map[string]string{"blip": "link", "imagedata": "href", "fill": "href", "stroke": "href"}

// pressedIn are the parts in which a reader presses links.
var pressedIn = regexp.MustCompile(`^word/(?:glossary/)?_rels/(?:document|header|footer|footnotes|endnotes|comments)\d*\.xml\.rels$` +
	`|^(?:word|xl)/(?:glossary/)?(?:drawings|charts|diagrams|worksheets|chartsheets)/_rels/[^/]+\.rels$`)

// related refuses a relation to what lies outside of the file, but for links that a reader
// presses. The template from which a text was made is cut.
func (m *reading) related(e xml.StartElement) error {
	target, mode := strings.TrimSpace(value(e, "Target")), strings.ToLower(strings.TrimSpace(value(e, "TargetMode")))
	kind := strings.ToLower(value(e, "Type"))
	kind = kind[strings.LastIndexByte(kind, '/')+1:]
	outside := mode != "" && mode != "internal" || schemed.MatchString(target) || strings.HasPrefix(target, `\\`) || strings.HasPrefix(target, "//")
	switch {
	case kind == "afchunk":
		return inside
	case !outside:
		return nil
	case kind == "attachedtemplate":
		return m.take(true)
	case kind == "hyperlink" && pressedIn.MatchString(m.name):
		return pressed(target)
	}
	return remote.with("what", shown(cmp.Or(target, kind)))
}

// openDocument refuses an element of LibreOffice's family.
func (m *reading) openDocument(e xml.StartElement, parent string) error {
	name := e.Name.Local
	if name == "script" && parent != "scripts" && m.root() != "svg" {
		return program
	}
	for _, a := range e.Attr {
		var err error
		switch a.Name.Local {
		case "href":
			if name == "a" || name == "button" {
				err = pressed(a.Value)
			} else if elsewhere(a.Value) {
				err = remote.with("what", shown(a.Value))
			}
		case "src", "image-data":
			if elsewhere(a.Value) {
				err = remote.with("what", shown(a.Value))
			}
		case "formula":
			err = computed(a.Value, false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// drawn refuses an element of a picture in SVG that runs, or fetches another.
func drawn(e xml.StartElement) error {
	switch e.Name.Local {
	case "script", "foreignObject", "handler", "listener":
		return program
	}
	for _, a := range e.Attr {
		switch local := a.Name.Local; {
		case a.Name.Space == "" && len(local) > 2 && strings.HasPrefix(strings.ToLower(local), "on"):
			return program
		case local == "attributeName" && strings.HasSuffix(a.Value, "href"):
			return program
		case (local == "href" || local == "src") && e.Name.Local != "a" && elsewhere(a.Value):
			return remote.with("what", shown(a.Value))
		case local == "href" && e.Name.Local == "a":
			if err := pressed(a.Value); err != nil {
				return err
			}
		case a.Name.Space != "xmlns" && local != "xmlns":
			if err := styled(a.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

var styledURL = regexp.MustCompile(`(?i)url\(\s*["']?\s*([^)"']*)`)

// styled refuses a style that fetches something.
func styled(css string) error {
	if strings.Contains(strings.ToLower(css), "@import") || strings.ContainsRune(css, '\\') && strings.ContainsRune(css, '(') {
		return remote.with("what", shown(css))
	}
	for _, u := range styledURL.FindAllStringSubmatch(css, -1) {
		if elsewhere(u[1]) {
			return remote.with("what", shown(u[1]))
		}
	}
	return nil
}

var (
	schemed = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	// pictureData is a picture that stands where it is named.
	pictureData = regexp.MustCompile(`(?i)^data:image/(?:png|jpeg|jpg|gif|webp|bmp);`)
)

// elsewhere tells whether an address leads out of the file.
func elsewhere(address string) bool {
	address = strings.TrimSpace(address)
	if strings.HasPrefix(address, "#") || pictureData.MatchString(address) {
		return false
	}
	if schemed.MatchString(address) || strings.HasPrefix(address, "/") || strings.ContainsRune(address, '\\') {
		return true
	}
	path, err := url.PathUnescape(address)
	return err != nil || slices.Contains(strings.Split(path, "/"), "..")
}

// schemes are those of links that a reader presses. Others start a program.
var schemes = []string{"http", "https", "mailto", "tel", "ftp", "sms", "file", "news", "urn", "doi", "about"}

// pressed refuses a link that does something else than lead to a page.
func pressed(address string) error {
	address = strings.TrimSpace(address)
	if s := schemed.FindString(address); len(s) > 2 && !slices.Contains(schemes, strings.ToLower(strings.TrimSuffix(s, ":"))) {
		return remote.with("what", shown(address))
	}
	return nil
}
