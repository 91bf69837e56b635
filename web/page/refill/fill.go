package refill

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Form has the values that a form sent, and names the form among those of a page.
type Form struct {
	Page   string // address of the page, language included: actions are relative to it
	Action string // path to which the form is sent, language included
	Values url.Values
}

// Words are those above a page that was filled in: that nothing was sent, and the label of
// its leftovers.
type Words struct{ Notice, Left string }

// Fill returns a page with the values in their form. Of several forms with the action it is
// the one whose hidden fields are the values'. What has no place on the page any longer is
// shown to be copied.
func (f Form) Fill(page []byte, w Words) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	filling := filling{values: f.Values, used: map[string]int{}}
	if form := f.choose(doc); form != nil {
		filling.form(doc, form)
	}
	main := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Main })
	if main == nil {
		main = find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Body })
	}
	main.InsertBefore(filling.notice(w), main.FirstChild)
	return render(doc)
}

func render(doc *html.Node) ([]byte, error) {
	var b bytes.Buffer
	if err := html.Render(&b, doc); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// filling is a form being filled in.
type filling struct {
	values url.Values
	used   map[string]int // values of each name that have a place
}

// choose finds the form that the values are of; nil when the page has none.
func (f Form) choose(doc *html.Node) *html.Node {
	at, err := url.Parse(f.Page)
	if err != nil {
		return nil
	}
	var best *html.Node
	most := -1
	for _, form := range findAll(doc, func(n *html.Node) bool { return n.DataAtom == atom.Form }) {
		to, err := at.Parse(attr(form, "action"))
		if err != nil || !strings.EqualFold(attr(form, "method"), "post") || to.EscapedPath() != f.Action {
			continue
		}
		score := 0
		for _, c := range controls(doc, form) {
			name := attr(c, "name")
			switch {
			case !f.Values.Has(name):
			case kindOf(c) == "hidden" && slices.Contains(f.Values[name], attr(c, "value")):
				score += 100
			default:
				score++
			}
		}
		if score > most {
			best, most = form, score
		}
	}
	return best
}

// controls are a form's fields and buttons in their order, those outside it that name
// it included.
func controls(doc, form *html.Node) []*html.Node {
	id := attr(form, "id")
	return findAll(doc, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.Input, atom.Textarea, atom.Select, atom.Button:
		default:
			return false
		}
		if own := attr(n, "form"); own != "" {
			return own == id
		}
		for up := n.Parent; up != nil; up = up.Parent {
			if up == form {
				return true
			}
		}
		return false
	})
}

// kindOf is an input's type, or the name of the element.
func kindOf(n *html.Node) string {
	switch n.DataAtom {
	case atom.Input:
		return strings.ToLower(attr(n, "type"))
	case atom.Button:
		return "submit"
	}
	return n.Data
}

func (f *filling) form(doc, form *html.Node) {
	for _, c := range controls(doc, form) {
		name := attr(c, "name")
		words := f.values[name]
		if name == "" {
			continue
		}
		switch kindOf(c) {
		case "submit", "image", "reset", "button":
			f.pressed(name, attr(c, "value"))
		case "checkbox", "radio":
			value := "on"
			if has(c, "value") {
				value = attr(c, "value")
			}
			tick(c, "checked", slices.Contains(words, value))
			f.pressed(name, value)
		case "select":
			for _, o := range findAll(c, func(n *html.Node) bool { return n.DataAtom == atom.Option }) {
				value := attr(o, "value")
				if !has(o, "value") {
					value = strings.TrimSpace(textOf(o))
				}
				if len(words) > 0 {
					tick(o, "selected", slices.Contains(words, value))
				}
				f.pressed(name, value)
			}
		case "file", "password":
		case "textarea":
			if text, ok := f.next(name); ok {
				if text != textOf(c) {
					unfold(c)
				}
				for c.FirstChild != nil {
					c.RemoveChild(c.FirstChild)
				}
				c.AppendChild(&html.Node{Type: html.TextNode, Data: text})
			}
		default:
			if text, ok := f.next(name); ok {
				if text != attr(c, "value") {
					unfold(c)
				}
				set(c, "value", text)
			}
		}
	}
}

// next gives the next value of a name that has no place yet.
func (f *filling) next(name string) (string, bool) {
	i := f.used[name]
	if i >= len(f.values[name]) {
		return "", false
	}
	f.used[name]++
	return f.values[name][i], true
}

// pressed gives a value of a ticked or pressed control its place.
func (f *filling) pressed(name, value string) {
	if slices.Contains(f.values[name], value) {
		f.used[name]++
	}
}

// notice says that nothing was sent, and what has no place on the page.
func (f *filling) notice(w Words) *html.Node {
	var left []string
	for _, name := range sortedNames(f.values) {
		for _, v := range f.values[name][min(f.used[name], len(f.values[name])):] {
			if strings.TrimSpace(v) != "" {
				left = append(left, name+": "+v)
			}
		}
	}
	box := element(atom.Div, "class", "container dlf-refill", "role", "status")
	alert := element(atom.Div, "class", "alert alert-warning my-3")
	box.AppendChild(alert)
	p := element(atom.P, "class", "mb-0")
	p.AppendChild(&html.Node{Type: html.TextNode, Data: w.Notice})
	alert.AppendChild(p)
	if len(left) > 0 {
		label := element(atom.Label, "for", "f-refill", "class", "d-block mt-3 mb-1")
		label.AppendChild(&html.Node{Type: html.TextNode, Data: w.Left})
		area := element(atom.Textarea, "id", "f-refill", "readonly", "", "rows", "8", "class", "form-control")
		area.AppendChild(&html.Node{Type: html.TextNode, Data: strings.Join(left, "\n")})
		alert.AppendChild(label)
		alert.AppendChild(area)
	}
	return box
}
