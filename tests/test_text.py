from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techdd.text import (
    MAX_LENGTH,
    PLACE_TOKEN,
    _masked,
    clean,
    decode,
    masked,
    place_token,
    some_of,
    without_credentials,
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


def test_a_name_loses_what_is_a_token_by_its_beginning_and_nothing_else() -> None:
    token = "gh" + "p_" + "x7Qm2Zp9Lk4Rt8Wv1Ys6"
    assert without_tokens(f"files/{token}.py") == "files/[masked].py"
    for kept in (
        "src/password to Winter2024.py", "ghp_short", "AKIA", "task_live_update_handler",
        "hf_tokenizer_utils_fast.py", "pypi-attestations-models", "npm_install_dependencies.sh",
    ):  # fmt: skip
        assert without_tokens(kept) == clean(kept) == kept


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
