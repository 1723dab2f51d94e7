"""A forgotten password: a link by email, or whom to ask where no email is sent."""

from allauth.account.views import password_reset
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def reset_password(request: HttpRequest) -> HttpResponse:
    if settings.EMAIL_LIVE:
        answer: HttpResponse = password_reset(request)
        return answer
    return render(request, "account/password_no_mail.html")
