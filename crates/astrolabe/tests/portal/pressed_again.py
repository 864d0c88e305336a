"""*Try it*, pressed again: what was bought by one press answers the next, of a question and of a row of a batch.

Usage: pressed_again.py URL TOKEN AUTHOR
URL has an upstream that knows AUTHOR, and holds nothing of it.
"""
import json
import sys

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from chromium import start

url, token, author = sys.argv[1:]
browser = start()
wait = WebDriverWait(browser, 30)


def by(selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def write(selector, text):
    by(selector).clear()
    by(selector).send_keys(text)


def press(name, wanted):
    """Presses the button; the part of that name then says what is wanted."""
    button = by(".try button[type=submit]")
    browser.execute_script("arguments[0].click()", button)
    wait.until(lambda _: button.is_enabled())
    told = by(f"[data-{name}]").get_attribute("textContent")
    assert wanted in told, told


try:
    browser.get(url + "/en/api/douyin-xingtu-apis/author-cp-info-v1")
    write("#try-token", token)
    write("#try-oAuthorId", author)
    press("headers", "x-astrolabe-source: upstream")
    press("headers", "x-astrolabe-source: cache")
    browser.get(url + "/en/api/astrolabe-apis/batch")
    write("#try-token", token)
    write("[data-posted]", json.dumps({"creators": [{"oAuthorId": author}]}))
    press("body", '"source": "cache"')
finally:
    browser.quit()
