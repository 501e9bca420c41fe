package models_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// subsidies is a table that is in order, changed.
func subsidies(change ...func(*models.SubsidyTable)) *models.SubsidyTable {
	core := []models.DisputeType{models.LandTransfer, models.Dividend}
	t := &models.SubsidyTable{
		Edition: models.Edition{ID: "330681#000001", County: "330681", Number: 1, Name: "标准"}, Every: models.SettleMonthly,
		Grades: []models.SubsidyGrade{{Name: "简易"}, {Name: "一般", AmountFen: 5_000_00, Sittings: 2}, {Name: "疑难", Households: 5, AmountFen: 50_000_00}},
		Rows: []models.SubsidyRow{
			{Name: "简易纠纷", Grades: []string{"简易"}, AmountFen: 80_00},
			{Name: "其他纠纷", Except: core, Grades: []string{"一般", "疑难"}, AmountFen: 150_00},
			{Name: "土地、分红", Types: core, Grades: []string{"一般", "疑难"}, AmountFen: 333_33},
		},
		OralPercent: 60, WorkPercent: 30, WorkSittings: 2,
	}
	for _, f := range change {
		f(t)
	}
	return t
}

func faultsOf(err error) map[string]string {
	out := map[string]string{}
	if err != nil {
		for _, f := range models.AsError(err).Fields {
			if out[f.Field] == "" {
				out[f.Field] = f.Message
			}
		}
	}
	return out
}

// TestSubsidyTableCheck: every type and grade has exactly one row, and what has not is named.
func TestSubsidyTableCheck(t *testing.T) {
	t.Parallel()
	require.NoError(t, subsidies().Check())
	for _, test := range []struct {
		name   string
		change func(*models.SubsidyTable)
		whole  string
		fields map[string]string
	}{
		{"a gap of some types", func(t *models.SubsidyTable) { t.Rows[2].Types = t.Rows[2].Types[:1] }, "标准有缺漏：“一般”没有标准：集体分红；“疑难”没有标准：集体分红", nil},
		{"a gap of a grade", func(t *models.SubsidyTable) { t.Rows[0].Grades = []string{"一般"}; t.Rows = t.Rows[:1] },
			"标准有缺漏：“简易”没有标准：各类纠纷；“疑难”没有标准：各类纠纷", nil},
		{"an overlap", func(t *models.SubsidyTable) { t.Rows[1].Except = t.Rows[1].Except[:1] }, "",
			map[string]string{"rows[2].name": "“土地、分红”和“其他纠纷”重叠：一般，集体分红"}},
		{"a row for nothing", func(t *models.SubsidyTable) {
			t.Rows = append(t.Rows, models.SubsidyRow{Name: "空", Types: []models.DisputeType{models.Dividend}, Except: []models.DisputeType{models.Dividend}})
		}, "", map[string]string{"rows[3].name": "“空”管不到任何案件，请改正或者删去"}},
		{"strays", func(t *models.SubsidyTable) {
			t.Rows[0].Grades, t.Rows[1].Except[0] = append(t.Rows[0].Grades, "重大"), "land"
		}, "", map[string]string{"rows[0].grades": "“简易纠纷”：没有“重大”这一档", "rows[1].except": "“其他纠纷”：没有“land”这个纠纷类型"}},
		{"the first grade asks", func(t *models.SubsidyTable) { t.Grades[0].Households = 1 }, "",
			map[string]string{"grades[0].households": "第1档收所有没有达到其他档次的案件，户数请空着"}},
		{"a grade that asks for nothing", func(t *models.SubsidyTable) { t.Grades[1] = models.SubsidyGrade{Name: "一般"} }, "",
			map[string]string{"grades[1].households": "“一般”至少要写一个条件：户数、涉及金额或者调解次数"}},
		{"a higher grade that is easier", func(t *models.SubsidyTable) { t.Grades[2].AmountFen = 5_000_00 }, "",
			map[string]string{"grades[2].amountFen": "“疑难”的涉及金额应高于“一般”的5000元"}},
		{"a name twice", func(t *models.SubsidyTable) {
			t.Grades[2].Name = "简易"
			t.Rows[1].Grades = t.Rows[1].Grades[:1]
			t.Rows[2].Grades = t.Rows[2].Grades[:1]
		}, "",
			map[string]string{"grades[2].name": "第3档和第1档都叫“简易”，请改一个"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := subsidies(test.change).Check()
			require.Error(t, err)
			if test.whole != "" {
				require.Equal(t, test.whole, models.AsError(err).Message)
			}
			for field, message := range test.fields {
				require.Equal(t, message, faultsOf(err)[field], "%v", faultsOf(err))
			}
		})
	}
	for _, test := range []struct {
		field  string
		change func(*models.SubsidyTable)
	}{
		{"oralPercent", func(t *models.SubsidyTable) { t.OralPercent = 101 }}, {"workPercent", func(t *models.SubsidyTable) { t.WorkPercent = -1 }},
		{"rows[0].amountFen", func(t *models.SubsidyTable) { t.Rows[0].AmountFen = -1 }}, {"workSittings", func(t *models.SubsidyTable) { t.WorkSittings = 0 }},
		{"every", func(t *models.SubsidyTable) { t.Every = "week" }}, {"name", func(t *models.SubsidyTable) { t.Name = "" }},
	} {
		require.Contains(t, faultsOf(models.NewValidator().Check(subsidies(test.change))), test.field)
	}
}

// closedCase is one that was closed with a written agreement, and is complete.
func closedCase(change ...func(*models.Case)) *models.Case {
	at := start.AddDate(0, 0, 5)
	c := logged(defaultPolicy())
	c.Type, c.AcceptedAt, c.ClosedAt, c.State, c.Ending, c.Source = "neighbourhood", &start, &at, models.Closed, models.Performed, "application"
	c.Sittings = []models.Sitting{{Seq: 1, RightsTold: true}}
	c.Parties = []models.Party{{Name: "甲", IDNumber: models.Sealed{Mask: "330681********6417"}}}
	c.Agreement = &models.Agreement{Form: "written", InForceOn: "2026-11-25"}
	for _, f := range change {
		f(c)
	}
	return c
}

// TestAssessSubsidy is what a file comes to, with its working in words.
func TestAssessSubsidy(t *testing.T) {
	t.Parallel()
	table := subsidies()
	for _, test := range []struct {
		name    string
		change  func(*models.Case)
		amount  int64
		working string
		why     string
		missing string
	}{
		{"written", func(*models.Case) {}, 80_00, "邻里纠纷，属于“简易”；按“简易纠纷”每件80元", "", ""},
		{"oral", func(c *models.Case) { c.Agreement.Form = "oral" }, 48_00, "邻里纠纷，属于“简易”；按“简易纠纷”每件80元；口头协议，按60%，48元", "", ""},
		{"the last of several grades", func(c *models.Case) { c.AmountFen, c.Households = 60_000_00, 12 }, 150_00,
			"邻里纠纷，涉及12户（5户以上），涉及金额6万元（5万元以上），属于“疑难”；按“其他纠纷”每件150元", "", ""},
		{"just below", func(c *models.Case) { c.AmountFen = 4_999_99 }, 80_00, "邻里纠纷，属于“简易”；按“简易纠纷”每件80元", "", ""},
		{"just there", func(c *models.Case) { c.AmountFen = 5_000_00 }, 150_00, "邻里纠纷，涉及金额5000元（5000元以上），属于“一般”；按“其他纠纷”每件150元", "", ""},
		{"useful work", func(c *models.Case) {
			c.Agreement, c.Failure, c.Type, c.Sittings = nil, &models.Failure{}, models.Dividend, append(c.Sittings, models.Sitting{Seq: 2})
		}, 99_99, "集体分红纠纷，调解2次（2次以上），属于“一般”；按“土地、分红”每件333.33元；没有达成协议，调解2次，满2次，按30%，99.99元", "", ""},
		{"too little work", func(c *models.Case) { c.Agreement, c.Failure = nil, &models.Failure{} }, 0, "", "没有达成协议，调解1次，不满2次", ""},
		{"never accepted", func(c *models.Case) { c.AcceptedAt, c.Agreement, c.Ending = nil, nil, models.Declined }, 0, "", "没有受理，没有调解", ""},
		{"by the county", func(c *models.Case) { c.Office.Region = "330681" }, 0, "", "由县里办结，不归村、镇调委会", ""},
		{"a paper is missing", func(c *models.Case) { c.Sittings[0].RightsTold = false }, 80_00, "邻里纠纷，属于“简易”；按“简易纠纷”每件80元", "",
			"权利义务告知书（没有一次调解记录写明已经告知权利义务（人民调解法第23、24条））"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := closedCase(test.change)
			got := table.Assess(c)
			require.Equal(t, test.working, got.Working)
			require.Equal(t, test.amount, got.AmountFen)
			require.Equal(t, test.why, got.Why)
			require.Equal(t, test.why == "" && test.missing == "", got.Paid())
			if test.missing != "" {
				require.Equal(t, []string{test.missing}, got.Missing)
			}
		})
	}
	up := table.Assess(closedCase(func(c *models.Case) { c.Office.Region = c.Place.Township }))
	require.Equal(t, "枫溪镇人民调解委员会", up.Committee)
	nothing := subsidies(func(t *models.SubsidyTable) { t.OralPercent = 0 })
	got := nothing.Assess(closedCase(func(c *models.Case) { c.Agreement.Form = "oral" }))
	require.False(t, got.Paid(), "a share of nothing is not paid")
	require.Contains(t, got.Why, "口头协议，按0%，0元")
}

// TestAssessSubsidyProperties: whatever the file, a table in order pays it no more than its row, and
// nothing to one that is not complete.
func TestAssessSubsidyProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		table := subsidies(func(s *models.SubsidyTable) {
			s.OralPercent, s.WorkPercent = rapid.IntRange(0, 100).Draw(t, "oral"), rapid.IntRange(0, 100).Draw(t, "work")
			s.WorkSittings = rapid.IntRange(1, 4).Draw(t, "sittings")
			for i := range s.Rows {
				s.Rows[i].AmountFen = rapid.Int64Range(0, 1_000_00).Draw(t, "amount")
			}
		})
		require.NoError(t, table.Check())
		c := closedCase(func(c *models.Case) {
			c.Type = models.DisputeType(rapid.SampledFrom(models.DisputeTypes()).Draw(t, "type").Code)
			c.Households, c.AmountFen = rapid.IntRange(0, 20).Draw(t, "households"), rapid.Int64Range(0, 100_000_00).Draw(t, "sum")
			c.Sittings = make([]models.Sitting, rapid.IntRange(0, 5).Draw(t, "held"))
			for i := range c.Sittings {
				c.Sittings[i].RightsTold = rapid.Bool().Draw(t, "told")
			}
			switch rapid.SampledFrom([]string{"written", "oral", "failed"}).Draw(t, "result") {
			case "oral":
				c.Agreement.Form = "oral"
			case "failed":
				c.Agreement, c.Failure = nil, &models.Failure{}
			}
		})
		got := table.Assess(c)
		for _, row := range table.Rows {
			if row.Name == got.Row {
				share := map[models.SubsidyResult]int64{models.SubsidyWritten: 100, models.SubsidyOral: int64(table.OralPercent), models.SubsidyWork: int64(table.WorkPercent)}[got.Result]
				require.LessOrEqual(t, got.AmountFen, row.AmountFen)
				require.Less(t, row.AmountFen*share-got.AmountFen*100, int64(100), "less than a fen is cut")
			}
		}
		if got.Paid() {
			require.Empty(t, c.MissingPapers())
			require.Positive(t, got.AmountFen)
			require.NotEmpty(t, got.Row)
			require.NotEmpty(t, got.Grade)
		}
	})
}

func TestSubsidyPeriods(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return at
	}
	for _, test := range []struct {
		every     models.SubsidyEvery
		at        string
		key, name string
	}{
		{models.SettleMonthly, "2026-10-31T23:59:59+08:00", "2026-10", "2026年10月"}, {models.SettleMonthly, "2026-10-31T16:00:00Z", "2026-11", "2026年11月"},
		{models.SettleQuarterly, "2026-12-31T23:00:00+08:00", "2026-Q4", "2026年第4季度"}, {models.SettleQuarterly, "2027-01-01T00:00:00+08:00", "2027-Q1", "2027年第1季度"},
	} {
		p := models.SubsidyPeriodOf(test.every, at(test.at))
		require.Equal(t, []string{test.key, test.name}, []string{p.Key, p.Name})
		require.False(t, at(test.at).Before(p.From))
		require.True(t, at(test.at).Before(p.Before))
		read, ok := models.ParseSubsidyPeriod(test.key)
		require.True(t, ok)
		require.Equal(t, p, read)
	}
	for _, bad := range []string{"", "2026", "2026-13", "2026-Q5", "2026-Q0", "2026-Q", "26-Q1", "2026-Q01", "2026-1"} {
		_, ok := models.ParseSubsidyPeriod(bad)
		require.False(t, ok, bad)
	}

	before := subsidies(func(s *models.SubsidyTable) { s.EffectiveFrom = at("2026-07-01T00:00:00+08:00") })
	next := func(from string) *models.SubsidyTable {
		return subsidies(func(s *models.SubsidyTable) { s.Every, s.EffectiveFrom = models.SettleQuarterly, at(from) })
	}
	require.Empty(t, models.SubsidyPeriodFaults(next("2027-01-01T00:00:00+08:00"), []*models.SubsidyTable{before}))
	require.Equal(t, []models.FieldError{{Field: "effectiveFrom", Message: "结算周期由按月改为按季度，只能从一个季度的第一天起，例如2027-01-01"}},
		models.SubsidyPeriodFaults(next("2026-12-01T00:00:00+08:00"), []*models.SubsidyTable{before}))
	require.Empty(t, models.SubsidyPeriodFaults(next("2026-12-01T00:00:00+08:00"), nil), "the first may begin on any day")
}

func TestCompareSubsidyTables(t *testing.T) {
	t.Parallel()
	require.Empty(t, models.CompareSubsidyTables(subsidies(), subsidies()))
	is := subsidies(func(s *models.SubsidyTable) {
		s.Rows[0].AmountFen, s.Rows[2].Name, s.Grades[2].Households, s.OralPercent, s.Every = 90_00, "两类", 8, 0, models.SettleQuarterly
	})
	var lines []string
	for _, c := range models.CompareSubsidyTables(subsidies(), is) {
		lines = append(lines, c.Text())
	}
	require.Equal(t, []string{
		"简易纠纷：各类纠纷，简易，每件80元 → 各类纠纷，简易，每件90元",
		"两类：新增，土地流转、集体分红，一般、疑难，每件333.33元", "土地、分红：取消（原为土地流转、集体分红，一般、疑难，每件333.33元）",
		"档次“疑难”：涉及5户以上，或者涉及金额5万元以上 → 涉及8户以上，或者涉及金额5万元以上",
		"口头协议：60% → 不补", "结算周期：按月 → 按季度",
	}, lines)
}

// TestSubsidySheet: lines follow the files while a sheet is open, a decision stays with what it was made
// on, and the sums are those of the lines.
func TestSubsidySheet(t *testing.T) {
	t.Parallel()
	line := func(n int, committee string, fen int64) models.SubsidyLine {
		id := fmt.Sprint("case", n)
		return models.SubsidyLine{Key: id, Case: id, Order: fmt.Sprintf("%s/%04d", committee, n), Committee: committee, AmountFen: fen, Kind: models.LineOwn, Village: village}
	}
	sheet := &models.SubsidySheet{Head: docstore.Head{Version: 3}}
	sheet.Follow([]models.SubsidyLine{line(10, "乙", 10), line(2, "乙", 20), line(1, "甲", 30)}, nil)
	require.Equal(t, []string{"case2", "case10", "case1"}, []string{sheet.Lines[0].Key, sheet.Lines[1].Key, sheet.Lines[2].Key})
	for i := range sheet.Lines {
		sheet.Lines[i].State, sheet.Lines[i].By = models.SubsidyApproved, &models.Actor{ID: "judicial"}
	}
	sheet.Lines[1].State = models.SubsidyRefused
	back, again := line(7, "甲", -15), line(1, "甲", 30)
	back.Kind, back.State, back.Key = models.LineBack, models.SubsidyApproved, "case7/back"
	again.Kind, again.Key = models.LineAgain, "case1/again"
	sheet.Lines = append(sheet.Lines, back, again)
	sheet.Follow([]models.SubsidyLine{line(10, "乙", 10), line(2, "乙", 21), line(1, "甲", 30)}, nil)
	require.Len(t, sheet.Lines, 4, "a file is never on it twice to be paid")
	require.Equal(t, 1, sheet.Undecided(), "it comes to another amount: decide anew")
	require.Empty(t, sheet.Line("case2").State)
	require.Equal(t, models.SubsidyRefused, sheet.Line("case10").State)
	each, all := sheet.Totals()
	require.Equal(t, []models.SubsidyTotal{{Committee: "甲", Files: 1, AmountFen: 15}}, each)
	require.Equal(t, int64(15), all.AmountFen)
	require.True(t, sheet.Pays("case1"))
	require.False(t, sheet.Pays("case7"), "it is taken back")
	require.Empty(t, sheet.Within(models.Scope{Region: "330681101202"}).Lines)
	require.Len(t, sheet.Within(models.Scope{Region: village}).Lines, 4)
	require.Len(t, sheet.Lines, 4, "a part leaves the whole alone")
}
