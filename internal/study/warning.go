package study

// Warning says that a study was measured as it stands and may be something else:
// answers that fit another scale better, two names of perhaps one person.
type Warning struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Place   string   `json:"place"` // where it is first seen; "" where it is of the whole
	Items   []string `json:"items"` // whose answers; empty where it is of no item
}
