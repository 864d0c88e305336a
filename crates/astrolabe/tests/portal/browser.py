"""The pages in a real browser, as people use them.

Usage: browser.py URL TOKEN AUTHOR AXE
URL serves with two environments; AXE is the file axe.min.js.
"""
import json
import sys
import time

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from chromium import start

url, token, author, axe_file = sys.argv[1:]
AXE = open(axe_file, encoding="utf-8").read()
REFERENCE = "/api/douyin-xingtu-apis/author-cp-info-v1"
PAGES = [f"/{lang}{page}" for lang in ("en", "zh") for page in ("/", REFERENCE, "/api/astrolabe-apis/call", "/method")]
WIDTHS = (390, 721, 1024, 1600)


browser = start()
wait = WebDriverWait(browser, 30)


def scheme(name):
    # Nothing glides: what is clicked is where it will be.
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    media = {"features": [{"name": "prefers-color-scheme", "value": name}, still]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)


def width(pixels):
    size = {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def by(selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def assert_accessible(where):
    browser.execute_script(AXE)
    found = browser.execute_async_script("axe.run().then(arguments[arguments.length - 1])")["violations"]
    serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    told = [(rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]) for rule in serious]
    assert not serious, f"{where}: {json.dumps(told, indent=1)}"


def assert_quiet():
    """Nothing on the console but replies that were asked to fail; nothing from anywhere else."""
    complaints = [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    complaints = [entry for entry in complaints if "status of 401" not in entry["message"]]
    assert not complaints, complaints
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"]
    elsewhere = [address for address in asked if not address.startswith((url, "data:", "chrome:", "about:"))]
    assert asked and not elsewhere, elsewhere
    return asked


def looks():
    for colours, pixels in (("light", 1600), ("dark", 390), ("dark", 1024)):
        scheme(colours)
        width(pixels)
        for page in PAGES:
            browser.get(url + page)
            assert_accessible(f"{page} {colours} {pixels}")
    assert_quiet()


def fits():
    """No page scrolls sideways."""
    links = "return [...document.querySelectorAll('.side a')].map((link) => new URL(link.href).pathname)"
    pages = []
    for lang in ("en", "zh"):
        browser.get(f"{url}/{lang}{REFERENCE}")
        pages += [f"/{lang}/", f"/{lang}/method", *browser.execute_script(links)]
    for pixels in WIDTHS:
        width(pixels)
        for page in pages:
            browser.get(url + page)
            # A phone's window grows with what is too wide for it.
            wide = browser.execute_script("return document.documentElement.scrollWidth")
            assert wide <= pixels, f"{page} is {wide} px wide at {pixels}"
    assert_quiet()


def try_it():
    scheme("light")
    width(1600)
    browser.get(url + "/en" + REFERENCE)
    asked = lambda: wait.until(lambda _: "HTTP" in by("[data-status]").text) and by("[data-body]").text
    by("#try-token").send_keys("wrong")
    by("#try-oAuthorId").clear()
    by("#try-oAuthorId").send_keys(author)
    by(".try button[type=submit]").click()
    assert '"code": 100' in asked() and "401" in by("[data-status]").text
    by("#try-token").clear()
    by("#try-token").send_keys(token)
    Select(by("#try-platform")).select_by_value("SHORT_VIDEO")
    by("#try-token").send_keys(Keys.ENTER)
    wait.until(lambda _: "200" in by("[data-status]").text)
    assert '"value": 4693149' in asked() and " ms" in by("[data-timing]").text
    assert token not in browser.current_url and token not in by("[data-request]").text
    by(".outcome summary").click()
    assert "x-request-id" in by("[data-headers]").text
    assert_accessible("after trying it")
    stored = browser.execute_script("return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert token not in stored
    assert not any(token in address for address in assert_quiet())


def try_it_in_chinese():
    # The browser prefers English; the page is Chinese.
    scheme("light")
    width(1600)
    browser.get(url + "/zh" + REFERENCE)
    by("#try-token").send_keys("wrong")
    by(".try button[type=submit]").click()
    wait.until(lambda _: "401" in by("[data-status]").text)
    assert "令牌" in by("[data-body]").text, by("[data-body]").text
    assert_quiet()


def switches():
    browser.get(url + "/en" + REFERENCE)
    code = lambda: browser.execute_script(
        "return [...document.querySelectorAll('.samples pre')].find((pre) => pre.offsetParent).innerText")
    assert "https://one.example.com/api" in code() and "two.example.com" not in code()
    by("label[for=env-1]").click()
    assert "https://two.example.com/api" in code() and "one.example.com" not in code()
    # By keyboard: the tabs are one group, in which the arrows move.
    by("#sample-bash").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert "import requests" in code() and "two.example.com" in code()
    by("label[for=example-601]").click()
    assert '"code": 601' in by("#example-601 + label + .panel").text
    by(".switch").click()
    wait.until(lambda _: browser.current_url == url + "/zh" + REFERENCE)
    assert by("html").get_attribute("lang") == "zh-CN" and "参数" in by("#parameters h2").text
    by(".switch").click()
    wait.until(lambda _: browser.current_url == url + "/en" + REFERENCE)
    by("body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class") == "skip"
    assert_quiet()


def without_script():
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(url + "/en" + REFERENCE)
    by("label[for=sample-go]").click()
    assert by("#sample-go + label + .panel").is_displayed() and not by(".try form").is_displayed()
    assert by(".try noscript p").is_displayed()
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


try:
    began = time.monotonic()
    for part in (looks, fits, try_it, try_it_in_chinese, switches, without_script):
        part()
        print(part.__name__, f"{time.monotonic() - began:.1f} s")
finally:
    browser.quit()
