package models_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

// TestArticles: every article says of which text it speaks, in our words, and concerns sub-types that
// there are; every sub-type has some of its own.
func TestArticles(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range models.Articles() {
		require.False(t, seen[a.Code], a.Code)
		seen[a.Code] = true
		require.NotEmpty(t, a.Version, a.Code)
		require.Regexp(t, `^第[\d、至]+条$`, a.Number)
		require.NotContains(t, a.Text, "“", "a paraphrase is no quotation")
		for _, s := range a.Subtypes {
			require.True(t, slices.ContainsFunc(a.Types, func(kind models.DisputeType) bool { return models.HasCode(models.Subtypes(kind), s) }), "%s: %s", a.Code, s)
		}
	}
	for _, kind := range []models.DisputeType{models.LandTransfer, models.Dividend} {
		for _, s := range models.Subtypes(kind) {
			first := models.ArticlesFor(kind, s.Code)[0]
			require.Contains(t, first.Subtypes, s.Code, "%s has no article of its own", s.Name)
		}
	}
	other := models.ArticlesFor("neighbourhood", "")
	require.NotEmpty(t, other)
	for _, a := range other {
		require.Equal(t, "人民调解法", a.Law)
	}
	refs, unknown := models.CiteArticles([]string{"contract-40", "contract-40", "nothing"})
	require.Len(t, refs, 1)
	require.Equal(t, []string{"nothing"}, unknown)
}

// TestSettlementsFillThemselves: whatever a case says or leaves out, a template leaves no hole but the
// blanks that are to be filled in, and its instalments add up.
func TestSettlementsFillThemselves(t *testing.T) {
	t.Parallel()
	offered := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		kind := models.DisputeType(rapid.SampledFrom(models.DisputeTypes()).Draw(t, "type").Code)
		c := &models.Case{Type: kind, AmountFen: rapid.Int64Range(0, 1_000_000_00).Draw(t, "fen"), Facts: "两家争了三年。"}
		c.Parties = []models.Party{{Role: models.Applicant, Name: "许来福"}, {Role: models.Respondent, Name: "丰年农机合作社"}}
		if subtypes := models.Subtypes(kind); len(subtypes) > 0 {
			c.Subtype = rapid.SampledFrom(subtypes).Draw(t, "subtype").Code
		}
		day := func(name string) string {
			return rapid.SampledFrom([]string{"", "2026-02-28", "2029-12-31"}).Draw(t, name)
		}
		if rapid.Bool().Draw(t, "fields") {
			c.Land = &models.LandTransferFacts{LandName: rapid.SampledFrom([]string{"", "长垄"}).Draw(t, "land"), AreaCentiMu: rapid.Int64Range(0, 900).Draw(t, "area"), From: day("from"), To: day("to"), ContractLandTo: day("end"), PriceFenPerMu: rapid.Int64Range(0, 200_000).Draw(t, "price")}
			c.Dividend = &models.DividendFacts{Year: rapid.SampledFrom([]int{0, 2025}).Draw(t, "year"), ClaimedShares: rapid.Int64Range(0, 9).Draw(t, "shares")}
		}
		choices := models.SettlementsFor(c)
		require.NotEmpty(t, choices)
		for _, choice := range choices {
			offered[choice.Code] = true
			a, ok := models.Settle(c, choice.Code, "2026-03-02")
			require.True(t, ok)
			require.NotEmpty(t, a.Items)
			require.NotEmpty(t, a.Grounds, choice.Name)
			text := strings.Join(append(a.Items, a.Manner), "\n")
			for _, hole := range []string{"%", "{", "  ", "“”", "0001", "、，", "（）"} {
				require.NotContains(t, text, hole, choice.Name)
			}
			var sum int64
			last := "2026-03-02"
			for i, in := range a.Instalments {
				sum += in.AmountFen
				require.Equal(t, i+1, in.Seq)
				require.Greater(t, in.DueOn, last)
				last = in.DueOn
			}
			if len(a.Instalments) > 0 {
				require.Equal(t, c.AmountFen, sum, choice.Name)
			}
			require.Equal(t, strings.Contains(text, "＿"), len(a.Blanks()) > 0)
		}
		_, ok := models.Settle(c, "nothing", "2026-03-02")
		require.False(t, ok)
	})
	for _, name := range []string{"rent_instalments", "land_returned", "term_changed", "contract_written", "boundary_set", "share_recognised", "plan_revised", "arrears_paid"} {
		require.True(t, offered[name], name)
	}
}

// paperOf is one paper of a case.
func paperOf(t *testing.T, c *models.Case, code string) models.CasePaper {
	t.Helper()
	papers := c.Papers()
	i := slices.IndexFunc(papers, func(p models.CasePaper) bool { return p.Code == code })
	require.GreaterOrEqual(t, i, 0, code)
	return papers[i]
}

// TestPapersThroughALife follows the list of papers from logging to the visit.
func TestPapersThroughALife(t *testing.T) {
	t.Parallel()
	c := logged(defaultPolicy())
	c.Source = "screening"
	c.Parties = []models.Party{{Role: models.Applicant, Name: "许来福"}, {Role: models.Respondent, Name: "邵兴旺", IDNumber: models.Sealed{Mask: "330681********1234"}, Agent: "邵大"}}
	for code, want := range map[string]models.PaperState{
		"application": models.PaperMissing, "rights": models.PaperMissing, "identity": models.PaperMissing, "proxy": models.PaperOnPaper, "sittings": models.PaperMissing,
		"agreement": models.PaperUnneeded, "visits": models.PaperUnneeded, "cover": models.PaperLater, "back": models.PaperLater,
	} {
		require.Equal(t, want, paperOf(t, c, code).State, code)
	}
	c.Dictation = &models.Dictation{By: "许来福", Typist: "小林"}
	require.Equal(t, models.PaperUnsigned, paperOf(t, c, "affirmation").State)
	c.Dictation.AffirmedBy, c.Dictation.AffirmedOn, c.Dictation.Mark = "许来福", "2026-11-24", "fingerprint"
	require.Equal(t, "许来福于2026年11月24日按指印", paperOf(t, c, "affirmation").Note)

	c.AcceptedAt, c.State = &start, models.Mediating
	c.Sittings = []models.Sitting{{Seq: 1, RightsTold: true}}
	c.Drafts = []models.AgreementDraft{{Seq: 1, Text: models.Agreement{Form: "written", Signatures: []models.Signature{{Party: "许来福", SignedOn: "2026-11-24"}}}}}
	require.Equal(t, models.PaperThere, paperOf(t, c, "rights").State)
	require.Equal(t, models.PaperUnsigned, paperOf(t, c, "agreement").State)
	require.Equal(t, "第1稿，还缺：邵兴旺、调解员、调委会印章", paperOf(t, c, "agreement").Note)

	c.State = models.Agreed
	c.Agreement = &models.Agreement{InForceOn: "2026-11-25", Instalments: []models.Instalment{{Seq: 1, PerformedOn: "2026-11-26"}, {Seq: 2}}}
	require.Equal(t, models.PaperThere, paperOf(t, c, "agreement").State, "an oral one is what is on record of it")
	c.Agreement.Form = "written"
	require.Equal(t, "请核对纸质件：2026年11月25日生效，请附上签字的协议照片", paperOf(t, c, "agreement").State.Name()+"："+paperOf(t, c, "agreement").Note)
	require.NotContains(t, c.MissingPapers(), "调解协议书", "it is signed, on paper")
	c.Attachments = []models.Attachment{{Kind: models.AttachAgreement}}
	require.Equal(t, models.PaperThere, paperOf(t, c, "agreement").State)
	require.Equal(t, "已履行1期，其中1期没有登记凭证", paperOf(t, c, "performance").Note)
	c.Agreement.Confirmation = &models.Confirmation{Court: "法院"}
	require.Equal(t, models.PaperMissing, paperOf(t, c, "confirmation").State)
	c.After = &models.Aftercare{VisitBy: "2026-12-25"}
	require.Equal(t, "请在2026年12月25日前回访", paperOf(t, c, "visits").Note)
	c.After = &models.Aftercare{Visits: []models.Visit{{}}}
	require.Equal(t, models.PaperThere, paperOf(t, c, "visits").State)
	require.Equal(t, []string{"当事人身份证明（没有登记证件号码：许来福）"}, c.MissingPapers())
	c.Attachments = []models.Attachment{{Kind: models.AttachIdentity}, {Kind: models.AttachIdentity}}
	require.Equal(t, "已附2份", paperOf(t, c, "identity").Note)
	require.Empty(t, c.MissingPapers())
	for _, p := range c.Papers() {
		require.Equal(t, p.State.Name(), p.StateName)
		require.True(t, models.HasCode(models.PaperNames(), p.Code))
	}
}
