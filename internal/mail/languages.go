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
		passwordOfUser:       "This is the password of your new user in the AWS account {{AccountId}}. The page to sign in at and the user name are in another mail.{{EarlierMails}}",
		signInPage:           "Sign in at:",
		userName:             "User name:",
		password:             "Password (for the first sign-in only):",
		worksUntil:           "The password works until {{ValidUntil}}. If you cannot sign in by then, please answer this mail to ask for a new one.",
		choosePassword:       "When you sign in for the first time you are asked to choose a password of your own. Until then, keep this mail to yourself.",
		passwordFollows:      "The password comes in a mail of its own.",
		passwordFollowsUntil: "The password comes in a mail of its own. It works until {{ValidUntil}}.",
		help:                 "If you did not expect this mail, or cannot sign in, please answer it.",
		earlierMails:         " This mail replaces any earlier one: a password from an earlier mail does not work any more.",
		time:                 "[D] [MNn] [Y], [H01]:[m01] %s",
	},
	"ja": {
		signInSubject:        "AWS サインイン情報のお知らせ",
		passwordSubject:      "AWS パスワードのお知らせ",
		greeting:             "こんにちは。",
		newUser:              "AWS アカウント {{AccountId}} に、あなたのユーザーが作成されました。{{EarlierMails}}",
		passwordOfUser:       "AWS アカウント {{AccountId}} に作成された、あなたのユーザーのパスワードをお知らせします。サインインページとユーザー名は、別のメールに記載されています。{{EarlierMails}}",
		signInPage:           "サインインページ:",
		userName:             "ユーザー名:",
		password:             "パスワード (初回サインイン専用):",
		worksUntil:           "このパスワードは {{ValidUntil}} まで有効です。期限までにサインインできない場合は、このメールへの返信にて再発行をご依頼ください。",
		choosePassword:       "初回サインイン時に、ご自身で新しいパスワードを設定していただきます。それまでは、このメールを他の人に見せないでください。",
		passwordFollows:      "パスワードは、別のメールでお送りします。",
		passwordFollowsUntil: "パスワードは、別のメールでお送りします。有効期限は {{ValidUntil}} です。",
		help:                 "このメールに心当たりがない場合や、サインインできない場合は、このメールにご返信ください。",
		earlierMails:         "以前にお送りしたメールのパスワードは、すでに無効となっております。",
		time:                 "[Y]年[M]月[D]日 [H01]:[m01] (%s)",
	},
}
