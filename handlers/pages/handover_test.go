package pages_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// The hand-over stands on one page, as whoever has to sign it in reads it.
func TestHandoverPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.mediating(t)
	ref := casework.Ref{ID: c.ID}
	_, err := w.cases.RecordSitting(t.Context(), seats["mediator"], ref, casework.SittingForm{
		HeldAt: w.clock.Now(), Place: "村委会", Course: "合作社只肯付一半。", Participants: []string{"老支书"}, Result: "no_agreement", RightsTold: true,
		Statements: []casework.StatementForm{{Party: "丰年农机合作社", Text: "最多付一半"}},
	})
	require.NoError(t, err)
	_, err = w.cases.Assess(t.Context(), seats["mediator"], ref, casework.RiskForm{Risk: models.Orange, Reason: "扬言动手", Threat: true})
	require.NoError(t, err)

	v := w.visitor("judicial")
	require.Contains(t, v.get(t, casePath(c, "handover")).text("main"), "没有上报过")
	require.Zero(t, v.get(t, casePath(c, "")).doc.Find(`a[href$="/handover"]`).Length())

	w.clock.advance(26 * time.Hour)
	_, err = w.sweeper.Run(t.Context(), w.clock.Now())
	require.NoError(t, err)
	_, err = w.cases.Escalate(t.Context(), seats["mediator"], ref, casework.EscalateForm{Reason: "failed", Note: "差距太大", Asked: "请司法所主持调解"})
	require.NoError(t, err)
	for _, path := range []string{casePath(c, ""), casePath(c, "review")} {
		require.Equal(t, 1, v.get(t, path).doc.Find(`main a[href="`+casePath(c, "handover")+`"]`).Length(), "linked from %s", path)
	}
	for as := range seats {
		if as == "admin" {
			require.Equal(t, http.StatusForbidden, w.visitor(as).get(t, casePath(c, "handover")).status)
			continue
		}
		p := w.visitor(as).get(t, casePath(c, "handover"))
		require.Equal(t, http.StatusOK, p.status, as)
		requireSound(t, p)
		for part, words := range map[string][]string{
			"#head": {
				"北坡村人民调解委员会（村级），办理人陈守义", "接收单位枫溪镇司法所（镇级）", "移送时间2026年3月3日 11:00，陈守义（人民调解员）", "移送原因本级调解不成：差距太大",
				"请上级做什么请司法所主持调解", "签收情况待签收，应在2026年3月6日24时前签收", "土地流转·租金拖欠", "4,800 元",
			},
			"#failed":   {"本级调解1次，其中1次没有达成一致"},
			"#tried":    {"2026年3月2日 09:00，村委会", "参加人老支书", "未达成一致", "合作社只肯付一半。"},
			"#sides":    {"申请人", "许来福，三组12号，证件号码330681********6417，电话138****5678", "付清两年租金", "丰年农机合作社，代表人邵兴旺", "流转给合作社三亩地", "丰年农机合作社（第1次调解，2026年3月2日）：最多付一半", "调解记录里没有单独记下这一方的意见。"},
			"#risk":     {"橙（较高）", "2026年3月2日 09:00 陈守义评为橙（较高）", "应在2026年3月3日 09:00前登记报告公安的情况，没有登记；2026年3月3日 11:00已提示各级"},
			"#deadline": {"24时", "风险"},
			"#papers":   {"缺2项", "没有登记证件号码：丰年农机合作社", "有治安、刑事危险，没有登记报告情况"},
			"#sign":     {"签收人："},
		} {
			for _, text := range words {
				require.Contains(t, p.text(part), text, as)
			}
		}
		require.NotContains(t, p.body, idNumber)
		require.NotContains(t, p.body, phone)
	}

	// Sent back, and up again by itself: two hand-overs, each on its own.
	_, err = w.cases.Review(t.Context(), seats["judicial"], ref, casework.ReviewForm{Decision: "return", Missing: []string{"补一次调解"}, Days: 5})
	require.NoError(t, err)
	w.clock.advance(8 * 24 * time.Hour)
	_, err = w.sweeper.Run(t.Context(), w.clock.Now())
	require.NoError(t, err)
	latest := v.get(t, casePath(c, "handover"))
	require.Contains(t, latest.text("#head"), "系统时钟")
	require.Contains(t, latest.text("#head"), "到期未办结，自动上报")
	require.Contains(t, latest.text("#tried"), "合作社只肯付一半。", "it was this level's before the return")
	require.Contains(t, latest.text("#failed"), "补充调解期限届满，没有办结")
	require.Equal(t, []string{"第1次：村级到镇级", "第2次：村级到镇级"}, latest.texts(".others li"))
	first := v.get(t, latest.doc.Find(".others a").AttrOr("href", ""))
	require.Contains(t, first.text("#head"), "已退回")
	require.Contains(t, first.text("#head"), "要求补充：补一次调解")
	for _, wrong := range []string{"9", "0", "2", "x", "-1"} {
		require.Equal(t, http.StatusNotFound, v.get(t, casePath(c, "handover")+"?stage="+wrong).status, wrong)
	}
}
