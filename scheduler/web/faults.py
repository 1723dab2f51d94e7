"""When something went wrong on our side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def server_error(request: HttpRequest) -> HttpResponse:
    """Neither a user nor the database can be relied on here. A patient is told what cannot wait."""
    if request.path.startswith("/p/"):
        answer = render(request, "patient/broken.html", status=500)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer
    return render(request, "500.html", status=500)
