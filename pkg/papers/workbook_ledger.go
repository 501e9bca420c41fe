package papers

import (
	"fmt"
	"time"

	"github.com/xuri/excelize/v2"
)

// ledger is the sheet of cases, written row by row: a county's month does not have to fit in memory
// twice.
func (b *book) ledger() error {
	const (
		number, title, kind, village, names = 18, 22, 10, 10, 14
	)
	p := b.page(SheetLedger, 3, 5, number, title, kind, village, names, names, 11, 11, 6, 9, 9, 11, 11, 6, 15, 6)
	p.title(b.data.heading()+"　台账", fmt.Sprintf("%s　共%d件", b.data.note(), len(b.data.Ledger)))
	p.row(34, b.style.head, "序号", "卷号", "标题", "类型", "所在村", "申请人", "被申请人", "登记日期", "受理日期", "层级", "月末状态", "办结方式", "期限届满", "结案日期", "风险", "涉及金额（元）", "户数")
	for i, r := range b.data.Ledger {
		height := rowHeight(line{r.Number, number}, line{r.Title, title}, line{r.Type, kind}, line{r.Village, village}, line{r.Applicants, names}, line{r.Respondents, names})
		p.cells(height,
			excelize.Cell{StyleID: b.style.index, Value: i + 1},
			text(b.style.text, r.Number), text(b.style.text, r.Title), text(b.style.centre, r.Type), text(b.style.centre, r.Village),
			text(b.style.text, r.Applicants), text(b.style.text, r.Respondents),
			b.day(r.LoggedOn), b.day(r.AcceptedOn), text(b.style.centre, r.Level), text(b.style.centre, r.State), text(b.style.centre, r.Outcome),
			b.day(r.DueOn), b.day(r.ClosedOn), text(b.style.centre, r.Risk),
			excelize.Cell{StyleID: b.style.money, Value: float64(r.AmountFen) / 100},
			excelize.Cell{StyleID: b.style.index, Value: r.Households},
		)
	}
	return p.end()
}

// day is a date that Excel can order by, empty where there is none.
func (b *book) day(day string) excelize.Cell {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return text(b.style.centre, "")
	}
	return excelize.Cell{StyleID: b.style.day, Value: at}
}
