package table

import (
	"slices"

	"delfi/internal/delphi/protocol"
)

// Languages is a set of a protocol's languages, by their places in it.
type Languages uint8

// Spoken counts people by the languages of what each wrote in one round, and decides which
// of these are published beside the words. A language that few write in would join all
// that one of them says, over items and rounds, and an alias with it.
type Spoken struct {
	languages []string
	least     int
	people    [1 << protocol.MostLanguages]int // by the set that they wrote in
}

// NewSpoken counts nobody yet.
func NewSpoken(p protocol.Protocol) *Spoken {
	return &Spoken{languages: p.Languages, least: max(p.Disclosure.GroupN, p.Disclosure.MinN)}
}

// Of gives the set of one language; "" and an undeclared one are the protocol's first.
func (s *Spoken) Of(language string) Languages {
	return 1 << max(slices.Index(s.languages, language), 0)
}

// Add counts a person; the empty set is somebody who wrote nothing.
func (s *Spoken) Add(all Languages) { s.people[all]++ }

// Told gives the further languages that are published: those in which at least as many
// people wrote as a group needs to be shown, less the rarest ones until those who wrote in
// the first language or in a withheld one are nobody or as many. What is withheld is told
// like the first.
func (s *Spoken) Told() map[string]bool {
	told := map[string]bool{}
	withheld := s.Of("")
	for _, l := range s.further() {
		if told[l] = s.count(s.Of(l)) >= s.least; !told[l] {
			withheld |= s.Of(l)
		}
	}
	for n := s.count(withheld); n > 0 && n < s.least; n = s.count(withheld) {
		rarest := ""
		for _, l := range s.further() {
			if told[l] && (rarest == "" || s.count(s.Of(l)) < s.count(s.Of(rarest))) {
				rarest = l
			}
		}
		if rarest == "" {
			break
		}
		told[rarest] = false
		withheld |= s.Of(rarest)
	}
	return told
}

// further are the languages after the first.
func (s *Spoken) further() []string { return s.languages[min(1, len(s.languages)):] }

// count counts the people who wrote in any language of a set.
func (s *Spoken) count(of Languages) (n int) {
	for set, people := range s.people {
		if Languages(set)&of != 0 {
			n += people
		}
	}
	return n
}
