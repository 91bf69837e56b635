// Package draw is where a draw by lot is seen and made: everybody's page of it, with its
// steps as entries of the record, and the desk of those who administer.
//
//	/consultations/{slug}/draws/{group}   everybody's; a signed-in person finds their own ticket
//	/desk/{slug}/draws/{group}            list, rule, commitment, values, beacon, reserves, withdrawal
//
// The files are the record's. What a reader without a session sees is the same for everybody.
package draw
