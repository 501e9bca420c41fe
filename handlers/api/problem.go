package api

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
)

// Problem is a failure as clients see it (RFC 9457).
type Problem struct {
	Type      string              `json:"type" description:"总是 about:blank，请按 code 区分"`
	Title     string              `json:"title" description:"状态的名称"`
	Status    int                 `json:"status"`
	Detail    string              `json:"detail" description:"给人看的说明"`
	Code      string              `json:"code" description:"不变的代码，供程序判断"`
	RequestID string              `json:"requestId" description:"请求编号，报修时请提供"`
	Errors    []models.FieldError `json:"errors,omitempty" description:"逐项的错误"`
}

const problemType = "application/problem+json"

var titles = map[int]string{
	http.StatusBadRequest:            "请求有误",
	http.StatusUnauthorized:          "未登录",
	http.StatusForbidden:             "没有权限",
	http.StatusNotFound:              "没有找到",
	http.StatusMethodNotAllowed:      "不支持这个方法",
	http.StatusConflict:              "现在不能这样做",
	http.StatusRequestEntityTooLarge: "内容太大",
	http.StatusUnsupportedMediaType:  "不支持这种格式",
	http.StatusUnprocessableEntity:   "填写有误",
	http.StatusTooManyRequests:       "次数太多",
	http.StatusInternalServerError:   "系统出错",
	http.StatusServiceUnavailable:    "暂时不能用",
}

// Error answers a request that failed.
func (a *API) Error(c *gin.Context, err error, requestID string) {
	told := web.Told(err)
	status := web.Status(told)
	body, err := json.Marshal(Problem{
		Type: "about:blank", Title: titles[status], Status: status, Detail: told.Message, Code: told.Code, RequestID: requestID, Errors: told.Fields,
	})
	if err != nil { // strings and numbers always have a JSON form
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	c.Abort()
	c.Data(status, problemType, body)
}
