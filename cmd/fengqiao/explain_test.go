package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/demo"
)

// explainStore is a store with three cases in mediation since 10 August: untouched, paused a day
// later, and withdrawn.
func explainStore(t *testing.T) (data string, ids []bson.ObjectID) {
	t.Helper()
	data = t.TempDir()
	logged := time.Date(2026, 8, 10, 2, 0, 0, 0, time.UTC)
	ids = logThree(t, data, logged)
	a, ring := openAt(t, fileSite(data), logged.AddDate(0, 0, 1))
	mediator := demo.Accounts()[0].Actor
	_, err := a.casework(ring).Pause(t.Context(), mediator, casework.Ref{ID: ids[1]}, casework.PauseForm{Ground: models.PauseSurvey, Note: "等测绘结果"})
	require.NoError(t, err)
	_, err = a.casework(ring).Withdraw(t.Context(), mediator, casework.Ref{ID: ids[2]}, casework.ReasonForm{Reason: "双方已和解"})
	require.NoError(t, err)
	return data, ids
}

func TestExplain(t *testing.T) {
	t.Parallel()
	data, ids := explainStore(t)
	const now = "2026-09-01T08:00:00+08:00"
	for _, test := range []struct {
		name, which, now string
		state            string
		due              string // "" where no clock runs
		words            []string
		nowSays          string
		coming           []string // step, day and what
	}{
		{"by id", ids[0].Hex(), now, "调解中", "2026-09-09T16:00:00Z", []string{
			"调解中，村级，现由北坡村人民调解委员会办理；期限到2026年9月9日24时", "8月10日开始调解，当日不计（民法典第201条）",
			"现在：期限未到", "2026-09-03 00:00 提醒（北坡村人民调解委员会）：距调解期限届满还有7日",
			"2026-09-10 00:00 自动上报枫溪镇司法所（枫溪镇司法所）：调解期限2026年9月9日24时届满，仍未办结",
		}, "期限未到", []string{"warn 2026-09-03 提醒", "warn 2026-09-08 提醒", "move 2026-09-10 自动上报枫溪镇司法所"}},
		{"by number", "〔2026〕北坡村人调字第1号", now, "调解中", "2026-09-09T16:00:00Z", []string{ids[0].Hex()}, "期限未到",
			[]string{"warn 2026-09-03 提醒", "warn 2026-09-08 提醒", "move 2026-09-10 自动上报枫溪镇司法所"}},
		{"late: the reminders that were missed are one", ids[0].Hex(), "2026-09-09T08:00:00+08:00", "调解中", "2026-09-09T16:00:00Z", nil, "距调解期限届满还有1日",
			[]string{"warn 2026-09-09 提醒", "move 2026-09-10 自动上报枫溪镇司法所"}},
		{"due", ids[0].Hex(), "2026-09-20T08:00:00+08:00", "调解中", "2026-09-09T16:00:00Z", nil, "调解期限已于2026年9月9日24时届满，自动上报枫溪镇司法所",
			[]string{"move 2026-09-20 自动上报枫溪镇司法所"}},
		{"paused", ids[1].Hex(), now, "调解中", "", []string{"；暂停计时中\n", "最迟到10月9日24时自动恢复；到那时才恢复，期限为", "暂停计时（等待鉴定、测绘）：等测绘结果", "恢复计时（北坡村人民调解委员会）：累计暂停的日数用完"}, "暂停计时中（等待鉴定、测绘），如果今天恢复计时，期限为9月30日24时", []string{
			"resume", "warn", "warn", "move",
		}},
		{"paused, by number", "〔2026〕北坡村人调字第2号", now, "调解中", "", []string{ids[1].Hex()}, "暂停计时中（等待鉴定、测绘），如果今天恢复计时，期限为9月30日24时", []string{"resume", "warn", "warn", "move"}},
		{"ended", ids[2].Hex(), now, "已结案", "", []string{"已结案", "现在：没有正在计时的期限", "  没有\n"}, "没有正在计时的期限", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"explain", test.which, "--data", data, "--now", test.now}
			text := mustCall(t, "", args...)
			for _, words := range test.words {
				require.Contains(t, text, words)
			}
			require.Contains(t, text, "现在："+test.nowSays+"\n")

			var out explained
			require.NoError(t, json.Unmarshal([]byte(mustCall(t, "", append(args, "--json")...)), &out))
			require.Equal(t, test.state, out.State)
			require.Equal(t, test.nowSays, out.Now)
			require.Equal(t, "村级", out.Level)
			due := ""
			if out.DueAt != nil {
				due = out.DueAt.UTC().Format(time.RFC3339)
			}
			require.Equal(t, test.due, due)
			require.GreaterOrEqual(t, len(out.Coming), len(test.coming))
			if n := len(out.Coming); n > 0 { // nobody signs it in, up to the top
				require.Equal(t, []string{"overdue", "青禾县矛调中心"}, []string{out.Coming[n-1].Step, out.Coming[n-1].To})
			}
			for i, step := range out.Coming {
				if i < len(test.coming) {
					require.Contains(t, step.Step+" "+step.At.In(time.FixedZone("", 8*3600)).Format(time.DateOnly)+" "+step.What, test.coming[i])
				}
				require.NotEmpty(t, step.Why)
				require.NotEmpty(t, step.To)
				require.Contains(t, text, step.What)
			}
			require.NotEmpty(t, out.Working)
			require.Equal(t, test.state == "已结案", strings.Contains(text, "最后一个期限是怎样算出来的："))
			for _, line := range out.Working {
				require.Contains(t, text, line.Text)
			}
		})
	}
}

func TestExplainAnUnknownCase(t *testing.T) {
	t.Parallel()
	data, _ := explainStore(t)
	for name, which := range map[string]string{
		"an id that is none": "665f00000000000000000001", "a number that is none": "〔2026〕北坡村人调字第99号", "half a number": "北坡村人调字第1号", "nonsense": "x",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t, "", "explain", which, "--data", data)
			require.Equal(t, exitFailure, code)
			require.Contains(t, stderr, "没有找到这个纠纷")
			require.Empty(t, stdout)
		})
	}
}
