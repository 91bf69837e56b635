// Package payload encodes the content of a ballot at one length for all ballots of a
// round (docs/adr/0005-padding.md): answers, reasons, and the parts of its seed. It is
// pure but for the randomness that a delivery draws.
package payload
