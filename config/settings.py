"""Django's settings; everything an operator chooses comes from config.environment."""

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy

from config.addresses import networks_of
from config.database import django_database
from config.email import django_email
from config.environment import BASE_DIR, load_environment
from config.logging import configure_logging
from config.secret_key import secret_key
from config.twilio import twilio_of

ENV = load_environment()

# What the rest of the project asks for.
PUBLIC_URL = ENV.public_url
DATA_DIR = ENV.data_dir
TRUSTED_PROXIES = networks_of(ENV.forwarded_allow_ips)
TWILIO = twilio_of(ENV)
EMAIL_LIVE = ENV.email_url is not None
#: reports of an email provider are believed only with it
EMAIL_WEBHOOK_SECRET = ENV.email_webhook_secret.get_secret_value() if ENV.email_webhook_secret else ""
SMS_RATE_PER_SECOND = ENV.sms_rate_per_second
METRICS_TOKEN = ENV.metrics_token.get_secret_value() if ENV.metrics_token else None

# Lazy: printing a timeline neither needs a key nor makes one.
SECRET_KEY = SimpleLazyObject(lambda: secret_key(ENV))
DEBUG = False
ALLOWED_HOSTS = ENV.hosts
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": django_database(ENV.database_url, BASE_DIR)}
# In the database, so that the limits on signing in hold across processes and machines.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

INSTALLED_APPS = [
    "scheduler",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "csp",
    "django_htmx",
    "django_structlog",
    "health_check",
    # its own copy of the API's description page; nothing is fetched from another host
    "ninja",
]
MIDDLEWARE = [
    "config.callers.know_the_caller",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.keeping.keep_nothing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Signing in: by email address, invited by an admin; nobody signs up.
AUTH_USER_MODEL = "scheduler.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.accounts.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENV.secure else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Aftercare"

# What browsers are told. A proxy in front ends TLS, so nothing here redirects to it.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
FILE_UPLOAD_HANDLERS = ["config.uploads.NoFiles"]
SECURE_HSTS_SECONDS = 31_536_000 if ENV.secure else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [ENV.public_url]

# Straight from the packages and the project's own folder: no build step.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 600

# English ships; a further language is a line here and a catalogue (make messages) in scheduler/locale.
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", gettext_lazy("English"))]
LOCALE_PATHS = [BASE_DIR / "scheduler" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = ENV.from_email
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if ENV.email_url:
    globals().update(django_email(ENV.email_url.get_secret_value(), EMAIL_WEBHOOK_SECRET))

LOGGING = configure_logging(ENV.log_format)
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10
# The logged address is the one that the limits count by: config.callers found it.
IPWARE_META_PRECEDENCE_ORDER = ("REMOTE_ADDR",)
