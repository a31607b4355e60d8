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
	closing                        string // the last sentence, with or without a signature below it; "" for none
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
		newUser:              "für Sie wurde ein Zugang zum %s eingerichtet. Bitte melden Sie sich mit den folgenden Zugangsdaten bei der AWS Management Console an.{{EarlierMails}}",
		newUserOf:            "{{Organization}} hat für Sie einen Zugang zum %s eingerichtet. Bitte melden Sie sich mit den folgenden Zugangsdaten bei der AWS Management Console an.{{EarlierMails}}",
		passwordOfUser:       "hier ist das Passwort für Ihren neuen Zugang zum %s. Die Anmeldeseite und Ihren Benutzernamen erhalten Sie in einer separaten E-Mail.{{EarlierMails}}",
		signInPage:           "Anmeldeseite:",
		userName:             "Benutzername:",
		password:             "Passwort (nur für die erste Anmeldung):",
		typeAddress:          "Statt auf den Link zu klicken, können Sie die Adresse der Anmeldeseite auch direkt in Ihren Browser eingeben.",
		choosePassword:       "Bei der ersten Anmeldung werden Sie aufgefordert, ein neues Passwort festzulegen.",
		mfa:                  "Außerdem ist die Multi-Faktor-Authentifizierung (MFA) erforderlich. Installieren Sie dazu vor der Anmeldung eine Authenticator-App auf Ihrem Smartphone. Sobald Sie das neue Passwort festgelegt haben, öffnen Sie oben rechts das Menü mit Ihrem Benutzernamen, wählen „Sicherheitsanmeldeinformationen“ und dann „MFA-Gerät zuweisen“ und scannen den QR-Code mit der App. Melden Sie sich danach ab und mit einem Code aus der App wieder an. Bis dahin haben Sie auf nichts anderes Zugriff.",
		worksUntil:           "Das oben genannte Passwort gilt bis zum {{ValidUntil}}. Danach fordern Sie bitte ein neues an.",
		passwordFollows:      "Das Passwort erhalten Sie in einer separaten E-Mail.",
		passwordFollowsUntil: "Das Passwort erhalten Sie in einer separaten E-Mail. Es gilt bis zum {{ValidUntil}}.",
		help:                 "Wenn Sie Fragen haben oder diese E-Mail nicht erwartet haben, antworten Sie bitte einfach darauf.",
		helpOf:               "Wenn Sie Fragen haben oder diese E-Mail nicht erwartet haben, wenden Sie sich bitte an: {{Contact}}",
		confidential:         "Bitte leiten Sie diese E-Mail nicht weiter.",
		signOff:              "Freundliche Grüße",
		space:                " ",
		earlierMails:         " Diese E-Mail ersetzt alle früheren. Ein Passwort aus einer früheren E-Mail gilt nicht mehr.",
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
		passwordSubject:      "AWS 初期パスワードのお知らせ",
		ofOrganization:       "【%[1]s】%[2]s",
		greeting:             "お疲れ様です。",
		greetingOf:           "お疲れ様です。{{Organization}}です。",
		account:              "AWS アカウント {{AccountId}}",
		namedAccount:         "AWS アカウント「{{AccountName}}」({{AccountId}})",
		newUser:              "%s をご利用いただけるようになりましたので、サインイン情報をお知らせいたします。以下の情報で、AWS マネジメントコンソールにサインインしてください。{{EarlierMails}}",
		passwordOfUser:       "%s にサインインするための初期パスワードをお知らせいたします。サインインページとユーザー名は、別のメールでお送りしております。{{EarlierMails}}",
		signInPage:           "サインインページ:",
		userName:             "ユーザー名:",
		password:             "初期パスワード (初回サインイン専用):",
		typeAddress:          "リンクを開かず、上記のアドレスをブラウザーに直接入力していただいても構いません。",
		choosePassword:       "初回サインイン時に、新しいパスワードの設定をお願いいたします。",
		mfa:                  "あわせて、多要素認証 (MFA) の設定もお願いいたします。サインインの前に、スマートフォンに認証アプリをインストールしてください。新しいパスワードを設定したら、続けて画面右上のユーザー名のメニューから「セキュリティ認証情報」を開き、「MFA デバイスの割り当て」を選択して、表示される QR コードを認証アプリで読み取ってください。登録後は一度サインアウトし、認証アプリに表示されるコードを使って、もう一度サインインしてください。それまでは、ほかの操作はできません。",
		worksUntil:           "上記のパスワードの有効期限は {{ValidUntil}} です。期限を過ぎた場合は、再発行をご依頼ください。",
		passwordFollows:      "初期パスワードは、別のメールでお送りいたします。",
		passwordFollowsUntil: "初期パスワードは、別のメールでお送りいたします。有効期限は {{ValidUntil}} です。",
		help:                 "ご不明な点がある場合や、お心当たりのない場合は、お手数ですが、このメールにご返信ください。",
		helpOf:               "ご不明な点がある場合や、このメールにお心当たりのない場合は、お手数ですが、{{Contact}} までご連絡ください。",
		confidential:         "このメールの第三者への転送・開示はご遠慮ください。",
		closing:              "よろしくお願いいたします。",
		earlierMails:         "以前のメールに記載されたパスワードは、ご利用いただけません。",
		time:                 "[Y]年[M]月[D]日 [H01]:[m01] (%s)",
	},
}
