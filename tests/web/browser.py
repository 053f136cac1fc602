"""The web page in a real browser: what somebody does on it, and what they then see. See run.sh."""

import base64
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

REFERENT, AXE = sys.argv[1:3]
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "target" / "web"
QUESTION = "Hva mener FASA om hjemmekontor?"
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-dev-shm-usage", "--force-color-profile=srgb",
]


class Server:
    """Referent with the sample documents, on a port of its own."""

    def __init__(self, folder, knowledge=ROOT / "knowledge", config=""):
        path = Path(folder) / "config.toml"
        path.write_text(f'[web]\nlisten = "127.0.0.1:0"\n{config}')
        command = [str(Path(REFERENT).resolve()), "--config", str(path), "--knowledge", str(knowledge), "--data", f"{folder}/data"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = self.process.stdout.readline()
        address = re.search(r"http://[^/]+", said)
        assert address, f"no address was printed: {said!r} {self.process.stderr.read()}"
        self.address = address[0]

    def end(self):
        self.process.terminate()
        assert self.process.wait(20) == 0, "it did not end well"


@contextlib.contextmanager
def browser(server, width=1280, height=900, dark=False, language="nb", script=True):
    """A fresh browser; what it logs and which hosts it asks is looked at when it ends."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as profile:
        for flag in [*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"]:
            options.add_argument(flag)
        preferences = {"intl.accept_languages": language}
        if not script:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        driver = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
        try:
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
                {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ]})
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
            yield driver
            said = [entry["message"] for entry in driver.get_log("browser")]
            assert not said, f"the console says {said}"
            for entry in driver.get_log("performance"):
                message = json.loads(entry["message"])["message"]
                if message["method"] == "Network.requestWillBeSent":
                    address = message["params"]["request"]["url"]
                    elsewhere = urlsplit(address).scheme in ("http", "https", "ws", "wss", "ftp")
                    ours = address.startswith(server.address + "/") or not elsewhere
                    assert ours, f"{address} was asked for"
        finally:
            driver.quit()


def see(driver, name):
    """Leaves a picture of the whole page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    (PICTURES / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))


def one(driver, css):
    return WebDriverWait(driver, 15).until(lambda d: d.find_element(By.CSS_SELECTOR, css))


def text(driver, css):
    return one(driver, css).text


def until(driver, what, check):
    WebDriverWait(driver, 15).until(lambda d: check(), what)


def ask(driver, question):
    field = one(driver, "#sporsmal")
    field.send_keys(question)
    before = len(driver.find_elements(By.CSS_SELECTOR, ".turn"))
    field.send_keys(Keys.ENTER)
    until(driver, "an answer", lambda: len(driver.find_elements(By.CSS_SELECTOR, ".turn")) > before)


def in_view(driver, css):
    """Whether the middle of an element is what one sees there, and not only inside the window."""
    return driver.execute_script(
        """const element = document.querySelector(arguments[0]);
        if (!element) return false;
        const box = element.getClientRects()[0];
        if (!box) return false;
        const seen = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + box.height / 2);
        return Boolean(seen) && (element === seen || element.contains(seen));""", css)


def fits(driver, where):
    wide, window = driver.execute_script("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= window, f"{where} is {wide} wide in a window of {window}"


def accessible(driver, where):
    driver.execute_script(Path(AXE).read_text())
    found = driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations), e => done([{id: String(e), nodes: []}]))")
    wrong = [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found]
    assert not wrong, f"{where}: {json.dumps(wrong, indent=1, ensure_ascii=False)}"


def a_citation_opens_beside_the_answer(server):
    with browser(server) as driver:
        driver.get(server.address)
        see(driver, "start")
        ask(driver, QUESTION)
        see(driver, "answer")
        quoted = text(driver, ".turn blockquote")
        one(driver, ".turn a.cite").click()
        one(driver, "#dokument mark")
        until(driver, "the passage in view", lambda: in_view(driver, "mark#sitat"))
        marked = " ".join(mark.text for mark in driver.find_elements(By.CSS_SELECTOR, "#dokument mark"))
        assert " ".join(marked.split()) == " ".join(quoted.split()), (marked, quoted)
        assert in_view(driver, ".turn blockquote"), "the answer stays in view"
        see(driver, "beside")
        # The address leads to the same, and back leads back.
        driver.refresh()
        until(driver, "the passage after a reload", lambda: in_view(driver, "mark#sitat"))
        driver.back()
        until(driver, "no document", lambda: not driver.find_elements(By.CSS_SELECTOR, "[data-split]"))
        assert driver.find_elements(By.CSS_SELECTOR, ".turn"), "the conversation is there still"


def it_goes_on_where_it_was(server):
    with browser(server) as driver:
        driver.get(server.address)
        ask(driver, "Når stenges KARVE?")
        assert "31. mars 2027" in text(driver, ".turn blockquote")
        ask(driver, "Hvor mange saker må flyttes?")
        newest = driver.find_elements(By.CSS_SELECTOR, ".turn")[0]
        assert "4 000" in newest.text, newest.text
        assert driver.switch_to.active_element.get_attribute("id") == "sporsmal", "one can type on"
        assert "utdrag" in driver.execute_script("return document.querySelector('#melding').textContent")
        see(driver, "follow-up")
        down = newest.find_element(By.CSS_SELECTOR, "[value=down]")
        down.click()
        reason = one(driver, ".reason input[type=text]")
        reason.send_keys("mangler tallet")
        reason.send_keys(Keys.ENTER)
        until(driver, "the verdict", lambda: driver.find_elements(By.CSS_SELECTOR, "[value=down][aria-pressed]"))
        driver.refresh()
        assert len(driver.find_elements(By.CSS_SELECTOR, ".turn")) == 2, "a reload shows the conversation"
        one(driver, ".end button").click()
        until(driver, "a new conversation", lambda: not driver.find_elements(By.CSS_SELECTOR, ".turn"))


def what_the_documents_do_not_tell_is_declined(server):
    with browser(server) as driver:
        driver.get(server.address)
        ask(driver, "Hva sier dokumentene om månelanding på Jupiter?")
        said = text(driver, ".turn .declined")
        assert "Jeg søkte i" in said, said
        assert not driver.find_elements(By.CSS_SELECTOR, ".turn blockquote")
        see(driver, "declined")


def everything_works_without_script(server):
    with browser(server, script=False) as driver:
        driver.get(server.address)
        ask(driver, QUESTION)
        one(driver, ".turn a.cite").click()
        one(driver, "mark#sitat")
        until(driver, "the passage in view", lambda: in_view(driver, "mark#sitat"))
        see(driver, "beside-without-script")
        ask(driver, "Og hva mener VFS?")
        one(driver, ".judge [value=up]").click()
        one(driver, ".judge [value=up][aria-pressed]")


def the_keyboard_is_enough(server):
    with browser(server) as driver:
        driver.get(server.address)
        assert driver.switch_to.active_element.get_attribute("id") == "sporsmal"
        driver.switch_to.active_element.send_keys(QUESTION + Keys.ENTER)
        one(driver, ".turn")
        for _ in range(30):
            driver.switch_to.active_element.send_keys(Keys.TAB)
            focused = driver.switch_to.active_element
            if "cite" in (focused.get_attribute("class") or ""):
                break
        else:
            raise AssertionError("no citation is reached")
        outline = driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", f"the focus is seen: {outline}"
        see(driver, "focus")
        focused.send_keys(Keys.ENTER)
        one(driver, "#dokument mark")
        assert driver.execute_script("return document.querySelector('#dokument').contains(document.activeElement)"), "focus goes to the document"
        # The first stop of a page leads past the menu.
        driver.get(f"{server.address}/dokumenter")
        driver.switch_to.active_element.send_keys(Keys.TAB)
        assert driver.switch_to.active_element.get_attribute("href").endswith("#innhold")


def a_phone_shows_one_thing_at_a_time(server):
    with browser(server, width=360, height=740) as driver:
        for path in PAGES:
            driver.get(server.address + path)
            see(driver, f"phone{path.replace('/', '-').split('?')[0]}")
            fits(driver, path)
        driver.get(f"{server.address}/status?topic=hjemmekontor")
        picture = one(driver, ".picture .timeline-narrow")
        driver.execute_script("arguments[0].scrollIntoView()", picture)
        assert picture.is_displayed()
        see(driver, "phone-picture")
        driver.get(server.address)
        see(driver, "phone-start")
        ask(driver, QUESTION)
        fits(driver, "an answer")
        see(driver, "phone-answer")
        link = one(driver, ".turn a.cite")
        driver.execute_script("arguments[0].scrollIntoView()", link)
        link.click()
        one(driver, "mark#sitat")
        until(driver, "the passage in view", lambda: in_view(driver, "mark#sitat"))
        assert not in_view(driver, ".turn"), "the document is a page of its own"
        fits(driver, "a document")
        see(driver, "phone-document")
        driver.execute_script("window.scrollTo(0, 0)")
        see(driver, "phone-document-top")
        one(driver, ".back").click()
        one(driver, ".turn blockquote")


def the_pages_speak_nynorsk_and_english(server):
    with browser(server, language="nn-NO,nn") as driver:
        driver.get(server.address)
        assert text(driver, "h1") == "Spør referata"
        ask(driver, "Kva meiner FASA om heimekontor?")
        assert text(driver, "label[for=sporsmal]") == "Spør vidare"
        see(driver, "nynorsk")
        driver.find_element(By.LINK_TEXT, "English").click()
        until(driver, "English", lambda: text(driver, "h1") == "Ask the minutes")
        assert one(driver, "html").get_attribute("lang") == "en"
        assert one(driver, ".turn blockquote").get_attribute("lang") in ("nb", "nn"), "quotes are said in their own language"
        driver.get(f"{server.address}/dokumenter")
        assert text(driver, "h1") == "Documents", "the choice is remembered"


def a_quotation_is_copied_with_its_source(server):
    with browser(server) as driver:
        driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
        driver.get(server.address)
        ask(driver, "Når stenges KARVE?")
        quoted = text(driver, ".turn blockquote")
        one(driver, ".turn a.cite").click()
        one(driver, ".copying button").click()
        until(driver, "that it was copied", lambda: text(driver, ".copying [role=status]") == "Kopiert")
        copied = driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
        assert quoted in copied and "Referat fra medbestemmelsesmøte" in copied and "s. 2" in copied, copied


def the_original_is_a_click_away(server):
    with browser(server) as driver:
        driver.get(server.address)
        ask(driver, "Når stenges KARVE?")
        one(driver, ".turn a.cite").click()
        link = one(driver, ".ways a[href*='/fil']").get_attribute("href")
        assert link.endswith("/fil#page=2"), link
        driver.get(link)
        time.sleep(2)
        see(driver, "original")


def a_matter_is_shown_over_time(server):
    with browser(server) as driver:
        driver.get(f"{server.address}/status?topic=hjemmekontor")
        one(driver, ".state strong")
        see(driver, "status")
        picture = one(driver, ".picture .timeline-wide")
        driver.execute_script("arguments[0].scrollIntoView()", picture)
        assert picture.is_displayed() and in_view(driver, ".picture"), "the picture of the matter"
        assert "heimekontor" in picture.get_attribute("textContent").lower()
        see(driver, "status-picture")
        one(driver, "a.cite").click()
        until(driver, "the passage in view", lambda: in_view(driver, "mark#sitat"))
        see(driver, "status-beside")


PAGES = ["/", "/status", "/status?topic=hjemmekontor", "/standpunkter?topic=hjemmekontor", "/sok?topic=KARVE", "/nytt", "/dokumenter"]


def nobody_is_kept_out(server):
    for dark in (False, True):
        with browser(server, dark=dark) as driver:
            mode = "dark" if dark else "light"
            for path in PAGES:
                driver.get(server.address + path)
                accessible(driver, f"{path} ({mode})")
                see(driver, f"{mode}{path.replace('/', '-').split('?')[0]}")
            documents = [link.get_attribute("href") for link in driver.find_elements(By.CSS_SELECTOR, ".documents a")]
            assert len(documents) > 10
            for address in documents:
                driver.get(address)
                accessible(driver, f"{address} ({mode})")
            driver.get(server.address)
            ask(driver, QUESTION)
            ask(driver, "Hva sier dokumentene om månelanding på Jupiter?")
            accessible(driver, f"an answer ({mode})")
            one(driver, ".turn a.cite").click()
            one(driver, "#dokument mark")
            accessible(driver, f"a document beside ({mode})")
            see(driver, f"{mode}-beside")


def links_survive_corrections(server):
    """A link to words that moved finds them; a link to words that were corrected says so."""
    with tempfile.TemporaryDirectory() as folder:
        knowledge = Path(folder) / "knowledge"
        knowledge.mkdir()
        minutes = knowledge / "2026-03-12-referat.md"
        words = "Taket over sykkelparkeringen koster 180 000 kroner og settes opp i mai."
        minutes.write_text(f"# Referat 12. mars 2026\n\n## Sykkelparkering\n\n{words}\n\nMøtet ble hevet.\n")
        before = Server(folder, knowledge)
        try:
            with browser(before) as driver:
                driver.get(before.address)
                ask(driver, "Hva koster taket over sykkelparkeringen?")
                one(driver, ".turn a.cite").click()
                own = one(driver, ".ways a").get_attribute("href")
        finally:
            before.end()
        path = own[len(before.address):]
        minutes.write_text(f"# Referat 12. mars 2026\n\n## Innkalling\n\nIngen merknader til innkallingen.\n\n## Sykkelparkering\n\n{words}\n\nMøtet ble hevet.\n")
        moved = Server(folder, knowledge)
        try:
            with browser(moved) as driver:
                driver.get(moved.address + path)
                assert text(driver, "mark#sitat") == words
                assert not driver.find_elements(By.CSS_SELECTOR, ".notice")
        finally:
            moved.end()
        minutes.write_text(f"# Referat 12. mars 2026\n\n## Sykkelparkering\n\n{words.replace('180', '210')}\n")
        corrected = Server(folder, knowledge)
        try:
            with browser(corrected) as driver:
                driver.get(corrected.address + path)
                assert "210 000" in text(driver, "mark#sitat")
                assert "ikke lenger slik" in text(driver, ".notice")
                see(driver, "corrected")
        finally:
            corrected.end()


TESTS = [
    a_citation_opens_beside_the_answer, it_goes_on_where_it_was, what_the_documents_do_not_tell_is_declined,
    everything_works_without_script, the_keyboard_is_enough, a_phone_shows_one_thing_at_a_time,
    the_pages_speak_nynorsk_and_english, a_quotation_is_copied_with_its_source, the_original_is_a_click_away,
    a_matter_is_shown_over_time, nobody_is_kept_out, links_survive_corrections,
]


def main():
    only = os.environ.get("WEB_ONLY")
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        try:
            for test in TESTS:
                if only and only != test.__name__:
                    continue
                start = time.monotonic()
                try:
                    test(server)
                    print(f"ok   {test.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
                except Exception as error:
                    failed.append(test.__name__)
                    traceback.print_exc()
                    print(f"FAIL {test.__name__}: {type(error).__name__}: {error}", flush=True)
        finally:
            server.end()
    if failed:
        sys.exit(f"web: {len(failed)} failed: {', '.join(failed)}")


main()
