"""What browsers and caches on the way may keep of an answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers


def keep_nothing(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware: nothing is kept unless the answer says so itself.

    Whoever goes back after signing out, on a machine that many use, finds neither a patient nor the codes of
    a second factor. It stands behind the one for static files, which may be kept.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        answered = get_response(request)
        if not answered.has_header("Cache-Control"):
            add_never_cache_headers(answered)
        return answered

    return answer
