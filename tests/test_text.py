from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techdd.text import (
    _SHORTEST_TOKEN,
    _TOKEN,
    MAX_LENGTH,
    PLACE_TOKEN,
    _masked,
    _may_hold_token,
    clean,
    decode,
    disguised,
    masked,
    place_token,
    some_of,
    without_credentials,
    without_places,
    without_tokens,
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("Zoë Ångström 李明", "Zoë Ångström 李明"),
        ("non\u00a0breaking", "non\u00a0breaking"),
        ("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"),
        ("one\ntwo\ttab\r", "one\\x0atwo\\x09tab\\x0d"),
        ("pay\u202etxt.exe", "pay\\u202etxt.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("c1\x9b31m", "c1\\x9b31m"),
        ("lone\udce9", "lone\\udce9"),
        ("tag\U000e0041", "tag\\U000e0041"),
    ],
)
def test_what_could_drive_a_terminal_is_shown_as_an_escape(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert clean("x" * MAX_LENGTH) == "x" * MAX_LENGTH
    assert clean("x" * (MAX_LENGTH + 1)) == "x" * (MAX_LENGTH - 1) + "…"


@given(st.text(st.characters()))
def test_clean_text_is_printable_in_any_terminal_and_encoder(text: str) -> None:
    done = clean(text)
    assert clean(done) == done
    assert len(done) <= MAX_LENGTH
    done.encode()
    assert not set(done) & {chr(code) for code in (*range(32), *range(127, 160))}


def test_escapes_do_not_outgrow_the_limit() -> None:
    assert clean(clean("\x00" * MAX_LENGTH)) == clean("\x00" * MAX_LENGTH)
    assert len(clean("\x00" * MAX_LENGTH)) == MAX_LENGTH


def test_bytes_that_are_not_utf_8_stay_visible() -> None:
    assert decode(b"caf\xe9\xff.py") == "caf\\xe9\\xff.py"
    assert decode("café.py".encode()) == "café.py"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/x.git", "https://host/x.git"),
        ("https://user@host/x.git", "https://host/x.git"),
        ("https://user:word@host/x.git", "https://host/x.git"),
        ("https://user:w@rd@host/x.git", "https://host/x.git"),
        ("fatal: 'https://a:b@host/' and ssh://c:d@h/", "fatal: 'https://host/' and ssh://h/"),
        ("https://host/a@b", "https://host/a@b"),
        ("git@host:a/b.git", "git@host:a/b.git"),
    ],
)
def test_no_password_of_a_url_is_shown(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


def test_a_few_are_named_and_the_others_counted() -> None:
    names = [str(number) for number in range(2_003)]
    assert some_of(names, 3) == "0, 1, 2 and 2,000 more"
    assert (some_of(names[:3], 3), some_of([], 3)) == ("0, 1, 2", "")


def test_words_that_look_like_credentials_are_masked() -> None:
    token = "gl" + "pat-" + "x7Qm2Zp9Lk4Rt8Wv1Ys6"
    assert masked(f"Use {token} for now") == "Use [masked] for now"
    assert masked("key=AK" + "IA4QX7ZB2M5KP3WT9H") == "key=[masked]"
    for value in ("Winter" + "2024!", "0123456789abcdef" * 2, "qwertyuiopasdfghjklzxcvb", "x7Qm2Z"):
        assert masked(f"set password to {value} on prod") == "set password to [masked] on prod"
    assert masked("password=hunter, and more") == "password=[masked], and more"
    assert masked(f"Digest {'0f' * 16}") == "Digest [masked]"
    url = "use postgres://app:hunter" + "7Zq@db.example.com/app"
    assert masked(url) == "use postgres://[masked]@db.example.com/app"
    assert masked(masked(url)) == masked(url)
    for kept in (
        "Add password reset, fix token refresh for v2.1 and the key api_key_v2",
        "access_token: trim whitespace",
        "Move SECRET_KEY to .env, token=${TOKEN}",
        "foreign key user_id2 added; Secrets: support 1Password",
        "Merge pull request #3 from north/snyk-fix",
        "Merge commit 'ce013625030ba8dba906f756967f9e9ca394464a'",
        "Add OAuth2AuthenticationProvider and Base64EncodedSha256Digest",
        "Bump actions/checkout from 4.1.1 to 4.1.2 (#20231115)",
        "Merge branch 'feature/ABC-1234-internationalization2'",
    ):
        assert masked(kept) == kept


WORDS = (
    "pass", "Ke", "y", "\N{KELVIN SIGN}", "\N{LATIN SMALL LETTER LONG S}ecret", "://", "@", "=",
    ": ", " ", "gl" + "pat-", "SG.",
)  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text("aZ09-_./+é", max_size=9), max_size=9))
def test_text_that_is_not_looked_at_closely_holds_nothing(words: list[str]) -> None:
    text = "".join(words)
    assert masked(text) == _masked(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Passwort: Sommer2024!xQ", "Passwort: [masked]"),
        ("set pw to Xk29!fGqLm", "set pw to [masked]"),
        ("db pass: S3cr3t!Horse9", "db pass: [masked]"),
        ("Kennwort Tr0ub4dor&3", "Kennwort [masked]"),
        ("mysql -uroot -pS3cr3tHorse99 prod", "mysql -uroot -p[masked] prod"),
        ("curl -u me:S3cr3tHorse99 https://x", "curl -u me:[masked] https://x"),
        ("Authorization: Basic YWRtaW46UzNj", "Authorization: Basic [masked]"),
        ("push to ci:Horse99@git.acme.example:x/y", "push to [masked]@git.acme.example:x/y"),
        ("see http://h/x?private_token=Horse99&a=1", "see http://h/x?private_token=[masked]&a=1"),
        ("AGE-SECRET-" + "KEY-1QPZRY9X8GF2TVDW0S3", "[masked]"),
        ("sk-" + "aB3dE5fG7hI9jK1lM3nO" + "T3BlbkFJ" + "pQ5rS7tU9vW1", "[masked]"),
        ("used aB3!xK9#fG2$lM8&zP4w here", "used [masked] here"),
    ],
)
def test_what_people_paste_into_text_is_masked(text: str, shown: str) -> None:
    assert masked(text) == masked(shown) == shown


@pytest.mark.parametrize(
    "kept",
    [
        "tests pass: 12/30, pass the value on, bypass Object123",
        "Run mysql -u root in CI, curl -u ${USER}:$PASS works",
        "Bump lodash@npm:4.17 and golang:1.22@sha256:" + "0" * 64,
        "Fix /src/Foo.php?x=1#L20 for PHP8.1 && Symfony6.4+",
        "Use git@github.com:acme/x.git",
    ],
)
def test_no_plain_text_is_masked(kept: str) -> None:
    assert masked(kept).replace("[masked]", "0" * 64) == kept


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ci:hunter2@git.acme.example:x/y.git", "git.acme.example:x/y.git"),
        ("ci:hunter2@ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("ci:hunter2@registry:5000/a", "registry:5000/a"),
        ("https://x.example/a.git?job_token=hunter2", "https://x.example/a.git?job_token=[masked]"),
    ],
)
def test_a_reference_loses_its_user_and_password(name: str, shown: str) -> None:
    assert disguised(name) == without_credentials(name) == shown


def test_a_random_word_in_a_name_leaves_its_own_mark() -> None:
    one, other = ("v" + letter + "x7Qm2Zp9Lk4Rt8Wv1Ys6" for letter in "FG")
    shown = disguised(f"{one} X")
    assert re.fullmatch(r"\[masked-[0-9a-f]{6}\] X", shown)
    assert disguised(shown) == shown != disguised(f"{other} X")
    small = "gh" + "p-" + "x7qm2zp9lk4rt8wv1ys6" * 2
    assert "x7qm" not in disguised(small[:40])


@pytest.mark.parametrize(
    "kept",
    [
        "1.2.3-rc.1+build.20240102T101112Z", "v0.0.0-20240102101112-0123456789ab", "0f" * 20,
        "0f" * 32, "9d1c7a2e-53bb-4f1f-bc7d-0e4f7e1f2b3c", "pkg:npm/%40scope/name@1.2.3",
        "npm:lodash@4.17.21", "patch:foo@npm:1.0.0#x", "app:1@sha256:" + "0f" * 32,
        "postgres:16-alpine", "com.example:artefact:1.0@aar", "12345678+octocat@users.example.com",
        "org.springframework.boot:spring-boot-starter-oauth2-client", "git@github.com:acme/x.git",
        "@types/node@20.1.0", "RELEASE.2024-01-02T10-11-12Z", "scm:git:git@github.com:acme/x.git",
    ],
)  # fmt: skip
def test_ordinary_names_and_versions_stay_whole(kept: str) -> None:
    assert disguised(kept) == kept


@given(st.text())
def test_a_disguised_name_stays_as_it_is(name: str) -> None:
    assert disguised(disguised(name)) == disguised(name)


def test_a_name_loses_what_is_a_token_by_its_beginning_and_nothing_else() -> None:
    token = "gh" + "p_" + "x7Qm2Zp9Lk4Rt8Wv1Ys6"
    assert without_tokens(f"files/{token}.py") == "files/[masked].py"
    for kept in (
        "src/password to Winter2024.py", "ghp_short", "AKIA", "task_live_update_handler",
        "hf_tokenizer_utils_fast.py", "pypi-attestations-models", "npm_install_dependencies.sh",
    ):  # fmt: skip
        assert without_tokens(kept) == clean(kept) == kept


@given(st.from_regex(_TOKEN, fullmatch=True))
def test_every_token_has_a_sign_that_it_may_be_one(token: str) -> None:
    assert _may_hold_token(token)
    assert len(token) >= _SHORTEST_TOKEN


def test_clean_names_hold_no_token_and_stay_apart() -> None:
    one, other = ("gh" + "p_" + letter + "7Qm2Zp9Lk4Rt8Wv1Ys6" for letter in "xy")
    shown = clean(f"a/{one}.py")
    assert one not in shown
    assert shown.startswith("a/[masked-")
    assert shown.endswith("].py")
    assert shown == clean(shown) == clean(f"a/{one}.py") != clean(f"a/{other}.py")


def test_a_place_cannot_break_out_of_its_token() -> None:
    marks = place_token("a", "b")
    held = place_token(f"web{marks}", "a thing")
    assert PLACE_TOKEN.sub(r"\1", held) == "a thing"
    assert PLACE_TOKEN.sub(r"\2", held).startswith("web")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (f"uses {place_token('lodash')} {place_token('4.17.15')} here", "uses here"),
        (f"{place_token('lodash', 'a package')} has flaws", "A package has flaws"),
        (f"in {place_token('x.py', 'a file')}, twice", "in a file, twice"),
        ("nothing is marked", "nothing is marked"),
    ],
)
def test_a_text_reads_well_without_its_places(text: str, read: str) -> None:
    assert without_places(text) == read
