package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// issued is a report with something in every field.
func issued(region, month string) *models.Report {
	of := int64(7)
	actor := models.Actor{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: north}
	r := &models.Report{
		Region: region, Month: month, BuiltAt: noon, Unsealed: county,
		Figures: []models.Figure{{Key: "opened", Value: 3, Unit: "件"}, {Key: "village_rate", Value: 2, Of: &of, Unit: "%"}},
		Tables:  []models.Table{{Key: "type", Columns: []string{"opened"}, Rows: []models.TableRow{{Code: "other", Name: "其他", Values: []int64{3}}}}},
		Lines:   []models.ReportLine{{Case: "665f00000000000000000001", Number: "〔2026〕北坡村人调字第1号", Village: "北坡村", Risk: models.Red, Late: true, LateDays: 3}},
	}
	r.Issue = models.ReportIssue{
		Blocks: []models.ReportBlock{{Key: "overview", Text: "平稳"}}, EditedBy: &actor, EditedAt: &noon,
		Steps: []models.ReportStep{{At: noon, Actor: actor, Action: models.ReportConfirm}, {At: noon, Actor: actor, Action: models.ReportReview, Alone: true}},
	}
	return r
}

// TestReportsAreSealedInTheStore: a report comes back as it was kept, its seal holds, a slower writer
// loses, and what is sealed waits for nobody.
func TestReportsAreSealedInTheStore(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		for _, month := range []string{"2026-08", "2026-09", "2026-10"} {
			for _, region := range []string{county, north} {
				require.NoError(t, st.InsertReport(t.Context(), issued(region, month)))
			}
		}
		unsealed := func() []string {
			var ids []string
			require.NoError(t, st.UnsealedReports(t.Context(), county, "2026-09", "2026-10", func(r *models.Report) error {
				ids = append(ids, r.ID)
				return nil
			}))
			return ids
		}
		require.ElementsMatch(t, []string{county + "/2026-09", north + "/2026-09", county + "/2026-10", north + "/2026-10"}, unsealed())

		report, err := st.Report(t.Context(), north, "2026-10")
		require.NoError(t, err)
		slower, err := st.Report(t.Context(), north, "2026-10")
		require.NoError(t, err)
		heads := []byte("665f00000000000000000001 abc\n")
		hash, err := st.PutHeads(t.Context(), heads)
		require.NoError(t, err)
		sum := sha256.Sum256(heads)
		require.Equal(t, hex.EncodeToString(sum[:]), hash)
		report.Issue.State, report.Unsealed = models.ReportSealed, ""
		report.Close(models.ReportMark{At: noon, By: report.Issue.Steps[0].Actor, Heads: hash, Cases: 1})
		report.Supplement(models.ReportMark{At: noon, By: report.Issue.Steps[0].Actor, Reason: "补录", Heads: hash, Cases: 1, Files: 1, Changes: []models.FigureChange{{Ref: "opened", Was: report.Figures[0], Is: report.Figures[1]}}})
		require.NoError(t, st.ReplaceReport(t.Context(), report))
		require.True(t, store.IsConflict(st.ReplaceReport(t.Context(), slower)))

		kept, err := st.Report(t.Context(), north, "2026-10")
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(report, kept))
		require.NoError(t, kept.VerifySeal())
		data, err := st.Heads(t.Context(), hash)
		require.NoError(t, err)
		require.Equal(t, heads, data)
		_, err = st.Heads(t.Context(), hex.EncodeToString(make([]byte, 32)))
		require.True(t, store.IsNotFound(err))
		require.ElementsMatch(t, []string{county + "/2026-09", north + "/2026-09", county + "/2026-10"}, unsealed())
	})
}

func TestChecksAreKept(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, st opened) {
		at, actor := noon.Add(time.Hour), models.Actor{ID: "judicial", Name: "何明理", Role: models.RoleJudicial, Region: north}
		for _, month := range []string{"2026-09", "2026-10"} {
			require.NoError(t, st.InsertCheck(t.Context(), &models.FileCheck{Region: north, Month: month, BuiltAt: noon, Seed: "s", Population: 9, Items: []models.CheckItem{
				{Key: "call-1", Kind: models.CheckCall, Ground: "随机抽中", Cases: []models.CheckCase{{ID: "1", Number: "第1号", Village: "北坡村"}}},
			}}))
		}
		require.True(t, store.IsDuplicate(st.InsertCheck(t.Context(), &models.FileCheck{Region: north, Month: "2026-10"}), "_id"), "the first draw stays")
		check, err := st.Check(t.Context(), north, "2026-10")
		require.NoError(t, err)
		slower := *check
		check.Item("call-1").Result, check.Item("call-1").By, check.Item("call-1").At = "true", &actor, &at
		require.NoError(t, st.ReplaceCheck(t.Context(), check))
		require.True(t, store.IsConflict(st.ReplaceCheck(t.Context(), &slower)))
		all, err := st.Checks(t.Context(), north, 5)
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.Empty(t, cmp.Diff(check, all[0]), "the latest first")
		_, err = st.Check(t.Context(), south, "2026-10")
		require.True(t, store.IsNotFound(err))
	})
}
