package screening

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
)

// remindOfGroups are the reminders of the group disputes of a township that wait for an answer: to the chairs
// of the village, or to the judicial officers where it has none. Each suggestion is told of once; one that
// was dismissed and is suggested again, once more. What the root is called may be a person's name, and is
// left out.
func (s *Service) remindOfGroups(ctx context.Context, township *models.Region) ([]Reminder, error) {
	waiting, err := s.store.ClustersSince(ctx, township.Code, models.ClusterSuggested, time.Time{})
	if err != nil {
		return nil, err
	}
	var out []Reminder
	for _, c := range waiting {
		to, err := s.holdersAt(ctx, c.Place.Village, models.RoleChair)
		if err == nil && len(to) == 0 {
			to, err = s.holdersAt(ctx, township.Code, models.RoleJudicial)
		}
		if err != nil {
			return nil, err
		}
		for _, username := range to {
			out = append(out, Reminder{
				Key: fmt.Sprintf("group/%s/%d", c.ID, c.FoundAt.Unix()), To: username, Village: c.Place.Village, Kind: models.NoticeGroup, Page: "/clusters/" + c.ID,
				Subject: c.Place.VillageName + "可能有群体性纠纷",
				Text:    fmt.Sprintf("%s有%d件纠纷、合计%d户，起因可能是同一件事，请确认或者排除。", c.Place.VillageName, len(c.Cases), c.Households()),
			})
		}
	}
	return out, nil
}

// holdersAt are the user names of a role at a place.
func (s *Service) holdersAt(ctx context.Context, place string, role models.Role) ([]string, error) {
	accounts, err := s.store.AccountsAt(ctx, place)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, a := range accounts {
		if a.Role == role && !a.Disabled {
			out = append(out, a.Username)
		}
	}
	slices.Sort(out)
	return out, nil
}
