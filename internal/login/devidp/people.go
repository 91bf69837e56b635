package devidp

// Person is somebody that whoever opens the provider can be.
type Person struct {
	Subject      string // unique; also a login_hint
	Name         string
	Email        string // also a login_hint
	Municipality string
	Groups       []string // "<administration>/<role>"; empty for a citizen
	// What SPID says besides; "" and 0 are not said.
	FiscalCode, Born string // "RSSMRA80A01H501U", "1980-01-01"
	Level            int    // of assurance: 1 to 3
}

// Demonstration gives the people of the demonstration: the staff, a council
// member and citizens of the Comune di Riva d'Arno, and the staff of a second
// administration, to whom Riva's drafts and people are invisible. Their fiscal codes are
// nobody's: X001 is no place. Ivan's provider says none, Sergio signs in at level 1.
func Demonstration() []Person {
	riva, borgo := "Riva d’Arno", "Borgo Sereno"
	return []Person{
		{"giulia", "Giulia Bortolotti", "giulia.bortolotti@riva.example", riva, []string{"riva/administrator"}, "BRTGLI74C52X001F", "1974-03-12", 2},
		{"marta", "Marta Gibellini", "marta.gibellini@riva.example", riva, []string{"riva/moderator"}, "GBLMRT80L42X001L", "1980-07-02", 2},
		{"davide", "Davide Lancellotti", "davide.lancellotti@riva.example", riva, []string{"riva/moderator"}, "LNCDVD85S23X001D", "1985-11-23", 2},
		{"paolo", "Paolo Sighinolfi", "paolo.sighinolfi@riva.example", riva, []string{"riva/facilitator"}, "SGHPLA69A30X001D", "1969-01-30", 2},
		{"teresa", "Teresa Malagoli", "teresa.malagoli@riva.example", riva, []string{"riva/council"}, "MLGTRS58E46X001G", "1958-05-06", 2},
		{"anna", "Anna Vandelli", "anna.vandelli@posta.example", riva, nil, "VNDNNA88D57X001N", "1988-04-17", 2},
		{"karim", "Karim Haddad", "karim.haddad@posta.example", riva, nil, "HDDKRM95P08Z330L", "1995-09-08", 3},
		{"lucia", "Lucia Ferraboschi", "lucia.ferraboschi@posta.example", riva, nil, "FRRLCU62T41X001D", "1962-12-01", 2},
		{"sergio", "Sergio Bondi", "sergio.bondi@posta.example", riva, nil, "BNDSRG49R20X001B", "1949-10-20", 1},
		{"olga", "Olga Kovalenko", "olga.kovalenko@posta.example", riva, nil, "KVLLGO79B54Z138Y", "1979-02-14", 2},
		{"elena", "Elena Barbolini", "elena.barbolini@borgo.example", borgo, []string{"borgo/administrator"}, "BRBLNE77M49X001N", "1977-08-09", 2},
		{"nicola", "Nicola Roncaglia", "nicola.roncaglia@borgo.example", borgo, []string{"borgo/moderator"}, "RNCNCL90H25X001C", "1990-06-25", 2},
		{"ivan", "Ivan Tassi", "ivan.tassi@posta.example", borgo, nil, "", "1983-03-03", 2},
	}
}
