package rules

// Together has the settings that exclude each other. Its fields have the names of the construct's props. A field is nil if
// its setting is not given.
type Together struct {
	HasGroup             bool
	GroupName            *string
	RequireMfa           *bool
	SeparatePassword     *bool
	PasswordSubject      *string
	PasswordTextTemplate *string
	PasswordHtmlTemplate *string
}

// Check adds a problem for each setting that must be left out. name returns the name of the setting for a prop.
func (t Together) Check(problems *Problems, name func(prop string) string) {
	leaveOut := func(prop, because string, value *string) {
		if value != nil {
			problems.Add(name(prop), "be left out "+because, *value)
		}
	}
	if t.HasGroup {
		given := "if " + name("Group") + " is given"
		leaveOut("GroupName", given, t.GroupName)
		if isTrue(t.RequireMfa) {
			problems.Add(name("RequireMfa"), "be left out "+given, true)
		}
	}
	if !isTrue(t.SeparatePassword) {
		unless := "unless " + name("SeparatePassword") + " is true"
		leaveOut("PasswordSubject", unless, t.PasswordSubject)
		leaveOut("PasswordTextTemplate", unless, t.PasswordTextTemplate)
		leaveOut("PasswordHtmlTemplate", unless, t.PasswordHtmlTemplate)
	}
}

func isTrue(setting *bool) bool { return setting != nil && *setting }
