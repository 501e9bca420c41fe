package models_test

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
)

const village = "330681101201"

var start = time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)

func place() models.Place {
	p := models.PlaceOf(village)
	p.CountyName, p.TownshipName, p.VillageName = "青禾县", "枫溪镇", "北坡村"
	p.VillageCommittee, p.TownshipCommittee = "北坡村人民调解委员会", "枫溪镇人民调解委员会"
	p.TownshipOffice, p.CountyOffice = "枫溪镇司法所", "青禾县矛调中心"
	return p
}

// actorOf is somebody of a role at the place around the village where the role sits.
func actorOf(role models.Role) models.Actor {
	if role == models.RoleSystem {
		return models.SystemActor()
	}
	seat := role.Seat()
	if seat == "" {
		seat = models.RegionCounty
	}
	return models.Actor{ID: string(role), Name: role.Name(), Role: role, Region: place().Code(seat)}
}

func everyRole() []models.Role { return append(models.Roles(), models.RoleSystem) }

func defaultPolicy() *models.Policy { return models.DefaultPolicy(start.AddDate(-1, 0, 0)) }

func fourLevels() *models.Policy { return models.FourLevelPolicy(start.AddDate(-1, 0, 0)) }

// clockOf is a clock of so many days, without its working.
func clockOf(phase models.Phase, now time.Time, days int) models.Clock {
	due := now.AddDate(0, 0, days)
	return models.Clock{Phase: phase, Since: now, DueAt: due, Days: days, Unit: models.CalendarDays, Warnings: []models.Warning{{At: due.AddDate(0, 0, -1), Days: 1}}}
}

// logged is a case that was just written down at the lowest rung.
func logged(policy *models.Policy) *models.Case {
	c := &models.Case{ID: bson.NewObjectIDFromTimestamp(start), Place: place(), Type: models.LandTransfer, Risk: models.Blue}
	rung := policy.Ladder[0]
	c.Log(actorOf(models.RoleMediator), start, rung, models.OfficeOf(rung, c.Place), clockOf(models.PhaseAcceptance, start, 3), "")
	return c
}

// handUp is what escalating does inside Move.
func handUp(policy *models.Policy, c *models.Case, now time.Time) error {
	above, ok := policy.Above(c.Level)
	if !ok {
		return models.Errorf(models.Precondition, "case.top_level", "没有上一级")
	}
	c.EndStage(now, models.OutcomeEscalated, models.ReasonDeadline, "")
	c.StartStage(above, models.OfficeOf(above, c.Place), now, clockOf(models.PhaseReview, now, 3))
	c.Review = models.ReviewPending
	return nil
}
