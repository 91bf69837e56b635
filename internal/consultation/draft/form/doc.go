// Package form parses the drafting form: it checks each field, lists those that an
// announcement lacks, and builds the protocol that a complete form asks for. It is pure,
// because lifecycle shows the protocol of a draft and stands beneath package draft.
package form
