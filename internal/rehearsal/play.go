package rehearsal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// Manner is how invented people behave.
type Manner string

// The manners.
const (
	Agree  Manner = "agree"
	Divide Manner = "divide"
	Drift  Manner = "drift" // towards agreement, from round to round
)

// Manners are all of them.
var Manners = []Manner{Agree, Divide, Drift}

// How many people a group of a rehearsal has, all groups together at most, and of how many seeds
// one is chosen.
const (
	PeopleLeast = 5
	peopleMost  = 200
	crowdMost   = 600
	seedMost    = 999_999
)

// PeopleMost is how many people each of so many groups has at most: a rehearsal is worked out
// anew for each of its pages.
func PeopleMost(groups int) int { return min(peopleMost, crowdMost/max(1, groups)) }

// Play is all that a rehearsal follows from, beside its draft.
type Play struct {
	Manner Manner
	Seed   int   // other people of the same manner for each
	People []int // by group in protocol order
}

// String spells a play as an address has it: "drift-7-24.10".
func (p Play) String() string {
	people := make([]string, len(p.People))
	for n, one := range p.People {
		people[n] = strconv.Itoa(one)
	}
	return fmt.Sprintf("%s-%d-%s", p.Manner, p.Seed, strings.Join(people, "."))
}

// Another is the play with other people of the same manner.
func (p Play) Another() Play {
	p.Seed = p.Seed%seedMost + 1
	return p
}

// Parse reads a play that an address spells; NotFound where it is none of the protocol.
func Parse(s string, p protocol.Protocol) (Play, error) {
	none := fault.New(fault.NotFound, "no_rehearsal", "this address names no rehearsal of the draft as it is now")
	parts := strings.Split(s, "-")
	if len(parts) != 3 {
		return Play{}, none
	}
	play := Play{Manner: Manner(parts[0])}
	var err error
	if play.Seed, err = strconv.Atoi(parts[1]); err != nil {
		return Play{}, none
	}
	for _, one := range strings.Split(parts[2], ".") {
		n, err := strconv.Atoi(one)
		if err != nil {
			return Play{}, none
		}
		play.People = append(play.People, n)
	}
	if play.Check(p) != nil || play.String() != s { // a page has one address
		return Play{}, none
	}
	return play, nil
}

// Check names the fields of a play that are wrong: "manner", "seed", "people_0" and so on for
// each group.
func (p Play) Check(of protocol.Protocol) error {
	var bad []fault.Field
	if !slices.Contains(Manners, p.Manner) {
		bad = append(bad, fault.Field{Name: "manner", Code: "required", Message: "choose how people behave"})
	}
	if p.Seed < 1 || p.Seed > seedMost {
		bad = append(bad, outside("seed", 1, seedMost))
	}
	if len(p.People) != len(of.Panel.Groups) {
		return fault.New(fault.Conflict, "rehearsal_groups", "the draft has other groups by now")
	}
	for n, one := range p.People {
		if most := PeopleMost(len(p.People)); one < PeopleLeast || one > most {
			bad = append(bad, outside(PeopleField(n), PeopleLeast, most))
		}
	}
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return nil
}

func outside(name string, least, most int) fault.Field {
	return fault.Field{
		Name: name, Code: "out_of_range", Message: fmt.Sprintf("write a number from %d to %d", least, most),
		Args: map[string]any{"min": least, "max": most},
	}
}

// PeopleField names the field of a group's number of people.
func PeopleField(group int) string { return fmt.Sprintf("people_%d", group) }
