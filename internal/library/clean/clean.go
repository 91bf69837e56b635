package clean

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"

	"delfi/internal/fault"
)

// Type is a type of file that a library takes.
type Type string

// The types, by the end of a file's name.
const (
	PDF  Type = "pdf"
	ODT  Type = "odt"
	DOCX Type = "docx"
	XLSX Type = "xlsx"
	CSV  Type = "csv"
	PNG  Type = "png"
	JPEG Type = "jpg"
	WebP Type = "webp"
	TXT  Type = "txt"
)

// Types lists them in the order in which pages do.
var Types = []Type{PDF, ODT, DOCX, XLSX, CSV, PNG, JPEG, WebP, TXT}

// media are the media types.
var media = map[Type]string{
	PDF: "application/pdf", ODT: "application/vnd.oasis.opendocument.text",
	DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	CSV:  "text/csv; charset=utf-8", PNG: "image/png", JPEG: "image/jpeg", WebP: "image/webp", TXT: "text/plain; charset=utf-8",
}

// Media is the media type with which a file is sent.
func (t Type) Media() string { return media[t] }

// ByName gives the type that a file's name says. Invalid "file_type" names the field
// "file".
func ByName(name string) (Type, error) {
	end := Type(strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")))
	if end == "jpeg" {
		end = JPEG
	}
	if !slices.Contains(Types, end) {
		names := make([]string, len(Types))
		for i, t := range Types {
			names[i] = strings.ToUpper(string(t))
		}
		return "", refuse("file_type", "is of a type that is not taken: choose "+strings.Join(names, ", ")).
			with("types", strings.Join(names, ", ")).fault()
	}
	return end, nil
}

// Removed is something that was taken out of a file.
type Removed string

// What is removed.
const (
	Picture Removed = "picture" // what a camera or an editor wrote into a picture
	Author  Removed = "author"  // who wrote or changed the file
)

// Clean copies a file of a type without what identifies people, and tells what was
// removed. Invalid names the field "file":
//
//	file_empty        there is nothing in it
//	file_content      it is not what its name says
//	file_damaged      it ends too early, or contradicts itself
//	file_encrypted    it is locked: nobody can look into it
//	file_program      it holds macros
//	file_inside       it holds other files
//	file_remote       it fetches something from elsewhere when it is opened
//	file_action       it does something by itself, or runs when it is pressed
//	file_part         it has a part that is not known
//	file_grown        it is larger when it is opened than what is looked into
//	file_form         it has a part that no office program writes so
//	file_comments     it holds comments or tracked changes, which have names
//	file_author       it names its author where that cannot be removed
//	file_signed       it is signed, and removing its author would break the signature
func Clean(t Type, in io.ReaderAt, size int64, out io.Writer) ([]Removed, error) {
	if size == 0 {
		return nil, refuse("file_empty", "is empty: choose another").fault()
	}
	w := &removing{Writer: out}
	err := cleaned(t, in, size, w)
	var bad *refusal
	switch {
	case errors.As(err, &bad):
		return nil, bad.fault()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, damaged.fault()
	}
	return w.removed, err
}

// cleaned copies a file of a type.
func cleaned(t Type, in io.ReaderAt, size int64, w *removing) error {
	all := io.NewSectionReader(in, 0, size)
	switch t {
	case PDF:
		return pdf(all, size, w)
	case ODT, DOCX, XLSX:
		return office(t, all, size, w)
	case PNG:
		return png(all, w)
	case JPEG:
		return jpeg(all, w)
	case WebP:
		return webp(all, size, w)
	case CSV, TXT:
		return text(all, w)
	}
	return fmt.Errorf("clean: unknown type %q", t)
}

// removing is a writer that remembers what was left out.
type removing struct {
	io.Writer
	removed []Removed
	depth   int    // of files within files
	left    *int64 // bytes that may be opened of it, and of what is within; nil for officeAll
}

// room is how much more may be opened.
func (w *removing) room() *int64 {
	if w.left == nil {
		left := int64(officeAll)
		w.left = &left
	}
	return w.left
}

func (w *removing) remove(what Removed) {
	if !slices.Contains(w.removed, what) {
		w.removed = append(w.removed, what)
	}
}

// refusal is why a file is not taken.
type refusal struct {
	code, message string
	args          map[string]any
}

func refuse(code, message string) *refusal { return &refusal{code: code, message: message} }

func (r *refusal) Error() string { return r.code }

func (r *refusal) with(key string, value any) *refusal {
	return &refusal{r.code, r.message, map[string]any{key: value}}
}

func (r *refusal) fault() error {
	return fault.Bad(fault.Field{Name: "file", Code: r.code, Message: r.message, Args: r.args})
}

var (
	another     = refuse("file_content", "is not what its name says: save it again with the right end of its name")
	damaged     = refuse("file_damaged", "is damaged: save it again and choose it again")
	encrypted   = refuse("file_encrypted", "is locked with a password: save it without, so that everybody can read it")
	program     = refuse("file_program", "holds macros: save it without")
	inside      = refuse("file_inside", "holds other files: add each as a document of its own")
	remote      = refuse("file_remote", "fetches something from elsewhere when it is opened, or names it to be fetched: remove the link and insert the thing itself, or save it as PDF/A")
	action      = refuse("file_action", "does something by itself, or something else than lead to a page when it is pressed: save it again as PDF/A")
	unknownPart = refuse("file_part", "has a part that is not known: save it again with an office program, or as PDF/A")
	malformed   = refuse("file_form", "has a part that is not written as office programs do, as XML in UTF-8: save it again with one, or as PDF/A")
	large       = refuse("file_grown", "is larger than what is looked into when it is opened: divide it, or save it as CSV or PDF/A").with("max", officeAll>>20)
	grown       = refuse("file_damaged", "has parts that grow beyond measure when they are opened: save it again and choose it again")
	comments    = refuse("file_comments", "holds comments or tracked changes, which have people's names: accept or remove them, and save it again")
	authored    = refuse("file_author", "names its author where we cannot remove it: remove the document's properties in the program that made it, and save it again")
	signed      = refuse("file_signed", "is signed, and names its author besides: removing that would break the signature; remove the document's properties, then sign it again")
)

// shown gives a word of a file as it can be told: not long, on one line.
func shown(word string) string {
	out := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(word, "?")), " "))
	for i, r := range out {
		if !unicode.IsPrint(r) {
			out[i] = '?'
		}
	}
	if len(out) > 100 {
		out = append(out[:99], '…')
	}
	return string(out)
}
