package mail

// words has the texts of the mails in one language.
type words struct {
	signInSubject, passwordSubject string
	greeting                       string
	newUser, passwordOfUser        string
	signInPage, userName, password string
	choosePassword                 string
	passwordFollows                string
	help                           string
}

var languages = map[string]words{
	English: {
		signInSubject:   "Your AWS sign-in information",
		passwordSubject: "Your AWS password",
		greeting:        "Hello,",
		newUser:         "An IAM user has been created for you in the AWS account {{AccountId}}.",
		passwordOfUser:  "This is the password of your new user in the AWS account {{AccountId}}. The page to sign in at and the user name are in another mail.",
		signInPage:      "Sign in at:",
		userName:        "User name:",
		password:        "Password (for the first sign-in only):",
		choosePassword:  "When you sign in for the first time you are asked to choose a password of your own. Until then, keep this mail to yourself.",
		passwordFollows: "The password comes in a mail of its own.",
		help:            "If you did not expect this mail, or cannot sign in, please answer it.",
	},
	"ja": {
		signInSubject:   "AWS サインイン情報のお知らせ",
		passwordSubject: "AWS パスワードのお知らせ",
		greeting:        "こんにちは。",
		newUser:         "AWS アカウント {{AccountId}} に、あなたのユーザーが作成されました。",
		passwordOfUser:  "AWS アカウント {{AccountId}} に作成された、あなたのユーザーのパスワードをお知らせします。サインインページとユーザー名は、別のメールに記載されています。",
		signInPage:      "サインインページ:",
		userName:        "ユーザー名:",
		password:        "パスワード (初回サインイン専用):",
		choosePassword:  "初回サインイン時に、ご自身で新しいパスワードを設定していただきます。それまでは、このメールを他の人に見せないでください。",
		passwordFollows: "パスワードは、別のメールでお送りします。",
		help:            "このメールに心当たりがない場合や、サインインできない場合は、このメールにご返信ください。",
	},
}
