// Package words says the results of a measured study in English and Italian: sides,
// verdicts with their grounds, numbers and shares. The text and the page of a study
// read the same words, so that no figure is rounded in two ways.
package words
