package machine

// Tag is a tag of an IAM resource.
type Tag struct{ Key, Value string }

// Conditions are the conditions of a policy statement, by operator and key.
type Conditions map[string]map[string]any

// StringEquals returns a condition that is met if a condition key has the value.
func StringEquals(key string, value *string) Conditions {
	return Conditions{"StringEquals": {key: value}}
}

// OnlyTheseTags returns conditions that are met if a request sets all of these tags and no other tag (IAM User Guide,
// "Controlling access to and for IAM users and roles using tags").
func OnlyTheseTags(tags []Tag) Conditions {
	values, keys := map[string]any{}, []any{}
	for _, tag := range tags {
		values["aws:RequestTag/"+tag.Key] = tag.Value
		keys = append(keys, tag.Key)
	}
	return Conditions{"StringEquals": values, "ForAllValues:StringEquals": {"aws:TagKeys": keys}}
}

// Document returns the conditions in the type that the CDK takes, or nil if there are none.
func (c Conditions) Document() *map[string]any {
	if len(c) == 0 {
		return nil
	}
	document := map[string]any{}
	for operator, keys := range c {
		document[operator] = keys
	}
	return &document
}
