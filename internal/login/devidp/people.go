package devidp

// Person is somebody that whoever opens the provider can be.
type Person struct {
	Subject      string // unique; also a login_hint
	Name         string
	Email        string // also a login_hint
	Municipality string
	Groups       []string // "<administration>/<role>"; empty for a citizen
}

// Demonstration gives the people of the demonstration: the staff, a council
// member and citizens of the Comune di Riva d'Arno, and the staff of a second
// administration, to whom Riva's drafts and people are invisible.
func Demonstration() []Person {
	riva, borgo := "Riva d’Arno", "Borgo Sereno"
	return []Person{
		{"giulia", "Giulia Bortolotti", "giulia.bortolotti@riva.example", riva, []string{"riva/administrator"}},
		{"marta", "Marta Gibellini", "marta.gibellini@riva.example", riva, []string{"riva/moderator"}},
		{"davide", "Davide Lancellotti", "davide.lancellotti@riva.example", riva, []string{"riva/moderator"}},
		{"paolo", "Paolo Sighinolfi", "paolo.sighinolfi@riva.example", riva, []string{"riva/facilitator"}},
		{"teresa", "Teresa Malagoli", "teresa.malagoli@riva.example", riva, []string{"riva/council"}},
		{"anna", "Anna Vandelli", "anna.vandelli@posta.example", riva, nil},
		{"karim", "Karim Haddad", "karim.haddad@posta.example", riva, nil},
		{"lucia", "Lucia Ferraboschi", "lucia.ferraboschi@posta.example", riva, nil},
		{"sergio", "Sergio Bondi", "sergio.bondi@posta.example", riva, nil},
		{"olga", "Olga Kovalenko", "olga.kovalenko@posta.example", riva, nil},
		{"elena", "Elena Barbolini", "elena.barbolini@borgo.example", borgo, []string{"borgo/administrator"}},
		{"nicola", "Nicola Roncaglia", "nicola.roncaglia@borgo.example", borgo, []string{"borgo/moderator"}},
		{"ivan", "Ivan Tassi", "ivan.tassi@posta.example", borgo, nil},
	}
}
