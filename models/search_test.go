package models_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

func TestGrams(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		texts []string
		want  []string
	}{
		{"nothing", nil, []string{}},
		{"no letters", []string{"——，。 "}, []string{}},
		{"a name", []string{"张三"}, []string{"张三"}},
		{"a longer word", []string{"北坡三组"}, []string{"坡三", "三组", "北坡"}},
		{"one character", []string{"田"}, []string{"田"}},
		{"a sign divides", []string{"李四、王五"}, []string{"李四", "王五"}},
		{"texts do not run together", []string{"甲乙", "丙丁"}, []string{"甲乙", "丙丁"}},
		{"a number", []string{"〔2026〕北坡村人调字第12号"}, []string{"20", "02", "26", "北坡", "坡村", "村人", "人调", "调字", "字第", "第1", "12", "2号"}},
		{"capitals", []string{"ABc"}, []string{"ab", "bc"}},
		{"twice the same", []string{"张三", "张三张三"}, []string{"张三", "三张"}},
		{"a character beyond the first plane", []string{"𠮷野"}, []string{"𠮷野"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := models.Grams(test.texts...)
			require.ElementsMatch(t, test.want, got)
			require.True(t, slices.IsSorted(got))
		})
	}
}

// TestGramsFindEveryPart: whatever part of a word people type, its grams are among those of the case.
func TestGramsFindEveryPart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[张李王北坡组田地租a-cA-C0-9]{2,8}`), 1, 5).Draw(t, "words")
		all := models.Grams(strings.Join(words, rapid.SampledFrom([]string{" ", "、", "（"}).Draw(t, "sign")))
		word := []rune(rapid.SampledFrom(words).Draw(t, "word"))
		from := rapid.IntRange(0, len(word)-2).Draw(t, "from")
		to := rapid.IntRange(from+2, len(word)).Draw(t, "to")
		for _, gram := range models.Grams(string(word[from:to])) {
			require.Contains(t, all, gram)
			require.Len(t, []rune(gram), 2)
		}
	})
}

func TestSearchGrams(t *testing.T) {
	t.Parallel()
	c := &models.Case{
		Title: "租金", Facts: "秘密", Parties: []models.Party{{Name: "张三", Phone: models.Sealed{Mask: "138****5678"}, Address: "东街"}, {Name: "丰禾"}},
		Land: &models.LandTransferFacts{LandName: "下湾", Location: "村口"}, Dividend: &models.DividendFacts{Collective: "合作"},
	}
	require.ElementsMatch(t, []string{"租金", "张三", "丰禾", "下湾", "合作"}, c.SearchGrams(), "neither facts nor addresses nor masks")
	c.Number = &models.CaseNumber{Text: "第9号"}
	require.Contains(t, c.SearchGrams(), "第9")
}
