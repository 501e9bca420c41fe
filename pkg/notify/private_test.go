package notify_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/notify"
)

// TestNoNamesLeaveTheHouse lets a dispute full of names and numbers go all its way, with everything switched
// on, and reads all that went out and all that messages keep: the number and the village are in it, and no
// word of the people.
func TestNoNamesLeaveTheHouse(t *testing.T) {
	t.Parallel()
	post := serveMail(t)
	w := newWorld(t, func(o *notify.Options) {
		o.Mail = &notify.MailServer{Addr: post.addr, From: "a@example.com"}
		o.BaseURL = "https://fengqiao.example.com"
	})
	wecom, dingtalk, system := receive(t, say(ok)), receive(t, say(ok)), receive(t, nil)
	for _, who := range []string{"chair", "judicial", "county"} {
		require.NoError(t, w.notices.SaveOffice(t.Context(), actor(who), notify.Office{Daily: who == "chair", Robots: []notify.Robot{
			{Channel: models.ChannelWeCom, On: true, URL: wecom.URL}, {Channel: models.ChannelDingTalk, On: true, URL: dingtalk.URL, Secret: "SEC3"}, {Channel: models.ChannelWebhook, On: true, URL: system.URL, Secret: webhookSecret},
		}}))
		require.NoError(t, w.notices.SavePersonal(t.Context(), actor(who), notify.Personal{Mail: "box@example.com", MailOn: true, Daily: who == "chair"}))
	}
	private := []string{"许来福", "丰年农机合作社", "邵兴旺", "钱律师", "13812345678", "330681195803126417", "三组12号", "地租拖欠", "长垄", "两年租金", "付清", "情绪激动", "拿刀", "村里调不下来", "缺合同", "年前要用钱", "陈守义", "何明理"}

	cases, sweeper := casework.New(w.store, w.ring, w.validate, w.Now), escalation.NewSweeper(w.store)
	live := func(days int) {
		for range days {
			w.advance(24 * time.Hour)
			_, err := sweeper.Run(t.Context(), w.Now())
			require.NoError(t, err)
			w.run()
		}
	}
	form := casework.LogForm{
		Type: models.LandTransfer, Subtype: "rent_arrears", VillageCode: village, Title: "许来福家地租拖欠", Facts: "长垄三亩地，两年租金没有付。", Requests: []string{"付清两年租金"},
		Parties: []casework.PartyForm{
			{Role: models.Applicant, Kind: models.Person, Name: "许来福", IDNumber: "330681195803126417", Phone: "13812345678", Address: "三组12号", Agent: "钱律师"},
			{Role: models.Respondent, Kind: models.Organisation, Name: "丰年农机合作社", Representative: "邵兴旺"},
		},
	}
	c, _, err := cases.Log(t.Context(), actor("mediator"), form, "")
	require.NoError(t, err)
	ref := casework.Ref{ID: c.ID}
	_, err = cases.Accept(t.Context(), actor("mediator"), ref, casework.AcceptForm{Mediators: []string{"陈守义"}})
	require.NoError(t, err)
	live(3)
	_, err = cases.Order(t.Context(), actor("judicial"), ref, casework.OrderForm{Kind: "deadline", LastDay: "2026-12-23", Note: "许来福年前要用钱"})
	require.NoError(t, err)
	live(28) // warned, and handed up by the clock
	_, err = cases.Review(t.Context(), actor("judicial"), ref, casework.ReviewForm{Decision: "return", Missing: []string{"缺合同"}, Note: "许来福的合同缺页", Days: 5})
	require.NoError(t, err)
	w.run()
	_, err = cases.Escalate(t.Context(), actor("mediator"), ref, casework.EscalateForm{Reason: models.ReasonFailed, Note: "村里调不下来，邵兴旺不来"})
	require.NoError(t, err)
	w.run()
	_, err = cases.Assess(t.Context(), actor("mediator"), ref, casework.RiskForm{Risk: models.Red, Reason: "许来福情绪激动，说要拿刀"})
	require.NoError(t, err)
	live(120) // up to the county, and overdue there
	red := form
	red.Risk, red.Threat = models.Red, true
	_, _, err = cases.Log(t.Context(), actor("mediator"), red, "") // handed up at once, without a number
	require.NoError(t, err)
	live(10)

	kinds := map[string]bool{}
	var out []string
	for _, who := range seats {
		for _, m := range w.inbox(who.ID) {
			raw, err := bson.MarshalExtJSON(m, false, false)
			require.NoError(t, err)
			out = append(out, string(raw))
			kinds[m.Kind] = true
			require.Contains(t, m.Text, "北坡村")
			require.Regexp(t, `^(〔2026〕北坡村人调字第1号|（未受理，暂无卷号）)（北坡村）`, m.Text)
			require.True(t, strings.HasPrefix(m.Text, m.Subject))
		}
	}
	for _, group := range []*receiver{wecom, dingtalk, system} {
		require.NotEmpty(t, group.requests())
		for _, r := range group.requests() {
			header, err := json.Marshal(r.header)
			require.NoError(t, err)
			out = append(out, r.body, string(header))
			require.Contains(t, r.body, "北坡村")
			if group == system {
				var parcel struct{ Kind string }
				require.NoError(t, json.Unmarshal([]byte(r.body), &parcel))
				kinds[parcel.Kind] = true
			}
		}
	}
	require.NotEmpty(t, post.mails())
	for _, m := range post.mails() {
		header, text := read(t, m)
		out = append(out, text, m.from, m.to, header.Get("From"), header.Get("To"))
		require.Contains(t, text, "北坡村")
	}
	require.Subset(t, kinds, map[string]bool{models.NoticeWarning: true, models.NoticeEscalated: true, models.NoticeReturned: true, models.NoticeOverdue: true, models.NoticeOrder: true, models.NoticePolice: true, models.NoticeDigest: true}, "all sorts of notices have gone out")
	for _, text := range out {
		for _, word := range private {
			require.NotContains(t, text, word)
		}
	}
	for kind := range kinds {
		require.NotEqual(t, kind, models.NameOf(models.NoticeKinds(), kind), "people read a word for it")
	}
}
