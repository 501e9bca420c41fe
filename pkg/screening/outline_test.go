package screening_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// viewOf is a report with what it is compared with, from a history.
func viewOf(t *testing.T, h *history, r *models.Region, month string) *screening.View {
	t.Helper()
	v := &screening.View{Region: r, Report: compute(t, h, r, month), Last: compute(t, h, r, screening.AddMonths(month, -1)), LastYear: compute(t, h, r, screening.AddMonths(month, -12))}
	v.Trend = []*models.Report{v.Last, v.Report}
	return v
}

// TestOutlineHasEverything holds that each figure, breakdown and named case stands in exactly one section,
// whichever figures there are.
func TestOutlineHasEverything(t *testing.T) {
	t.Parallel()
	h, months := lived(t, policy())
	for _, r := range regions() {
		view := viewOf(t, h, r, months[len(months)-2])
		figures, tables, risky, late, grouped := map[string]int{}, map[string]int{}, 0, 0, 0
		for i, p := range screening.Outline(view) {
			require.Equal(t, i+1, p.Number)
			for _, l := range p.Lines {
				figures[l.Key]++
				f, _ := view.Report.Figure(l.Key)
				require.Equal(t, f, l.Now)
				last, _ := view.Last.Figure(l.Key)
				require.Equal(t, last, *l.Last)
			}
			for _, table := range p.Tables {
				tables[table.Key]++
			}
			switch p.Key {
			case screening.SectionRisk:
				risky = len(p.Cases)
				for i, g := range p.Groups {
					require.NotContains(t, ids(p.Groups[:i]), g.ID, "each stands there once")
					require.Len(t, strings.Split(g.Numbers(), "、"), len(g.Cases))
					grouped += len(g.Cases)
					for _, c := range g.Cases {
						require.Equal(t, g.Cases[0].Village, c.Village, "a group dispute is of one village")
					}
				}
			case screening.SectionOverdue:
				late = len(p.Cases)
			default:
				require.Empty(t, p.Cases)
			}
		}
		for _, f := range view.Report.Figures {
			require.Equal(t, 1, figures[f.Key], f.Key)
		}
		for _, table := range view.Report.Tables {
			want := 1
			if d, _ := screening.DimensionOf(table.Key); d.OfRates() { // the comparison of places shows them
				want = 0
			}
			require.Equal(t, want, tables[table.Key], table.Key)
		}
		require.Equal(t, int(value(t, view.Report, "red")+value(t, view.Report, "orange")), risky)
		require.Equal(t, int(value(t, view.Report, "overdue")), late)
		require.Equal(t, int(value(t, view.Report, "grouped")), grouped)
	}
}

func ids(groups []screening.Group) []string {
	var out []string
	for _, g := range groups {
		out = append(out, g.ID)
	}
	return out
}

// TestNamedCases: the lines are the cases of the lists, as they stood at the month's end, none twice.
func TestNamedCases(t *testing.T) {
	t.Parallel()
	h, months := lived(t, policy())
	for _, month := range months {
		report := compute(t, h, county, month)
		var ids []string
		for _, l := range report.Lines {
			ids = append(ids, l.Case)
			require.Equal(t, l.Late, l.LateDays > 0)
			require.NotEmpty(t, l.Village)
		}
		listed := map[string]bool{}
		for _, key := range []string{"red", "orange", "overdue", "grouped"} {
			ref, err := screening.ParseRef(key)
			require.NoError(t, err)
			cases, err := screening.List(county, window(t, month), slices.Values(h.cases), ref)
			require.NoError(t, err)
			for _, c := range cases {
				listed[c.ID.Hex()] = true
			}
		}
		require.Len(t, ids, len(listed))
		for _, id := range ids {
			require.True(t, listed[id])
		}
	}
}

// TestAdviceRestsOnItsCases: each advice names its ground, and the list behind it is as long as it says.
func TestAdviceRestsOnItsCases(t *testing.T) {
	t.Parallel()
	h, months := lived(t, policy())
	given := map[string]bool{}
	for _, month := range append(months[1:], toldMonth) {
		for _, r := range regions() {
			for _, a := range screening.Advise(viewOf(t, h, r, month)) {
				given[a.Key] = true
				require.NotContains(t, a.Text+a.Ground, "{", "every word is filled in")
				ref, err := screening.ParseRef(a.Ref)
				require.NoError(t, err)
				cases, err := screening.List(r, window(t, month), slices.Values(h.cases), ref)
				require.NoError(t, err)
				entries, err := screening.ListEntries(r, h.entries(window(t, month)), ref)
				require.NoError(t, err)
				require.Equal(t, int(a.Count), len(cases)+len(entries), "%s of %s in %s", a.Key, r.Name, month)
			}
		}
	}
	for _, key := range []string{"red", "orange", "overdue", "unreceived", "due_soon", "unperformed", "expired", "failed", "standing", "missing", "leads", "land", "dividend", "village", "township", "rise"} {
		require.True(t, given[key], "no month called for the advice %s", key)
	}
	quiet := &screening.View{Region: county, Report: screening.Compute(county, window(t, toldMonth), slices.Values([]*models.Case{}), townships)}
	require.Empty(t, screening.Advise(quiet))
}

func TestRisingAdviceNeedsALastMonth(t *testing.T) {
	t.Parallel()
	report := func(opened int64) *models.Report {
		return &models.Report{Figures: []models.Figure{{Key: "opened", Value: opened, Unit: "件"}}}
	}
	for name, tt := range map[string]struct {
		last *models.Report
		now  int64
		want []string
	}{
		"no last month":   {nil, 10, nil},
		"from nothing":    {report(0), 3, []string{"本月新收3件，比上月增加3件"}},
		"by thirty":       {report(10), 13, []string{"本月新收13件，比上月增加3件"}},
		"by less":         {report(10), 12, nil},
		"fewer":           {report(13), 10, nil},
		"few at all":      {report(0), 2, nil},
		"the same, large": {report(20), 20, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, a := range screening.Advise(&screening.View{Region: county, Report: report(tt.now), Last: tt.last}) {
				got = append(got, a.Ground)
			}
			require.Empty(t, cmp.Diff(tt.want, got))
		})
	}
}

// TestStatisticsFollowTheFigures: what is counted is the sum of the numbers it names; what is typed is
// what was typed.
func TestStatisticsFollowTheFigures(t *testing.T) {
	t.Parallel()
	h, months := lived(t, policy())
	report := compute(t, h, county, months[len(months)-2])
	report.Issue.Blocks = []models.ReportBlock{{Key: "stat_mediators", Text: "71"}}
	text, keys := map[string]string{}, map[string]bool{}
	var types, opened int64
	for _, l := range screening.StatisticsOf(report) {
		require.False(t, keys[l.Key], l.Key)
		keys[l.Key] = true
		text[l.Key] = l.Text
		require.Equal(t, l.Typed, len(l.Refs) == 0)
		for _, ref := range l.Refs {
			parsed, err := screening.ParseRef(ref)
			require.NoError(t, err)
			if parsed.Dimension == "type" {
				cases, err := screening.List(county, window(t, report.Month), slices.Values(h.cases), parsed)
				require.NoError(t, err)
				types += int64(len(cases))
			}
		}
	}
	opened = value(t, report, "opened")
	require.Equal(t, opened, types, "the types add up to what came in")
	f, _ := report.Figure("opened")
	require.Equal(t, screening.Text(f), text["opened"])
	require.Equal(t, "71", text["mediators"])
	require.Equal(t, "", text["committees"])
}

// TestFigureDefinedLaterIsCountedInTheForm: once the figures know a number, nobody types it any more.
func TestFigureDefinedLaterIsCountedInTheForm(t *testing.T) {
	t.Parallel()
	report := &models.Report{Figures: []models.Figure{{Key: "confirmed", Value: 4, Unit: "件"}}}
	for _, l := range screening.StatisticsOf(report) {
		if l.Key == "confirmed" {
			require.False(t, l.Typed)
			return
		}
	}
	require.Fail(t, "no such line")
}

// TestChartsOfTheReport draws every chart of every place's report.
func TestChartsOfTheReport(t *testing.T) {
	t.Parallel()
	h, months := lived(t, policy())
	for _, r := range regions() {
		view := viewOf(t, h, r, months[len(months)-2])
		for _, chart := range screening.ChartNames() {
			drawn, err := screening.Draw(view, chart.Code)
			require.NoError(t, err)
			nothing := func(key string) bool { return value(t, view.Report, key) == 0 }
			empty := map[string]bool{
				screening.ChartTiles: r.Kind == models.RegionVillage, screening.ChartTypes: nothing("opened"), screening.ChartSeats: nothing("agreed"), screening.ChartDays: nothing("concluded"),
			}[chart.Code]
			require.Equal(t, empty, drawn == "", "%s of %s", chart.Code, r.Name)
		}
	}
	_, err := screening.Draw(viewOf(t, h, county, months[3]), "pie")
	require.Error(t, err)
}
