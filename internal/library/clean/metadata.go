package clean

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// creators are the elements and attributes of metadata that are people, by their local
// names (XMP, part 1, 8.4, part 2, and what office programs add).
var creators = []string{
	"creator", "contributor", "Author", "AuthorsPosition", "CaptionWriter", "CreatorContactInfo", "Manager", "LastModifiedBy", "LastSavedBy",
}

// metadata blanks people in a packet of XMP. What is no XML is refused where it should be,
// and could name somebody.
func (o *objects) metadata(body []byte, is bool) error {
	if !mentions(body) {
		if is && bytes.IndexByte(body, 0) >= 0 && mentions(bytes.ReplaceAll(body, []byte{0}, nil)) {
			return authored // letters of two bytes
		}
		return nil
	}
	if o.packets++; o.packets > pdfPackets {
		return grown
	}
	err := creatorsIn(body, func(begin, end int) error {
		if o.packed {
			return authored
		}
		o.wipe(body[begin:end], ' ')
		return nil
	})
	var bad *refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad):
		return bad
	case is:
		return authored
	}
	return nil
}

// packedMetadata refuses people in a packet that cannot be changed.
func (o *objects) packedMetadata(body []byte) error {
	within := &objects{inspection: o.inspection, packed: true}
	return within.metadata(body, true)
}

// creatorsIn finds the texts and values that are people in a packet, for found.
func creatorsIn(body []byte, found func(begin, end int) error) error {
	source := &tap{r: bytes.NewReader(body)}
	dec := xml.NewDecoder(source)
	depth, since, began := 0, 0, false // since which depth everything is a person; 0 for nothing
	for {
		t, err := dec.RawToken()
		begin, end := int(source.at), int(dec.InputOffset())
		if source.err != nil {
			return source.err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if began && depth == 0 && !mentions(body[begin:]) {
				return nil // filling, that is no XML
			}
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			began = true
			if depth++; depth > markupDepth {
				return grown
			}
			if since == 0 && slices.Contains(creators, t.Name.Local) {
				since = depth
			}
			for _, a := range tagged(body[begin:end]) {
				name := string(body[begin+a[0] : begin+a[1]])
				name = name[strings.LastIndexByte(name, ':')+1:]
				if value := body[begin+a[2] : begin+a[3]]; slices.Contains(creators, name) && says(value) {
					if err := found(begin+a[2], begin+a[3]); err != nil {
						return err
					}
				}
			}
		case xml.EndElement:
			if depth--; depth < since {
				since = 0
			}
		case xml.CharData:
			if since > 0 && says(body[begin:end]) {
				if err := found(begin, end); err != nil {
					return err
				}
			}
		}
		source.drop(int64(end))
	}
}

// mentions tells whether a text that is no XML has an element that is a person.
func mentions(b []byte) bool {
	return slices.ContainsFunc(creators, func(name string) bool { return bytes.Contains(b, []byte(name)) })
}
