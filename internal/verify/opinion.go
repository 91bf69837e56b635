package verify

import (
	"encoding/json"

	"github.com/google/uuid"

	"delfi/internal/ledger/leaf"
	"delfi/internal/report"
)

// opinionOf reads which consultation an opinion is about.
func opinionOf(file string, text []byte) (string, error) {
	var o struct {
		Consultation uuid.UUID `json:"consultation"`
	}
	if err := json.Unmarshal(text, &o); err != nil {
		return "", &Fault{File: file, What: "the opinion cannot be read: " + err.Error()}
	}
	return o.Consultation.String(), nil
}

// opinion is step 7 for the published opinion; it gives the consultation's title.
func (c *check) opinion(r *reading) (string, error) {
	if len(r.life.opinions) == 0 {
		return "", nil
	}
	var o report.Opinion
	text, err := c.documentOf(r, "opinion.json", &o)
	if err != nil {
		return "", err
	}
	e := r.life.opinions[len(r.life.opinions)-1]
	if err := c.recorded(r, "opinion.json", leaf.Digest(text), e.Hash, e.record); err != nil {
		return "", err
	}
	return o.Title, nil
}
