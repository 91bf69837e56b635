// Package claim reads and judges the rule of a group whose people enter by what their
// identity provider says of them (docs/PANEL.md "Who may take part"). It exists so that the
// rule stands in the protocol, is read alike by everybody, and is tried without a provider.
//
//	rule         = term *( ";" term )                     each term once
//	term         = municipality | age | level
//	municipality = "municipality" place *( "," place )    any of them
//	place        = Belfiore code, name                    "F257 Modena"
//	age          = "age" ( from "-" | "-" to | from "-" to )   years, both included
//	level        = "level" ( "1" | "2" | "3" )            of assurance, at least
//
// A place has its code and its name, since SPID says a domicile by name and others by code.
// Words: a term is met, unmet, or missing, where the provider says nothing that it could be
// judged by.
package claim
