package escalation

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

var (
	committee = models.Office{ID: village + "/village", Region: village, Name: "北坡村人民调解委员会"}
	another   = models.Office{ID: village[:9] + "202/village", Region: village[:9] + "202", Name: "南湾村人民调解委员会"}
	judicials = models.Office{ID: village[:9] + "/township", Region: village[:9], Name: "枫溪镇司法所"}
	centre    = models.Office{ID: village[:6] + "/county", Region: village[:6], Name: "青禾县矛调中心"}
)

// counted writes an outlook as days and offices with what is counted of them.
func counted(o *Outlook) (days, offices []string) {
	for _, d := range o.Days {
		row := fmt.Sprintf("%s %d", d.Day, d.Counts.All())
		for _, item := range d.Items {
			row += " " + item.Title
		}
		if d.More() > 0 {
			row += fmt.Sprintf(" +%d", d.More())
		}
		days = append(days, row)
	}
	for _, f := range o.Offices {
		offices = append(offices, fmt.Sprintf("%s %+v %d", f.Office.Name, f.OutlookCounts, f.Incoming))
	}
	return days, offices
}

func TestOutlook(t *testing.T) {
	t.Parallel()
	from, until := local("2026-12-30 10:00"), local("2027-01-02 10:00")
	coming := func(at string, step Step, from, to models.Office) Coming {
		return Coming{At: local(at), Step: step, From: from, To: to}
	}
	type cases [][]Coming // the nth case is the title “n”
	for _, test := range []struct {
		name          string
		cases         cases
		office        string
		most          int
		days, offices []string
		total         OutlookCounts
	}{
		{"nothing", nil, "", 9, []string{"2026-12-30 0", "2026-12-31 0", "2027-01-01 0", "2027-01-02 0"}, nil, OutlookCounts{}},
		{"by day in Chinese time, the earliest first", cases{
			{coming("2027-01-01 00:00", Move, committee, judicials)},
			{coming("2026-12-31 23:59", Warn, committee, committee), coming("2027-01-01 08:00", Urge, committee, committee)},
			{coming("2026-12-31 09:00", Resume, another, another)},
		}, "", 9, []string{"2026-12-30 0", "2026-12-31 2 2 1", "2027-01-01 2 0 1", "2027-01-02 0"}, []string{
			"枫溪镇司法所 {Warn:0 Move:0 Tell:0 Resume:0 Urge:0 Remind:0} 1",
			"北坡村人民调解委员会 {Warn:1 Move:1 Tell:0 Resume:0 Urge:1 Remind:0} 0",
			"南湾村人民调解委员会 {Warn:0 Move:0 Tell:0 Resume:1 Urge:0 Remind:0} 0",
		}, OutlookCounts{Warn: 1, Move: 1, Resume: 1, Urge: 1}},
		{"what moves comes first; of offices the county before its townships, a township before its villages", cases{
			{coming("2026-12-31 00:00", Move, another, judicials)}, {coming("2026-12-31 00:00", Move, judicials, centre)}, {coming("2026-12-31 00:00", Tell, centre, centre)},
		}, "", 9, []string{"2026-12-30 0", "2026-12-31 3 1 0 2", "2027-01-01 0", "2027-01-02 0"}, []string{
			"青禾县矛调中心 {Warn:0 Move:0 Tell:1 Resume:0 Urge:0 Remind:0} 1",
			"枫溪镇司法所 {Warn:0 Move:1 Tell:0 Resume:0 Urge:0 Remind:0} 1",
			"南湾村人民调解委员会 {Warn:0 Move:1 Tell:0 Resume:0 Urge:0 Remind:0} 0",
		}, OutlookCounts{Move: 2, Tell: 1}},
		{"more than are listed are counted", cases{
			{coming("2026-12-31 05:00", Warn, committee, committee)}, {coming("2026-12-31 03:00", Warn, committee, committee)},
			{coming("2026-12-31 04:00", Warn, committee, committee)}, {coming("2026-12-31 01:00", Warn, committee, committee)},
		}, "", 2, []string{"2026-12-30 0", "2026-12-31 4 3 1 +2", "2027-01-01 0", "2027-01-02 0"}, []string{"北坡村人民调解委员会 {Warn:4 Move:0 Tell:0 Resume:0 Urge:0 Remind:0} 0"}, OutlookCounts{Warn: 4}},
		{"what concerns one office: what it has and what it gets", cases{
			{coming("2026-12-31 01:00", Warn, committee, committee)}, {coming("2026-12-31 02:00", Move, committee, judicials)}, {coming("2026-12-31 03:00", Warn, judicials, judicials)},
		}, judicials.ID, 9, []string{"2026-12-30 0", "2026-12-31 2 1 2", "2027-01-01 0", "2027-01-02 0"}, []string{
			"枫溪镇司法所 {Warn:1 Move:0 Tell:0 Resume:0 Urge:0 Remind:0} 1",
			"北坡村人民调解委员会 {Warn:0 Move:1 Tell:0 Resume:0 Urge:0 Remind:0} 0",
		}, OutlookCounts{Warn: 1, Move: 1}},
		{"outside the days", cases{{coming("2026-12-29 10:00", Warn, committee, committee)}, {coming("2027-01-03 00:00", Warn, committee, committee)}}, "", 9,
			[]string{"2026-12-30 0", "2026-12-31 0", "2027-01-01 0", "2027-01-02 0"}, nil, OutlookCounts{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := NewOutlook(from, until, test.most)
			r := rulesOf(ladders()[0])
			for n, list := range test.cases {
				c := logged(t, r, n, start)
				c.Title = fmt.Sprint(n)
				o.Add(c, list, test.office)
			}
			days, offices := counted(o.finish())
			require.Equal(t, test.days, days)
			require.Equal(t, test.offices, offices)
			require.Equal(t, test.total, o.Total)
		})
	}
}

// What an outlook of seven days counts is what the sweeps of these seven days then do.
func TestOutlookComesTrue(t *testing.T) {
	t.Parallel()
	for _, policy := range ladders() {
		t.Run(policy.Name, func(t *testing.T) {
			t.Parallel()
			r := rulesOf(policy)
			st := opened(t, policy)
			var cases []*models.Case
			for n := range 100 {
				c := logged(t, r, n, start.Add(-time.Duration(n)*9*time.Hour))
				for c.NextAt != nil && c.NextAt.Before(start) { // as sweeps have left it
					sweepOne(t, r, c, *c.NextAt)
				}
				cases = append(cases, c)
			}
			paused, threat := logged(t, r, 1001, start), logged(t, r, 1002, start)
			do(t, r, paused, models.ActionAccept, chair, start, nil)
			pause(t, r, paused, start)
			paused.RunningClock().Pause().EndsBy = start.AddDate(0, 0, 3)
			do(t, r, paused, models.ActionRaise, chair, start, nil) // takes the new end over
			do(t, r, threat, models.ActionRaise, chair, start, func() error {
				threat.Police = &models.PoliceDuty{AskedAt: start, AnswerBy: start.Add(24 * time.Hour)}
				return nil
			})
			keep(t, st, append(cases, paused, threat)...)

			until := start.AddDate(0, 0, 7)
			scope := models.Scope{Region: village[:6]}
			o, err := LookAhead(t.Context(), st, scope, OutlookQuery{Most: 1000}, start, until)
			require.NoError(t, err)
			require.Len(t, o.Days, 8)
			require.Equal(t, 1, o.Total.Resume)
			require.Equal(t, 1, o.Total.Urge)
			did := map[string]map[Step]int{}
			for now := start; !now.After(until); now = now.Add(time.Hour) {
				require.NoError(t, NewSweeper(st).pages(t.Context(), now, func(page []*models.Case) error {
					for _, c := range page {
						for {
							step := sweepOne(t, r, c, now)
							if step == Nothing {
								break
							}
							day := workday.OfTime(now).String()
							if did[day] == nil {
								did[day] = map[Step]int{}
							}
							did[day][step]++
						}
					}
					results, err := st.ReplaceCases(t.Context(), page)
					require.Equal(t, make([]error, len(page)), results)
					return err
				}))
			}
			foreseen := map[string]map[Step]int{}
			for _, d := range o.Days {
				for _, item := range d.Items {
					day := d.Day.String()
					if foreseen[day] == nil {
						foreseen[day] = map[Step]int{}
					}
					foreseen[day][item.Step]++
				}
				require.Zero(t, d.More())
			}
			require.Equal(t, did, foreseen)
			require.NotZero(t, o.Total.Move)
			require.NotZero(t, o.Total.Warn)

			part, err := LookAhead(t.Context(), st, scope, OutlookQuery{Place: village[:9] + "999", Most: 9}, start, until)
			require.NoError(t, err)
			require.Zero(t, part.Total.All(), "another village")
		})
	}
}

// A case that cannot be decided is counted beside the others.
func TestLookAheadCountsWhatIsBroken(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	st := opened(t, r.Policy)
	good, broken := logged(t, r, 1, start), logged(t, r, 2, start)
	broken.Level = "gone"
	broken.OpenStage().Clock().PolicyNumber = 99
	keep(t, st, good, broken)
	o, err := LookAhead(t.Context(), st, models.Scope{Region: village[:6]}, OutlookQuery{Most: 9}, start, start.AddDate(0, 0, 7))
	require.NoError(t, err)
	require.Equal(t, 1, o.Broken)
	require.Equal(t, OutlookCounts{Warn: 1, Move: 1}, o.Total)
}
