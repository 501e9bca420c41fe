package pages

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/store"
)

// queue is what waits for one office: cases handed up to it, the oldest deadline first, and cases
// that came in directly.
type queue struct {
	Office     string
	Pending    []row
	Next       string // path of the next page, "" at the end
	Direct     []row
	DirectMore string
}

type reviewsBody struct {
	Queues []queue
	First  string // path of the first page, "" where this is it
}

// reviews shows the queues of the offices somebody sits in; of a following page, the one asked for.
func (p *Pages) reviews(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	policy, err := p.policy(ctx, actor)
	if err != nil {
		return err
	}
	after, level := c.Query("after"), c.Query("level")
	var body reviewsBody
	if after != "" {
		body.First = "/reviews"
	}
	for _, rung := range rungsOf(policy, actor) {
		if level != "" && level != rung.Level {
			continue
		}
		q, err := p.queue(ctx, actor, rung, after)
		if err != nil {
			return err
		}
		body.Queues = append(body.Queues, q)
	}
	return p.render(c, http.StatusOK, "reviews", "待签收", body)
}

func (p *Pages) queue(ctx context.Context, actor models.Actor, rung models.Rung, after string) (queue, error) {
	q := queue{Office: rung.Name}
	office := models.OfficeID(actor.Region, rung.Level)
	page, err := p.Cases.List(ctx, actor, store.CaseFilter{Offices: []string{office}, Review: models.ReviewPending}, after, listRows)
	if err != nil {
		return q, err
	}
	q.Pending = rowsOf(page.Cases, p.Now())
	if page.Next != "" {
		q.Next = "/reviews?" + url.Values{"level": {rung.Level}, "after": {page.Next}}.Encode()
	}
	if after != "" {
		return q, nil
	}
	all := "/cases?" + url.Values{"level": {rung.Level}, "mine": {"1"}, "state": {string(models.Logged)}}.Encode()
	direct, err := p.section(ctx, actor, section{More: all}, store.CaseFilter{Offices: []string{office}, State: models.Logged}, unreviewed)
	q.Direct, q.DirectMore = direct.Rows, direct.More
	return q, err
}
