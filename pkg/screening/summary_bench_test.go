package screening_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/docstore/enginetest"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
)

// BenchmarkSummary is how the returns of a county of 20 townships and 300 villages stand, each village with
// a branch, four groups and ten member households, where two of three cells have sent theirs.
func BenchmarkSummary(b *testing.B) {
	engine := enginetest.Embedded(b)
	st, err := store.New(b.Context(), engine)
	require.NoError(b, err)
	now := local("2026-11-20 09:00")
	drawn := local("2026-10-01 09:00").UTC()
	region := func(code, parent, name string, kind models.RegionKind) {
		require.NoError(b, st.PutRegion(b.Context(), &models.Region{Code: code, Parent: parent, Kind: kind, Name: name}))
	}
	region("330681", "3306", "青禾县", models.RegionCounty)
	for t := range 20 {
		township := fmt.Sprintf("330681%03d", 101+t)
		region(township, "330681", fmt.Sprintf("镇%d", t), models.RegionTownship)
		for v := range 15 {
			village := fmt.Sprintf("%s%03d", township, 201+v)
			region(village, township, fmt.Sprintf("村%d", v), models.RegionVillage)
			g := &models.Grid{Village: village}
			cell := func(kind models.CellKind, parent int) {
				number := len(g.Cells) + 1
				g.Cells = append(g.Cells, models.Cell{Number: number, Kind: kind, Spans: []models.CellSpan{{From: "2026-10-01", Name: kind.Name(), Parent: parent, Responsible: "负责人", Households: 20, RecordedAt: drawn}}})
				if number%3 == 0 {
					return
				}
				r := &models.Return{ID: models.ReturnID(models.CellID(village, number), "2026-11-01"), Cell: models.CellID(village, number), Village: village, Township: township, From: "2026-11-01", To: "2026-11-30"}
				filing := models.Submission{At: now.UTC(), Findings: []models.Finding{}}
				if number%5 == 0 {
					filing.Findings = append(filing.Findings, models.Finding{Seq: 1, What: "两家为水沟争吵", Households: 2, Type: "neighbourhood"})
				}
				r.Append(filing)
				require.NoError(b, st.InsertReturn(b.Context(), r))
			}
			cell(models.CellBranch, 0)
			for range 4 {
				cell(models.CellGroup, 1)
			}
			for i := range 10 {
				cell(models.CellHousehold, 2+i%4)
			}
			require.NoError(b, st.PutGrid(b.Context(), g))
		}
	}
	service := screening.New(st, func() time.Time { return now })
	for _, unit := range []string{"330681", "330681101", "330681101201"} {
		b.Run(string(models.RegionKindOf(unit)), func(b *testing.B) {
			for b.Loop() {
				s, err := service.Summary(b.Context(), models.Scope{Region: "330681"}, unit, "2026-11-01")
				require.NoError(b, err)
				require.Positive(b, s.Unit.Returned)
			}
		})
	}
}
