package pages_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

func TestGapsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("admin")
	p := v.get(t, "/admin/gaps")
	require.Equal(t, http.StatusOK, p.status)
	require.Contains(t, p.text(".notice"), "有1处需要补上", "nobody sits in the second village")
	require.Contains(t, p.text("#gap-account"), "南湾村（330681101202）：村级没有能办理的账号（需要人民调解员或者村调委会主任）")
	require.Equal(t, 1, p.doc.Find(`#gap-account a[href="/admin/accounts/new"]`).Length())

	w.seat(t, models.Actor{ID: "wu", Name: "吴建国", Role: models.RoleChair, Region: village2})
	require.Contains(t, v.get(t, "/admin/gaps").text(".notice.good"), "没有缺口")

	w.clock.advance(began.AddDate(0, 8, 0).Sub(began))
	require.Contains(t, v.get(t, "/admin/gaps").text("#gap-calendar"), "没有2027年的放假安排")

	for i := range 103 {
		code := fmt.Sprintf("%s%03d", township, 300+i)
		require.NoError(t, w.store.PutRegion(t.Context(), &models.Region{Code: code, Kind: models.RegionVillage, Parent: township, Name: fmt.Sprintf("%d村", i), ShortName: code}))
	}
	p = v.get(t, "/admin/gaps")
	require.Contains(t, p.text(".notice"), "有207处需要补上")
	require.Equal(t, 100, p.doc.Find("#gap-place li").Length())
	require.Contains(t, p.text("#gap-place"), "同类的还有3处没有列出")
	requireSound(t, p)
	for _, as := range []string{"county", "auditor", "mediator"} {
		require.Equal(t, http.StatusForbidden, w.visitor(as).get(t, "/admin/gaps").status)
	}
}
