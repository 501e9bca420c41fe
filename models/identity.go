package models

import (
	"errors"
	"strings"
	"time"
	"unicode"
)

// CheckRegionCode refuses what is no region code: 2, 4, 6, 9 or 12 digits (统计用区划代码).
func CheckRegionCode(code string) error {
	if RegionKindOf(code) == "" || !isDigits(code) {
		return errors.New("区划代码应为2、4、6、9或12位数字")
	}
	return nil
}

// tidyNumber writes what people type as a number is kept: full-width signs as plain ones, letters in
// upper case, without blanks and dashes.
func tidyNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || r == '-' || r == '—' {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// CheckPhone tidies a phone number: a mobile one of 11 digits, or a fixed one with its area code. An
// error says in plain Chinese what to do.
func CheckPhone(typed string) (string, error) {
	s := strings.TrimPrefix(strings.TrimPrefix(tidyNumber(typed), "+86"), "0086")
	mobile := len(s) == 11 && s[0] == '1' && s[1] >= '3'
	fixed := (len(s) >= 10 && len(s) <= 12) && s[0] == '0' && s[1] != '0'
	if !isDigits(s) || !mobile && !fixed {
		return "", errors.New("电话应为11位手机号码，或带区号的固定电话，请核对")
	}
	return s, nil
}

// CheckIDNumber tidies the number of a person's paper: an identity number of 18 characters with its
// checksum (GB 11643; residence permits of Hong Kong, Macao and Taiwan people and foreigners' ones
// are made alike), one of 15 digits, which is written out as 18, or a travel permit or passport. An
// error says in plain Chinese what to do.
func CheckIDNumber(typed string) (string, error) {
	s := tidyNumber(typed)
	switch {
	case len(s) == 15 && isDigits(s):
		s = s[:6] + "19" + s[6:]
		s += string(idChecksum(s))
	case isPermit(s):
		return s, nil
	}
	if len(s) != 18 || !isDigits(s[:17]) {
		return "", errors.New("证件号码不正确：身份证为18位，请照证件逐位核对")
	}
	born, err := time.Parse("20060102", s[6:14])
	if err != nil || born.Year() < 1850 || born.Year() > 2150 {
		return "", errors.New("证件号码中的出生日期不正确，请照证件逐位核对")
	}
	if s[17] != idChecksum(s) {
		return "", errors.New("证件号码的最后一位对不上，可能有一位输错，请照证件逐位核对")
	}
	return s, nil
}

// isPermit says whether a number is made like that of a travel permit (H or M and 8 or 10 digits; 8
// digits of a Taiwan resident) or a passport (one or two letters and 7 to 9 digits).
func isPermit(s string) bool {
	letters := len(s) - len(strings.TrimLeft(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	digits := s[letters:]
	if !isDigits(digits) {
		return false
	}
	switch letters {
	case 0:
		return len(digits) == 8
	case 1, 2:
		return len(digits) >= 7 && len(digits) <= 9 || len(digits) == 10 && (s[:letters] == "H" || s[:letters] == "M")
	}
	return false
}

// idChecksum is the last character of an identity number, made from the 17 before it (GB 11643).
func idChecksum(s string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// creditAlphabet are the characters of a credit code in the order of their values (GB 32100).
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CheckCreditCode tidies a unified social credit code: 18 characters, the last one a checksum
// (GB 32100). An error says in plain Chinese what to do.
func CheckCreditCode(typed string) (string, error) {
	s := tidyNumber(typed)
	if len(s) != 18 {
		return "", errors.New("统一社会信用代码应为18位，请照证书逐位核对")
	}
	sum, weight := 0, 1
	for i := range 18 {
		value := strings.IndexByte(creditAlphabet, s[i])
		if value < 0 {
			return "", errors.New("统一社会信用代码里有不会出现的字符，请照证书逐位核对")
		}
		if i < 17 {
			sum += value * weight
			weight = weight * 3 % 31
		}
	}
	if s[17] != creditAlphabet[(31-sum%31)%31] {
		return "", errors.New("统一社会信用代码的最后一位对不上，可能有一位输错，请照证书逐位核对")
	}
	return s, nil
}

// MaskIDNumber shows of a number what may be seen: 330681********1234. Of a short one it shows the
// first and the last two characters; "" stays "".
func MaskIDNumber(s string) string {
	if len(s) >= 15 {
		return mask(s, 6, 4)
	}
	return mask(s, 1, 2)
}

// MaskPhone shows of a phone number what may be seen: 138****5678.
func MaskPhone(s string) string { return mask(s, 3, 4) }

func mask(s string, head, tail int) string {
	switch hidden := len(s) - head - tail; {
	case s == "":
		return ""
	case hidden <= 0:
		return strings.Repeat("*", len(s))
	default:
		return s[:head] + strings.Repeat("*", hidden) + s[len(s)-tail:]
	}
}
