package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
)

const (
	bearerScheme = "bearer"
	cookieScheme = "cookie"
)

// document writes the OpenAPI description of the endpoints, from the types that they read and answer.
func document(endpoints []endpoint) ([]byte, error) {
	r := openapi31.NewReflector()
	r.Spec.Info.WithTitle("枫桥").WithVersion("1").WithDescription("人民调解案件管理系统的接口。时间为RFC 3339（UTC），日期为2006-01-02，金额以分计。出错时回答RFC 9457格式的说明。")
	r.Spec.SetHTTPBearerTokenSecurity(bearerScheme, "", "POST /api/v1/sessions 得到的 token")
	r.Spec.SetAPIKeySecurity(cookieScheme, web.SessionCookie, openapi.InCookie, "网页登录后的 cookie")
	r.DefaultOptions = append(r.DefaultOptions,
		jsonschema.InterceptDefName(schemaName), jsonschema.InterceptSchema(listCodes), jsonschema.InterceptProp(applyRules), jsonschema.InterceptNullability(listsAreThere))
	for _, e := range endpoints {
		if err := describe(r, e); err != nil {
			return nil, fmt.Errorf("describe %s %s: %w", e.Method, e.Path, err)
		}
	}
	return json.Marshal(r.Spec)
}

// describe adds one endpoint.
func describe(r *openapi31.Reflector, e endpoint) error {
	operation, err := r.NewOperationContext(e.Method, documentPath(e.Path))
	if err != nil {
		return err
	}
	operation.SetTags(e.tag)
	operation.SetSummary(e.summary)
	if e.Permission != account.Public {
		operation.AddSecurity(bearerScheme)
		operation.AddSecurity(cookieScheme)
		holders := []string{}
		for _, role := range e.Permission.Holders() {
			holders = append(holders, role.Name())
		}
		operation.SetDescription("可以使用的岗位：" + strings.Join(holders, "、") + "。")
	}
	if e.params != nil {
		operation.AddReqStructure(e.params)
	}
	if e.in != nil {
		operation.AddReqStructure(e.in, func(unit *openapi.ContentUnit) {
			unit.ContentType = "application/json"
			unit.Customize = func(content openapi.ContentOrReference) {
				body, ok := content.(*openapi31.RequestBodyOrReference)
				if ok && e.example != nil {
					media := body.RequestBody.Content["application/json"]
					body.RequestBody.Content["application/json"] = *media.WithExample(e.example)
				}
				if ok && takesFile(e.in) {
					body.RequestBody.Content["multipart/form-data"] = *new(openapi31.MediaType).WithSchema(uploadSchema())
				}
			}
		})
	}
	for _, status := range append([]int{e.status}, e.also...) {
		out := e.out
		if status == http.StatusNotModified {
			out = nil
		}
		for _, kind := range e.file {
			operation.AddRespStructure(new(binary), openapi.WithHTTPStatus(status), openapi.WithContentType(kind))
		}
		if len(e.file) == 0 {
			operation.AddRespStructure(out, openapi.WithHTTPStatus(status))
		}
		if e.headers != nil {
			operation.AddRespStructure(e.headers, openapi.WithHTTPStatus(status))
		}
	}
	for _, status := range e.failures() {
		operation.AddRespStructure(new(Problem), openapi.WithHTTPStatus(status), openapi.WithContentType(problemType), func(unit *openapi.ContentUnit) {
			unit.Description = titles[status]
		})
	}
	return r.AddOperation(operation)
}

// uploadSchema is a form with a file as a part of its own.
func uploadSchema() map[string]any {
	return map[string]any{
		"type": "object", "description": "和JSON里同名的字段，file是文件本身",
		"properties":           map[string]any{"file": map[string]any{"type": "string", "format": "binary"}},
		"additionalProperties": map[string]any{"type": "string"},
	}
}

// failures lists the statuses with which an endpoint may fail: what comes with its permission, its
// path and its body, and what is its own. The document itself asks nothing and does not fail.
func (e *endpoint) failures() []int {
	all := slices.Clone(e.fails)
	changes, public := e.Method != http.MethodGet, e.Permission == account.Public
	if changes || !public {
		all = append(all, http.StatusUnauthorized, http.StatusInternalServerError, http.StatusServiceUnavailable)
	}
	if changes && public {
		all = append(all, http.StatusTooManyRequests)
	}
	if changes || len(e.Permission.Holders()) < len(models.Roles()) { // another site's page, another role
		all = append(all, http.StatusForbidden)
	}
	if strings.Contains(e.Path, ":") {
		all = append(all, http.StatusNotFound)
	}
	if e.in != nil {
		all = append(all, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// documentPath writes Gin's :id as {id}.
func documentPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// logExample is a draft as a client sends it, of people who do not exist.
func logExample() casework.LogForm {
	return casework.LogForm{
		Type: models.LandTransfer, Subtype: "rent_arrears", VillageCode: "330681101201", Title: "北坡三组地租拖欠", Facts: "流转给合作社的三亩地，两年租金没有付。",
		Requests: []string{"付清两年租金"}, Source: "application", AmountFen: 480000, Households: 1, Risk: models.Blue,
		Parties: []casework.PartyForm{
			{Role: models.Applicant, Kind: models.Person, Name: "张三", Phone: "13800005678", Address: "北坡三组"},
			{Role: models.Respondent, Kind: models.Organisation, Name: "北坡农机合作社"},
		},
		Land: &models.LandTransferFacts{Contract: "written", ContractDate: "2023-01-05", From: "2023-01-10", To: "2028-01-09", AreaCentiMu: 300, PriceFenPerMu: 80000},
	}
}
