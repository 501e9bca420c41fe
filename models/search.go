package models

import (
	"slices"
	"unicode"
)

// Grams cuts texts into their distinct two-character pieces, lower-cased, letters and digits only;
// a word of one character is a piece itself. They are what a search finds by index.
func Grams(texts ...string) []string {
	set := map[string]bool{}
	for _, text := range texts {
		for _, word := range words(text) {
			if len(word) == 1 {
				set[string(word)] = true
			}
			for i := 0; i+2 <= len(word); i++ {
				set[string(word[i:i+2])] = true
			}
		}
	}
	out := make([]string, 0, len(set))
	for g := range set {
		out = append(out, g)
	}
	slices.Sort(out)
	return out
}

func words(text string) [][]rune {
	var out [][]rune
	var word []rune
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word = append(word, unicode.ToLower(r))
			continue
		}
		if len(word) > 0 {
			out, word = append(out, word), nil
		}
	}
	if len(word) > 0 {
		out = append(out, word)
	}
	return out
}

// SearchGrams are the pieces of what the case is searched by: number, title, parties, land and
// collective. Facts are left out: their pieces would be many and mean little.
func (c *Case) SearchGrams() []string {
	texts := []string{c.Title}
	if c.Number != nil {
		texts = append(texts, c.Number.Text)
	}
	for _, p := range c.Parties {
		texts = append(texts, p.Name)
	}
	if c.Land != nil {
		texts = append(texts, c.Land.LandName)
	}
	if c.Dividend != nil {
		texts = append(texts, c.Dividend.Collective)
	}
	return Grams(texts...)
}
