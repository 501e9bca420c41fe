package pages

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/workday"
)

// sample has a field of every kind that decode reads.
type sample struct {
	Text    string    `json:"text" label:"文字"`
	Day     string    `json:"day" validate:"omitempty,day" label:"日子"`
	Yes     bool      `json:"yes"`
	Count   int       `json:"count" label:"个数"`
	Money   int64     `json:"moneyFen" label:"钱"`
	Area    int64     `json:"areaCentiMu" label:"面积"`
	At      time.Time `json:"at" label:"时间"`
	Words   []string  `json:"words"`
	Names   []string  `json:"mediators"`
	Rows    []inner   `json:"rows"`
	Inside  *inner    `json:"inside"`
	Hidden  string    `json:"-"`
	Unnamed string
}

type inner struct {
	Name  string `json:"name"`
	Price int64  `json:"priceFenPerMu" label:"价格"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		values url.Values
		want   sample
		faults []models.FieldError
	}{
		{"nothing", nil, sample{Words: []string{}, Names: []string{}, Rows: []inner{}}, nil},
		{"every kind", url.Values{
			"text": {" 两行\r\n字 "}, "day": {"2026年3月2日"}, "yes": {"1"}, "count": {"3户"}, "moneyFen": {"1.5万"}, "areaCentiMu": {"2亩"}, "at": {"2026-03-02T09:30"},
			"words": {"一、二\r\n三"}, "mediators": {"张三、李四，王五 赵六;钱七"}, "inside.name": {"里面"}, "inside.priceFenPerMu": {"800"},
			"rows[0].name": {"甲"}, "rows[1].priceFenPerMu": {"1"}, "-": {"x"}, "Unnamed": {"x"}, "Hidden": {"x"}, "nonsense[": {"x"},
		}, sample{
			Text: "两行\n字", Day: "2026-03-02", Yes: true, Count: 3, Money: 1_500_000, Area: 200, At: time.Date(2026, 3, 2, 9, 30, 0, 0, workday.Zone),
			Words: []string{"一、二", "三"}, Names: []string{"张三", "李四", "王五", "赵六", "钱七"}, Inside: &inner{"里面", 80_000}, Rows: []inner{{Name: "甲"}, {Price: 100}},
		}, nil},
		{"what cannot be read", url.Values{"count": {"x"}, "moneyFen": {"x"}, "at": {"x"}, "rows[1].priceFenPerMu": {"x"}, "day": {"x"}}, sample{Day: "x", Words: []string{}, Names: []string{}, Rows: []inner{{}, {}}}, []models.FieldError{
			{Field: "count", Message: "个数" + errCount.Error()}, {Field: "moneyFen", Message: "钱" + errMoney.Error()}, {Field: "at", Message: "时间" + errMoment.Error()},
			{Field: "rows[1].priceFenPerMu", Message: "价格" + errMoney.Error()},
		}},
		{"nothing inside", url.Values{"inside.name": {" "}, "words": {"\r\n \n"}}, sample{Words: []string{" "}, Names: []string{}, Rows: []inner{}}, nil},
		{"indexes that are none", url.Values{"rows[-1].name": {"x"}, "rows[60].name": {"x"}, "rows[x].name": {"x"}, "rows[9999999999999999999].name": {"x"}, "rows[1": {"x"}, "rows": {"x"}}, sample{Words: []string{}, Names: []string{}, Rows: []inner{}}, nil},
		{"words one by one", url.Values{"words[0]": {"一"}, "words[2]": {"三"}}, sample{Words: []string{"一", "", "三"}, Names: []string{}, Rows: []inner{}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got sample
			faults := decode(tt.values, &got)
			require.True(t, tt.want.At.Equal(got.At))
			got.At = tt.want.At
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.faults, faults)
		})
	}
}

func TestRowsMove(t *testing.T) {
	t.Parallel()
	values := url.Values{"rows[0].name": {"甲"}, "rows[1].name": {" "}, "rows[2].name": {"丙"}, "rows[2].priceFenPerMu": {"3"}, "rows[3].name": {""}, "other": {"x"}, "rowsx[0]": {"y"}}
	dropEmptyRows(values, "rows")
	require.Equal(t, url.Values{"rows[0].name": {"甲"}, "rows[1].name": {"丙"}, "rows[1].priceFenPerMu": {"3"}, "other": {"x"}, "rowsx[0]": {"y"}}, values)
	dropRow(values, "rows", 0)
	dropRow(values, "rows", 7)
	dropRow(values, "rows", -1)
	require.Equal(t, 1, rows(values, "rows"))
	require.Equal(t, "丙", values.Get("rows[0].name"))
}

func TestForm(t *testing.T) {
	t.Parallel()
	f := &form{Values: url.Values{"items": {"一\n二"}, "parties[0].role": {"applicant"}, "parties[1].role": {"applicant"}, "version": {"3"}}, Faults: []models.FieldError{
		{Field: "items[1]", Message: "第二条太长"}, {Field: "parties[1].name", Message: "请填写"}, {Field: "instalments[2].dueOn", Message: "太早"},
	}}
	require.Equal(t, "第二条太长", f.Fault("items"))
	require.Equal(t, "f-items", f.Anchor("items[1]"))
	require.Equal(t, "f-parties-1-name", f.Anchor("parties[1].name"))
	require.Empty(t, f.Fault("parties"), "a fault of one row is none of the list")
	require.Equal(t, "申请人2", f.Place("parties[1].name"))
	require.Empty(t, f.Place("parties[9].name"))
	require.Equal(t, "第3期", f.Place("instalments[2].dueOn"))
	require.Empty(t, f.Place("items[1]"))
	require.True(t, f.Used("parties[1].", "phone", "name"))
	require.False(t, f.Used("parties[0].", "phone", "name"))
	require.Equal(t, []int{0, 1}, f.Rows("parties", 1))
	require.Equal(t, []int{0}, f.Rows("instalments", 1))
	f.extraRow = "parties"
	require.Len(t, f.Rows("parties", 0), 3)
	f.Values.Set("parties[59].role", "third")
	require.Len(t, f.Rows("parties", 0), maxRows)

	version, err := f.version()
	require.NoError(t, err)
	require.Equal(t, int64(3), version)
	_, err = newField(f, "items", "协议内容", "rows=many")
	require.Error(t, err)
	_, err = newField(f, "items", "协议内容", "colour=red")
	require.ErrorContains(t, err, "no such option")
	chosen, err := newChoices(f, "version", "哪一版", []models.Choice{{Code: "3", Name: "三"}, {Code: "4", Name: "四"}}, "hint=选一个", "required")
	require.NoError(t, err)
	require.Equal(t, []choice{{Code: "3", Name: "三", Checked: true}, {Code: "4", Name: "四"}}, chosen.Choices)
	require.Equal(t, "f-version-hint", chosen.Describe())
}

// TestForeignErrors leaves to the caller what is none of the form's.
func TestForeignErrors(t *testing.T) {
	t.Parallel()
	for _, kind := range models.Kinds() {
		f := newForm()
		mine := f.refuse(&models.Error{Kind: kind, Message: "这样不行"})
		require.Equal(t, kind == models.Invalid || kind == models.Conflict || kind == models.Precondition, mine, "kind %d", kind)
		require.Equal(t, mine, f.Notice == "这样不行")
		require.Equal(t, kind == models.Conflict, f.Stale)
	}
}

// FuzzDecode posts anything: nothing fails, no list is longer than a form may be, and every fault
// names a field that was posted.
func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		"title=a&facts=b&parties[0].name=c&parties[1].phone=1", "parties[59].name=x&parties[60].name=y&parties[-1].name=z", "landTransfer.areaCentiMu=三亩&amountFen=1e9",
		"heldAt=2026-03-02T09:30&mediators=a、b&instalments[3].amountFen=1.234", "requests=a%0d%0ab&requests[5]=c", "parties[0][1].name=x&parties[=&parties]=&[0]=1", "instalments[0].dueOn=2026.1.1&signatures[2].party=甲", "parties=x&instalments",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		values, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		for _, into := range []any{&casework.LogForm{}, &casework.AgreementForm{}, &casework.SittingForm{}, &casework.ReviewForm{}} {
			for _, fault := range decode(values, into) {
				require.True(t, values.Has(fault.Field), "%s was not posted", fault.Field)
				require.NotEmpty(t, fault.Message)
			}
			requireShort(t, reflect.ValueOf(into).Elem(), values)
		}
		form := &form{Values: values}
		for _, list := range []string{"parties", "instalments", "requests"} {
			n := rows(values, list)
			require.LessOrEqual(t, n, maxRows)
			dropEmptyRows(values, list)
			require.LessOrEqual(t, rows(values, list), n)
			for i := range rows(values, list) {
				require.True(t, hasAny(values, fmt.Sprintf("%s[%d]", list, i)), "row %d of %s is empty", i, list)
			}
		}
		require.LessOrEqual(t, len(partyForms(form)), maxRows)
	})
}

// requireShort asks that rows of a form are at most maxRows; words of one field are as many as typed.
func requireShort(t *testing.T, v reflect.Value, values url.Values) {
	t.Helper()
	for i := range v.NumField() {
		if field := v.Field(i); field.Kind() == reflect.Slice {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			require.True(t, field.Len() <= maxRows || values.Has(name), "%s has %d rows", name, field.Len())
		}
	}
}
