package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

func riskPolicy() *models.RiskPolicy { return models.DefaultRiskPolicy(start) }

func civil(t require.TestingT, text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("CST", 8*60*60))
	require.NoError(t, err)
	return at
}

// TestScoreOfEachFactor: each factor from its first step on, and what is said of it.
func TestScoreOfEachFactor(t *testing.T) {
	t.Parallel()
	now := civil(t, "2026-11-20 10:00")
	tests := []struct {
		name   string
		change func(*models.Case, *models.LinkedFacts)
		points int
		why    string
	}{
		{"nothing", func(*models.Case, *models.LinkedFacts) {}, 0, ""},
		{"four households", func(c *models.Case, _ *models.LinkedFacts) { c.Households = 4 }, 0, ""},
		{"five households", func(c *models.Case, _ *models.LinkedFacts) { c.Households = 5 }, 10, "涉及5户"},
		{"ten households", func(c *models.Case, _ *models.LinkedFacts) { c.Households = 10 }, 20, "涉及10户"},
		{"a fen less than the sum", func(c *models.Case, _ *models.LinkedFacts) { c.AmountFen = 50_000_00 - 1 }, 0, ""},
		{"the sum", func(c *models.Case, _ *models.LinkedFacts) { c.AmountFen = 50_000_00 }, 10, "涉及金额5万元"},
		{"a large sum", func(c *models.Case, _ *models.LinkedFacts) { c.AmountFen = 235_000_00 }, 20, "涉及金额23.5万元"},
		{"threat", func(c *models.Case, _ *models.LinkedFacts) { c.Signs.Threat = true }, 30, "有人扬言威胁或者动手"},
		{"weapon", func(c *models.Case, _ *models.LinkedFacts) { c.Signs.Weapon = true }, 40, "有人携带器械"},
		{"crowd", func(c *models.Case, _ *models.LinkedFacts) { c.Signs.Crowd = true }, 30, "有人聚集"},
		{"petition", func(c *models.Case, _ *models.LinkedFacts) { c.Signs.Petition = true }, 20, "有人扬言上访"},
		{"court", func(c *models.Case, _ *models.LinkedFacts) { c.Signs.Court = true }, 10, "有人声明要起诉"},
		{"one failed sitting", func(c *models.Case, _ *models.LinkedFacts) { c.Sittings = sittingsOf("continue", "no_agreement") }, 0, ""},
		{"two failed sittings", func(c *models.Case, _ *models.LinkedFacts) {
			c.Sittings = sittingsOf("no_agreement", "continue", "no_agreement")
		}, 10, "已有2次调解未达成一致"},
		{"a failed mediation", func(c *models.Case, _ *models.LinkedFacts) {
			c.Sittings, c.Failure = sittingsOf("no_agreement", "no_agreement"), &models.Failure{}
		}, 20, "已有3次调解未达成一致"},
		{"due now", func(c *models.Case, _ *models.LinkedFacts) { c.DueAt = &now }, 0, ""},
		{"a day late", func(c *models.Case, _ *models.LinkedFacts) { at := now.Add(-24 * time.Hour); c.DueAt = &at }, 10, "超过办理期限1日"},
		{"a moment less than ten days late", func(c *models.Case, _ *models.LinkedFacts) {
			at := now.Add(-240*time.Hour + time.Millisecond)
			c.DueAt = &at
		}, 10, "超过办理期限9日"},
		{"ten days late", func(c *models.Case, _ *models.LinkedFacts) { at := now.Add(-240 * time.Hour); c.DueAt = &at }, 20, "超过办理期限10日"},
		{"an earlier case", func(_ *models.Case, l *models.LinkedFacts) { l.Earlier = 1 }, 10, "同一合同或方案此前已有1件纠纷"},
		{"the collective, at the township", func(c *models.Case, _ *models.LinkedFacts) {
			c.Conflict.Exists, c.Stages[0].Office.Region = true, c.Place.Township
		}, 10, "被申请人是村集体"},
		{"harvest in fifteen days", func(c *models.Case, _ *models.LinkedFacts) {
			c.Land = &models.LandTransferFacts{PressingOn: "2026-12-05"}
		}, 10, "收获或者交租日期在15日后"},
		{"harvest in sixteen days", func(c *models.Case, _ *models.LinkedFacts) {
			c.Land = &models.LandTransferFacts{PressingOn: "2026-12-06"}
		}, 0, ""},
		{"payout today", func(c *models.Case, _ *models.LinkedFacts) {
			c.Dividend = &models.DividendFacts{PayoutOn: "2026-11-20"}
		}, 10, "分红发放日期在0日后"},
		{"payout yesterday", func(c *models.Case, _ *models.LinkedFacts) {
			c.Dividend = &models.DividendFacts{PayoutOn: "2026-11-19"}
		}, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, linked := logged(defaultPolicy()), models.LinkedFacts{}
			c.Households, c.AmountFen, c.DueAt, c.Conflict = 0, 0, nil, models.ConflictOfInterest{}
			c.Stages = append([]models.Stage{}, c.Stages...)
			tt.change(c, &linked)
			got := riskPolicy().Score(c, linked, now)
			require.Equal(t, tt.points, got.Points, got.Text())
			if tt.why == "" {
				require.Empty(t, got.Factors)
				return
			}
			require.Equal(t, tt.why, got.Factors[0].Why)
			require.Len(t, got.Factors, 1)
		})
	}
}

func sittingsOf(results ...string) []models.Sitting {
	var out []models.Sitting
	for i, result := range results {
		out = append(out, models.Sitting{Seq: i + 1, Result: result})
	}
	return out
}

func TestLevelsOfPoints(t *testing.T) {
	t.Parallel()
	for points, want := range map[int]models.RiskLevel{0: models.Blue, 19: models.Blue, 20: models.Yellow, 39: models.Yellow, 40: models.Orange, 69: models.Orange, 70: models.Red, 500: models.Red} {
		require.Equal(t, want, riskPolicy().LevelOf(points), points)
	}
}

// TestTimeChangesNoScoreBeforeItSays: what NextScore names is the first moment at which a score is
// another, so that a night's run needs to look at no other case.
func TestTimeChangesNoScoreBeforeItSays(t *testing.T) {
	t.Parallel()
	changed := 0
	rapid.Check(t, func(t *rapid.T) {
		p := riskPolicy()
		c := logged(defaultPolicy())
		now := start.Add(time.Duration(rapid.IntRange(0, 40*24*60).Draw(t, "minutes")) * time.Minute)
		due := start.Add(time.Duration(rapid.IntRange(0, 40*24*60).Draw(t, "due")) * time.Minute)
		c.DueAt = &due
		c.Land = &models.LandTransferFacts{PressingOn: start.AddDate(0, 0, rapid.IntRange(-2, 60).Draw(t, "harvest")).Format(time.DateOnly)}
		next := p.NextScore(c, now)
		was := p.Score(c, c.Linked, now)
		last := now.AddDate(1, 0, 0)
		if next != nil {
			require.True(t, next.After(now))
			last = next.Add(-time.Millisecond)
			if !was.Same(p.Score(c, c.Linked, *next)) {
				changed++
			}
		}
		require.True(t, was.Same(p.Score(c, c.Linked, last)), "another before %s", last)
		between := now.Add(time.Duration(rapid.Int64Range(0, int64(last.Sub(now))).Draw(t, "between")))
		require.True(t, was.Same(p.Score(c, c.Linked, between)), "another at %s", between)
	})
	require.NotZero(t, changed, "time changed a score at all")
}

// TestRiskInForce: the higher of what was scored and what a person has raised it to.
func TestRiskInForce(t *testing.T) {
	t.Parallel()
	for _, scored := range models.RiskLevels() {
		for _, raised := range models.RiskLevels() {
			c := &models.Case{Assessment: &models.Assessment{Level: models.RiskLevel(scored.Code)}, Raised: &models.RiskRaise{Level: models.RiskLevel(raised.Code)}}
			require.Equal(t, max(models.RiskLevel(scored.Code).Rank(), models.RiskLevel(raised.Code).Rank()), c.RiskInForce().Rank())
		}
	}
	require.Equal(t, models.Blue, (&models.Case{}).RiskInForce())
}

// TestRiskPolicyFaultsAreNamed: each fault stands at its field.
func TestRiskPolicyFaultsAreNamed(t *testing.T) {
	t.Parallel()
	require.NoError(t, riskPolicy().Check())
	require.NoError(t, models.NewValidator().Check(riskPolicy()))
	tests := []struct {
		name, field, message string
		change               func(*models.RiskPolicy)
	}{
		{"orange below yellow", "orangeFrom", "橙色的分数线（20分）应高于黄色的（20分）", func(p *models.RiskPolicy) { p.OrangeFrom = 20 }},
		{"red below orange", "redFrom", "红色的分数线（39分）应高于橙色的（40分）", func(p *models.RiskPolicy) { p.RedFrom = 39 }},
		{"no such factor", "factors[0].kind", "没有“gossip”这个因素", func(p *models.RiskPolicy) { p.Factors[0].Kind = "gossip" }},
		{"a number for what is or is not", "factors[4].from", "“扬言威胁或者动手”只看有没有，不用填数", func(p *models.RiskPolicy) { p.Factors[4].From = 2 }},
		{"twice", "factors[1].from", "“涉及户数5户以上”和第1行重复", func(p *models.RiskPolicy) { p.Factors[1].From = 5 }},
		{"more households, fewer points", "factors[1].points", "“涉及户数10户以上”得10分，应多于“涉及户数5户以上”的10分", func(p *models.RiskPolicy) { p.Factors[1].Points = 10 }},
		{"nearer, fewer points", "factors[17].points", "“临近收获、交租或者分红发放5日以内”得10分，应多于“临近收获、交租或者分红发放15日以内”的10分", func(p *models.RiskPolicy) {
			p.Factors = append(p.Factors, models.RiskFactor{Kind: models.FactorNear, From: 5, Points: 10})
		}},
		{"red out of reach", "redFrom", "所有因素加起来只有20分，到不了红色的分数线", func(p *models.RiskPolicy) { p.Factors = p.Factors[:2] }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := riskPolicy()
			tt.change(p)
			e := models.AsError(p.Check())
			require.Equal(t, models.Invalid, e.Kind)
			require.Equal(t, []models.FieldError{{Field: tt.field, Message: tt.message}}, e.Fields)
		})
	}
}

func TestCompareRiskPolicies(t *testing.T) {
	t.Parallel()
	was, is := riskPolicy(), riskPolicy()
	require.Empty(t, models.CompareRiskPolicies(was, is))
	is.Factors[0].Points = 15
	is.Factors[1] = models.RiskFactor{Kind: models.FactorHouseholds, From: 20, Points: 25}
	is.RedFrom, is.ClusterHouseholds = 80, 5
	var lines []string
	for _, change := range models.CompareRiskPolicies(was, is) {
		lines = append(lines, change.Text())
	}
	require.Equal(t, []string{
		"涉及户数5户以上：10分 → 15分", "涉及户数20户以上：新增，25分", "涉及户数10户以上：取消（原为20分）", "红色的分数线：70分起 → 80分起",
		"群体性纠纷：同村、同一合同、受让方、集体决议或分红年度，90日内的纠纷合计3户以上 → 同村、同一合同、受让方、集体决议或分红年度，90日内的纠纷合计5户以上",
	}, lines)
}
