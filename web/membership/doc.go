// Package membership is the room in which somebody applies for a group whose members declare
// themselves, and reads what its secretary decided.
//
//	the group ──/consultations/{slug}/membership/{group}──▶ name, and what the group asks
//	      waits ─▶ taken back, or admitted ─▶ /consultations/{slug}/enrol
//	                           refused or revoked ─▶ why, and the form once more
//
// Its routes are answering ones: no log has a line of who applied. The page tells the applicant
// alone how the application stands; nobody is written to.
package membership
