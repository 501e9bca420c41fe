package api

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/swaggest/jsonschema-go"

	"fengqiao/models"
)

// schemaName is the name of a type in the document.
func schemaName(t reflect.Type, _ string) string {
	if t == reflect.TypeFor[models.Clock]() {
		return "StageClock"
	}
	return t.Name()
}

// listCodes gives the types that are codes their lists, with "" where none may be.
func listCodes(params jsonschema.InterceptSchemaParams) (stop bool, err error) {
	var choices []models.Choice
	empty := true
	switch params.Value.Interface().(type) {
	case models.State:
		choices = models.States()
	case models.RiskLevel:
		choices = models.RiskLevels()
	case models.ReviewState:
		choices = models.ReviewStates()
	case models.ClosingReason:
		choices = models.ClosingReasons()
	case models.DisputeType:
		choices, empty = models.DisputeTypes(), false
	case models.ClusterState:
		choices = models.ClusterStates()
	case models.RootKind:
		choices, empty = models.RootKinds(), false
	case models.RiskFactorKind:
		choices, empty = models.RiskFactorKinds(), false
	case models.CellKind:
		choices = models.CellKinds()
	case models.ReportState:
		choices, empty = models.ReportStates(), false
	case models.ReportAction:
		choices, empty = models.ReportActions(), false
	case models.Action:
		choices, empty = models.Actions(), false
	default:
		return false, nil
	}
	if !params.Processed {
		return false, nil
	}
	params.Schema.Enum = nil
	if empty {
		params.Schema.Enum = append(params.Schema.Enum, "")
	}
	names := []string{}
	for _, c := range choices {
		params.Schema.Enum = append(params.Schema.Enum, c.Code)
		names = append(names, c.Code+" "+c.Name)
	}
	params.Schema.WithDescription(strings.Join(names, "，"))
	return false, nil
}

// listsAreThere says that a list or a map is never null.
func listsAreThere(params jsonschema.InterceptNullabilityParams) {
	if kind := params.Type.Kind(); kind == reflect.Slice || kind == reflect.Map {
		params.Schema.RemoveType(jsonschema.Null)
	}
}

// isForm says whether a type is read: its fields may be left out, and others are refused.
func isForm(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[models.LandTransferFacts](), reflect.TypeFor[models.DividendFacts](), reflect.TypeFor[models.Signature](), reflect.TypeFor[models.RiskSigns]():
		return true
	}
	return strings.HasSuffix(t.Name(), "Form") || t.Name() == "Credentials"
}

// applyRules turns a field's tags into its schema: label and validate of what is read; of what is
// answered, every field that is not left out when empty is there.
func applyRules(params jsonschema.InterceptPropParams) error {
	if !params.Processed || params.ParentSchema == nil {
		return nil
	}
	parent, schema, tag := params.ParentSchema, params.PropertySchema, params.Field.Tag
	if schema.Description == nil && schema.Ref == nil {
		if label := tag.Get("label"); label != "" {
			schema.WithDescription(label)
		}
	}
	if parent.ReflectType == nil || tag.Get("json") == "" {
		return nil
	}
	owner := parent.ReflectType
	for owner.Kind() == reflect.Pointer {
		owner = owner.Elem()
	}
	if isForm(owner) {
		never := false
		parent.WithAdditionalProperties(jsonschema.SchemaOrBool{TypeBoolean: &never})
		orNull(schema, params.Field.Type)
		if limit(schema, params.Field.Type, tag.Get("validate")) {
			mustHave(parent, params.Name)
		}
		return nil
	}
	if strings.Contains(tag.Get("json"), ",omitempty") {
		return nil
	}
	mustHave(parent, params.Name)
	orNull(schema, params.Field.Type)
	return nil
}

// orNull lets an object that may be missing be null as well.
func orNull(schema *jsonschema.Schema, t reflect.Type) {
	if ref := schema.Ref; ref != nil && t.Kind() == reflect.Pointer {
		schema.Ref = nil
		schema.AnyOf = []jsonschema.SchemaOrBool{(&jsonschema.Schema{Ref: ref}).ToSchemaOrBool(), jsonschema.Null.ToSchemaOrBool()}
	}
}

func mustHave(parent *jsonschema.Schema, name string) {
	if !slices.Contains(parent.Required, name) {
		parent.Required = append(parent.Required, name)
	}
}

// limit writes validate rules into a schema; true where the field must be given.
func limit(schema *jsonschema.Schema, t reflect.Type, rules string) (required bool) {
	own, each, dives := strings.Cut(rules, "dive")
	for rule := range strings.SplitSeq(strings.Trim(own, ","), ",") {
		name, argument, _ := strings.Cut(rule, "=")
		n, _ := strconv.ParseInt(argument, 10, 64)
		switch name {
		case "required":
			required = true
		case "notblank":
			required = true
			schema.WithPattern(`\S`)
		case "oneof":
			schema.Enum = nil
			if strings.HasPrefix(own, "omitempty") {
				schema.Enum = append(schema.Enum, "")
			}
			for _, code := range strings.Fields(argument) {
				schema.Enum = append(schema.Enum, code)
			}
		case "day":
			schema.WithPattern(`^(\d{4}-\d{2}-\d{2})?$`)
		case "village":
			schema.WithPattern(`^\d{12}$`)
		case "money":
			schema.WithMinimum(0).WithMaximum(models.MaxMoneyFen)
		case "gte":
			schema.WithMinimum(float64(n))
		case "lte":
			schema.WithMaximum(float64(n))
		case "min":
			if t.Kind() == reflect.Slice {
				schema.WithMinItems(n)
				required = required || n > 0
			} else {
				schema.WithMinLength(n)
			}
		case "max":
			if t.Kind() == reflect.Slice {
				schema.WithMaxItems(n)
			} else {
				schema.WithMaxLength(n)
			}
		}
	}
	if dives && t.Kind() == reflect.Slice && schema.Items != nil && schema.Items.SchemaOrBool != nil && schema.Items.SchemaOrBool.TypeObject != nil && each != "" {
		item := schema.Items.SchemaOrBool.TypeObject
		limit(item, t.Elem(), strings.TrimPrefix(each, ","))
		if t.Elem().Kind() == reflect.String {
			item.Pattern = nil // use cases drop blank lines before they check the rest
		}
	}
	return required
}
