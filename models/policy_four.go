package models

import "time"

// Levels of the ladder of FourLevelPolicy; its village level is LevelVillage, its last LevelTownship.
const (
	LevelGroup  = "group"
	LevelOffice = "office"
)

// FourLevelPolicy is “四级七天”, as 高台县 has practised it since 2014: the group has 1 working day, the
// village 2, the judicial office of the township 2, the township itself 2, and each level a single
// clock of its own. Group and village sit at the same place, and so do office and township. What
// the practice leaves open is our default: a red risk goes up at once, the warning comes a day
// before, and a return has no more days than a level has.
//
// A county that chooses it sets County, and Number where it has had other rules before.
func FourLevelPolicy(effectiveFrom time.Time) *Policy {
	days := func(level, name string, days int) Rule {
		return Rule{ID: level, Name: name, Phase: PhaseMediation, Levels: []string{level}, Days: days, Unit: WorkingDays, WarnDays: []int{1}}
	}
	return &Policy{
		Edition: Edition{ID: PolicyID("", 1), Number: 1, Name: "四级七天", EffectiveFrom: effectiveFrom},
		Ladder: []Rung{
			{Level: LevelGroup, Name: "组级", Seat: RegionVillage, Body: "committee", SingleClock: true},
			{Level: LevelVillage, Name: "村级", Seat: RegionVillage, Body: "committee", SingleClock: true},
			{Level: LevelOffice, Name: "镇司法所", Seat: RegionTownship, Body: "office", SingleClock: true},
			{Level: LevelTownship, Name: "镇级", Seat: RegionTownship, Body: "committee", SingleClock: true},
		},
		Rules:         []Rule{days(LevelGroup, "组级", 1), days(LevelVillage, "村级", 2), days(LevelOffice, "镇司法所", 2), days(LevelTownship, "镇级", 2)},
		AtOnce:        []RiskLevel{Red},
		ReturnMinDays: 1, ReturnMaxDays: 2, ExtendMaxDays: 2, PauseMaxDays: 60, PoliceHours: 24,
	}
}
