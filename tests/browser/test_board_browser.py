"""What a person meets: Arabic right to left, one tap that works, a phone's width, nothing that complains."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from selenium import webdriver

from monitor import links
from tests.browser import samples
from tests.browser.conftest import Opener, Served

PAGES = (
    "/",
    "/incidents/in_1",
    "/alerts",
    "/items",
    "/feeds",
    "/deliveries",
    "/silences",
    "/map",
    "/nothing",
)
PHONE = {"width": 360, "height": 740}


def complaints(browser: webdriver.Chrome) -> list[str]:
    """What the browser's console says, but for pages that are meant to be missing."""
    return [one["message"] for one in browser.get_log("browser") if "404" not in one["message"]]


def keep_picture(browser: webdriver.Chrome, name: str) -> None:
    """A screenshot of the whole page, where RASID_SHOTS names a folder."""
    if folder := os.environ.get("RASID_SHOTS"):
        height = browser.execute_script("return document.documentElement.scrollHeight")
        width = browser.execute_script("return window.innerWidth")
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ar", True)])
def test_no_page_is_wider_than_a_phone_or_complains(
    served: Served, open_browser: Opener, language: str, dark: bool
) -> None:
    item, work = samples.story(
        5, "clashes", "clashes", "high", samples.HOSTILE, "ن" * 3_000, samples.DEIR, actor="x" * 300
    )
    samples.keep(served.store, item, work)
    browser = open_browser(**PHONE, language=language, dark=dark)
    for path in (*PAGES, "/incidents/in_5"):
        browser.get(served.url + path)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], path
        assert complaints(browser) == [], path
        keep_picture(browser, f"phone-{language}-{path.strip('/').replace('/', '-') or 'overview'}")
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {**PHONE, "deviceScaleFactor": 1, "mobile": True}
        )


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ar", False), ("en", True)])
def test_arabic_reads_from_right_to_left_in_either_language(
    served: Served, open_browser: Opener, language: str, dark: bool
) -> None:
    browser = open_browser(language=language, dark=dark)
    for path in PAGES[:-1]:
        browser.get(served.url + path)
        keep_picture(
            browser,
            f"desk-{language}{'-dark' if dark else ''}-{path.strip('/').replace('/', '-') or 'overview'}",
        )
        assert complaints(browser) == [], path
    browser.get(served.url + "/")
    page, arabic, english = browser.execute_script(
        """
        const direction = (page) => getComputedStyle(document.querySelector(`a.main[href='${page}']`)).direction;
        return [getComputedStyle(document.body).direction, direction('/incidents/in_1'), direction('/incidents/in_3')];
        """
    )
    assert page == ("rtl" if language == "ar" else "ltr")
    assert (arabic, english) == ("rtl", "ltr")


def test_acknowledging_from_a_signed_link(served: Served, open_browser: Opener) -> None:
    browser = open_browser(**PHONE, language="ar")
    address = links.link(
        served.store.team.link_key(), served.url, "al_1", 2, "ack", samples.NOW + timedelta(days=1)
    )
    browser.get(address)
    keep_picture(browser, "link")
    assert not served.store.team.handling("in_1").steps
    browser.find_element("name", "by").send_keys("ليلى")
    browser.find_element("css selector", "form.acts button").click()
    assert "ليلى" in browser.find_element("css selector", "ol.steps").text
    (step,) = served.store.team.handling("in_1").steps
    assert (step.act, step.by, step.revision) == ("acknowledge", "ليلى", 2)
    assert complaints(browser) == []
    keep_picture(browser, "link-done")
    browser.get(served.url + "/incidents/in_1")
    assert browser.find_element("name", "by").get_attribute("value") == "ليلى"
    browser.find_element("css selector", "button[value=claim]").click()
    assert browser.find_element("css selector", "ol.steps li:nth-child(2)")  # waits for the next page
    assert [one.act for one in served.store.team.handling("in_1").steps] == ["acknowledge", "claim"]


def test_the_pages_work_by_keyboard_alone_and_have_names_for_everything(
    served: Served, open_browser: Opener
) -> None:
    browser = open_browser()
    browser.get(served.url + "/silences")
    nameless = browser.execute_script(
        "return [...document.querySelectorAll('input:not([type=hidden]),select')].filter((one) => !one.labels.length).length"
    )
    assert nameless == 0
    small = browser.execute_script(
        "return [...document.querySelectorAll('main button')].filter((one) => one.offsetHeight < 44).map((one) => one.innerText)"
    )
    assert json.dumps(small) == "[]", "a thumb needs 44 pixels"
