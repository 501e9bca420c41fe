package models_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

const today = "2026-11-24"

func hintsOf(c *models.Case, today string) []string {
	laws := []string{}
	for _, h := range c.Hints(today) {
		laws = append(laws, h.Law)
	}
	return laws
}

func TestLandHints(t *testing.T) {
	t.Parallel()
	const law36, law38, law40, law41, law46 = "农村土地承包法第36条", "农村土地承包法第38条", "农村土地承包法第40条", "农村土地承包法第41条", "农村土地承包法第46条"
	for _, test := range []struct {
		name string
		land models.LandTransferFacts
		want []string
	}{
		{"nothing known", models.LandTransferFacts{}, nil},
		{"all in order", models.LandTransferFacts{Contract: "written", Filed: true, From: "2020-01-01", To: "2027-12-31", ContractLandTo: "2027-12-31", Registered: true}, nil},

		{"ends with the contract of the land", models.LandTransferFacts{To: "2027-12-31", ContractLandTo: "2027-12-31"}, nil},
		{"a day beyond it", models.LandTransferFacts{To: "2028-01-01", ContractLandTo: "2027-12-31"}, []string{law38}},
		{"that contract's end is unknown", models.LandTransferFacts{To: "2028-01-01"}, nil},

		{"oral, exactly a year", models.LandTransferFacts{Contract: "oral", Filed: true, From: "2025-03-01", To: "2026-02-28"}, nil},
		{"oral, a year and a day", models.LandTransferFacts{Contract: "oral", Filed: true, From: "2025-03-01", To: "2026-03-01"}, []string{law40}},
		{"oral, exactly a year with a leap day", models.LandTransferFacts{Contract: "oral", Filed: true, From: "2023-03-01", To: "2024-02-29"}, nil},
		{"oral, a year and a day with a leap day", models.LandTransferFacts{Contract: "oral", Filed: true, From: "2023-03-01", To: "2024-03-01"}, []string{law40}},
		{"oral, exactly a year from a leap day", models.LandTransferFacts{Contract: "oral", Filed: true, From: "2024-02-29", To: "2025-02-28"}, nil},
		{"oral, a year and a day from a leap day", models.LandTransferFacts{Contract: "oral", Filed: true, From: "2024-02-29", To: "2025-03-01"}, []string{law40}},
		{"oral, the calendar year", models.LandTransferFacts{Contract: "oral", Filed: true, From: "2026-01-01", To: "2026-12-31"}, nil},
		{"none, long", models.LandTransferFacts{Contract: "none", Filed: true, From: "2020-01-01", To: "2023-01-01"}, []string{law40}},
		{"written, long", models.LandTransferFacts{Contract: "written", Filed: true, From: "2020-01-01", To: "2023-01-01"}, nil},
		{"oral, of unknown beginning", models.LandTransferFacts{Contract: "oral", Filed: true, To: "2030-01-01"}, nil},
		{"oral, of a beginning that is no day", models.LandTransferFacts{Contract: "oral", Filed: true, From: "前年", To: "2030-01-01"}, nil},

		{"five years less a day", models.LandTransferFacts{Contract: "written", Filed: true, From: "2021-01-01", To: "2025-12-30"}, nil},
		{"five years", models.LandTransferFacts{Contract: "written", Filed: true, From: "2021-01-01", To: "2025-12-31"}, []string{law41}},
		{"five years, registered", models.LandTransferFacts{Contract: "written", Filed: true, From: "2021-01-01", To: "2025-12-31", Registered: true}, nil},
		{"five years from a leap day", models.LandTransferFacts{Contract: "written", Filed: true, From: "2024-02-29", To: "2029-02-28"}, []string{law41}},
		{"five years from a leap day, less a day", models.LandTransferFacts{Contract: "written", Filed: true, From: "2024-02-29", To: "2029-02-27"}, nil},

		{"not filed", models.LandTransferFacts{Contract: "written"}, []string{law36}},
		{"sub-transfer without consent", models.LandTransferFacts{SubTransferred: true}, []string{law46}},
		{"sub-transfer with consent", models.LandTransferFacts{SubTransferred: true, SubConsent: true}, nil},
		{"everything at once", models.LandTransferFacts{Contract: "oral", From: "2020-01-01", To: "2029-12-31", ContractLandTo: "2027-12-31", SubTransferred: true},
			[]string{law38, law40, law36, law41, law46}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, test.want, hintsOf(&models.Case{Land: &test.land}, today))
		})
	}
}

func TestDividendHints(t *testing.T) {
	t.Parallel()
	const decision, disclosure = "农村集体经济组织法第26、42条，村民委员会组织法第24条", "村民委员会组织法第30条"
	for _, test := range []struct {
		name     string
		dividend models.DividendFacts
		want     []string
	}{
		{"nothing known", models.DividendFacts{}, nil},
		{"in order", models.DividendFacts{Decision: "yes", Disclosed: "yes"}, nil},
		{"not known is no finding", models.DividendFacts{Decision: "unknown", Disclosed: "unknown"}, nil},
		{"not decided", models.DividendFacts{Decision: "no"}, []string{decision}},
		{"not disclosed", models.DividendFacts{Disclosed: "no"}, []string{disclosure}},
		{"neither", models.DividendFacts{Decision: "no", Disclosed: "no"}, []string{decision, disclosure}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, test.want, hintsOf(&models.Case{Dividend: &test.dividend}, today))
		})
	}
}

// The two years of 农村土地承包经营纠纷调解仲裁法第18条, counted by 民法典第201、202条: the day itself does
// not count, the last is the day of the same date, or the last of February.
func TestArbitrationHint(t *testing.T) {
	t.Parallel()
	const law = "农村土地承包经营纠纷调解仲裁法第18条"
	near := func(end string) []models.Hint {
		return []models.Hint{{Law: law, Text: "申请仲裁的二年时效将于" + end + "届满，请提醒当事人"}}
	}
	over := func(end string) []models.Hint {
		return []models.Hint{{Law: law, Text: "申请仲裁的二年时效可能已于" + end + "届满，请核实有无中断"}}
	}
	for _, test := range []struct {
		name, known, today string
		want               []models.Hint
	}{
		{"not known", "", today, nil},
		{"no day", "去年", today, nil},
		{"the same day", "2026-11-24", today, nil},
		{"90 days before the end", "2024-11-24", "2026-08-26", nil},
		{"89 days before the end", "2024-11-24", "2026-08-27", near("2026-11-24")},
		{"the last day", "2024-11-24", "2026-11-24", near("2026-11-24")},
		{"the day after", "2024-11-24", "2026-11-25", over("2026-11-24")},
		{"long after", "2014-11-24", "2026-11-25", over("2016-11-24")},
		{"from a leap day, the last day", "2024-02-29", "2026-02-28", near("2026-02-28")},
		{"from a leap day, the day after", "2024-02-29", "2026-03-01", over("2026-02-28")},
		{"to a leap year", "2026-02-28", "2028-02-28", near("2028-02-28")},
		{"to a leap year, the day after", "2026-02-28", "2028-02-29", over("2028-02-28")},
		{"over the year's end", "2024-12-31", "2027-01-01", over("2026-12-31")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range []*models.Case{{Land: &models.LandTransferFacts{ViolationKnownOn: test.known}}, {Dividend: &models.DividendFacts{ViolationKnownOn: test.known}}} {
				require.Empty(t, cmp.Diff(test.want, c.Hints(test.today)))
			}
		})
	}
}

func TestConflictHint(t *testing.T) {
	t.Parallel()
	at := func(office string, conflict models.ConflictOfInterest) *models.Case {
		return &models.Case{Place: place(), Office: models.Office{Region: office}, Conflict: conflict}
	}
	for _, test := range []struct {
		name string
		c    *models.Case
		want []string
	}{
		{"none", at(village, models.ConflictOfInterest{}), nil},
		{"in its own house", at(village, models.ConflictOfInterest{Exists: true}), []string{"人民调解法第3条"}},
		{"with consent", at(village, models.ConflictOfInterest{Exists: true, Consent: "双方签字同意"}), nil},
		{"at the township", at(village[:9], models.ConflictOfInterest{Exists: true}), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, test.want, hintsOf(test.c, today))
		})
	}
}
