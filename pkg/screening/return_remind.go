package screening

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Reminder tells one account of the returns of its village that are missing, or of a group dispute that waits
// for an answer. It names places and numbers, never a person.
type Reminder struct {
	Key     string // the same whenever it is made again: village, period, and whether it is soon or late
	To      string // user name
	Kind    string // one of models.NoticeKinds
	Page    string // where to look
	Village string
	Subject string
	Text    string
	Late    bool // the period is over
}

// Reminders are those that are due: of a period that is about to end, to the account in charge of each cell,
// and to the chair for cells without one; of one that is over, to both. It reads what is missing from the
// documents: after a time in which nobody asked it makes those of every period that is over and may still
// be sent, and asked twice it makes the same ones.
func (s *Service) Reminders(ctx context.Context) ([]Reminder, error) {
	var out []Reminder
	err := s.eachTownship(ctx, func(township *models.Region) error {
		some, err := s.remindIn(ctx, township)
		if err != nil {
			return err
		}
		groups, err := s.remindOfGroups(ctx, township)
		out = append(append(out, some...), groups...)
		return err
	})
	return out, err
}

func (s *Service) remindIn(ctx context.Context, township *models.Region) ([]Reminder, error) {
	scope := models.Scope{Region: township.Code}
	grids, err := s.store.GridsIn(ctx, scope, township.Code)
	if err != nil || len(grids) == 0 {
		return nil, err
	}
	rules, err := s.Rules(ctx, township.Parent)
	if err != nil {
		return nil, err
	}
	villages, err := s.store.RegionsIn(ctx, township.Code)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, v := range villages {
		names[v.Code] = v.Name
	}
	now := s.now()
	today := workday.OfTime(now)
	periods := periodsEnding(rules, today.AddDays(-lateShown), today.AddDays(-1))
	if running := PeriodOn(rules, today); !now.Before(running.Remind()) {
		periods = append(periods, running)
	}
	accounts := map[string][]*models.Account{}
	var out []Reminder
	for _, p := range periods {
		returns, err := s.store.ReturnsOf(ctx, scope, township.Code, p.From.String())
		if err != nil {
			return nil, err
		}
		known := byID(returns)
		for _, g := range grids {
			missing := slices.DeleteFunc(duties(g, p, known, s.before()), func(d Duty) bool { return d.State.IsFiled() })
			if len(missing) == 0 {
				continue
			}
			there, asked := accounts[g.Village]
			if !asked {
				if there, err = s.store.AccountsAt(ctx, g.Village); err != nil {
					return nil, err
				}
				accounts[g.Village] = there
			}
			out = append(out, remindersOf(g.Village, names[g.Village], p, missing, there, now)...)
		}
	}
	return out, nil
}

// remindersOf are the reminders of one village for one period.
func remindersOf(village, name string, p Period, missing []Duty, accounts []*models.Account, now time.Time) []Reminder {
	late := !now.Before(p.End())
	heads := headsOf(accounts)
	cells := map[string]int{} // user name → how many of its cells are missing
	for _, d := range missing {
		a := accountOf(accounts, d.Cell.Account)
		if a != nil {
			cells[a.Username]++
		}
		if a == nil || late {
			for _, head := range heads {
				if a == nil || a.Username != head {
					cells[head]++
				}
			}
		}
	}
	when, text := "soon", "%s%s的排查表，还有%d个网格没有报，%s截止。没有发现也要报“本期没有发现”。"
	if late {
		when, text = "late", "%s%s的排查表，有%d个网格过了%s还没有报，请尽快补报。"
	}
	var out []Reminder
	for _, username := range slices.Sorted(maps.Keys(cells)) {
		last := fmt.Sprintf("%d月%d日", p.To.Month, p.To.Day)
		out = append(out, Reminder{
			Key: "returns/" + village + "/" + p.From.String() + "/" + when, To: username, Village: village, Late: late, Kind: models.NoticeReturn, Page: "/returns",
			Subject: name + p.Name() + "排查表", Text: fmt.Sprintf(text, name, p.Name(), cells[username], last),
		})
	}
	return out
}

// headsOf are who answers for the returns of a village: its chairs, else its First Secretaries.
func headsOf(accounts []*models.Account) []string {
	for _, role := range []models.Role{models.RoleChair, models.RoleFirstSecretary} {
		var out []string
		for _, a := range accounts {
			if a.Role == role && !a.Disabled {
				out = append(out, a.Username)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}
