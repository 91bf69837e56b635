package prose

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Clean gives a text as it is stored: line breaks are LF, letters with their accents are
// composed (normal form C), and there is nothing that steers the words around it or
// cannot be seen: control characters, marks of direction, zero widths, soft hyphens,
// tags. Joiners and variation selectors stay where they change what stands before them.
// What cannot be seen goes from the ends. Two texts that look the same are the same.
func Clean(typed string) string {
	for s := breaks.Replace(strings.ToValidUTF8(typed, "\ufffd")); ; {
		less := pass(s) // what goes may leave a joiner without reason, beside a letter now composed
		if less == s {
			return s
		}
		s = less
	}
}

// pass is one pass of Clean.
func pass(s string) string {
	runes := []rune(s)
	kept := make([]rune, 0, len(runes))
	for i, r := range runes {
		switch {
		case r == '\n' || r == '\t':
		case unicode.In(r, unicode.Cc, unicode.Cf, steering):
			if !(r == zwj || r == zwnj) || i+1 == len(runes) || len(kept) == 0 || !joins(kept[len(kept)-1]) || !joins(runes[i+1]) {
				continue
			}
		case unicode.Is(unicode.Variation_Selector, r):
			if len(kept) == 0 || !varies(kept[len(kept)-1]) {
				continue
			}
		}
		kept = append(kept, r)
	}
	return strings.TrimFunc(norm.NFC.String(string(kept)), func(r rune) bool { return unicode.IsSpace(r) || unseen(r) })
}

// Steady drops from a text that was made of a clean one what Clean drops: a character
// reference ("&#8238;") is clean until it is read. Joiners and markup stay as they are.
func Steady(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == zwj || r == zwnj:
		case unicode.In(r, unicode.Cc, unicode.Cf, steering):
			return -1
		}
		return r
	}, text)
}

// breaks are the forms of a line break, NEL and the separators of Unicode included.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

const zwnj, zwj = '\u200c', '\u200d'

// steering are marks without a picture that no category holds together: the combining
// grapheme joiner, Mongolian vowel and Khmer inherent vowel signs, tags not yet assigned.
var steering = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x034f, Hi: 0x034f, Stride: 1}, {Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, {Lo: 0xfff0, Hi: 0xfff8, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0xe0000, Hi: 0xe00ff, Stride: 1}, {Lo: 0xe01f0, Hi: 0xe0fff, Stride: 1}},
}

// joins tells whether a joiner beside r changes what is seen: pictures are joined to
// one, and letters of scripts that have no capitals (Arabic, Devanagari) change form.
func joins(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Sk, unicode.Lo, unicode.Mn, unicode.Mc, unicode.Variation_Selector)
}

// varies tells whether a variation selector after r changes its picture.
func varies(r rune) bool { return unicode.In(r, unicode.So, unicode.Sm, unicode.Lo) }

// unseen tells whether r has no picture of its own: fillers, blanks, marks that stand on
// nothing.
func unseen(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x2800, 0x3164, 0xffa0, 0xfffc, 0x1d159:
		return true
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

// Visible tells whether a text says anything to the eye: it has a character with a
// picture that is more than a stroke of markup ("---", "<!-- -->", "***").
func Visible(text string) bool {
	text = strings.NewReplacer("<!--", "", "-->", "").Replace(text)
	return strings.ContainsFunc(text, func(r rune) bool {
		return !unseen(r) && !unicode.IsMark(r) && !strings.ContainsRune("<>|~=`^-_*#\\", r)
	})
}
