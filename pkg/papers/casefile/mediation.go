package casefile

import (
	"fmt"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx"
)

// investigation is the 调查记录: written on the spot, signed on each page.
func investigation(f *form, s *Source, i int) {
	in := s.Case.Investigations[i]
	f.title(true)
	f.fields(
		[2]string{"　调查时间", moment(&in.HeldAt)},
		[2]string{"　调查地点", or(in.Place, 16)},
		[2]string{"被调查人", or(in.Asked, 8)},
		[2]string{"作为", or(models.NameOf(models.AskedAs(), in.As), 6)},
		[2]string{"性别、年龄", line(6)},
		[2]string{"联系电话", line(8)},
		[2]string{"　住址", line(10)},
		[2]string{"调查人", or(join(in.Investigators), 8)},
		[2]string{"记录人", or(in.Recorder, 8)},
		[2]string{"　在场人", or(join(in.Participants), 16)},
	)
	f.head("调查内容：")
	f.text("告知：我们是%s的调解员，向你了解%s的有关情况，请如实说明。", s.committee(), s.name())
	if in.Text == "" {
		f.lines(18)
	}
	f.text("%s", in.Text)
	signers := []signer{{"被调查人", in.Asked, ""}}
	for _, name := range orEmpty(in.Investigators) {
		signers = append(signers, signer{"调查人", name, ""})
	}
	f.signatures("以上记录已经看过（向我宣读过），与我说的一致。（每页签名）", append(signers, signer{"记录人", in.Recorder, ""})...)
}

// evidence is the 证据材料清单: what is attached to the case as such.
func evidence(f *form, s *Source, _ int) {
	f.title(true)
	t := docx.Table{Widths: []int{14, 58, 38, 20, 26}, Header: 1, Rows: []docx.Row{
		row(h("序号"), h("材料名称"), h("收到时间"), h("形式"), h("提交人")),
	}}
	for i, a := range s.attached(models.AttachEvidence) {
		t.Rows = append(t.Rows, row(v(fmt.Sprint(i+1)), v(a.Name), v(short(civil(&a.At))), v(a.FormName()), v("")))
	}
	if s.empty {
		for i := range 12 {
			t.Rows = append(t.Rows, row(v(fmt.Sprint(i+1)), v(""), v(""), v(""), v("")))
		}
	}
	f.add(t)
	f.signatures("提交人、收件人签名：", signer{"提交人", "", ""}, signer{"收件人", "", ""})
}

// sitting is the 调解记录 of one sitting.
func sitting(f *form, s *Source, i int) {
	c := s.Case
	st := c.Sittings[i]
	f.title(true)
	place := st.Place
	if st.Online {
		place += "（线上）"
	}
	f.fields(
		[2]string{"　调解时间", moment(&st.HeldAt)},
		[2]string{"　调解地点", or(place, 16)},
		[2]string{"　调解员", or(join(st.Mediators), 12)},
		[2]string{"记录人", or(st.Recorder, 8)},
		[2]string{"次数", ordinal(st.Seq)},
		[2]string{"　参加人", or(join(st.Participants), 16)},
	)
	f.parties("当事人：")
	f.head("调解员告知：")
	told := "□已经"
	if st.RightsTold {
		told = "☑已经"
	}
	f.text("%s向各方当事人告知人民调解的性质、原则，以及当事人的权利和义务（人民调解法第23、24条）。", told)
	f.part("调解经过：", st.Course, 14)
	if len(st.Statements) > 0 {
		f.head("各方意见：")
	}
	for _, said := range st.Statements {
		f.text("%s：%s", said.Party, said.Text)
	}
	f.part("调解结果：", choice(models.SittingResults(), st.Result), 0)
	signers := s.partySigners(nil)
	for _, name := range orEmpty(st.Participants) {
		if name != "" {
			signers = append(signers, signer{"参加人", name, ""})
		}
	}
	for _, name := range orEmpty(st.Mediators) {
		signers = append(signers, signer{"调解员", name, ""})
	}
	f.signatures("以上记录已经看过（向我宣读过），没有错误。", append(signers, signer{"记录人", st.Recorder, ""})...)
}

func ordinal(n int) string {
	if n <= 0 || n > 99 {
		return "第" + line(3) + "次"
	}
	return "第" + models.SmallInWords(n) + "次"
}

// orEmpty is a list with at least one entry, to be written in by hand.
func orEmpty(names []string) []string {
	if len(names) == 0 {
		return []string{""}
	}
	return names
}
