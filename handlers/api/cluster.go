package api

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// ClusterItem is a group dispute as a list shows it.
type ClusterItem struct {
	ID          string              `json:"id"`
	Version     int64               `json:"version"`
	Root        models.Root         `json:"root" description:"共同的起因"`
	Name        string              `json:"name" description:"例如：同一受让方：某合作社"`
	State       models.ClusterState `json:"state"`
	VillageCode string              `json:"villageCode"`
	VillageName string              `json:"villageName"`
	Cases       int                 `json:"cases" description:"件数"`
	Households  int                 `json:"households" description:"合计户数"`
	FoundAt     time.Time           `json:"foundAt" description:"系统提请确认的时间"`
}

// Cluster is a group dispute with its cases and history.
type Cluster struct {
	ClusterItem
	Items   []CaseItem            `json:"items" description:"其中的案件"`
	History []models.ClusterEvent `json:"history"`
}

// ClusterPage is a list of group disputes.
type ClusterPage struct {
	Items []ClusterItem `json:"items"`
}

type clustersParams struct {
	State models.ClusterState `query:"state" description:"不给出就是等待确认的"`
	Place string              `query:"place" description:"县、乡镇或者村的区划代码"`
	Limit int                 `query:"limit" minimum:"1" maximum:"100" default:"20" description:"最多几起"`
}

type clusterParams struct {
	ID string `path:"id" description:"群体性纠纷的id"`
}

type decideParams struct {
	clusterParams
	IfMatch string `header:"If-Match" description:"看到的ETag，例如\"v3\"；之后有变化就不改，回答409"`
}

func clusterItem(c *models.Cluster) ClusterItem {
	return ClusterItem{
		ID: c.ID, Version: c.Version, Root: c.Root, Name: c.Root.Name(), State: c.State, VillageCode: c.Place.Village, VillageName: c.Place.VillageName,
		Cases: len(c.Cases), Households: c.Households(), FoundAt: c.FoundAt,
	}
}

func (a *API) clusters(c *gin.Context) error {
	q := newQuery(c.Request.URL.RawQuery, clustersParams{})
	state := models.ClusterState(q.choice("state", models.ClusterStates()))
	if state == "" {
		state = models.ClusterSuggested
	}
	place := q.place("place")
	limit, _ := q.page()
	if err := q.err(); err != nil {
		return err
	}
	found, err := a.cases.Clusters(c.Request.Context(), web.Actor(c), place, state, limit)
	if err != nil {
		return err
	}
	page := ClusterPage{Items: make([]ClusterItem, len(found))}
	for i, cluster := range found {
		page.Items[i] = clusterItem(cluster)
	}
	return send(c, http.StatusOK, page)
}

func (a *API) cluster(c *gin.Context) error { return a.sendCluster(c, c.Param("id")) }

func (a *API) sendCluster(c *gin.Context, id string) error {
	cluster, cases, err := a.cases.Cluster(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	c.Header("ETag", etag(cluster.Version))
	return send(c, http.StatusOK, Cluster{ClusterItem: clusterItem(cluster), Items: itemsOf(cases, a.now()), History: cluster.History})
}

// decide confirms or dismisses a group dispute.
func (a *API) decide(c *gin.Context) error {
	version, err := matched(c)
	if err != nil {
		return err
	}
	var form casework.DecideForm
	if err := read(c, &form); err != nil {
		return err
	}
	if _, err := a.cases.Decide(c.Request.Context(), web.Actor(c), c.Param("id"), version, form); err != nil {
		return err
	}
	return a.sendCluster(c, c.Param("id"))
}
