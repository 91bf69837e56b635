package roll

import (
	"slices"
	"strings"
)

// The values of characters in odd places of a fiscal code (decree of 23 December 1976); in
// even places a digit has its own and a letter its number in the alphabet, from 0.
var (
	oddDigits  = [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}
	oddLetters = [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
)

const (
	codeLength = 16
	months     = "ABCDEHLMPRST" // January to December
	omocodia   = "LMNPQRSTUV"   // letters that stand for 0 to 9 where two people would have one code
	womenLater = 40             // is added to the day of birth
)

// longestMonth is the most days that each month has.
var longestMonth = [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// digits are the places of a code that hold a digit, or its letter of omocodia, from 0.
var digits = []int{6, 7, 9, 10, 12, 13, 14}

// The flaws of a fiscal code, in the order in which they are looked for.
const (
	FlawLength  Flaw = "code_length"  // it has not sixteen characters
	FlawPattern Flaw = "code_pattern" // a letter where a digit stands, or the reverse
	FlawMonth   Flaw = "code_month"   // its month's letter is none
	FlawDay     Flaw = "code_day"     // its day is not in that month
	FlawLetter  Flaw = "code_letter"  // its last letter does not fit the others
)

// Fiscal gives a person's fiscal code in capitals, and its flaw. It checks what a code says of
// itself: who it is of, and whether it was given, the revenue agency alone knows.
func Fiscal(text string) (string, Flaw) {
	code := strings.ToUpper(strings.TrimSpace(text))
	if len(code) != codeLength {
		return code, FlawLength
	}
	number := [codeLength]int{}
	for i := range codeLength {
		if c := code[i]; c < '0' || c > '9' && c < 'A' || c > 'Z' {
			return code, FlawPattern
		}
	}
	for i := range codeLength {
		letter := code[i] >= 'A'
		if !slices.Contains(digits, i) {
			if !letter {
				return code, FlawPattern
			}
			continue
		}
		number[i] = int(code[i] - '0')
		if letter {
			if number[i] = strings.IndexByte(omocodia, code[i]); number[i] < 0 {
				return code, FlawPattern
			}
		}
	}
	month := strings.IndexByte(months, code[8])
	if month < 0 {
		return code, FlawMonth
	}
	day := 10*number[9] + number[10]
	if day > womenLater {
		day -= womenLater
	}
	if day < 1 || day > longestMonth[month] {
		return code, FlawDay
	}
	if code[codeLength-1] != letter(code[:codeLength-1]) {
		return code, FlawLetter
	}
	return code, ""
}

// letter is the check letter of the first fifteen characters.
func letter(code string) byte {
	sum := 0
	for i := range len(code) {
		value := int(code[i] - '0')
		if code[i] >= 'A' {
			value = int(code[i] - 'A')
		}
		switch {
		case i%2 == 1:
			sum += value
		case code[i] >= 'A':
			sum += oddLetters[value]
		default:
			sum += oddDigits[value]
		}
	}
	return byte('A' + sum%26)
}
