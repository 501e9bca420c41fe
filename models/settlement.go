package models

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Blank stands in a text where the file does not say what belongs there: somebody fills it in before
// anybody signs.
const Blank = "＿＿＿＿"

// settlement is a usual way in which such disputes are settled: a text that fills itself from the case.
type settlement struct {
	code, name string
	types      []DisputeType
	subtypes   []string // which it fits best
	grounds    []string // articles it rests on
	write      func(w *settling)
}

// settling is an agreement in the making.
type settling struct {
	c     *Case
	today string
	out   *Agreement
}

func settlements() []settlement {
	land, both := []DisputeType{LandTransfer}, []DisputeType{LandTransfer, Dividend}
	return []settlement{
		{"rent_instalments", "租金分期付清", land, []string{"rent_arrears"}, []string{"contract-39", "contract-40"}, rentByInstalments},
		{"land_returned", "终止流转，交还土地", land, []string{"termination", "use_damage", "no_contract"}, []string{"contract-42", "contract-38"}, landReturned},
		{"term_changed", "变更期限或者价款", land, []string{"term_renewal", "sub_transfer", "priority"}, []string{"contract-38", "contract-36"}, termChanged},
		{"contract_written", "补签书面合同并备案", land, []string{"no_contract", "unfiled"}, []string{"contract-40", "contract-36"}, contractWritten},
		{"boundary_set", "量清面积，定下四至", land, []string{"area_boundary"}, []string{"contract-40"}, boundarySet},
		{"share_recognised", "确认成员或者份额，补发分红", []DisputeType{Dividend}, []string{"membership", "quantification", "withholding"}, []string{"collective-12", "collective-40"}, shareRecognised},
		{"plan_revised", "按“四议两公开”重新议定方案", []DisputeType{Dividend}, []string{"plan", "reserve_funds", "compensation_distribution", "accounts_undisclosed"}, []string{"committee-24", "collective-26", "collective-42"}, planRevised},
		{"arrears_paid", "欠款一次付清", both, []string{"withholding", "compensation"}, []string{"mediation-31"}, arrearsPaid},
	}
}

// SettlementsFor lists the templates that fit a case, the best first. Any other type of dispute has the
// one that only speaks of money.
func SettlementsFor(c *Case) []Choice {
	var best, rest []Choice
	for _, s := range settlements() {
		fits := slices.Contains(s.types, c.Type)
		if s.code == "arrears_paid" {
			fits = true
		}
		switch {
		case !fits:
		case slices.Contains(s.subtypes, c.Subtype):
			best = append(best, Choice{s.code, s.name})
		default:
			rest = append(rest, Choice{s.code, s.name})
		}
	}
	return append(best, rest...)
}

// SettlementName is a template's name; "" for what is none.
func SettlementName(code string) string {
	for _, s := range settlements() {
		if s.code == code {
			return s.name
		}
	}
	return ""
}

// Settle writes an agreement by a template, filled from the case as of a day; false where there is no such
// template for it. What the file does not say is left Blank. Everything in it may be changed.
func Settle(c *Case, code, today string) (Agreement, bool) {
	if !HasCode(SettlementsFor(c), code) {
		return Agreement{}, false
	}
	for _, s := range settlements() {
		if s.code != code {
			continue
		}
		out := Agreement{Form: "written", Template: code, Facts: c.Facts, AmountFen: c.AmountFen, Manner: "现金或者转账，收款人出具收条，报人民调解委员会登记"}
		refs, _ := CiteArticles(s.grounds)
		if c.Type != LandTransfer && c.Type != Dividend {
			refs, _ = CiteArticles([]string{"mediation-31"})
		}
		out.Grounds = refs
		s.write(&settling{c: c, today: today, out: &out})
		return out, true
	}
	return Agreement{}, false
}

func (w *settling) item(format string, args ...any) {
	w.out.Items = append(w.out.Items, fmt.Sprintf(format, args...))
}

func (w *settling) applicant() string  { return or(w.c.PartyNames(Applicant)) }
func (w *settling) respondent() string { return or(w.c.PartyNames(Respondent)) }

// land is “长垄”3.00亩, as far as it is known.
func (w *settling) land() string {
	l := w.c.Land
	if l == nil || l.LandName == "" && l.Location == "" {
		return "双方争议的承包地"
	}
	text := "“" + l.LandName + "”"
	if l.LandName == "" {
		text = l.Location + "的"
	}
	if l.AreaCentiMu > 0 {
		text += strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", l.AreaCentiMu/100, l.AreaCentiMu%100), "0"), ".") + "亩"
	}
	return text + "承包地"
}

func (w *settling) money() string { return yuanText(w.c.AmountFen) }

func (w *settling) facts() LandTransferFacts {
	if w.c.Land == nil {
		return LandTransferFacts{}
	}
	return *w.c.Land
}

// part plans the amount in equal instalments of whole yuan, the last one with what is left over, so that
// they add up.
func (w *settling) part(n, firstDays, everyDays int, what string) {
	each := w.out.AmountFen / int64(n) / 100 * 100
	for i := range n {
		fen := each
		if i == n-1 {
			fen = w.out.AmountFen - each*int64(n-1)
		}
		name := what
		if n > 1 {
			name = fmt.Sprintf("第%d期%s", i+1, what)
		}
		w.out.Instalments = append(w.out.Instalments, Instalment{Seq: i + 1, DueOn: addDays(w.today, firstDays+everyDays*i), AmountFen: fen, What: name})
	}
}

func rentByInstalments(w *settling) {
	w.item("%s拖欠%s的租金%s，双方核对无异议。", w.respondent(), w.land(), w.money())
	w.item("%s分三期向%s付清上述租金，各期日期和金额见分期履行。", w.respondent(), w.applicant())
	w.item("今后的租金于每年%s前付清。", Blank)
	w.item("任何一期逾期未付的，%s可以要求一次付清全部余款。", w.applicant())
	w.part(3, 15, 30, "租金")
}

func landReturned(w *settling) {
	w.item("双方一致同意，%s的流转关系至%s终止。", w.land(), Blank)
	w.item("%s于终止之日前清理地上附着物，恢复耕种条件，把土地交还%s。", w.respondent(), w.applicant())
	w.item("已付租金和投入结清：%s向%s支付%s，此外双方互不追究。", w.respondent(), w.applicant(), w.money())
	w.part(1, 15, 0, "结清款")
}

func termChanged(w *settling) {
	l := w.facts()
	w.item("%s的流转期限变更为%s至%s。", w.land(), orDay(l.From), Blank)
	if l.ContractLandTo != "" {
		w.item("流转期限不超过承包期的剩余期限（至%s）。", dayText(l.ContractLandTo))
	}
	w.item("价款变更为每亩每年%s元，于每年%s前付清。", Blank, Blank)
	w.item("双方在十五日内签订书面的变更合同，并向发包方备案。")
	w.out.AmountFen = 0
}

func contractWritten(w *settling) {
	l := w.facts()
	w.item("双方在十五日内就%s补签书面流转合同，写明地块、期限、用途、价款和支付、征收补偿归属和违约责任。", w.land())
	w.item("流转期限为%s至%s，用途为%s。", orDay(l.From), orDay(l.To), or(l.Use))
	price := Blank
	if l.PriceFenPerMu > 0 {
		price = yuanNumber(l.PriceFenPerMu)
	}
	w.item("价款每亩每年%s元，于每年%s前付清。", price, Blank)
	w.item("合同签订后三十日内共同到村集体备案；期限五年以上的，可以申请登记。")
	w.out.AmountFen = 0
}

func boundarySet(w *settling) {
	w.item("双方认可人民调解委员会组织、双方到场的丈量结果：%s，实际面积%s亩。", w.land(), Blank)
	w.item("四至：东至%s，南至%s，西至%s，北至%s，以当场埋设的界石为准。", Blank, Blank, Blank, Blank)
	w.item("因面积有出入应当补付的%s，由%s付给%s，今后按新量的面积计算租金。", w.money(), w.respondent(), w.applicant())
	w.part(1, 15, 0, "补付款")
}

func shareRecognised(w *settling) {
	d, year := w.dividend(), Blank
	if d.Year > 0 {
		year = strconv.Itoa(d.Year)
	}
	shares := Blank
	if d.ClaimedShares > 0 {
		shares = strconv.FormatInt(d.ClaimedShares, 10)
	}
	w.item("%s在收到本协议后三十日内，把%s的成员身份、份额（%s份）提请成员大会确认，并在名册上更正。", w.respondent(), w.applicant(), shares)
	w.item("确认后，%s向%s补发%s年度分红%s。", w.respondent(), w.applicant(), year, w.money())
	w.item("成员大会没有通过的，%s书面说明理由，%s可以依法向有关部门申请处理或者起诉。", w.respondent(), w.applicant())
	w.part(1, 45, 0, "补发分红")
}

func planRevised(w *settling) {
	d, year := w.dividend(), Blank
	if d.Year > 0 {
		year = strconv.Itoa(d.Year)
	}
	w.item("%s年度的分配方案由%s按“四议两公开”重新议定：党支部提议、两委商议、党员大会审议、村民会议或者村民代表会议（成员大会）决议。", year, w.respondent())
	w.item("会议提前十日通知，于%s前召开；决议和实施结果公开，公开不少于七日。", Blank)
	w.item("决议通过前暂缓发放；已经发放的，按新方案多退少补。")
	w.item("按新方案应当补付的%s，在决议公开期满后付清。", w.money())
	w.part(1, 60, 0, "按新方案补付")
}

func arrearsPaid(w *settling) {
	w.item("双方核对，%s应当付给%s%s。", w.respondent(), w.applicant(), w.money())
	w.item("%s一次付清，%s出具收条。", w.respondent(), w.applicant())
	w.item("付清后双方就本纠纷再无其他争议。")
	w.part(1, 10, 0, "付清欠款")
}

func (w *settling) dividend() DividendFacts {
	if w.c.Dividend == nil {
		return DividendFacts{}
	}
	return *w.c.Dividend
}

func or(text string) string {
	if text == "" {
		return Blank
	}
	return text
}

func orDay(day string) string { return or(dayText(day)) }

// dayText is 2026年4月1日; "" for no day.
func dayText(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.Format("2006年1月2日")
}

func yuanNumber(fen int64) string {
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

func yuanText(fen int64) string {
	if fen == 0 {
		return Blank + "元"
	}
	return yuanNumber(fen) + "元"
}

// Blanks names the parts of an agreement's text in which something is still to be filled in, by the form's
// fields.
func (a *Agreement) Blanks() []string {
	var fields []string
	for i, item := range a.Items {
		if strings.Contains(item, "＿") {
			fields = append(fields, fmt.Sprintf("items[%d]", i))
		}
	}
	for _, part := range []struct{ field, text string }{{"facts", a.Facts}, {"manner", a.Manner}} {
		if strings.Contains(part.text, "＿") {
			fields = append(fields, part.field)
		}
	}
	return fields
}
