package demo

import (
	"math/rand/v2"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// ending is how a case is meant to end, where it is meant to end.
type ending string

const (
	performs  ending = "performs"  // agreement, performed, closed
	owes      ending = "owes"      // agreement, instalments still to come
	fails     ending = "fails"     // no agreement, remedies told, closed later
	failsOpen ending = "failsOpen" // no agreement, not closed yet
	withdraws ending = "withdraws"
	declines  ending = "declines"
	refers    ending = "refers"
	drags     ending = "drags" // nobody brings it to an end: the clock will
)

// rise is how a case leaves a level that does not bring it to an end.
type rise string

const (
	byClock rise = "clock"
	byHand  rise = "hand"
	byRisk  rise = "risk"
)

// plot is the course of one case.
type plot struct {
	transferee string // who has the land, "" for whoever it comes to be
	kind       models.DisputeType
	village    *models.Region
	risk       models.RiskLevel
	born       time.Time
	endsAt     string // level
	ending     ending
	rise       rise
	sittings   int
	returned   bool // the township sends it back once
	unsigned   bool // the township does not sign in: the clock takes it on
	ask        bool // the township lets the village go on mediating
	pace       float64
	oral       bool
	after      afterwards // "" for the ordinary course
	// hold is when the next hand-over or sitting waits for, to have something in every queue today.
	hold time.Time
}

// coursesUntil invents the courses of count cases up to now.
func coursesUntil(r *rand.Rand, now time.Time, count int, dues []deadline) []plot {
	regions := Regions()
	var villages, weighted []*models.Region
	for _, region := range regions {
		if region.Kind == models.RegionVillage {
			villages = append(villages, region)
			weighted = append(weighted, region)
		}
	}
	// The demo mediators' own villages have more to look at.
	for range 3 {
		weighted = append(weighted, villages[0])
	}
	weighted = append(weighted, villages[1])

	list := planned(r, now, villages, dues)
	start := dayOf(now.AddDate(0, -14, 0))
	span := now.Add(-12 * time.Hour).Sub(start)
	rest := count - len(list)
	for i := range rest {
		// Evenly through the months, with a little disorder inside each day's share.
		at := start.Add(time.Duration((float64(i) + r.Float64()) / float64(rest) * float64(span)))
		list = append(list, course(r, kindOf(r, i), pick(r, weighted), atWork(r, at)))
	}
	return list
}

// kindOf gives land transfer and dividends most, and every other type its turn.
func kindOf(r *rand.Rand, i int) models.DisputeType {
	switch n := r.IntN(100); {
	case n < 38:
		return models.LandTransfer
	case n < 60:
		return models.Dividend
	}
	others := models.DisputeTypes()[2:]
	return models.DisputeType(others[i%len(others)].Code)
}

// course draws a course: most disputes are settled in the village, some by the township, few by
// the county.
func course(r *rand.Rand, kind models.DisputeType, village *models.Region, born time.Time) plot {
	p := plot{kind: kind, village: village, born: born, risk: models.Blue, endsAt: models.LevelVillage, sittings: 1 + r.IntN(3), pace: 0.4 + r.Float64()}
	switch n := r.IntN(20); {
	case n == 0:
		p.risk = models.Orange
	case n < 7:
		p.risk = models.Yellow
	}
	switch n := r.IntN(100); {
	case n < 5:
		p.endsAt = models.LevelCounty
	case n < 27:
		p.endsAt = models.LevelTownship
	}
	p.rise = []rise{byClock, byClock, byHand, byHand, byHand, byRisk}[r.IntN(6)]
	p.returned, p.unsigned, p.ask = r.IntN(6) == 0, r.IntN(9) == 0, r.IntN(3) == 0
	if p.endsAt == models.LevelCounty && r.IntN(2) == 0 {
		p.unsigned, p.returned = true, false
	}
	switch n := r.IntN(100); {
	case n < 66:
		p.ending = performs
	case n < 74:
		p.ending = owes
	case n < 83:
		p.ending = fails
	case n < 87:
		p.ending = failsOpen
	case n < 92:
		p.ending = withdraws
	case n < 95:
		p.ending = declines
	default:
		p.ending = refers
	}
	if p.ending == declines {
		p.endsAt = models.LevelVillage
	}
	p.oral = r.IntN(4) == 0 && kind != models.LandTransfer && kind != models.Dividend
	return p
}

// deadline is a day on which a case could have been accepted in the village and the moment its
// thirty days then run out.
type deadline struct{ accepted, due time.Time }

// recentDeadlines finds the last deadlines before now of thirty-day mediations, the latest first,
// in at least two different nights. Rest days move deadlines together, so the nights are looked
// for and not assumed.
func recentDeadlines(calendar *workday.Calendar, now time.Time) ([]deadline, error) {
	var out []deadline
	nights := map[time.Time]bool{}
	for day := workday.OfTime(now).AddDays(-28); len(nights) < 3 || len(out) < 6; day = day.AddDays(-1) {
		counted, err := calendar.AddDays(day, 30)
		if err != nil {
			return nil, err
		}
		if !counted.Due.Before(now) {
			continue
		}
		nights[counted.Due] = true
		out = append(out, deadline{accepted: startOf(day), due: counted.Due})
	}
	return out, nil
}

// planned are the cases that must be there on the day the demo is opened: overdue ones that the
// first sweep finds, and something in every queue.
func planned(r *rand.Rand, now time.Time, villages []*models.Region, dues []deadline) []plot {
	var list []plot
	for i := range 11 {
		d := dues[i%len(dues)]
		kind := []models.DisputeType{models.LandTransfer, models.LandTransfer, "neighbourhood", models.LandTransfer}[i%4]
		village := villages[(i*5)%len(villages)]
		if i%3 == 0 {
			village = villages[i/3%2]
		}
		list = append(list, plot{kind: kind, village: village, risk: models.Yellow, born: d.accepted.Add(time.Duration(8*60+15+7*i) * time.Minute),
			endsAt: models.LevelTownship, ending: drags, rise: byClock, sittings: 1 + i%2, pace: 0.25})
	}
	ago := func(days float64) time.Time { return now.Add(-time.Duration(days * 24 * float64(time.Hour))) }
	// Waiting to be signed in at each township, one of them at the county.
	for i := range 7 {
		p := course(r, kindOf(r, i), villages[[]int{0, 1, 2, 4, 5, 8, 9}[i]], atWork(r, ago(float64(12+i))))
		p.risk, p.endsAt, p.ending, p.rise, p.sittings, p.pace = models.Yellow, models.LevelTownship, drags, byHand, 1, 0.3
		p.returned, p.unsigned, p.hold = false, true, ago(0.6+0.1*float64(i))
		list = append(list, p)
	}
	// In hand at township and county, returned to the village, red.
	for i, level := range []string{models.LevelTownship, models.LevelTownship, models.LevelTownship, models.LevelCounty, models.LevelCounty} {
		p := course(r, []models.DisputeType{models.LandTransfer, models.Dividend}[i%2], villages[(i*4)%len(villages)], atWork(r, ago(float64(16+2*i))))
		p.risk, p.endsAt, p.ending, p.rise, p.sittings, p.pace, p.unsigned, p.returned = models.Yellow, level, drags, byHand, 1, 0.25, false, false
		list = append(list, p)
	}
	for i := range 3 {
		p := course(r, models.LandTransfer, villages[i*2], atWork(r, ago(float64(9+i))))
		p.risk, p.endsAt, p.ending, p.rise, p.sittings, p.pace, p.unsigned, p.returned, p.hold = models.Yellow, models.LevelTownship, drags, byHand, 1, 0.25, false, true, ago(3+0.3*float64(i))
		list = append(list, p)
	}
	for i := range 2 {
		p := course(r, models.Dividend, villages[i], atWork(r, ago(2+float64(i))))
		p.risk, p.endsAt, p.ending, p.unsigned = models.Red, models.LevelTownship, drags, true
		list = append(list, p)
	}
	// One root in the demo village that nobody has judged yet.
	for i := range 3 {
		p := course(r, models.LandTransfer, villages[0], atWork(r, ago(1.4+0.9*float64(i))))
		p.risk, p.endsAt, p.ending, p.pace, p.sittings, p.transferee = models.Blue, models.LevelVillage, drags, 1, 1, "岭下农业开发有限公司"
		list = append(list, p)
	}
	// Fresh in the demo village.
	for i := range 4 {
		p := course(r, kindOf(r, i), villages[i%2], atWork(r, ago(0.6+0.7*float64(i))))
		p.risk, p.endsAt, p.ending, p.pace, p.sittings = models.Blue, models.LevelVillage, drags, 1.2, 2
		list = append(list, p)
	}
	for _, x := range afterwardsPlanned() {
		p := course(r, models.LandTransfer, villages[0], atWork(r, ago(x.days)))
		p.risk, p.endsAt, p.ending, p.after, p.sittings, p.pace, p.unsigned, p.returned = models.Blue, models.LevelVillage, x.end, x.way, 1, 0.3, false, false
		list = append(list, p)
	}
	return list
}

// atWork moves a moment into the working hours of its day.
func atWork(r *rand.Rand, at time.Time) time.Time {
	return dayOf(at).Add(8*time.Hour + time.Duration(r.IntN(9*60))*time.Minute)
}

// dayOf is midnight of a moment's day in China.
func dayOf(at time.Time) time.Time { return startOf(workday.OfTime(at)) }

func startOf(d workday.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, workday.Zone)
}
