# SPDX-License-Identifier: Apache-2.0
# A page of recoat's in headless Chromium: what tests of pages do there.
import contextlib
import json
import os
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
	--disable-background-networking --disable-component-update --disable-sync
	--disable-dev-shm-usage --window-size=1400,900""".split()

driver = None
number = 0  # Of the next check.


def start(profile):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in FLAGS + ["--user-data-dir=" + profile]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def check(what, condition):
    global number
    try:
        result = condition()
    except Exception as error:  # Whatever it is, it is this check's failure.
        result, found = False, repr(error)
    else:
        found = repr(result)
    print(f"{'ok' if result else 'not ok'} {number} - {what}")
    if not result:
        print("# " + found.replace("\n", "\n# "))
    number += 1


def find(selector):
    return driver.find_element(By.CSS_SELECTOR, selector)


def all_of(selector):
    return driver.find_elements(By.CSS_SELECTOR, selector)


def text(selector):
    return find(selector).text


def press(*keys):
    ActionChains(driver).send_keys(*keys).perform()


def current():
    return find('[role=tab][aria-selected=true]').get_attribute("id")[4:]


def until(condition):
    WebDriverWait(driver, 60).until(lambda _: condition())
    return True


def button(name):
    return driver.find_element(By.XPATH, f"//main//button[normalize-space()='{name}']")


def search(what):
    press("/", what, Keys.ENTER)


def clear_search():
    press("/", Keys.ESCAPE)


def values(selector):
    return [float(e.get_attribute("value")) for e in all_of(selector + " data")]


def colours(selector):
    """How many colours the canvas shows, counted at points all over it."""
    return driver.execute_async_script("""
        const done = arguments[1];
        requestAnimationFrame(() => requestAnimationFrame(() => {
            const canvas = document.querySelector(arguments[0]);
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            const found = new Set();
            for (let i = 0; i < data.length; i += 4 * 97)
                found.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
            done(found.size);
        }));""", selector)


def background():
    return driver.execute_script("return getComputedStyle(document.body).backgroundColor")


def contrasts():
    """The contrast of each kind of text with each ground that it stands on."""
    return driver.execute_script("""
        const probe = document.createElement('span');
        document.body.append(probe);
        const light = (name) => {
            probe.style.color = `var(--${name})`;
            const part = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
                .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
        };
        const pairs = [['ink', 'page'], ['ink', 'panel'], ['quiet', 'page'], ['quiet', 'panel'],
                       ['ink', 'raised'], ['quiet', 'raised'], ['accent', 'panel'], ['match-ink', 'match'],
                       ['panel', 'ink'], ['quiet', 'lane'], ['less', 'panel'], ['more', 'panel']];
        const found = pairs.map(([a, b]) => {
            const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
            return (high + 0.05) / (low + 0.05);
        });
        probe.remove();
        return Math.min(...found);""")


def unnamed():
    """Things to click or focus that a screen reader could not name."""
    return driver.execute_script("""
        return [...document.querySelectorAll('button, input, canvas, [role=region], [role=tab]')]
            .filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label')))
            .map((e) => e.outerHTML);""")


def stays_here(pages):
    """No address was asked for but those pages and what they hold."""
    asked = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    others = [url for url in asked if not url.startswith((*pages, "data:"))]
    if others or not asked:
        raise AssertionError(f"asked for {others}, {len(asked)} in all")
    return True


def address(path):
    return "file://" + os.path.abspath(path)


@contextlib.contextmanager
def session(path, first, others=()):
    """
    A page in a browser, with checks numbered from `first`; at its end what holds for it and for the
    `others` that were visited.
    """
    global driver, number
    pages = [address(at) for at in (path, *others)]
    number = first
    with tempfile.TemporaryDirectory() as profile:
        driver = start(profile)
        try:
            driver.get("about:blank")
            driver.get_log("performance")  # Of the browser's own first page.
            driver.get(pages[0])
            yield driver
            check("no request leaves the page", lambda: stays_here(pages))
            errors = driver.get_log("browser")
            check("nothing on the console", lambda: not errors or print("#", errors))
        finally:
            driver.quit()
