// Package queue is the moderators' part of the staff's room: the contributions that wait,
// appeals against acts, and the rules of the house.
//
//	/desk/{slug}/contributions     the queue: groups, claims → side by side → new wording → rule and reason
//	/desk/{slug}/appeals           appeals against acts, decided by another moderator
//	/desk/{slug}/rules             a new version of the rules of the house (administrator)
//
// It stands beneath web/staff, whose desk leads to it, because what moderators do has nothing
// of a consultation's rounds. Each act is one POST to one use case; what was refused comes
// back with every character.
package queue
