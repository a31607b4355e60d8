package mail

// words has the texts of the mails in one language.
type words struct {
	signInSubject, passwordSubject string
	greeting                       string
	newUser, passwordOfUser        string
	signInPage, userName, password string
	worksUntil                     string // used if passwords expire
	choosePassword                 string
	passwordFollows                string
	passwordFollowsUntil           string // used instead of passwordFollows if passwords expire
	help                           string
	earlierMails                   string // the value of {{EarlierMails}} in a mail that is sent again
	time                           string // the picture of $fromMillis that writes a time, with %s for the name of the offset
}

var languages = map[string]words{
	English: {
		signInSubject:        "Your AWS sign-in information",
		passwordSubject:      "Your AWS password",
		greeting:             "Hello,",
		newUser:              "An IAM user has been created for you in the AWS account {{AccountId}}.{{EarlierMails}}",
		passwordOfUser:       "This is the password of your new user in the AWS account {{AccountId}}. The sign-in page and your user name are in a separate email.{{EarlierMails}}",
		signInPage:           "Sign in at:",
		userName:             "User name:",
		password:             "Password (for the first sign-in only):",
		worksUntil:           "The password works until {{ValidUntil}}. If you cannot sign in by then, please reply to this email to ask for a new one.",
		choosePassword:       "When you sign in for the first time, you will be asked to set a new password. Do not forward this email.",
		passwordFollows:      "You will receive the password in a separate email.",
		passwordFollowsUntil: "You will receive the password in a separate email. It works until {{ValidUntil}}.",
		help:                 "If you did not expect this email, or cannot sign in, please reply to it.",
		earlierMails:         " This email replaces any earlier one: a password from an earlier email no longer works.",
		time:                 "[D] [MNn] [Y], [H01]:[m01] %s",
	},
	"ja": {
		signInSubject:        "AWS サインイン情報のお知らせ",
		passwordSubject:      "AWS パスワードのお知らせ",
		greeting:             "お疲れ様です。",
		newUser:              "AWS アカウント {{AccountId}} に新しいユーザーを作成しましたので、サインイン情報をお知らせいたします。{{EarlierMails}}",
		passwordOfUser:       "AWS アカウント {{AccountId}} に作成したユーザーのパスワードをお知らせいたします。サインインページとユーザー名は、別のメールに記載しております。{{EarlierMails}}",
		signInPage:           "サインインページ:",
		userName:             "ユーザー名:",
		password:             "パスワード (初回サインイン専用):",
		worksUntil:           "このパスワードは {{ValidUntil}} まで有効です。期限までにサインインできない場合は、このメールにご返信のうえ、再発行をご依頼ください。",
		choosePassword:       "初回サインイン時に、新しいパスワードの設定をお願いいたします。このメールの第三者への転送・開示はご遠慮ください。",
		passwordFollows:      "パスワードは、別のメールでお送りいたします。",
		passwordFollowsUntil: "パスワードは、別のメールでお送りいたします。有効期限は {{ValidUntil}} です。",
		help:                 "お心当たりのない場合や、サインインできない場合は、このメールにご返信ください。よろしくお願いいたします。",
		earlierMails:         "以前のメールでお知らせしたパスワードは、ご利用いただけなくなりました。",
		time:                 "[Y]年[M]月[D]日 [H01]:[m01] (%s)",
	},
}
