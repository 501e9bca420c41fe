package papers

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"fengqiao/models"
)

// SubsidyData is a closed 补贴结算表 as its workbook shows it. Times are shown as they are given.
type SubsidyData struct {
	Place    string // 枫溪镇
	Period   string // 2026年10月
	ClosedAt time.Time
	ClosedBy string
	Sheet    *models.SubsidySheet
}

// SheetSubsidy is the name of the one sheet.
const SheetSubsidy = "以案定补"

// SubsidyWorkbook writes a closed sheet for the finance office: the approved files committee by committee,
// each with what it gets, the sum in figures and in 大写, the files that were refused with the reason, and
// lines to sign on. Mediators stand beside their file as the voucher needs it; there is no sum by person.
func SubsidyWorkbook(w io.Writer, data SubsidyData) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	heading := data.Place + data.Period + "人民调解以案定补结算表"
	style, err := setUp(f, heading, data.ClosedAt, SheetSubsidy)
	if err != nil {
		return fmt.Errorf("prepare workbook: %w", err)
	}
	b := &book{f: f, style: style}
	p := b.page(SheetSubsidy, 3, 6, subsidyNumber, 11, 11, 16, 9, 12, 10, 15, subsidyWorking)
	p.title(heading, fmt.Sprintf("%s由%s定稿　单位：元", data.ClosedAt.Format("2006年1月2日"), data.ClosedBy))
	p.row(34, style.head, "序号", "卷号", "村", "纠纷类型", "办理结果", "档次", "金额（元）", "审核", "调解员", "计算依据和说明")
	each, all := data.Sheet.Totals()
	n := 0
	for _, total := range each {
		p.span(22, style.group, total.Committee)
		for i := range data.Sheet.Lines {
			if l := &data.Sheet.Lines[i]; l.Committee == total.Committee && l.State == models.SubsidyApproved {
				n++
				b.subsidyLine(p, n, l)
			}
		}
		p.cells(20, append(b.words("", "小计", fmt.Sprintf("%d件", total.Files), "", "", ""), excelize.Cell{StyleID: style.totalMoney, Value: float64(total.AmountFen) / 100}, text(style.total, ""), text(style.total, ""), text(style.total, ""))...)
	}
	p.cells(24, append(b.words("", "合计", fmt.Sprintf("%d件", all.Files), "", "", ""), excelize.Cell{StyleID: style.totalMoney, Value: float64(all.AmountFen) / 100}, text(style.total, ""), text(style.total, ""), text(style.total, ""))...)
	p.span(24, style.total, "合计（大写）："+moneyInWords(all.AmountFen))
	b.refused(p, data.Sheet)
	p.gap()
	p.span(26, style.sign, "制表人：　　　　　　　　　司法所审核：　　　　　　　　　　镇负责人审批：　　　　　　　　　　（盖章）")
	p.span(26, style.sign, "财政所：　　　　　　　　　领款单位（各调委会签收盖章）：　　　　　　　　　　　　　　　　　年　　月　　日")
	if err := p.end(); err != nil {
		return fmt.Errorf("sheet %s: %w", SheetSubsidy, err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// Widths of the columns that wrap.
const (
	subsidyNumber  = 25.0
	subsidyWorking = 46.0
)

func (b *book) words(words ...string) []excelize.Cell {
	cells := make([]excelize.Cell, len(words))
	for i, w := range words {
		cells[i] = text(b.style.total, w)
	}
	return cells
}

// subsidyLine is one file. One that is taken back has its amount below zero.
func (b *book) subsidyLine(p *page, n int, l *models.SubsidyLine) {
	mediators, notes, decision := strings.Join(l.Mediators, "、"), notesOf(l), models.NameOf(models.SubsidyDecisions(), l.State)
	if l.Kind == models.LineBack {
		decision = models.NameOf(models.SubsidyLineKinds(), string(l.Kind))
	}
	p.cells(rowHeight(line{l.Number, subsidyNumber}, line{notes, subsidyWorking}, line{mediators, 15}, line{l.Place, 11}),
		excelize.Cell{StyleID: b.style.index, Value: n},
		text(b.style.text, l.Number), text(b.style.centre, l.Place), text(b.style.centre, models.NameOf(models.DisputeTypes(), string(l.Type))),
		text(b.style.centre, models.NameOf(models.SubsidyResults(), string(l.Result))), text(b.style.centre, l.Grade),
		excelize.Cell{StyleID: b.style.money, Value: float64(l.AmountFen) / 100},
		text(b.style.centre, decision), text(b.style.text, mediators), text(b.style.text, notes))
}

// notesOf is the working of a line, and how it came onto this sheet.
func notesOf(l *models.SubsidyLine) string {
	notes := l.Working
	if l.Kind != models.LineOwn {
		of := l.Of
		if period, ok := models.ParseSubsidyPeriod(of); ok {
			of = period.Name
		}
		notes = models.NameOf(models.SubsidyLineKinds(), string(l.Kind)) + "（" + of + "）：" + notes
	}
	if l.Reason != "" {
		notes += "；" + l.Reason
	}
	return notes
}

// refused lists the files that are not paid by decision: they have no amount.
func (b *book) refused(p *page, sheet *models.SubsidySheet) {
	n := 0
	for i := range sheet.Lines {
		l := &sheet.Lines[i]
		if l.State != models.SubsidyRefused {
			continue
		}
		if n++; n == 1 {
			p.gap()
			p.span(22, b.style.group, "不予核准")
		}
		p.cells(rowHeight(line{l.Number, subsidyNumber}, line{l.Reason, subsidyWorking}, line{l.Place, 11}),
			excelize.Cell{StyleID: b.style.index, Value: n}, text(b.style.text, l.Number), text(b.style.centre, l.Place),
			text(b.style.centre, models.NameOf(models.DisputeTypes(), string(l.Type))), text(b.style.centre, models.NameOf(models.SubsidyResults(), string(l.Result))),
			text(b.style.centre, l.Grade), text(b.style.none, "—"), text(b.style.centre, "不予核准"), text(b.style.text, ""), text(b.style.text, l.Reason))
	}
}

// moneyInWords is an amount in 大写, that of a sheet on which more is taken back than paid among them.
func moneyInWords(fen int64) string {
	if fen < 0 {
		return "负" + models.MoneyInWords(-fen)
	}
	return models.MoneyInWords(fen)
}
