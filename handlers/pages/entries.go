package pages

import (
	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/screening"
)

// listEntries fills the page of a figure that counts returns or findings with what stands behind it.
func (p *Pages) listEntries(c *gin.Context, body *figureBody) error {
	entries, err := p.Reports.Entries(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("month"), c.Param("figure"))
	if err != nil {
		return err
	}
	names := map[string]string{}
	for i := range entries {
		e := &entries[i]
		if _, known := names[e.Village]; !known {
			if names[e.Village], err = p.placeName(c.Request.Context(), e.Village); err != nil {
				return err
			}
		}
		switch {
		case e.Group != nil:
			body.Groups = append(body.Groups, viewCluster(e.Group))
		case e.Lead != nil:
			body.Leads = append(body.Leads, rowOfLead(e.Lead))
		case e.Duty != nil:
			row := rowOfDuty(e.Duty)
			row.Cell += "（" + names[e.Village] + "）"
			body.Duties = append(body.Duties, row)
		default:
			body.Duties = append(body.Duties, rowOfReturn(e.Return, names[e.Village]))
		}
	}
	body.OfGrid, body.Count = true, len(entries)
	return nil
}

// rowOfReturn is a return that was sent late for a period before.
func rowOfReturn(r *models.Return, village string) dutyRow {
	f := r.Filings[0]
	state := screening.DutyFound
	if f.IsZero() {
		state = screening.DutyZero
	}
	return dutyRow{
		Path: "/returns/" + r.Cell + "/" + r.From, Cell: r.CellName + "（" + village + "）", Kind: "过期补报",
		Period: dateText(r.From) + "至" + dateText(r.To), Late: true, State: state.Name(),
	}
}
