package models_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

type innerForm struct {
	Name  string `json:"name" validate:"notblank,max=4" label:"姓名"`
	Phone string `json:"phone,omitempty" validate:"omitempty,phone" label:"电话"`
}

// sampleForm has every rule that a form may use.
type sampleForm struct {
	Kind     string      `json:"kind" validate:"required,oneof=a b" label:"种类"`
	Reason   string      `json:"reason" validate:"required_if=Kind b" label:"理由"`
	Day      string      `json:"day" validate:"omitempty,day" label:"日期"`
	Why      string      `json:"why" validate:"required_with=Day" label:"说明"`
	Month    string      `json:"month" validate:"omitempty,month" label:"月份"`
	Fen      int64       `json:"fen" validate:"money" label:"金额"`
	Village  string      `json:"village" validate:"omitempty,village" label:"所在村"`
	Region   string      `json:"region" validate:"omitempty,region" label:"地区"`
	Phone    string      `json:"phone" validate:"omitempty,phone" label:"电话"`
	IDNumber string      `json:"idNumber" validate:"omitempty,idnumber" label:"证件号码"`
	Credit   string      `json:"credit" validate:"omitempty,creditcode" label:"信用代码"`
	Code     string      `json:"code" validate:"omitempty,min=2,max=3" label:"代号"`
	Count    int         `json:"count" validate:"omitempty,min=2,max=9" label:"户数"`
	Share    int         `json:"share" validate:"gte=0,lte=5" label:"份额"`
	Lines    []string    `json:"lines" validate:"max=2,dive,notblank,max=3" label:"请求"`
	Parties  []innerForm `json:"parties" validate:"omitempty,min=2,max=3,dive" label:"当事人"`
	Head     *innerForm  `json:"head,omitempty" label:"代表"`
	HeldAt   *time.Time  `json:"heldAt,omitempty" validate:"omitempty,required" label:"时间"`
	Mail     string      `json:"mail" validate:"omitempty,email" label:"邮箱"`
	Nameless string      `json:"nameless" validate:"omitempty,day"`
	Hidden   string      `json:"-" validate:"omitempty,day" label:"内部日期"`
}

func TestValidatorSpeaksChinese(t *testing.T) {
	t.Parallel()
	v := models.NewValidator()
	one := []innerForm{{Name: "甲"}, {Name: "乙"}}
	for _, test := range []struct {
		name   string
		change func(*sampleForm)
		want   []models.FieldError // nil where nothing is wrong
	}{
		{"all in order", func(*sampleForm) {}, nil},
		{"required", func(f *sampleForm) { f.Kind = "" }, []models.FieldError{{Field: "kind", Message: "请填写种类"}}},
		{"oneof", func(f *sampleForm) { f.Kind = "c" }, []models.FieldError{{Field: "kind", Message: "请从列表中选择种类"}}},
		{"required_if", func(f *sampleForm) { f.Kind = "b" }, []models.FieldError{{Field: "reason", Message: "请填写理由"}}},
		{"required_with", func(f *sampleForm) { f.Day = "2026-11-24" }, []models.FieldError{{Field: "why", Message: "请填写说明"}}},
		{"day", func(f *sampleForm) { f.Day, f.Why = "2026-02-29", "x" }, []models.FieldError{{Field: "day", Message: "日期请写成年-月-日，例如2026-11-24"}}},
		{"leap day", func(f *sampleForm) { f.Day, f.Why = "2028-02-29", "x" }, nil},
		{"day too early", func(f *sampleForm) { f.Day, f.Why = "1899-12-31", "x" }, []models.FieldError{{Field: "day", Message: "日期请写成年-月-日，例如2026-11-24"}}},
		{"first day", func(f *sampleForm) { f.Day, f.Why = "1900-01-01", "x" }, nil},
		{"last day", func(f *sampleForm) { f.Day, f.Why = "2200-12-31", "x" }, nil},
		{"day too late", func(f *sampleForm) { f.Day, f.Why = "2201-01-01", "x" }, []models.FieldError{{Field: "day", Message: "日期请写成年-月-日，例如2026-11-24"}}},
		{"month", func(f *sampleForm) { f.Month = "2026-13" }, []models.FieldError{{Field: "month", Message: "月份请写成年-月，例如2026-11"}}},
		{"a month", func(f *sampleForm) { f.Month = "2026-12" }, nil},
		{"money below zero", func(f *sampleForm) { f.Fen = -1 }, []models.FieldError{{Field: "fen", Message: "金额不能为负数，也不能超过一千亿元"}}},
		{"most money", func(f *sampleForm) { f.Fen = models.MaxMoneyFen }, nil},
		{"too much money", func(f *sampleForm) { f.Fen = models.MaxMoneyFen + 1 }, []models.FieldError{{Field: "fen", Message: "金额不能为负数，也不能超过一千亿元"}}},
		{"village", func(f *sampleForm) { f.Village = "330681101" }, []models.FieldError{{Field: "village", Message: "所在村应为12位数字的村级区划代码"}}},
		{"a village", func(f *sampleForm) { f.Village = village }, nil},
		{"region", func(f *sampleForm) { f.Region = "33068" }, []models.FieldError{{Field: "region", Message: "地区应为2、4、6、9或12位数字的区划代码"}}},
		{"a region", func(f *sampleForm) { f.Region = "330681" }, nil},
		{"phone", func(f *sampleForm) { f.Phone = "123" }, []models.FieldError{{Field: "phone", Message: "电话应为11位手机号码，或带区号的固定电话，请核对"}}},
		{"a phone", func(f *sampleForm) { f.Phone = "138 0013 8000" }, nil},
		{"idnumber", func(f *sampleForm) { f.IDNumber = "110105194912310021" }, []models.FieldError{{Field: "idNumber", Message: "证件号码不正确，请照身份证逐位核对"}}},
		{"an idnumber", func(f *sampleForm) { f.IDNumber = "11010519491231002x" }, nil},
		{"creditcode", func(f *sampleForm) { f.Credit = "91350100M000100Y44" }, []models.FieldError{{Field: "credit", Message: "信用代码不正确，请照证书逐位核对18位代码"}}},
		{"a creditcode", func(f *sampleForm) { f.Credit = "91350100M000100Y43" }, nil},
		{"text too long, counted in characters", func(f *sampleForm) { f.Code = "四个汉字" }, []models.FieldError{{Field: "code", Message: "代号最多3个字，现在有4个字"}}},
		{"text as long as it may be", func(f *sampleForm) { f.Code = "三个字" }, nil},
		{"text too short", func(f *sampleForm) { f.Code = "一" }, []models.FieldError{{Field: "code", Message: "代号至少2个字"}}},
		{"number too large", func(f *sampleForm) { f.Count = 10 }, []models.FieldError{{Field: "count", Message: "户数不能大于9"}}},
		{"number too small", func(f *sampleForm) { f.Count = 1 }, []models.FieldError{{Field: "count", Message: "户数不能小于2"}}},
		{"gte", func(f *sampleForm) { f.Share = -1 }, []models.FieldError{{Field: "share", Message: "份额不能小于0"}}},
		{"lte", func(f *sampleForm) { f.Share = 6 }, []models.FieldError{{Field: "share", Message: "份额不能大于5"}}},
		{"list too long", func(f *sampleForm) { f.Lines = []string{"一", "二", "三"} }, []models.FieldError{{Field: "lines", Message: "请求最多2项"}}},
		{"list too short", func(f *sampleForm) { f.Parties = one[:1] }, []models.FieldError{{Field: "parties", Message: "当事人至少填写2项"}}},
		{"blank line of a list", func(f *sampleForm) { f.Lines = []string{"一", " "} }, []models.FieldError{{Field: "lines[1]", Message: "请填写请求"}}},
		{"long line of a list", func(f *sampleForm) { f.Lines = []string{"四个汉字"} }, []models.FieldError{{Field: "lines[0]", Message: "请求最多3个字，现在有4个字"}}},
		{"field of the second of a list", func(f *sampleForm) { f.Parties = []innerForm{{Name: "甲"}, {Name: "乙", Phone: "1"}} }, []models.FieldError{{Field: "parties[1].phone", Message: "电话应为11位手机号码，或带区号的固定电话，请核对"}}},
		{"two faults of two parties", func(f *sampleForm) { f.Parties = []innerForm{{Name: " "}, {Name: "赵钱孙李周"}} },
			[]models.FieldError{{Field: "parties[0].name", Message: "请填写姓名"}, {Field: "parties[1].name", Message: "姓名最多4个字，现在有5个字"}}},
		{"field of an inner form", func(f *sampleForm) { f.Head = &innerForm{} }, []models.FieldError{{Field: "head.name", Message: "请填写姓名"}}},
		{"field without a label", func(f *sampleForm) { f.Nameless = "x" }, []models.FieldError{{Field: "nameless", Message: "此项请写成年-月-日，例如2026-11-24"}}},
		{"field without a JSON name", func(f *sampleForm) { f.Hidden = "x" }, []models.FieldError{{Field: "Hidden", Message: "内部日期请写成年-月-日，例如2026-11-24"}}},
		{"rule without words of its own", func(f *sampleForm) { f.Mail = "x" }, []models.FieldError{{Field: "mail", Message: "邮箱格式不正确，请修改"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			form := sampleForm{Kind: "a"}
			test.change(&form)
			err := v.Check(&form)
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			got := models.AsError(err)
			require.Equal(t, models.Invalid, got.Kind)
			require.Equal(t, "填写有误，请按提示修改", got.Message)
			require.Empty(t, cmp.Diff(test.want, got.Fields))
			require.Equal(t, err, v.Check(form), "a form by value says the same")
		})
	}
}

// What is wrong with the program is no fault of a form.
func TestValidatorRefusesWhatIsNoForm(t *testing.T) {
	t.Parallel()
	for _, form := range []any{nil, 3, (*sampleForm)(nil)} {
		err := models.NewValidator().Check(form)
		require.Error(t, err)
		require.Equal(t, models.Internal, models.AsError(err).Kind)
	}
}

// An error's text is for the log: it names fields, never what was typed.
func TestErrorsCarryNoInput(t *testing.T) {
	t.Parallel()
	err := models.NewValidator().Check(&sampleForm{Kind: "a", IDNumber: "110105194912310021", Phone: "1380013800"})
	require.Error(t, err)
	require.Equal(t, "invalid phone idNumber", err.Error())
	for _, f := range models.AsError(err).Fields {
		require.False(t, strings.Contains(f.Message, "110105") || strings.Contains(f.Message, "138"), f.Message)
	}
}
