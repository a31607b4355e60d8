package onboarding

// conditions are those of a policy statement, by operator and key.
type conditions map[string]map[string]any

func stringEquals(key string, value *string) conditions {
	return conditions{"StringEquals": {key: value}}
}

// onlyThese holds for a request that sets these tags, and no other one (IAM User Guide, "Controlling access to and for
// IAM users and roles using tags").
func onlyThese(tags []tag) conditions {
	values, keys := map[string]any{}, []any{}
	for _, tag := range tags {
		values["aws:RequestTag/"+tag.key] = tag.value
		keys = append(keys, tag.key)
	}
	return conditions{"StringEquals": values, "ForAllValues:StringEquals": {"aws:TagKeys": keys}}
}

func (c conditions) document() *map[string]any {
	if len(c) == 0 {
		return nil
	}
	document := map[string]any{}
	for operator, keys := range c {
		document[operator] = keys
	}
	return &document
}
