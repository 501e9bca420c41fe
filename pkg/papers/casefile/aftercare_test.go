package casefile_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/papers/casefile"
)

// piece says whether a paper can be printed, and whether it belongs to the file.
func piece(s *casefile.Source, code string) (there, inFile bool) {
	pieces := casefile.Pieces(s)
	i := slices.IndexFunc(pieces, func(p casefile.Piece) bool { return p.Code == code })
	return i >= 0, i >= 0 && pieces[i].InFile
}

// TestDraftIsPrintedToBeSigned: a text that waits for signatures is printed in the official form, with the
// articles it cites by number alone and a line where nobody has filled in yet; it is no part of the file.
func TestDraftIsPrintedToBeSigned(t *testing.T) {
	t.Parallel()
	s := fresh()
	grounds, _ := models.CiteArticles([]string{"contract-39"})
	s.Case.State, s.Case.Mediators = models.Mediating, []string{"陈守义"}
	s.Case.Drafts = []models.AgreementDraft{{Seq: 1, Text: models.Agreement{
		Form: "written", Facts: "两年租金未付。", Items: []string{"每年" + models.Blank + "前付清"}, Grounds: grounds, Signatures: []models.Signature{{Party: "许来福", SignedOn: "2026-11-23"}},
	}}}
	there, inFile := piece(s, "draft")
	require.True(t, there)
	require.False(t, inFile)
	there, _ = piece(s, "agreement")
	require.False(t, there, "nothing was agreed yet")
	p, ok := casefile.Of(s, "draft")
	require.True(t, ok)
	text := words(p.Blocks)
	require.Contains(t, text, "法律依据：《农村土地承包法》第39条。")
	require.NotContains(t, text, grounds[0].Text, "a paraphrase is not printed as the law")
	require.Contains(t, text, "每年＿＿＿＿前付清")
	require.Contains(t, text, "2026年11月23日")

	s.Case.State = models.Failed
	there, _ = piece(s, "draft")
	require.False(t, there, "what came to nothing is not printed")
}

// TestVisitsArePapers: each visit is a record of the file; before the first one there is a form.
func TestVisitsArePapers(t *testing.T) {
	t.Parallel()
	s := ordinary()
	s.Case.After = nil
	there, inFile := piece(s, "visit")
	require.True(t, there)
	require.False(t, inFile)
	s.Case.After = &models.Aftercare{Visits: []models.Visit{
		{Seq: 1, On: "2026-11-20", How: "phone", Visitor: "陈守义", Visited: []string{"许来福"}, Kept: "全部履行", Satisfaction: "satisfied"},
		{Seq: 2, On: "2026-11-23", How: "home", Visitor: "李桂兰", Visited: []string{"许来福"}, Satisfaction: "fair", Signs: "又为水口拌嘴"},
	}}
	_, inFile = piece(s, "visit-2")
	require.True(t, inFile)
	first, _ := casefile.Of(s, "visit-1")
	text := words(first.Blocks)
	for _, said := range []string{"☑电话", "☑满意", "全部履行", "2026年11月20日", "陈守义", "没有"} {
		require.Contains(t, text, said)
	}
	second, _ := casefile.Of(s, "visit-2")
	require.Contains(t, words(second.Blocks), "又为水口拌嘴")
}
