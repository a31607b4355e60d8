package machine

// Tag is a tag of an IAM resource.
type Tag struct {
	Key, Value string
	// Pattern is what a role may set the tag to, with the wildcards * and ?. Default: Value alone.
	Pattern string
}

// Conditions are the conditions of a policy statement, by operator and key.
type Conditions map[string]map[string]any

// StringEquals returns a condition that is met if a condition key has the value.
func StringEquals(key string, value *string) Conditions {
	return Conditions{"StringEquals": {key: value}}
}

// OnlyTheseTags returns conditions that are met if a request sets all of these tags and no other tag (IAM User Guide,
// "Controlling access to and for IAM users and roles using tags").
func OnlyTheseTags(tags []Tag) Conditions {
	conditions, keys := Conditions{"StringEquals": {}}, []any{}
	for _, tag := range tags {
		keys = append(keys, tag.Key)
		if tag.Pattern == "" {
			conditions["StringEquals"]["aws:RequestTag/"+tag.Key] = tag.Value
			continue
		}
		conditions["StringLike"] = map[string]any{"aws:RequestTag/" + tag.Key: tag.Pattern}
	}
	conditions["ForAllValues:StringEquals"] = map[string]any{"aws:TagKeys": keys}
	return conditions
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
