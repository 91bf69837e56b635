// Package peak measures how much memory a piece of a program takes at its worst, for
// tests alone. It exists because a bound on memory is a promise to whoever runs a server
// or checks a hostile record, and a promise that no test can break is none.
//
// What is measured is the resident memory of the process, which Linux keeps at its
// highest value: garbage that was not collected yet counts, as it does for the machine.
package peak
