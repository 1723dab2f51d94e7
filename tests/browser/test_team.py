"""An admin invites somebody, who comes in with a password of their own."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visits import Visit

PASSWORD = "heron bucket window seven"


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_new_is_invited_comes_in_and_is_removed(scripts: bool, enter: Callable[..., Visit]) -> None:
    admin, jo = enter(java_script_enabled=scripts), enter(java_script_enabled=scripts)
    admin.sign_in()
    admin.go("/c/example/settings")
    admin.page.get_by_role("link", name="Look at the team").click()
    admin.page.get_by_label("Email address").fill("jo@example.com")
    admin.page.get_by_role("button", name="Invite").click()
    link = admin.page.locator("code").inner_text()
    jo.go("/invitation/" + link.rpartition("/")[2])
    jo.page.get_by_role("button", name="I am new here").click()
    for field in jo.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    jo.page.get_by_role("button", name="Choose this password").click()
    jo.page.get_by_role("link", name="Sign in with it").click()
    jo.page.get_by_label("Email").fill("jo@example.com")
    jo.page.get_by_label("Password").fill(PASSWORD)
    jo.page.get_by_role("button", name="Sign in").click()
    jo.page.get_by_role("button", name="Join the team").click()
    jo.page.wait_for_url("**/c/example/")
    admin.go("/c/example/team")
    admin.page.get_by_role("link", name="jo@example.com").click()
    admin.page.get_by_role("button", name="Remove from the team").click()
    expect(admin.page.get_by_text("jo@example.com is not in the team any more.")).to_be_visible()
    jo.go("/c/example/")
    expect(jo.page.get_by_role("button", name="Sign in")).to_be_visible()
