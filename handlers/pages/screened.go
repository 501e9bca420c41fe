package pages

import (
	"context"
	"fmt"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/screening"
)

// screened says how the returns stand where somebody sits: to a village what is still to be sent, to those
// above how much has come in.
func (p *Pages) screened(ctx context.Context, actor models.Actor) (*screened, error) {
	waiting, err := p.Reports.Waiting(ctx, actor.Scope(), actor.Region)
	if err != nil {
		return nil, err
	}
	out := &screened{Path: "/screening"}
	if n := len(waiting); n > 0 {
		out.Open = fmt.Sprintf("有%d条排查线索等待处理", n)
	}
	if account.Has(actor.Role, account.FileReturns) {
		own, err := p.Reports.Own(ctx, actor.Scope(), actor.Region)
		if err != nil {
			return nil, err
		}
		late := 0
		for i := range own {
			if rowOfDuty(&own[i]).Late {
				late++
			}
		}
		switch n := len(own); {
		case n > 0:
			last := own[n-1].Period
			out.Path, out.Waits = "/returns", true
			out.Text = fmt.Sprintf("排查表：还有%d份没有报，本期%s截止", n, dateText(last.To.String()))
			if late > 0 {
				out.Text += fmt.Sprintf("；其中%d份已经过期", late)
			}
			return out, nil
		case out.Open == "":
			return nil, nil
		}
		out.Text = "排查表：本期都报齐了"
		return out, nil
	}
	s, err := p.Reports.Summary(ctx, actor.Scope(), actor.Region, "")
	if err != nil {
		return nil, err
	}
	if s.Unit.Cells == 0 && out.Open == "" {
		return nil, nil
	}
	out.Text = s.Period.Name() + "排查：" + coverageText(s.Unit.Counts)
	return out, nil
}

// coverageText says how the returns of a period stand. What there is still time for is not missing.
func coverageText(c screening.Counts) string {
	return fmt.Sprintf("应报%d份，已报%d份（零报告%d份），待报%d份，未报%d份", c.Cells, c.Returned, c.Zero, c.Waiting, c.Missing)
}
