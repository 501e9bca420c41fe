package casefile_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/papers/casefile"
	"fengqiao/pkg/papers/docx"
)

var now = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func at(day string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", day)
	if err != nil {
		panic(err)
	}
	return t.Add(-8 * time.Hour)
}

func ptr[T any](v T) *T { return &v }

// ordinary is a case of a village that was mediated twice, agreed in writing, performed and closed.
func ordinary() *casefile.Source {
	office := models.Office{ID: "990101101201/village", Region: "990101101201", Name: "北坡村人民调解委员会"}
	mediator := models.Actor{ID: "mediator", Name: "陈守义", Role: models.RoleMediator, Region: "990101101201"}
	c := &models.Case{
		ID: bson.ObjectID{1, 2, 3}, Number: &models.CaseNumber{Text: "〔2026〕北坡村人调字第12号"},
		Place: models.Place{CountyName: "青禾县", TownshipName: "枫溪镇", VillageName: "北坡村", VillageCommittee: office.Name},
		Type:  models.LandTransfer, Subtype: "rent_arrears", Title: "北坡三组地块租金拖欠", Source: "application", AmountFen: 32_000_00, Households: 2,
		Facts:    "申请人于2024年把北坡三组的12.5亩承包地流转给被申请人种大蒜，约定每亩每年800元。\n被申请人拖欠两年的租金没有付。",
		Requests: []string{"付清拖欠的租金32000元", "以后每年年底前付清当年租金"},
		Parties: []models.Party{
			{Role: models.Applicant, Kind: models.Person, Name: "许来福", Sex: "男", Nation: "汉族", Occupation: "种地，兼北坡小学门卫", Address: "枫溪镇北坡村三组", IDNumber: models.Sealed{Mask: "990101********1234"}, Phone: models.Sealed{Mask: "138****5678"}, Agent: "许小军"},
			{Role: models.Respondent, Kind: models.Organisation, Name: "丰年农机合作社", Address: "枫溪镇北坡村二组", Representative: "邵兴旺", Occupation: "理事长", IDNumber: models.Sealed{Mask: "93990101****1X"}, Phone: models.Sealed{Mask: "139****8888"}},
		},
		Mediators: []string{"陈守义", "李桂兰"}, State: models.Closed, Ending: models.Performed, Risk: models.Blue, Office: office, Level: "village",
		Stages: []models.Stage{{Level: "village", Name: "村级", Office: office, Handler: &mediator, Opened: at("2026-10-08 09:00"), Received: ptr(at("2026-10-09 10:00")), Closed: ptr(at("2026-10-20 16:00")), Outcome: models.OutcomeAgreed}},
		Sittings: []models.Sitting{
			{Seq: 1, HeldAt: at("2026-10-13 09:30"), RecordedAt: at("2026-10-13 11:00"), Place: "北坡村村委会", Mediators: []string{"陈守义", "李桂兰"}, Recorder: "王建国", Participants: []string{"三组组长周大海"}, RightsTold: true, Course: "双方到场。申请人说，租金欠了两年。\n被申请人说，大蒜价格低，愿意分期付。\n经劝说，双方同意再谈一次。", Result: "continue", Level: "village"},
			{Seq: 2, HeldAt: at("2026-10-20 14:00"), RecordedAt: at("2026-10-20 15:30"), Place: "北坡村村委会", Mediators: []string{"陈守义"}, Recorder: "王建国", RightsTold: true, Course: "双方就分期付款达成一致。", Result: "agreed", Level: "village"},
		},
		Agreement: &models.Agreement{
			Form: "written", Facts: "被申请人拖欠两年租金32000元，双方对数额没有争议。", Items: []string{"被申请人分两期付清租金32000元。", "流转合同继续履行。"}, Manner: "转账到申请人的账户。", AmountFen: 32_000_00,
			Instalments: []models.Instalment{{Seq: 1, DueOn: "2026-10-31", AmountFen: 16_000_00, What: "第一期租金", PerformedOn: "2026-10-30", RecordedAt: ptr(at("2026-10-30 10:00")), Note: "收条一张"}, {Seq: 2, DueOn: "2026-11-15", AmountFen: 16_000_00, What: "第二期租金", PerformedOn: "2026-11-14", RecordedAt: ptr(at("2026-11-14 10:00")), Note: "转账凭证"}},
			Signatures:  []models.Signature{{Party: "许来福", SignedOn: "2026-10-20"}, {Party: "丰年农机合作社", SignedOn: "2026-10-20"}}, MediatorSigned: "2026-10-20", Sealed: "2026-10-20",
			ReachedOn: "2026-10-20", InForceOn: "2026-10-20", ConfirmBy: "2026-11-19", Level: "village",
			Grounds:      []models.LawRef{{Code: "contract-39", Law: "农村土地承包法", Version: "2018年修正", Number: "第39条", Text: "流转的价款由双方协商确定，收益归承包方。"}},
			Confirmation: &models.Confirmation{Court: "青禾县人民法院", AppliedOn: "2026-10-28", Decision: models.ConfirmationConfirmed, DecidedOn: "2026-11-05"},
		},
		After:       &models.Aftercare{Visits: []models.Visit{{Seq: 1, On: "2026-11-21", How: "phone", Visitor: "陈守义", Visited: []string{"许来福"}, Kept: "两期租金都收到了。", Satisfaction: "satisfied", By: mediator}}},
		Corrections: []models.Correction{{At: at("2026-10-10 09:00"), By: mediator, Reason: "面积写错"}},
		LoggedAt:    at("2026-10-08 09:00"), LoggedBy: mediator, AcceptedAt: ptr(at("2026-10-09 10:00")), ConcludedAt: ptr(at("2026-10-20 16:00")), ClosedAt: ptr(at("2026-11-14 10:00")),
		Attachments: []models.Attachment{
			{Seq: 1, Kind: models.AttachEvidence, Name: "流转合同第一页", Type: models.TypeJPEG, Hash: strings.Repeat("ab", 32), Size: 1000, Preview: strings.Repeat("cd", 32), At: at("2026-10-09 10:10"), By: mediator},
			{Seq: 2, Kind: models.AttachEvidence, Name: "银行流水", Type: models.TypePDF, Hash: strings.Repeat("ef", 32), Size: 1000, At: at("2026-10-09 10:12"), By: mediator},
		},
		Filing: &models.Filing{On: "2026-11-20", By: "陈守义", Retention: "long", Missing: []string{"权利义务告知书（签收）"}, Supplements: []models.Supplement{{Seq: 1, At: at("2026-11-22 09:00"), By: mediator, Text: "补入回访照片"}}},
	}
	return &casefile.Source{Case: c, Now: now, Photos: map[string][]byte{strings.Repeat("ab", 32): photo(900, 1200)}}
}

// whole gives the source the numbers in the clear.
func whole(s *casefile.Source) *casefile.Source {
	s.Numbers = []casefile.Numbers{{ID: "990101196105031234", Phone: "13812345678"}, {ID: "93990101MA0000001X", Phone: "13988888888"}}
	return s
}

// failed is a case that was handed up twice, failed at the county and was referred.
func failed() *casefile.Source {
	s := ordinary()
	c := s.Case
	township := models.Office{ID: "990101101/township", Region: "990101101", Name: "枫溪镇司法所"}
	county := models.Office{ID: "990101/county", Region: "990101", Name: "青禾县矛调中心"}
	c.Agreement, c.Attachments, c.Filing, c.Ending, c.State = nil, nil, nil, models.Referred, models.Closed
	c.Source, c.Type, c.Subtype = "petition", models.Dividend, "plan"
	c.Stages[0].Outcome, c.Stages[0].Reason, c.Stages[0].Note, c.Stages[0].Asked = models.OutcomeEscalated, models.ReasonFailed, "三次都没谈拢", "请司法所查账"
	c.Stages[0].Clocks = []models.Clock{{Phase: models.PhaseMediation, DueAt: at("2026-11-10 00:00"), Working: []models.WorkLine{
		{Kind: "summary", Text: "从10月10日起算30日，至11月9日24时；到期自动上报枫溪镇司法所"}, {Kind: "start", Text: "10月9日开始调解，当日不计（民法典第201条）"},
		{Kind: "moved", Text: "11月8日是周日，顺延至11月9日（民法典第203条）"}, {Kind: "then", Text: "到期自动上报枫溪镇司法所"},
	}}}
	c.Sittings[1].Result, c.Sittings[1].Statements = "no_agreement", []models.Statement{{Party: "许来福", Text: "两年租金一次付清"}, {Party: "丰年农机合作社", Text: "只能先付一半"}}
	c.Stages = append(c.Stages,
		models.Stage{Level: "township", Name: "镇级", Office: township, Handler: &models.Actor{Name: "周敏", Role: models.RoleJudicial}, Opened: at("2026-10-20 16:00"), Received: ptr(at("2026-10-21 09:00")), Closed: ptr(at("2026-11-21 00:00")), Outcome: models.OutcomeEscalated, Reason: models.ReasonDeadline, LateDays: 1, Clocks: []models.Clock{{Phase: models.PhaseMediation, DueAt: at("2026-11-20 00:00")}}},
		models.Stage{Level: "county", Name: "县级", Office: county, Opened: at("2026-11-21 00:00"), Closed: ptr(at("2026-11-24 09:00")), Outcome: models.OutcomeReferred, Clocks: []models.Clock{{Phase: models.PhaseReview, DueAt: at("2026-11-28 00:00")}}})
	c.Failure = &models.Failure{At: at("2026-11-23 15:00"), Reason: "对分配方案是否有效分歧太大", RemediesTold: true, RemediesText: models.Remedies(models.Dividend), Level: "county"}
	c.Referral = &models.Referral{At: at("2026-11-24 09:00"), To: "court", Name: "青禾县人民法院", Reason: "涉及分配方案的效力，需要裁判"}
	c.Police = &models.PoliceDuty{AskedAt: at("2026-10-15 10:00"), ReportedAt: ptr(at("2026-10-15 11:00")), ReportedBy: "陈守义", ReportedTo: "枫溪派出所"}
	return s
}

// oral is a case with an oral agreement, of which nothing was performed yet. It goes on with a filed one.
func oral() *casefile.Source {
	s := ordinary()
	c := s.Case
	c.State, c.Ending, c.ClosedAt, c.Filing, c.Attachments = models.Agreed, "", nil, nil, nil
	c.Linked.Follows = &models.FiledCase{ID: "65f1a3", Number: "〔2025〕北坡村人调字第3号", FiledOn: "2025-12-30", Again: "2026年秋收以后，被申请人又没有按时付租金。"}
	c.Agreement = &models.Agreement{Form: "oral", OralReason: "当场付清，双方认为不需要写", Items: []string{"当场付清500元"}, AmountFen: 500_00, ReachedOn: "2026-10-20", InForceOn: "2026-10-20", ConfirmBy: "2026-11-19"}
	return s
}

// drafted waits for its agreement to be signed. It came back once: the agreement of its first round was not kept.
func drafted() *casefile.Source {
	s := ordinary()
	c := s.Case
	c.Rounds = []models.Round{{EndedAt: at("2026-11-20 09:00"), State: models.Agreed, Reason: "broken", Agreement: c.Agreement}}
	text := *c.Agreement
	text.Items, text.Signatures, text.MediatorSigned, text.Sealed, text.InForceOn, text.ConfirmBy, text.Confirmation, text.Grounds = []string{"被申请人一次付清租金16000元。"}, nil, "", "", "", "", nil, nil
	c.Drafts = []models.AgreementDraft{{Seq: 1, At: at("2026-11-22 09:00"), Text: text}}
	c.Agreement, c.State, c.Ending, c.ClosedAt, c.Filing, c.After = nil, models.Mediating, "", nil, nil, nil
	return s
}

// fresh was only just written down.
func fresh() *casefile.Source {
	c := ordinary().Case
	return &casefile.Source{Now: now, Case: &models.Case{
		ID: c.ID, Type: "neighbourhood", Title: c.Title, Facts: c.Facts, Source: "initiative", Parties: []models.Party{{Role: models.Applicant, Kind: models.Person, Name: "许来福"}, {Role: models.Respondent, Kind: models.Person, Name: "邵兴旺"}},
		Dictation: &models.Dictation{By: "许来福", Typist: "王建国"},
		State:     models.Logged, Office: c.Office, LoggedAt: c.LoggedAt, LoggedBy: c.LoggedBy, Stages: []models.Stage{{Level: "village", Name: "村级", Office: c.Office, Opened: c.LoggedAt}},
	}}
}

// crowd has forty parties with long names, and an agreement of about five pages.
func crowd() *casefile.Source {
	s := ordinary()
	c := s.Case
	c.Parties = c.Parties[1:]
	for i := range 39 {
		c.Parties = append(c.Parties, models.Party{Role: models.Applicant, Kind: models.Person, Name: []string{"许来福", "阿卜杜热合曼·买买提吐尔逊江", "欧阳春晓"}[i%3], Sex: "男", Nation: []string{"汉族", "维吾尔族"}[i%2], Occupation: []string{"种地", "青禾县枫溪镇第二建筑安装工程有限责任公司钢筋工"}[i%2], Address: fmt.Sprintf("枫溪镇北坡村第%d村民小组%d号（户籍在外省，常年在外务工）", i%5+1, i+1), Phone: models.Sealed{Mask: "138****5678"}})
	}
	c.Agreement.Items = nil
	for i := range 60 {
		c.Agreement.Items = append(c.Agreement.Items, fmt.Sprintf("第%d户的承包地由被申请人继续流转，租金按每亩每年800元计算，于每年12月31日前付清；逾期不付的，该户可以收回土地，已经付的租金不退，双方对地上的附着物另行协商处理。", i+1))
	}
	c.Agreement.Facts = strings.Repeat("被申请人流转各户的承包地种植大蒜，二〇二四年和二〇二五年的租金没有付清，各户多次催要，双方对欠付的数额、付款的时间和今后是否继续流转有争议。", 12)
	c.Agreement.Signatures = nil
	return s
}

func photo(width, height int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = 230
	}
	for x := range width {
		m.Set(x, x*height/width, color.Black)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// sources are cases in every state a paper is printed of.
func sources() map[string]*casefile.Source {
	return map[string]*casefile.Source{"ordinary": ordinary(), "whole": whole(ordinary()), "failed": failed(), "oral": oral(), "fresh": fresh(), "drafted": drafted(), "crowd": crowd()}
}

// words is the text of blocks, a line for each paragraph, with lines to write on as ＿.
func words(blocks []docx.Block) string {
	var out strings.Builder
	for _, b := range blocks {
		switch b := b.(type) {
		case docx.Paragraph:
			for _, r := range b.Runs {
				switch {
				case r.Underline:
					out.WriteString(strings.Repeat("＿", len([]rune(r.Text))))
				case r.PageRef != "":
					out.WriteString("<" + r.PageRef + ">")
				case r.Image != nil:
					out.WriteString("［照片］")
				default:
					out.WriteString(r.Text)
				}
			}
			out.WriteString("\n")
		case docx.Table:
			for _, row := range b.Rows {
				for i, c := range row.Cells {
					if i > 0 {
						out.WriteString(" | ")
					}
					out.WriteString(strings.ReplaceAll(strings.TrimSpace(words(c.Blocks)), "\n", "／"))
				}
				out.WriteString("\n")
			}
		}
	}
	return out.String()
}

func bytesOf(t testing.TB, d docx.Document) []byte {
	t.Helper()
	data, err := d.Bytes()
	require.NoError(t, err)
	return data
}
