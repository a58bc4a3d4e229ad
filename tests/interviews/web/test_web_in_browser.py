"""The page in a real browser: several people, reloads, a server that is killed, hostile texts."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from small_engagement import PEOPLE, WITHHELD, engagement, journal

from techdd.answers import Answer
from techdd.interviews.web.access import Access
from techdd.interviews.web.server import FOLDER
from techdd.workspace import Workspace

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
if CHROMIUM is None and os.environ.get("CI"):
    raise RuntimeError("the tests of the page need a browser: apt-get install chromium")

HERE = Path(__file__).parent
PHONE = {"width": 360, "height": 740}
expect.set_options(timeout=15_000)


class Server:
    """The page of an engagement in a process of its own, always on the same port."""

    def __init__(self, workspace: Workspace, first: str = "Question AA-01?") -> None:
        self.workspace = workspace
        self.first = first
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.links: dict[str, str] = {}
        self.process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        root, port = str(self.workspace.root), str(self.port)
        program = [sys.executable, str(HERE / "serve_small.py"), root, port, self.first]
        self.process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        for line in self.process.stdout:
            person, _, link = line.strip().partition("\t")
            if person == "ready":
                return
            self.links[person] = link
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        assert self.process and self.process.stdout
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def link(self, person: str) -> str:
        """A further link for somebody, as an interviewer would make it on a stopped server."""
        return self.links.pop(person)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def begin(**more: Any) -> Server:
        first = more.get("first", "Question AA-01?")
        started.append(Server(engagement(tmp_path / "e", **more), first))
        return started[-1]

    yield begin
    for one in started:
        if one.process:
            one.kill()


@pytest.fixture
def come_in(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a browser of one's own and comes in by the link. What goes wrong in it fails the test:
    errors, refused content, requests to anywhere else.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def begin(server: Server, person: str, *, watch: bool = True, **options: Any) -> Page:
        context = chromium.new_context(**({"viewport": {"width": 1400, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text)
                if "Content Security Policy" in said.text or (watch and said.type == "error")
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(server.address) else wrong.append(request.url)
            ),
        )
        page.goto(server.link(person))
        page.get_by_role("button", name="Begin").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Question")
        return page

    yield begin
    for context in contexts:
        context.close()
    assert wrong == []


def choose(page: Page, level: int) -> None:
    page.locator(f'.levels input[data-key="{level}"]').check(force=True)


def saved(page: Page) -> None:
    expect(page.locator(".status")).to_contain_text("Saved")


def on_phone() -> dict[str, Any]:
    return {"viewport": PHONE, "is_mobile": True, "has_touch": True}


def twin(page: Page, server: Server) -> Page:
    """A second window of the same person, in which nothing that others do is heard of."""
    other = page.context.new_page()
    other.goto(f"{server.address}/")
    expect(other.locator(".levels")).to_be_visible()
    other.route("**/api/state/*", lambda route: route.abort())
    return other


def test_two_people_at_once_and_an_interviewer_who_settles(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    server = serve()
    ida, ann, bo = (come_in(server, who) for who in ("ida adviser", "ann chief", "bo lead"))
    choose(ann, 3)
    choose(bo, 1)
    saved(ann)
    saved(bo)
    said = ida.get_by_label("What was said")
    expect(said).to_contain_text("They differ by 2 levels")
    expect(said.get_by_role("button", name="Ann Chief")).to_be_visible()
    said.get_by_role("button", name="Settle").click()
    dialog = ida.get_by_role("dialog")
    dialog.get_by_role("button", name="Settle").click()
    expect(dialog.get_by_role("alert")).to_contain_text("a reason are needed")
    dialog.locator('input[value="2"]').first.check(force=True)
    dialog.get_by_label("Reason").fill("Shown in the demo")
    dialog.get_by_role("button", name="Settle").click()
    expect(said).to_contain_text("Settled at 2")
    *answers, decision = journal(server.workspace)
    assert set(answers) == {("AA-01", "Ann Chief", 3, ""), ("AA-01", "Bo Lead", 1, "")}
    assert decision == ("AA-01", "Ida Adviser", 2, "Shown in the demo")
    expect(ann.locator('.levels input[data-key="3"]')).to_be_checked()


def test_an_interviewer_writes_down_what_somebody_says(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    server = serve()
    ida = come_in(server, "ida adviser")
    ida.get_by_label("Answers of").select_option(label="Bo Lead")
    choose(ida, 4)
    ida.get_by_label("Sample inspected").check(force=True)
    ida.get_by_label("Note").fill("saw the ticket")
    ida.get_by_role("button", name="Next").click()
    expect(ida.locator('[data-item="AA-01"]')).to_contain_text("answered: 4")
    ida.get_by_role("button", name="Back").click()
    saved(ida)
    said = server.workspace.journal.read()[-1].answer
    assert (said.by, said.recorded_by, int(said.grade)) == ("Bo Lead", "Ida Adviser", 3)
    assert said.note == "saw the ticket"


def test_a_reload_in_mid_answer_loses_nothing(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    server = serve()
    # What the page sent as it went may have arrived: it is then refused a second time (409).
    ann = come_in(server, "ann chief", watch=False)
    ann.get_by_label("Note").press_sequentially("half a sen")
    ann.reload()
    expect(ann.get_by_label("Note")).to_have_value("half a sen")
    expect(ann.locator(".status")).to_have_text("Choose a level to save it.")
    choose(ann, 2)
    ann.reload()
    saved(ann)
    expect(ann.get_by_label("Note")).to_have_value("half a sen")
    assert set(journal(server.workspace)) == {("AA-01", "Ann Chief", 2, "half a sen")}
    assert ann.evaluate("localStorage.length") == 0


def test_a_killed_server_loses_nothing(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    server = serve()
    ann = come_in(server, "ann chief", watch=False)
    bo = come_in(server, "bo lead", watch=False)
    choose(ann, 1)
    saved(ann)
    server.kill()
    choose(ann, 3)
    ann.get_by_label("Note").fill("said while it was away")
    expect(ann.locator(".status")).to_contain_text("Kept in this browser")
    bo.get_by_label("Note").fill("only half")
    server.start()
    saved(ann)
    expect(ann.locator(".status")).not_to_contain_text("Kept")
    assert journal(server.workspace)[0] == ("AA-01", "Ann Chief", 1, "")
    assert journal(server.workspace)[-1] == ("AA-01", "Ann Chief", 3, "said while it was away")
    bo.reload()
    expect(bo.get_by_label("Note")).to_have_value("only half")
    assert server.workspace.journal.doubts == []


def test_killed_and_reloaded_before_anything_was_sent(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    server = serve()
    ann = come_in(server, "ann chief", watch=False)
    server.kill()
    choose(ann, 4)
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        ann.reload()
    server.start()
    ann.goto(f"{server.address}/")
    saved(ann)
    expect(ann.locator('.levels input[data-key="4"]')).to_be_checked()
    assert journal(server.workspace) == [("AA-01", "Ann Chief", 4, "")]


def test_what_the_server_cannot_save_is_sent_again(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    server = serve()
    ann = come_in(server, "ann chief", watch=False)
    full = {"status": 503, "body": '{"error": "cannot be written: disk full"}'}
    ann.route("**/api/answers/*", lambda route: route.fulfill(**full), times=2)
    choose(ann, 2)
    expect(ann.locator(".status")).to_contain_text("Not saved: cannot be written: disk full. Kept")
    saved(ann)
    assert journal(server.workspace) == [("AA-01", "Ann Chief", 2, "")]


@pytest.mark.parametrize("choice", ["Keep mine", "Take theirs"])
def test_the_same_answer_in_two_windows_is_asked_about(
    serve: Callable[..., Server], come_in: Callable[..., Page], choice: str
) -> None:
    server = serve()
    ann = come_in(server, "ann chief", watch=False)
    other = twin(ann, server)
    choose(ann, 3)
    saved(ann)
    choose(other, 1)
    dialog = other.get_by_role("dialog")
    expect(dialog).to_contain_text("Level 3: level 3 of AA-01")
    dialog.get_by_role("button", name=choice).click()
    saved(other)
    levels = [level for _, _, level, _ in journal(server.workspace)]
    assert levels == ([3, 1] if choice == "Keep mine" else [3, 1, 3])
    expect(other.locator(f'.levels input[data-key="{levels[-1]}"]')).to_be_checked()
    expect(ann.locator(f'.levels input[data-key="{levels[-1]}"]')).to_be_checked()


def test_an_answer_in_the_terminal_shows_by_itself(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    server = serve()
    ann = come_in(server, "ann chief")
    alpha = server.workspace.checklists[0]
    said = Answer(item="AA-01", level=2, by="Ann Chief", note="by word of mouth")
    server.workspace.record(alpha, alpha.items[0], said)
    expect(ann.locator('.levels input[data-key="2"]')).to_be_checked()


def test_a_respondent_is_sent_no_evidence_and_nothing_of_others(
    serve: Callable[..., Server], come_in: Callable[..., Page], chromium: Browser
) -> None:
    server = serve()
    ida, bo = come_in(server, "ida adviser"), come_in(server, "bo lead")
    choose(bo, 1)
    bo.get_by_label("Note").fill("what Bo knows")
    saved(bo)
    expect(ida.get_by_label("Evidence")).to_contain_text("The evidence is 1.")
    expect(ida.get_by_label("Evidence")).to_contain_text("A question worth asking?")
    sent: list[str] = []
    context = chromium.new_context()
    ann = context.new_page()
    ann.on("response", lambda reply: sent.append(reply.text()) if "/api/" in reply.url else None)
    ann.goto(server.link("ann chief"))
    ann.get_by_role("button", name="Begin").click()
    choose(ann, 2)
    saved(ann)
    ann.wait_for_timeout(3500)
    whole = "".join(sent) + ann.locator("body").inner_text()
    context.close()
    assert len(sent) >= 4
    for secret in (*WITHHELD, "Bo Lead", "Ida", "what Bo knows", "BB-01"):
        assert secret not in whole


def test_a_link_leaves_the_address_and_works_once(
    serve: Callable[..., Server], come_in: Callable[..., Page], chromium: Browser
) -> None:
    server = serve()
    link = server.links["ann chief"]
    word = link.partition("#")[2]
    ann = come_in(server, "ann chief")
    assert word not in ann.url
    assert word not in ann.evaluate("document.referrer + JSON.stringify(performance.getEntries())")
    assert ann.evaluate("document.cookie") == ""
    ann.go_back()
    assert word not in ann.url
    context = chromium.new_context()
    thief = context.new_page()
    thief.goto(link)
    assert word not in thief.url
    thief.get_by_role("button", name="Begin").click()
    expect(thief.get_by_role("alert")).to_contain_text("was used already")
    thief.goto(f"{server.address}/")
    expect(thief.get_by_role("heading")).to_have_text("You are not signed in")
    context.close()


def test_an_interviewer_adds_and_assigns_people_in_the_page(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    server = serve()
    ida, ann = come_in(server, "ida adviser"), come_in(server, "ann chief")
    expect(ann.locator("nav")).not_to_contain_text("Beta domain")
    ida.get_by_role("button", name="People").click()
    dialog = ida.get_by_role("dialog")
    dialog.get_by_role("button", name="Questions").nth(1).click()
    dialog.locator(".person").nth(1).get_by_label("Beta domain").check()
    dialog.get_by_role("button", name="Save").click()
    expect(ann.locator("nav")).to_contain_text("Beta domain")
    dialog.get_by_text("Add somebody").click()
    dialog.get_by_label("Name", exact=True).fill("Cy Ops")
    dialog.get_by_role("button", name="Add").click()
    link = dialog.get_by_label("Link for Cy Ops").input_value()
    server.links["cy ops"] = link
    come_in(server, "cy ops")
    ida.keyboard.press("Escape")
    ida.get_by_role("button", name="People").click()
    expect(dialog.locator(".person").nth(3)).to_contain_text("came in")


def test_documents_are_kept_by_name_and_digest(
    serve: Callable[..., Server], come_in: Callable[..., Page], tmp_path: Path
) -> None:
    server = serve()
    ann = come_in(server, "ann chief")
    paper = tmp_path / "plan.txt"
    paper.write_text("abc")
    choose(ann, 2)
    ann.locator("input[type=file]").set_input_files(paper)
    expect(ann.locator(".documents")).to_contain_text("plan.txt")
    expect(ann.locator('[data-item="AA-01"]')).to_contain_text("answered: 2")
    ann.get_by_role("button", name="Next").click()
    ann.get_by_label("How long? (hours)").fill("1,500")
    ann.get_by_label("Where?").select_option("there")
    choose(ann, 1)
    expect(ann.locator(".status")).to_contain_text("needs a number")
    ann.get_by_label("How long? (hours)").fill("4,5")
    saved(ann)
    found = {entry.answer.item: entry.answer for entry in server.workspace.journal.read()}
    assert [one.model_dump() for one in found["AA-01"].documents] == [
        {
            "name": "plan.txt",
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        }
    ]
    assert found["AA-02"].figures == {"hours": 4.5, "where": "there"}


def test_by_keyboard_alone(serve: Callable[..., Server], come_in: Callable[..., Page]) -> None:
    server = serve()
    ann = come_in(server, "ann chief")
    ann.keyboard.press("3")
    saved(ann)
    ann.keyboard.press("j")
    expect(ann.get_by_role("heading", level=1)).to_have_text("Question AA-02?")
    ann.keyboard.press("n")
    ann.keyboard.type("we have none, 3 of 4")  # digits in a text choose no level
    ann.keyboard.press("Escape")
    saved(ann)
    ann.keyboard.press("k")
    ann.keyboard.press("m")
    ann.keyboard.type("a note")
    ann.keyboard.press("Escape")
    ann.keyboard.press("?")
    expect(ann.get_by_role("dialog")).to_contain_text("next question")
    ann.keyboard.press("Escape")
    ann.keyboard.press("/")
    ann.keyboard.type("AA-02")
    expect(ann.locator(".item")).to_have_count(1)
    ann.keyboard.press("Tab")
    for _ in range(4):
        ann.keyboard.press("Tab")
    ann.keyboard.press("Enter")
    expect(ann.get_by_role("heading", level=1)).to_have_text("Question AA-02?")
    said = {entry.answer.item: entry.answer for entry in server.workspace.journal.read()}
    assert (said["AA-01"].level, said["AA-01"].note) == (3, "a note")
    assert said["AA-02"].reason == "we have none, 3 of 4"


def test_filters_and_search_show_what_is_left(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    ida = come_in(serve(), "ida adviser")
    ida.get_by_label("Answers of").select_option(label="Ida Adviser (you)")
    choose(ida, 3)
    saved(ida)
    for name, count in (("Open", 3), ("Answered", 1), ("Critical", 1), ("Differ", 0), ("All", 4)):
        ida.get_by_role("button", name=name, exact=True).click()
        expect(ida.locator(".domain .item")).to_have_count(count)
    expect(ida.locator(".overall")).to_contain_text("1 of 4 answered")


@pytest.mark.parametrize("who", ["ann chief", "ida adviser"])
def test_on_a_phone_all_fits_and_can_be_touched(
    serve: Callable[..., Server], come_in: Callable[..., Page], who: str
) -> None:
    server = serve()
    page = come_in(server, who, **on_phone())
    for step in ("question", "list"):
        if step == "list":
            page.locator("#toggle").tap()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for target in page.locator("button:visible, select:visible, .level:visible").all():
            box = target.bounding_box()
            assert box and box["height"] >= 44, target.inner_text()
    if who == "ida adviser":
        page.get_by_role("button", name="People").tap()
        for name in page.locator(".person strong").all():
            box = name.bounding_box()
            assert box and box["height"] < 32, "a name is broken over several lines"
        page.get_by_role("button", name="Close").tap()
    page.get_by_role("button", name="Question AA-02?").tap()
    expect(page.locator("nav")).to_be_hidden()
    page.locator(".level").nth(1).tap()
    saved(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_that_axe_knows(
    serve: Callable[..., Server], come_in: Callable[..., Page], scheme: str
) -> None:
    server = serve()
    ida = come_in(server, "ida adviser", color_scheme=scheme, bypass_csp=True)
    ann = come_in(server, "ann chief", color_scheme=scheme, bypass_csp=True, **on_phone())
    choose(ann, 3)
    saved(ann)
    check(ann)
    ann.locator("#toggle").tap()
    check(ann)
    expect(ida.get_by_label("What was said")).to_contain_text("Ann Chief")
    choose(ida, 1)
    saved(ida)
    ida.get_by_label("Answers of").select_option(label="Bo Lead")
    choose(ida, 4)
    saved(ida)
    expect(ida.get_by_label("What was said")).to_contain_text("They differ")
    check(ida)
    for name in ("People", "Keys", "Settle …", "Leave"):
        ida.get_by_role("button", name=name).click()
        expect(ida.get_by_role("dialog")).to_be_visible()
        check(ida)
        ida.keyboard.press("Escape")


def check(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_hostile_texts_stay_texts(
    serve: Callable[..., Server], come_in: Callable[..., Page]
) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    people = PEOPLE.replace("Bo Lead", f"Bo {evil}")
    server = serve(people=people, client=f"Client {evil}", first=f"Question {evil}")
    bo = come_in(server, f"bo {evil}".casefold())
    ida = come_in(server, "ida adviser")
    choose(bo, 1)
    bo.get_by_label("Note").fill(f"{evil} \u202eabc {{{{7*7}}}}")
    saved(bo)
    expect(ida.get_by_label("What was said")).to_contain_text("<img src=x onerror")
    for page in (ida, bo):
        expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(2)")
        assert page.locator("img[src=x]").count() == 0
        assert page.locator("script").count() == 1
    ida.get_by_role("button", name="History").click()
    expect(ida.get_by_role("dialog")).to_contain_text("<img src=x")
    ida.keyboard.press("Escape")
    ida.get_by_role("button", name="People").click()
    expect(ida.get_by_role("dialog")).to_contain_text("<script>alert(2)")


def test_the_command_prints_links_and_serves(tmp_path: Path) -> None:
    workspace = engagement(tmp_path / "e")
    program = [sys.executable, "-c", "from techdd.cli import run; run()"]
    arguments = ["interview", "serve", str(workspace.root), "--port", "0"]
    with subprocess.Popen(
        program + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        links = [process.stdout.readline() for _ in range(3)]
        told = ""
        while "Serving" not in told:
            told = process.stderr.readline()
            assert told or process.poll() is None
        address = told.split()[1].rstrip(";")
        assert all(f"{address}/join#" in link for link in links)
        second = subprocess.run(program + arguments, capture_output=True, text=True, check=False)
        assert (second.returncode, second.stderr.count("\n")) == (2, 1)
        assert "served already" in second.stderr
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
        assert process.returncode == 0
    assert Access(workspace.root / FOLDER / "access.json").standing("ann chief") == "invited"
