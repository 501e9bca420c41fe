package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	clock "fengqiao/pkg/escalation" // the package has a function of that name
)

// gapGroup is what is missing of one kind.
type gapGroup struct {
	Key, Name string
	Rows      []clock.Gap
	More      int // not shown
}

type gapsBody struct {
	Checked string
	Count   int
	Groups  []gapGroup
}

// gapRows is how many gaps of a kind are shown.
const gapRows = 100

// gaps names what is missing before a case meets it.
func (p *Pages) gaps(c *gin.Context) error {
	now := p.Now()
	found, err := clock.FindGaps(c.Request.Context(), p.Store, web.Actor(c).Scope(), now)
	if err != nil {
		return err
	}
	body := gapsBody{Checked: moment(now), Count: len(found)}
	for _, kind := range clock.GapKinds() {
		g := gapGroup{Key: kind.Code, Name: kind.Name}
		for _, gap := range found {
			switch {
			case string(gap.Kind) != kind.Code:
			case len(g.Rows) == gapRows:
				g.More++
			default:
				g.Rows = append(g.Rows, gap)
			}
		}
		if len(g.Rows) > 0 {
			body.Groups = append(body.Groups, g)
		}
	}
	return p.render(c, http.StatusOK, "gaps", "缺口检查", body)
}
