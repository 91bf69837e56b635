package ui

// Removal is the page before something is taken away: what goes, what stays, and the form
// of the act, which is sent from there.
type Removal struct {
	Frame      Frame
	Kicker     string // name of what it is part of
	KickerLang string // "" for the page's
	Title      string
	Words      string // that go, quoted; "" for none
	Lang       string // of the words
	Goes       []string
	Stays      []string
	Undoable   bool // another act brings it back
	Action     string
	Hidden     [][2]string // fields of the form, with their values
	Button     string
	Back       string // address
	BackWords  string
	Problems   Problems
	Refused    string // why it was not done, where no field can be mended; "" for nothing
	Gone       bool   // there is nothing left to take away
	Proves     string // address of a new sign-in, where it comes first; "" for none
}
