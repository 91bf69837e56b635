// Package postgres connects, transacts, and gives each transaction one instant.
// It knows no table.
package postgres
