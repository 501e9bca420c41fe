package screening_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/screening"
)

// tale is one case told by hand: what was done to it, and when.
type tale struct {
	*history
	c *models.Case
}

func begin(t *testing.T, at string, risk models.RiskLevel) *tale {
	t.Helper()
	h := newHistory(t, policy(), func(int) int { return 0 })
	h.now = local(at)
	place := models.PlaceOf(villages[0].Code)
	place.VillageName = villages[0].Name
	c := &models.Case{
		ID: bson.NewObjectID(), Place: place, Type: models.LandTransfer, Title: "租金拖欠", Source: "screening", AmountFen: 12_000_00, Households: 3, Risk: risk,
		Parties: []models.Party{{Role: models.Applicant, Name: "陈大山"}, {Role: models.Respondent, Name: "丰禾合作社"}},
	}
	rung, _ := h.rules.Policy.Intake(models.RegionVillage)
	clock, err := h.rules.Start(c, models.PhaseAcceptance, rung.Level, h.now, 0)
	require.NoError(t, err)
	c.Log(models.Actor{ID: "chen"}, h.now, rung, models.OfficeOf(rung, place), clock, "")
	h.cases = []*models.Case{c}
	return &tale{h, c}
}

func (s *tale) at(when string) *tale { s.now = local(when); return s }

func (s *tale) village(actions ...models.Action) *tale {
	return s.do(models.Actor{ID: "c", Role: models.RoleChair, Region: s.c.Place.Village}, actions...)
}

func (s *tale) township(actions ...models.Action) *tale {
	return s.do(models.Actor{ID: "j", Role: models.RoleJudicial, Region: s.c.Place.Township}, actions...)
}

func (s *tale) county(actions ...models.Action) *tale {
	return s.do(models.Actor{ID: "k", Role: models.RoleCounty, Region: s.c.Place.County}, actions...)
}

func (s *tale) do(actor models.Actor, actions ...models.Action) *tale {
	for _, action := range actions {
		if action == models.ActionEscalate {
			s.handUp(s.c, action, actor, models.ReasonAsked)
			continue
		}
		require.NoError(s.tb, s.c.Move(s.rules.Policy, action, actor, s.now, "", func() error { return s.change(s.c, action, actor) }))
	}
	return s
}

func (s *tale) sweep() *tale {
	d := escalation.Decide(s.rules.Policy, s.c, s.now)
	require.Equal(s.tb, escalation.Move, d.Step)
	require.NoError(s.tb, s.rules.Carry(s.c, d, s.now))
	return s
}

// grouped says that the case was confirmed to belong to a group dispute; or, after that, that it does not.
func (s *tale) grouped(lead bool) *tale {
	if s.c.Cluster != nil {
		require.NoError(s.tb, s.c.Move(s.rules.Policy, models.ActionPart, models.SystemActor(), s.now, "", func() error { s.c.Part(s.now); return nil }))
		return s
	}
	require.NoError(s.tb, s.c.Move(s.rules.Policy, models.ActionJoin, models.SystemActor(), s.now, "", func() error {
		s.c.Join(models.NewCluster(s.c.Place, models.Root{Kind: models.RootYear, Text: "2025"}), lead, s.now)
		return nil
	}))
	return s
}

func (s *tale) owes(days ...string) *tale {
	for i, day := range days {
		s.c.Agreement.Instalments = append(s.c.Agreement.Instalments, models.Instalment{Seq: i + 1, DueOn: day})
	}
	return s
}

// agreed says how an agreement was made and over how much.
func (s *tale) agreed(form string, fen int64) *tale {
	s.c.Agreement.Form, s.c.Agreement.AmountFen = form, fen
	return s
}

// toldMonth is the month in which each figure of the county is above zero by the tales alone.
const toldMonth = "2026-10"

// told are tales of that month: something of everything.
func told(t *testing.T) []*models.Case {
	t.Helper()
	const (
		accept, sit, agree, perform, end = models.ActionAccept, models.ActionSitting, models.ActionAgree, models.ActionPerform, models.ActionClose
		up, receive, giveBack            = models.ActionEscalate, models.ActionReceive, models.ActionReturn
	)
	calm := func() *tale { return begin(t, "2026-10-02 09:00", models.Blue).at("2026-10-03 09:00") }
	red := begin(t, "2026-10-30 09:00", models.Red)
	red.handUp(red.c, models.ActionExpire, models.SystemActor(), models.ReasonRisk)
	tales := []*tale{
		begin(t, "2026-09-23 09:00", models.Yellow).village(accept), // too late, and nobody has looked
		calm().village(accept).at("2026-10-06 09:00").village(agree).agreed("written", 5_000_00).owes("2026-10-20").at("2026-10-19 09:00").village(perform).at("2026-11-05 09:00").village(end),
		calm().village(accept, agree).agreed("oral", 0).owes("2026-10-10"),
		calm().village(accept, sit, models.ActionFail, end),
		calm().village(accept, models.ActionWithdraw),
		calm().village(models.ActionDecline),
		calm().village(accept, models.ActionRefer),
		calm().village(accept, up).at("2026-10-05 09:00").township(receive, sit, agree),
		calm().village(accept, up).at("2026-10-05 09:00").township(receive, up).at("2026-10-07 09:00").county(receive, agree),
		begin(t, "2026-09-10 09:00", models.Blue).village(accept).at("2026-10-26 09:00").sweep(),
		calm().village(accept, up).at("2026-10-05 09:00").township(giveBack),
		calm().village(accept, agree).owes("2026-10-20").at("2026-10-19 09:00").village(perform, end),
		calm().village(accept, agree, models.ActionConfirm, models.ActionConfirm, end, models.ActionVisit),
		calm().village(accept, models.ActionPolice, models.ActionPause),
		calm().village(accept, models.ActionExtend),
		red,
		begin(t, "2026-10-30 09:00", models.Orange),
		begin(t, "2026-10-30 09:00", models.Yellow).at("2026-10-31 09:00").grouped(true),
	}
	cases := make([]*models.Case, len(tales))
	for i, s := range tales {
		require.NoError(t, s.c.VerifyTimeline())
		cases[i] = s.c
	}
	return cases
}

// TestEveryFigureIsTold holds that the tales have something of everything: a figure that is zero in
// them would be shown by no test.
func TestEveryFigureIsTold(t *testing.T) {
	t.Parallel()
	grid := newHistory(t, policy(), seeded(1))
	grid.toldReturns()
	w := window(t, toldMonth)
	report := screening.Compute(county, w, slices.Values(told(t)), townships, grid.entries(w)...)
	for _, f := range report.Figures {
		require.Positive(t, f.Value, f.Key)
	}
	require.Len(t, report.Figures, len(screening.Figures()))
}

// nonzero lists the figures of the county's report that are not zero, as text.
func nonzero(t *testing.T, c *models.Case, month string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range screening.Compute(county, window(t, month), slices.Values([]*models.Case{c}), nil).Figures {
		if f.Value != 0 || f.Of != nil && *f.Of != 0 {
			out[f.Key] = screening.Text(f)
		}
	}
	return out
}

func TestFiguresOfTales(t *testing.T) {
	t.Parallel()
	opened := map[string]string{"opened": "1", "found": "1", "parties": "2", "households": "3", "amount_opened": "12,000.00"}
	with := func(base map[string]string, more ...string) map[string]string {
		out := map[string]string{}
		for k, v := range base {
			out[k] = v
		}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	// The story of the system: the village is too late, the township takes over and settles it.
	story := begin(t, "2026-09-23 09:00", models.Yellow).village(models.ActionAccept).at("2026-11-03 08:00").sweep().
		at("2026-11-04 10:00").township(models.ActionReceive, models.ActionSitting).at("2026-11-13 10:00").township(models.ActionAgree).
		at("2026-12-02 10:00").township(models.ActionClose)
	kept := begin(t, "2026-10-05 09:00", models.Blue).at("2026-10-06 09:00").village(models.ActionAccept).at("2026-10-20 09:00").village(models.ActionAgree).owes("2026-10-31", "2026-11-30", "2026-12-31").
		at("2026-10-31 23:59").village(models.ActionPerform).at("2026-12-01 00:00").village(models.ActionPerform).at("2026-12-10 09:00").village(models.ActionPerform, models.ActionClose)
	late := begin(t, "2026-10-05 09:00", models.Blue).at("2026-10-06 09:00").village(models.ActionAccept).at("2026-11-01 00:00").village(models.ActionAgree).owes("2026-10-31")
	stood := begin(t, "2026-10-05 09:00", models.Blue).at("2026-10-06 09:00").village(models.ActionAccept).at("2026-10-20 09:00").village(models.ActionPause).
		at("2026-11-25 09:00").village(models.ActionResume, models.ActionExtend)
	red := begin(t, "2026-10-30 09:00", models.Red)
	red.handUp(red.c, models.ActionExpire, models.SystemActor(), models.ReasonRisk)
	red.at("2026-11-02 09:00").township(models.ActionReturn)
	failed := begin(t, "2026-10-31 23:59", models.Orange).at("2026-11-01 00:00").village(models.ActionAccept, models.ActionFail).at("2026-12-05 00:00").village(models.ActionRefer)

	// Closed on 5 October, to be visited by 4 November.
	closed := func() *tale {
		return begin(t, "2026-09-23 09:00", models.Blue).village(models.ActionAccept, models.ActionAgree).at("2026-09-24 09:00").village(models.ActionConfirm).
			at("2026-10-01 00:00").village(models.ActionConfirm).at("2026-10-05 09:00").village(models.ActionClose)
	}
	early := closed().at("2026-10-31 23:59").village(models.ActionVisit).at("2026-11-20 09:00").village(models.ActionVisit)
	early.c.After.Visits[1].Satisfaction = "dissatisfied"
	missed := closed().at("2026-12-01 00:00").village(models.ActionVisit)
	again := closed().at("2026-11-01 09:00").village(models.ActionReopen)
	toolate := closed().at("2026-11-05 00:00").village(models.ActionReopen)

	first := begin(t, "2026-10-05 09:00", models.Blue).at("2026-10-06 09:00").village(models.ActionAccept).at("2026-10-20 09:00").grouped(true).at("2026-12-01 00:00").grouped(true)
	other := begin(t, "2026-10-05 09:00", models.Blue).at("2026-10-06 09:00").village(models.ActionAccept).at("2026-10-20 09:00").grouped(false)
	other.at("2026-10-25 09:00").village(models.ActionSitting)
	other.c.Sittings[0].Common = models.CommonKey(first.c.ID, 1)

	for name, want := range map[string]struct {
		c     *models.Case
		month string
		is    map[string]string
	}{
		"before it came in":   {story.c, "2026-08", map[string]string{}},
		"the village's month": {story.c, "2026-09", with(opened, "pending", "1", "mediating", "1", "yellow", "1")},
		"too late by its end": {story.c, "2026-10", map[string]string{"opening": "1", "pending": "1", "mediating": "1", "overdue": "1", "yellow": "1"}},
		"the township's month": {story.c, "2026-11", map[string]string{
			"opening": "1", "concluded": "1", "agreed": "1", "agreed_township": "1", "written": "1", "escalated": "1", "escalated_village": "1", "expired": "1", "received": "1",
			"village_rate": "0.0", "township_rate": "100.0", "success_rate": "100.0", "average_days": "51.0", "sittings": "1", "performing": "1",
		}},
		"its closing":          {story.c, "2026-12", map[string]string{"closed": "1", "performed": "1"}},
		"nobody has looked in": {story.c, "2027-01", map[string]string{"visit_rate": "0.0"}},
		"after all is over":    {story.c, "2027-02", map[string]string{}},

		"both have applied to the court": {early.c, "2026-09", with(opened, "concluded", "1", "agreed", "1", "agreed_village", "1", "written", "1", "village_rate", "100.0",
			"success_rate", "100.0", "average_days", "0.0", "performing", "1")},
		"a visit ahead of its day":       {early.c, "2026-10", map[string]string{"confirmed": "1", "closed": "1", "performed": "1", "visited": "1", "visit_rate": "100.0", "satisfaction_rate": "100.0"}},
		"one more that nobody asked for": {early.c, "2026-11", map[string]string{"visited": "1", "satisfaction_rate": "0.0"}},
		"a visit that is not yet due":    {missed.c, "2026-10", map[string]string{"confirmed": "1", "closed": "1", "performed": "1"}},
		"a visit missed":                 {missed.c, "2026-11", map[string]string{"visit_rate": "0.0"}},
		"and made one moment late":       {missed.c, "2026-12", map[string]string{"visited": "1", "satisfaction_rate": "100.0"}},
		"mediated again before":          {again.c, "2026-11", map[string]string{"opened": "1", "found": "1", "parties": "2", "households": "3", "amount_opened": "12,000.00", "pending": "1", "mediating": "1", "blue": "1", "due_soon": "1"}},
		"mediated again after":           {toolate.c, "2026-11", map[string]string{"opened": "1", "found": "1", "parties": "2", "households": "3", "amount_opened": "12,000.00", "pending": "1", "mediating": "1", "blue": "1", "due_soon": "1", "visit_rate": "0.0"}},

		"an instalment on its last day": {kept.c, "2026-10", with(opened, "concluded", "1", "agreed", "1", "agreed_village", "1", "written", "1", "village_rate", "100.0", "success_rate", "100.0",
			"average_days", "14.0", "performing", "1", "due", "1", "performance_rate", "100.0")},
		"an instalment one moment late": {kept.c, "2026-11", map[string]string{"performing": "1", "due": "1", "performance_rate": "0.0", "unperformed": "1"}},
		"an instalment paid early":      {kept.c, "2026-12", map[string]string{"closed": "1", "performed": "1", "due": "1", "performance_rate": "100.0"}},
		"when it would have been due":   {kept.c, "2027-01", map[string]string{"visit_rate": "0.0"}},

		"owed before it was written down": {late.c, "2026-11", map[string]string{"opening": "1", "concluded": "1", "agreed": "1", "agreed_village": "1", "written": "1", "village_rate": "100.0",
			"success_rate": "100.0", "average_days": "26.0", "performing": "1", "due": "1", "performance_rate": "0.0", "unperformed": "1"}},

		"the clock stands at its end": {stood.c, "2026-10", with(opened, "pending", "1", "mediating", "1", "blue", "1", "paused", "1", "standing", "1")},
		"and goes on, and longer":     {stood.c, "2026-11", map[string]string{"opening": "1", "pending": "1", "mediating": "1", "blue": "1", "extended": "1"}},

		"red goes up at once": {red.c, "2026-10", with(opened, "pending", "1", "red", "1", "escalated", "1", "escalated_village", "1", "unreceived", "1", "village_rate", "0.0", "due_soon", "1")},
		"and comes back":      {red.c, "2026-11", map[string]string{"opening": "1", "pending": "1", "red": "1", "returned": "1", "overdue": "1"}},

		"a group dispute counts once":             {first.c, "2026-10", with(opened, "blue", "1", "pending", "1", "mediating", "1", "groups", "1", "grouped", "1", "due_soon", "1")},
		"its other cases are its cases":           {other.c, "2026-10", with(opened, "blue", "1", "pending", "1", "mediating", "1", "grouped", "1", "due_soon", "1")},
		"the month after it is still one":         {first.c, "2026-11", map[string]string{"opening": "1", "pending": "1", "mediating": "1", "grouped": "1", "overdue": "1", "blue": "1"}},
		"and none any more when it was dismissed": {first.c, "2026-12", map[string]string{"opening": "1", "pending": "1", "mediating": "1", "overdue": "1", "blue": "1"}},

		"the last minute of a month": {failed.c, "2026-10", with(opened, "pending", "1", "orange", "1", "due_soon", "1")},
		"the first of the next":      {failed.c, "2026-11", map[string]string{"opening": "1", "concluded": "1", "failed": "1", "success_rate": "0.0", "village_rate": "0.0", "average_days": "0.0"}},
		"referred after failing":     {failed.c, "2026-12", map[string]string{"closed": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, cmp.Diff(want.is, nonzero(t, want.c, want.month)))
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	of := func(n int64) *int64 { return &n }
	for want, f := range map[string]models.Figure{
		"0": {Unit: "件"}, "999": {Value: 999, Unit: "件"}, "1,000": {Value: 1000, Unit: "件"}, "-1,234,567": {Value: -1234567, Unit: "件"}, "-123": {Value: -123, Unit: "件"},
		"1,234.05": {Value: 123405, Unit: "元"}, "-0.05": {Value: -5, Unit: "元"}, "—": {Unit: "%", Of: of(0)}, "66.7": {Value: 2, Of: of(3), Unit: "%"}, "2.5": {Value: 5, Of: of(2), Unit: "天"},
	} {
		require.Equal(t, want, screening.Text(f))
	}
}

func TestRefs(t *testing.T) {
	t.Parallel()
	report := &models.Report{Tables: []models.Table{{Key: "village", Rows: []models.TableRow{{Code: "330681101201", Name: "北坡村"}}}}}
	for text, title := range map[string]string{
		"opened": "新收", "opened@type=land_transfer": "土地流转 · 新收", "pending@village=330681101201": "北坡村 · 期末未结", "concluded@outcome=": " · 办结",
	} {
		ref, err := screening.ParseRef(text)
		require.NoError(t, err)
		require.Equal(t, text, ref.String())
		require.Equal(t, title, ref.Title(report))
	}
	for _, text := range []string{"", "nothing", "opened@", "opened@colour=red", "@type=other", "opened@type=" + string(make([]byte, 100))} {
		_, err := screening.ParseRef(text)
		require.Equal(t, models.Invalid, models.AsError(err).Kind, text)
		require.Equal(t, "figure", models.AsError(err).Fields[0].Field)
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	now := local("2026-11-24 08:00")
	over, err := screening.NewWindow("2026-10", now)
	require.NoError(t, err)
	require.Equal(t, screening.Window{Month: "2026-10", Start: over.Start, End: over.End, Over: true}, over)
	require.True(t, over.Start.Equal(local("2026-10-01 00:00")) && over.End.Equal(local("2026-11-01 00:00")))
	current, err := screening.NewWindow("2026-11", now)
	require.NoError(t, err)
	require.False(t, current.Over)
	require.Equal(t, now.Add(time.Millisecond), current.End)
	for _, month := range []string{"", "2026-1", "2026-13", "2026-12", "2026-11-01", "1999-12", "9999-12", "二月"} {
		_, err := screening.NewWindow(month, now)
		require.Equal(t, models.Invalid, models.AsError(err).Kind, month)
		require.Equal(t, "month", models.AsError(err).Fields[0].Field)
	}
	require.Equal(t, "2027-01", screening.AddMonths("2026-11", 2))
	require.Equal(t, "2025-12", screening.AddMonths("2026-11", -11))
	require.Equal(t, "2026-12", screening.MonthOf(local("2026-11-30 23:59").Add(time.Minute)))
}
