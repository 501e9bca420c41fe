package models

import (
	"fmt"
	"strconv"
	"time"
)

// chinaTime is the zone in which days are counted, as workday.Zone is: rules import nothing.
var chinaTime = time.FixedZone("CST", 8*60*60)

const day = 24 * time.Hour

// LevelOf is the level of a sum of points.
func (p *RiskPolicy) LevelOf(points int) RiskLevel {
	switch {
	case points >= p.RedFrom:
		return Red
	case points >= p.OrangeFrom:
		return Orange
	case points >= p.YellowFrom:
		return Yellow
	}
	return Blue
}

// Score assesses a dispute at a moment. It depends on nothing but the case, the policy, what is known
// of linked cases, and now.
func (p *RiskPolicy) Score(c *Case, linked LinkedFacts, now time.Time) *Assessment {
	a := &Assessment{At: now, Factors: []RiskPoint{}, PolicyNumber: p.Number, PolicyCounty: p.County}
	for _, kind := range RiskFactorKinds() {
		kind := RiskFactorKind(kind.Code)
		measure, why := c.measure(kind, linked, now)
		if points := p.pointsOf(kind, measure); points > 0 {
			a.Points += points
			a.Factors = append(a.Factors, RiskPoint{kind, points, why})
		}
	}
	a.Level = p.LevelOf(a.Points)
	return a
}

// unmeasured stands for what is not the case; of a coming date as well, for which 0 days is today.
const unmeasured = -1

// pointsOf are the most points that a measure gets.
func (p *RiskPolicy) pointsOf(kind RiskFactorKind, measure int64) int {
	points := 0
	for _, f := range p.Factors {
		if f.Kind != kind || measure == unmeasured {
			continue
		}
		if kind == FactorNear && measure <= f.From || kind != FactorNear && measure >= f.From {
			points = max(points, f.Points)
		}
	}
	return points
}

// measure is how much of a factor a dispute has, and what to say of it.
func (c *Case) measure(kind RiskFactorKind, linked LinkedFacts, now time.Time) (measure int64, why string) {
	is := func(yes bool, why string) (int64, string) {
		if yes {
			return 1, why
		}
		return unmeasured, ""
	}
	counted := func(n int64, format string) (int64, string) {
		if n <= 0 {
			return unmeasured, ""
		}
		return n, fmt.Sprintf(format, n)
	}
	switch kind {
	case FactorHouseholds:
		return counted(int64(c.Households), "涉及%d户")
	case FactorAmount:
		if c.AmountFen <= 0 {
			return unmeasured, ""
		}
		return c.AmountFen, "涉及金额" + roundYuan(c.AmountFen)
	case FactorThreat:
		return is(c.Signs.Threat, "有人扬言威胁或者动手")
	case FactorWeapon:
		return is(c.Signs.Weapon, "有人携带器械")
	case FactorCrowd:
		return is(c.Signs.Crowd, "有人聚集")
	case FactorPetition:
		return is(c.Signs.Petition, "有人扬言上访")
	case FactorCourt:
		return is(c.Signs.Court, "有人声明要起诉")
	case FactorFailed:
		return counted(c.failedAttempts(), "已有%d次调解未达成一致")
	case FactorOverdue:
		return counted(c.lateDays(now), "超过办理期限%d日")
	case FactorEarlier:
		return counted(int64(linked.Earlier), "同一合同或方案此前已有%d件纠纷")
	case FactorCollective:
		return is(c.Conflict.Exists, "被申请人是村集体")
	case FactorConflict:
		return is(c.Conflict.Exists && (len(c.Stages) == 0 || c.Stages[0].Office.Region == c.Place.Village), "由有利益冲突的本村受理")
	case FactorNear:
		start, what, ok := c.comingDate()
		if !ok {
			return unmeasured, ""
		}
		today := startOfDay(now)
		if start.Before(today) {
			return unmeasured, ""
		}
		left := int64(start.Sub(today) / day)
		return left, fmt.Sprintf("%s在%d日后", what, left)
	}
	return unmeasured, ""
}

// failedAttempts counts the sittings that ended without agreement, and the mediation that was given up.
func (c *Case) failedAttempts() int64 {
	var n int64
	for i := range c.Sittings {
		if c.Sittings[i].Result == "no_agreement" {
			n++
		}
	}
	if c.Failure != nil {
		n++
	}
	return n
}

// lateDays are the whole days for which the case is past the deadline of its level, or was when its
// last clock ended.
func (c *Case) lateDays(now time.Time) int64 {
	switch {
	case c.DueAt != nil && now.After(*c.DueAt):
		return int64(now.Sub(*c.DueAt) / day)
	case !c.State.IsOpen() && c.LastStage() != nil:
		return int64(c.LastStage().LateDays)
	}
	return 0
}

// comingDate is the day that presses: of harvest or rent, or of the payout.
func (c *Case) comingDate() (start time.Time, what string, ok bool) {
	text := ""
	switch {
	case c.Land != nil && c.Land.PressingOn != "":
		text, what = c.Land.PressingOn, "收获或者交租日期"
	case c.Dividend != nil && c.Dividend.PayoutOn != "":
		text, what = c.Dividend.PayoutOn, "分红发放日期"
	default:
		return time.Time{}, "", false
	}
	start, err := time.ParseInLocation(time.DateOnly, text, chinaTime)
	return start, what, err == nil
}

// LastMoment is the last millisecond of a day, false where the text is none.
func LastMoment(day string) (time.Time, bool) {
	start, err := time.ParseInLocation(time.DateOnly, day, chinaTime)
	return start.AddDate(0, 0, 1).Add(-time.Millisecond), err == nil
}

func startOfDay(at time.Time) time.Time {
	y, m, d := at.In(chinaTime).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, chinaTime)
}

// NextScore is the next moment after now at which time alone can change the score of a case: it
// becomes so many days late, or a day comes near or is over. nil where time changes nothing.
func (p *RiskPolicy) NextScore(c *Case, now time.Time) *time.Time {
	var next *time.Time
	offer := func(at time.Time) {
		if at.After(now) && (next == nil || at.Before(*next)) {
			at = at.UTC()
			next = &at
		}
	}
	start, _, near := c.comingDate()
	for _, f := range p.Factors {
		switch {
		case f.Kind == FactorOverdue && c.DueAt != nil:
			offer(c.DueAt.Add(time.Duration(f.From) * day))
		case f.Kind == FactorNear && near:
			offer(start.AddDate(0, 0, -int(f.From)))
			offer(start.AddDate(0, 0, 1))
		}
	}
	return next
}

// roundYuan writes an amount as people say it: 3万元, 4800元. yuanText has the fen as well.
func roundYuan(fen int64) string {
	yuan := fen / 100
	switch {
	case yuan >= 10_000 && yuan%10_000 == 0:
		return strconv.FormatInt(yuan/10_000, 10) + "万元"
	case yuan >= 10_000 && yuan%1_000 == 0:
		return fmt.Sprintf("%d.%d万元", yuan/10_000, yuan%10_000/1_000)
	case fen%100 == 0:
		return strconv.FormatInt(yuan, 10) + "元"
	}
	return fmt.Sprintf("%d.%02d元", yuan, fen%100)
}
