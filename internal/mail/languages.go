package mail

// words has the texts of the mails in one language. %s in newUser, newUserOf and passwordOfUser stands for account or namedAccount.
// Texts whose names end with Of are used if there is an organization, unless they are empty; helpOf is used if there is a contact.
type words struct {
	signInSubject, passwordSubject string
	ofOrganization                 string // the form of a subject with the organization: %[1]s is its name, %[2]s the subject
	greeting, greetingOf           string
	account, namedAccount          string // namedAccount is used if the account has a name
	newUser, newUserOf             string
	passwordOfUser                 string
	signInPage, userName, password string
	typeAddress                    string
	choosePassword                 string
	mfa                            string // used if users need MFA
	worksUntil                     string // used if passwords expire
	passwordFollows                string
	passwordFollowsUntil           string // used instead of passwordFollows if passwords expire
	help, helpOf                   string
	confidential                   string
	signOff                        string // the line before the signature or the organization; "" for none
	space                          string // between two sentences
	earlierMails                   string // the value of {{EarlierMails}} in a mail that is sent again
	time                           string // the picture of $fromMillis that writes a time, with %s for the name of the offset
}

var languages = map[string]words{
	"de": {
		signInSubject:        "Ihre Zugangsdaten für AWS",
		passwordSubject:      "Ihr Passwort für AWS",
		ofOrganization:       "%[1]s: %[2]s",
		greeting:             "Guten Tag,",
		account:              "AWS-Konto {{AccountId}}",
		namedAccount:         "AWS-Konto {{AccountName}} ({{AccountId}})",
		newUser:              "für Sie wurde ein Zugang zum %s eingerichtet. Mit den folgenden Angaben melden Sie sich an der AWS Management Console an.{{EarlierMails}}",
		newUserOf:            "{{Organization}} hat für Sie einen Zugang zum %s eingerichtet. Mit den folgenden Angaben melden Sie sich an der AWS Management Console an.{{EarlierMails}}",
		passwordOfUser:       "dies ist das Passwort zu Ihrem neuen Zugang zum %s. Die Anmeldeseite und den Benutzernamen erhalten Sie in einer eigenen E-Mail.{{EarlierMails}}",
		signInPage:           "Anmeldeseite:",
		userName:             "Benutzername:",
		password:             "Passwort (nur für die erste Anmeldung):",
		typeAddress:          "Statt dem Link zu folgen, können Sie die Adresse der Anmeldeseite auch selbst in den Browser eingeben.",
		choosePassword:       "Bei der ersten Anmeldung werden Sie aufgefordert, ein neues Passwort festzulegen.",
		mfa:                  "Außerdem benötigen Sie einen zweiten Faktor (MFA). Installieren Sie vor der Anmeldung eine Authenticator-App auf Ihrem Smartphone. Sobald Sie das neue Passwort festgelegt haben, öffnen Sie oben rechts das Menü mit Ihrem Benutzernamen, wählen „Sicherheitsanmeldeinformationen“ und dann „MFA-Gerät zuweisen“, und scannen den QR-Code mit der App. Melden Sie sich danach ab und mit einem Code aus der App wieder an. Vorher haben Sie auf nichts anderes Zugriff.",
		worksUntil:           "Das oben genannte Passwort gilt bis zum {{ValidUntil}}. Danach können Sie ein neues anfordern.",
		passwordFollows:      "Das Passwort erhalten Sie in einer eigenen E-Mail.",
		passwordFollowsUntil: "Das Passwort erhalten Sie in einer eigenen E-Mail. Es gilt bis zum {{ValidUntil}}.",
		help:                 "Wenn Sie Fragen haben oder diese E-Mail nicht erwartet haben, antworten Sie bitte auf diese E-Mail.",
		helpOf:               "Wenn Sie Fragen haben oder diese E-Mail nicht erwartet haben, wenden Sie sich bitte an: {{Contact}}",
		confidential:         "Bitte leiten Sie diese E-Mail nicht weiter.",
		signOff:              "Freundliche Grüße",
		space:                " ",
		earlierMails:         " Diese E-Mail ersetzt alle früheren: Ein Passwort aus einer früheren E-Mail gilt nicht mehr.",
		time:                 "[D01].[M01].[Y], [H01]:[m01] Uhr (%s)",
	},
	English: {
		signInSubject:        "Your AWS sign-in information",
		passwordSubject:      "Your AWS password",
		ofOrganization:       "%[1]s: %[2]s",
		greeting:             "Hello,",
		account:              "AWS account {{AccountId}}",
		namedAccount:         "AWS account {{AccountName}} ({{AccountId}})",
		newUser:              "You have been given access to the %s. Use the details below to sign in to the AWS Management Console.{{EarlierMails}}",
		newUserOf:            "{{Organization}} has given you access to the %s. Use the details below to sign in to the AWS Management Console.{{EarlierMails}}",
		passwordOfUser:       "This is the password for your new user in the %s. The sign-in page and your user name are in a separate email.{{EarlierMails}}",
		signInPage:           "Sign in at:",
		userName:             "User name:",
		password:             "Password (for the first sign-in only):",
		typeAddress:          "Instead of following the link, you can type the address of the sign-in page into your browser.",
		choosePassword:       "When you sign in for the first time, you will be asked to set a new password.",
		mfa:                  "You also need a second factor (MFA). Before you sign in, install an authenticator app on your phone. As soon as you have set your new password, open the menu with your user name at the top right, choose Security credentials, then Assign MFA device, and scan the QR code with the app. Then sign out, and sign in again with a code from the app. Until then, you do not have access to anything else.",
		worksUntil:           "The password above works until {{ValidUntil}}. After that, please ask for a new one.",
		passwordFollows:      "You will receive the password in a separate email.",
		passwordFollowsUntil: "You will receive the password in a separate email. It works until {{ValidUntil}}.",
		help:                 "If you have questions or did not expect this email, please reply to it.",
		helpOf:               "If you have questions or did not expect this email, please contact: {{Contact}}",
		confidential:         "Do not forward this email.",
		signOff:              "Kind regards,",
		space:                " ",
		earlierMails:         " This email replaces any earlier one: a password from an earlier email no longer works.",
		time:                 "[D] [MNn] [Y], [H01]:[m01] %s",
	},
	"ja": {
		signInSubject:        "AWS サインイン情報のお知らせ",
		passwordSubject:      "AWS パスワードのお知らせ",
		ofOrganization:       "【%[1]s】%[2]s",
		greeting:             "お疲れ様です。",
		greetingOf:           "お疲れ様です。{{Organization}}です。",
		account:              "AWS アカウント {{AccountId}}",
		namedAccount:         "AWS アカウント「{{AccountName}}」({{AccountId}})",
		newUser:              "%s に新しいユーザーを作成いたしました。以下の情報を使用して、AWS マネジメントコンソールへのサインインをお願いいたします。{{EarlierMails}}",
		passwordOfUser:       "%s に作成したユーザーのパスワードをお知らせいたします。サインインページとユーザー名は、別のメールに記載しております。{{EarlierMails}}",
		signInPage:           "サインインページ:",
		userName:             "ユーザー名:",
		password:             "パスワード (初回サインイン専用):",
		typeAddress:          "リンクを開く代わりに、サインインページのアドレスをブラウザーに直接入力していただいても構いません。",
		choosePassword:       "初回サインイン時に、新しいパスワードの設定をお願いいたします。",
		mfa:                  "あわせて、多要素認証 (MFA) の設定が必要です。サインインの前に、スマートフォンに認証アプリをインストールしてください。新しいパスワードを設定しましたら、すぐに画面右上のユーザー名のメニューから「セキュリティ認証情報」を開き、「MFA デバイスの割り当て」を選択して、表示される QR コードを認証アプリで読み取ってください。その後、一度サインアウトし、認証アプリのコードを使って再度サインインしてください。設定が完了するまで、ほかの操作はできません。",
		worksUntil:           "上記のパスワードは {{ValidUntil}} まで有効です。期限を過ぎた場合は、再発行をご依頼ください。",
		passwordFollows:      "パスワードは、別のメールでお送りいたします。",
		passwordFollowsUntil: "パスワードは、別のメールでお送りいたします。有効期限は {{ValidUntil}} です。",
		help:                 "ご不明な点がある場合や、このメールにお心当たりのない場合は、このメールにご返信ください。よろしくお願いいたします。",
		helpOf:               "ご不明な点がある場合や、このメールにお心当たりのない場合は、{{Contact}} までご連絡ください。よろしくお願いいたします。",
		confidential:         "このメールの第三者への転送・開示はご遠慮ください。",
		earlierMails:         "以前のメールでお知らせしたパスワードは、ご利用いただけなくなりました。",
		time:                 "[Y]年[M]月[D]日 [H01]:[m01] (%s)",
	},
}
