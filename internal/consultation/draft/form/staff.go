package form

import (
	"slices"
	"strings"

	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/fault"
)

// Person is somebody who holds roles in an administration.
type Person struct {
	Name  string
	Roles []office.Role
}

// Holds tells whether the person holds a role.
func (p Person) Holds(role office.Role) bool { return slices.Contains(p.Roles, role) }

// Staffed lists what is wrong with the staff: two moderators, so that an appeal
// has another judge, and a facilitator, all different people who hold the role.
func (d Draft) Staffed(people map[office.ID]Person) []Missing {
	var out []Missing
	if len(d.Moderators) < 2 {
		out = append(out, Missing{Field: "moderators", Code: "too_few_moderators", Message: "at least two moderators are needed"})
	}
	if len(d.Facilitators) < 1 {
		out = append(out, Missing{Field: "facilitators", Code: "too_few_facilitators", Message: "at least one facilitator is needed"})
	}
	for _, id := range d.Facilitators {
		if slices.Contains(d.Moderators, id) {
			out = append(out, Missing{Field: "facilitators", Code: "same_person", Message: "one person cannot both moderate and facilitate"})
			break
		}
	}
	for field, who := range map[string][]office.ID{"moderators": d.Moderators, "facilitators": d.Facilitators} {
		role := office.Role(strings.TrimSuffix(field, "s"))
		for _, id := range who {
			if !people[id].Holds(role) {
				out = append(out, Missing{Field: field, Code: "not_in_role", Message: "somebody named here does not hold that role in this administration"})
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Missing) int { return strings.Compare(b.Field, a.Field) })
	return out
}

// members gives the staff with their names as they are today.
func (d Draft) Members(people map[office.ID]Person) []consultation.Member {
	var out []consultation.Member
	for _, id := range d.Moderators {
		out = append(out, consultation.Member{ID: id, Name: people[id].Name, Role: office.Moderator, Office: d.offices[id.String()]})
	}
	for _, id := range d.Facilitators {
		out = append(out, consultation.Member{ID: id, Name: people[id].Name, Role: office.Facilitator, Office: d.offices[id.String()]})
	}
	return out
}

// strangers tells whether somebody is named who holds no office in the administration.
func (d Draft) Strangers(people map[office.ID]Person) error {
	var bad []fault.Field
	check := func(field string, ids []office.ID) {
		for _, id := range ids {
			if _, known := people[id]; !known {
				bad = append(bad, fault.Field{Name: field, Code: "unknown_person", Message: "names a person who is not known here"})
				return
			}
		}
	}
	check("moderators", d.Moderators)
	check("facilitators", d.Facilitators)
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return nil
}
