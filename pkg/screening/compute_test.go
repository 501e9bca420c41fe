package screening_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// window is that of a month which is over.
func window(t require.TestingT, month string) screening.Window {
	w, err := screening.NewWindow(month, local("2030-01-01 00:00"))
	require.NoError(t, err)
	return w
}

func compute(t require.TestingT, h *history, r *models.Region, month string) *models.Report {
	w := window(t, month)
	return screening.Compute(r, w, slices.Values(h.cases), inside(r), h.entries(w)...)
}

func ladders() map[string]*models.Policy {
	return map[string]*models.Policy{"default": policy(), "四级七天": sevenDays()}
}

// TestBuiltAtOnceOrMuchLaterIsTheSame is the promise of the report: what happens after the month
// changes nothing of it.
func TestBuiltAtOnceOrMuchLaterIsTheSame(t *testing.T) {
	t.Parallel()
	for name, p := range ladders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				h := newHistory(t, p, drawn(t))
				atOnce := map[string]*models.Report{}
				h.live(60, 75, func(month string) {
					for _, r := range regions() {
						atOnce[models.ReportID(r.Code, month)] = compute(t, h, r, month)
					}
				})
				for id, then := range atOnce {
					at := slices.IndexFunc(regions(), func(r *models.Region) bool { return r.Code == then.Region })
					if diff := cmp.Diff(then, compute(t, h, regions()[at], then.Month)); diff != "" {
						t.Fatalf("%s changed (-at the month's end +later):\n%s", id, diff)
					}
				}
			})
		})
	}
}

// lived is a history of more than a year, in which the tales happen as well, and its months.
func lived(t *testing.T, p *models.Policy) (*history, []string) {
	t.Helper()
	var months []string
	h := newHistory(t, p, seeded(11))
	h.live(2250, 10, func(month string) { months = append(months, month) })
	require.Greater(t, len(months), 12)
	require.Contains(t, months, toldMonth)
	h.cases = append(h.cases, told(t)...)
	h.toldReturns()
	return h, months
}

func value(t require.TestingT, r *models.Report, key string) int64 {
	f, ok := r.Figure(key)
	require.True(t, ok, key)
	return f.Value
}

func TestReportsBalance(t *testing.T) {
	t.Parallel()
	for name, p := range ladders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, months := lived(t, p)
			for _, r := range regions() {
				var last *models.Report
				for _, month := range months {
					report := compute(t, h, r, month)
					v := func(key string) int64 { return value(t, report, key) }
					require.Equal(t, v("pending"), v("opening")+v("opened")-v("concluded"), report.ID)
					require.Equal(t, v("concluded"), v("agreed")+v("failed")+v("withdrawn")+v("declined")+v("referred"), report.ID)
					require.Equal(t, v("agreed"), v("agreed_village")+v("agreed_township")+v("agreed_county"), report.ID)
					require.Equal(t, v("agreed"), v("written")+v("oral"), report.ID)
					require.Equal(t, v("screen_due"), v("screen_returned")+v("screen_missing"), "a return is sent or missing, %s", report.ID)
					require.LessOrEqual(t, v("screen_zero"), v("screen_returned"), report.ID)
					if last != nil {
						closed := v("leads_open") - value(t, last, "leads_open") - v("leads") + v("leads_case") + v("leads_prevented")
						require.LessOrEqual(t, closed, int64(0), "findings that wait come from those that waited and those that came, %s", report.ID)
					}
					if last != nil {
						require.Equal(t, value(t, last, "pending"), v("opening"), "%s begins where the month before ended", report.ID)
					}
					last = report
					for _, table := range report.Tables {
						for column, key := range table.Columns {
							var sum int64
							for _, row := range table.Rows {
								sum += row.Values[column]
							}
							require.Equal(t, v(key), sum, "%s: %s by %s", report.ID, key, table.Key)
							if whole, _ := report.Figure(key); whole.Of != nil {
								of := int64(0)
								for _, row := range table.Rows {
									of += row.Of[column]
								}
								require.Equal(t, *whole.Of, of, "%s: %s by %s is reckoned on the same", report.ID, key, table.Key)
							}
						}
						for _, row := range table.Rows {
							at := func(key string) int64 {
								i := slices.Index(table.Columns, key)
								return row.Values[i]
							}
							if table.Key == "type" || table.Key == "village" || table.Key == "township" {
								require.Equal(t, at("pending"), at("opening")+at("opened")-at("concluded"), "%s: %s", report.ID, row.Name)
							}
						}
					}
				}
			}
		})
	}
}

// TestPlacesAddUp holds that a county's figures are the sums of its townships', and a township's
// those of its villages, rates and the cells of every table included.
func TestPlacesAddUp(t *testing.T) {
	t.Parallel()
	for name, p := range ladders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, months := lived(t, p)
			for _, month := range months {
				whole := numbers(compute(t, h, county, month))
				for _, parts := range [][]*models.Region{townships, villages} {
					var reports []*models.Report
					for _, part := range parts {
						reports = append(reports, compute(t, h, part, month))
					}
					require.Empty(t, cmp.Diff(whole, numbers(reports...)), "the county and its %s, %s", parts[0].Kind, month)
				}
				for _, r := range townships {
					var reports []*models.Report
					for _, part := range inside(r) {
						reports = append(reports, compute(t, h, part, month))
					}
					require.Empty(t, cmp.Diff(numbers(compute(t, h, r, month)), numbers(reports...)), "%s, %s", r.Name, month)
				}
			}
		})
	}
}

// numbers adds up what is not zero in some reports: figures, what rates are reckoned on, and the
// cells of the tables that the reports of all places have.
func numbers(reports ...*models.Report) map[string]int64 {
	sums := map[string]int64{}
	for _, r := range reports {
		for _, f := range r.Figures {
			sums[f.Key] += f.Value
			if f.Of != nil {
				sums[f.Key+" of"] += *f.Of
			}
		}
		for _, table := range r.Tables {
			if strings.HasPrefix(table.Key, "village") || strings.HasPrefix(table.Key, "township") || strings.HasPrefix(table.Key, "grid_") {
				continue
			}
			for _, row := range table.Rows {
				for i, column := range table.Columns {
					sums[screening.CellRef(table, row, column).String()] += row.Values[i]
				}
			}
		}
	}
	maps.DeleteFunc(sums, func(_ string, n int64) bool { return n == 0 })
	return sums
}

// TestEveryNumberOpensItsList: the list is as long as a counting figure and as a table's cell, holds
// the cases that add to a sum, and is what a rate is reckoned on.
func TestEveryNumberOpensItsList(t *testing.T) {
	t.Parallel()
	for name, p := range ladders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, months := lived(t, p)
			for _, month := range append(months[len(months)-4:], toldMonth) {
				for _, r := range regions() {
					everyNumberOpensItsList(t, h, r, month)
				}
			}
			report := compute(t, h, county, toldMonth)
			for _, f := range report.Figures {
				require.Positive(t, f.Value, "nothing was shown of %s", f.Key)
			}
		})
	}
}

func everyNumberOpensItsList(t *testing.T, h *history, r *models.Region, month string) {
	t.Helper()
	list := func(ref string) []*models.Case {
		parsed, err := screening.ParseRef(ref)
		require.NoError(t, err)
		require.Equal(t, ref, parsed.String())
		cases, err := screening.List(r, window(t, month), slices.Values(h.cases), parsed)
		require.NoError(t, err)
		return cases
	}
	report := compute(t, h, r, month)
	entries := func(ref string) []screening.Entry {
		parsed, err := screening.ParseRef(ref)
		require.NoError(t, err)
		found, err := screening.ListEntries(r, h.entries(window(t, month)), parsed)
		require.NoError(t, err)
		return found
	}
	for _, f := range report.Figures {
		d, ok := screening.Define(f.Key)
		require.True(t, ok)
		cases := list(f.Key)
		if d.OfGrid() {
			require.Empty(t, cases, f.Key)
			want := f.Value
			if d.Rate {
				want = *f.Of
			}
			require.Len(t, entries(f.Key), int(want), "%s %s", report.ID, f.Key)
			continue
		}
		switch {
		case d.Rate:
			require.Len(t, cases, int(*f.Of), "%s %s", report.ID, f.Key)
		case d.Counts():
			require.Len(t, cases, int(f.Value), "%s %s", report.ID, f.Key)
		default:
			require.Equal(t, f.Value > 0, len(cases) > 0, "%s %s", report.ID, f.Key)
		}
	}
	for _, table := range report.Tables {
		for _, row := range table.Rows {
			for i, column := range table.Columns {
				ref := screening.CellRef(table, row, column).String()
				want := row.Values[i]
				if row.Of != nil { // as the list of any rate
					want = row.Of[i]
				}
				require.Len(t, list(ref), int(want)-len(entries(ref)), "%s %s", report.ID, ref)
			}
		}
	}
}

// TestCasesThatWereNotActiveAddNothing holds what the store may leave out when it reads a month:
// cases closed before it began, and those logged after it ended.
func TestCasesThatWereNotActiveAddNothing(t *testing.T) {
	t.Parallel()
	h, months := lived(t, policy())
	for _, month := range months {
		w := window(t, month)
		active := slices.DeleteFunc(slices.Clone(h.cases), func(c *models.Case) bool {
			return c.ActiveUntil.Before(w.Start) || !c.LoggedAt.Before(w.End)
		})
		require.Less(t, len(active), len(h.cases))
		require.Empty(t, cmp.Diff(compute(t, h, county, month), screening.Compute(county, w, slices.Values(active), inside(county), h.entries(w)...)))
	}
}

// TestEveryInstalmentCountsOnce: over all months, each instalment of an agreement matures once.
func TestEveryInstalmentCountsOnce(t *testing.T) {
	t.Parallel()
	h, months := lived(t, policy())
	end := window(t, months[len(months)-1]).End
	agreements := 0
	for _, c := range h.cases {
		if a := c.Agreement; a != nil && a.Breach == nil && len(c.Rounds) == 0 && len(a.Instalments) == 1 && a.RecordedAt.Before(end.Add(-60*24*time.Hour)) {
			agreements++
			months := slices.DeleteFunc(slices.Clone(months), func(month string) bool {
				return value(t, screening.Compute(county, window(t, month), slices.Values([]*models.Case{c}), nil), "due") == 0
			})
			require.Len(t, months, 1, "%s due %s", a.RecordedAt, a.Instalments[0].DueOn)
		}
	}
	require.Greater(t, agreements, 10)
}

func TestDefinitionsAreWhole(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for _, d := range screening.Figures() {
		require.False(t, keys[d.Key], d.Key)
		keys[d.Key] = true
		require.NotEmpty(t, d.Name, d.Key)
		require.NotEmpty(t, d.Group, d.Key)
		require.NotEmpty(t, d.Unit, d.Key)
		require.Regexp(t, `。$`, d.Explain, d.Key)
	}
	for _, d := range screening.Dimensions() {
		for _, column := range d.Columns {
			require.True(t, keys[column], "%s: %s", d.Key, column)
		}
	}
}
