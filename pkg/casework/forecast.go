package casework

import (
	"context"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
)

// ForecastDays is how many days a forecast looks ahead.
const ForecastDays = 7

// forecastRows is how many steps of one day a forecast lists; all are counted.
const forecastRows = 100

// Forecast is what the clock will do in the actor's scope within the next days, if nobody does
// anything before. place and office narrow it, "" does not.
func (s *Service) Forecast(ctx context.Context, actor models.Actor, place, office string) (*escalation.Outlook, error) {
	if !SeesCases(actor.Role) {
		return nil, noCases()
	}
	now := s.now()
	query := escalation.OutlookQuery{Place: place, Office: office, Most: forecastRows}
	return escalation.LookAhead(ctx, s.store, actor.Scope(), query, now, now.AddDate(0, 0, ForecastDays))
}

// Rules are those of a case's next step; see escalation.RulesFor.
func (s *Service) Rules(ctx context.Context, c *models.Case) (escalation.Rules, error) {
	return escalation.RulesFor(ctx, s.store, c, s.now())
}
