"""Finds the fields of schemas and models, log statements and filters, by expressions for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors.personal_data.names import kind_of
from techdd.facts import File
from techdd.guard import Unreadable, one_file
from techdd.model import Issue
from techdd.repository import MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_TEXT = 1_000_000  # bytes of a file that is searched
ROLES = ("source", "generated", "data", "configuration")  # schemas are not always code
STORED, LOGGED, FILTER = "stored", "logged", "filter"


class PersonalField(NamedTuple):
    """One place that names personal data, or a filter that keeps it out of logs and reports."""

    use: str  # "stored" (a field of a schema or model), "logged" or "filter"
    kind: str  # of data, such as "contact"; "" for a filter
    name: str  # of the field, or the words of the filter
    path: str
    line: int


class FieldSearch(NamedTuple):
    """How much was searched."""

    files: int


class _Form(NamedTuple):
    """How files of one kind declare a stored field: the group is its name."""

    path: re.Pattern[str]
    if_has: str  # a word without which the file is of another kind; "" = the path says enough
    field: re.Pattern[str]


def _form(path: str, if_has: str, field: str) -> _Form:
    return _Form(re.compile(path), if_has, re.compile(field, re.M))


_SQL_TYPE = (
    r"(?:n?varchar2?|character(?:[ \t]varying)?|n?char|(?:medium|long|tiny)?text|citext|date|inet"
    r"|timestamp|bytea|n?clob|bigint|integer|int|jsonb?|numeric|enum)"
)
_FORMS = (
    _form(r"\.sql$", "", rf"(?i)^[ \t(,]*[`\"\[]?(\w{{2,60}})[`\"\]]?[ \t]+{_SQL_TYPE}\b"),
    _form(r"\.xml$", "<changeSet", r"<(?:addC|c)olumn\b[^<>]{0,300}?\bname=\"(\w+)\""),
    _form(r"\.prisma$", "", r"^[ \t]+(\w+)[ \t]+(?:String|DateTime|Bytes|Json)\b"),
    _form(
        r"(?:^|/)db/.+\.rb$", "",
        r"\bt\.(?:string|text|citext|date|inet|json\w*)[ \t(]+:?[\"']?(\w+)",
    ),
    _form(r"(?:^|/)db/.+\.rb$", "", r"\badd_column[ (]+:\w+,[ \t]*:(\w+)"),
    _form(r"\.py$", "models.", r"^[ \t]+\(?[\"']?(\w+)[\"']?(?:[ \t]*=|,)[ \t]*models\.\w+Field\("),
    _form(
        r"\.py$", "Column(",
        r"^[ \t]+(\w+)(?:[ \t]*:[^=\n]{1,80})?[ \t]*=[ \t]*(?:\w+\.)?Column\(",
    ),
    _form(r"\.py$", "mapped_column", r"^[ \t]+(\w+):[ \t]*(?:\w+\.)?Mapped\["),
    _form(r"\.py$", "op.", r"\bsa\.Column\([\"'](\w+)[\"']"),
    _form(r"\.php$", "Schema::", r"\$table->\w+\([\"'](\w+)[\"']"),
    _form(r"\.php$", "ORM\\", r"^[ \t]+(?:private|protected|public)[ \t]+\??[\w\\|]*[ \t]*\$(\w+)"),
    _form(
        r"\.(?:java|kt)$", "@Entity",
        r"^[ \t]+(?:private|protected|var|val)[ \t]+(?:[\w<>.]+[ \t]+)?(\w+)[ \t]*[;:=]",
    ),
    _form(r"\.cs$", "MigrationBuilder", r"^[ \t]+(\w+)[ \t]*=[ \t]*table\.Column<"),
    _form(r"\.cs$", "MigrationBuilder", r"AddColumn<\w+>\(\s*name:[ \t]*\"(\w+)\""),
    _form(r"\.[jt]s$", "@Entity(", r"^[ \t]+(?:public[ \t]+)?(\w+)[?!]?:[ \t]*(?:string|Date)\b"),
    _form(r"\.[jt]s$", "Table(", r"^[ \t]+(\w+):[ \t]*(?:varchar|text|timestamp|date|char)\("),
    _form(
        r"\.[jt]s$", "Schema(",
        r"^[ \t]+(\w+):[ \t]*(?:\{\s{0,20}type:[ \t]*)?(?:String|Date)\b",
    ),
    _form(
        r"\.[jt]s$", "DataTypes",
        r"^[ \t]+(\w+):[ \t]*(?:\{\s{0,20}type:[ \t]*)?(?:Sequelize\.)?DataTypes\.",
    ),
    _form(r"\.exs?$", "Ecto.", r"^[ \t]+(?:field|add)[ \t(]+:(\w+)"),
    _form(r"\.go$", "gorm:\"", r"^[ \t]+(\w+)[ \t]+[\w.*\[\]]+[ \t]+`[^`\n]*\bgorm:\""),
    _form(r"\.swift$", "@Field(", r"@(?:Optional)?Field\(key:[ \t]*\"(\w+)\""),
)  # fmt: skip

_LEVEL = r"(?:trace|debug|info(?:rmation)?|notice|warn(?:ing)?|err(?:or)?|fatal|critical|exception)"
_LOG = re.compile(
    rf"\b(?:_?log(?:ger|ging)?|logrus|slog|zap|winston|pino)(?:\(\))?(?:\.|->|::)"
    rf"(?:Log)?{_LEVEL}(?:f|w|ln|ctx|context)?!?\(",
    re.I,
)
_TEXT = re.compile(
    r"(\w?)(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\"[^\"\n]*$|'[^'\n]*$)"
)
_INSERTED = re.compile(r"[#$]\{([^{}\n]{1,120})\}")
_FORMATTED = re.compile(r"\{([^{}\n:!]{1,120})[^{}\n]*\}")
# The last name of an expression that is no call: `user.email`, not `user.email()`.
_VALUE = re.compile(
    r"(?<![\w$])(?:[\w$]+(?:\(\))?(?:\.|->|\?\.|::))*\$?([A-Za-z_]\w*)"
    r"(?![\w(]|[ \t]*[(=]|\.|->|\?\.)"
)
_TOLD = frozenset(("contact", "identity", "official number", "payment", "special category"))
_COMMENT = re.compile(r"\s*(?:#|//|\*|--|/\*)")
_LONGEST = 400  # characters of a log statement that are looked at

_FILTERS = re.compile(
    r"\bfilter_parameters\b|\bsensitive_(?:post_parameters|variables)\b|\bEventScrubber\b"
    r"|\bSensitiveParameter\b|\bsend_?[dD]efault_?[pP]ii['\"]?\s*[:=]"
    r">?\s*[Ff]alse|\bredact(?:ed|or|ion)?_?(?:paths|keys|fields|headers)\b|\bredact:\s*[\[{]"
    r"|\bAddRedaction\(|\bRedact(?:or|ing)\w*\(|\bscrub_?(?:fields|keys|data|pii)\b|\bpresidio_\w+"
)
_BEFORE_SENDING = re.compile(r"\bbefore_?[Ss]end\b(?=\s*[:=(])")


@collector(makes=(PersonalField, FieldSearch), needs=(File,))
def personal_data(repo: Repository, files: DataFrame) -> Gathered:
    """Fields that store personal data, log statements that pass it, filters that keep it out.

    By names alone: what a field called `notes` holds is not known.
    """
    speaks = files["path"].map(lambda path: any(form.path.search(path) for form in _FORMS))
    wanted = files[(files["role"] == "source") | (files["role"].isin(ROLES) & speaks)]
    wanted = wanted.sort_values("path")
    for path in wanted[wanted["size"] > MAX_TEXT]["path"]:
        yield Issue("file too large to be searched", str(path))
    wanted = wanted[wanted["size"] <= MAX_TEXT]
    searched = 0
    rows = list(zip(wanted["path"], wanted["blob"], wanted["role"], strict=True))
    for (path, _, role), (_, content) in zip(
        rows, repo.blobs(str(blob) for _, blob, _ in rows), strict=True
    ):
        if content is None:
            yield Issue(MISSING, str(path), transient=True)
            continue
        if b"\0" in content:
            continue
        try:
            with one_file(content):
                found = list(_found(str(path), str(role), content.decode("utf-8", "replace")))
        except Unreadable as error:
            yield Issue("file could not be searched", str(path), str(error))
            continue
        searched += 1
        yield from found
    yield FieldSearch(searched)


def _found(path: str, role: str, text: str) -> Iterator[PersonalField]:
    yield from sorted(set(_stored(path, text)), key=lambda one: (one.line, one.name))
    if role != "source":
        return
    reports = "sentry" in text.lower()  # elsewhere, what is called before sending is anything
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > 2_000 or _COMMENT.match(line):
            continue
        for name in _logged(line):
            yield PersonalField(LOGGED, kind_of(name), name, path, number)
        match = _FILTERS.search(line) or (reports and _BEFORE_SENDING.search(line))
        if match:
            yield PersonalField(FILTER, "", " ".join(match[0].split())[:60], path, number)


def _stored(path: str, text: str) -> Iterator[PersonalField]:
    for form in _FORMS:
        if form.path.search(path) and form.if_has in text:
            for match in form.field.finditer(text):
                if kind := kind_of(match[1]):
                    line = text.count("\n", 0, match.start(1)) + 1
                    yield PersonalField(STORED, kind, match[1], path, line)


def _logged(line: str) -> Iterator[str]:
    """The names of personal data whose values a log statement of this line passes on."""
    call = _LOG.search(line)
    if not call:
        return
    said = line[call.end() : call.end() + _LONGEST]
    seen = set()
    for match in _VALUE.finditer(_TEXT.sub(_expressions, said)):
        name = match[1]
        if kind_of(name) in _TOLD and name not in seen:
            seen.add(name)
            yield name


def _expressions(text: re.Match[str]) -> str:
    """What a text takes in from variables, in place of the text."""
    prefix, quoted = text[1], text[2]
    inner = _FORMATTED if prefix in ("f", "F", "$") else _INSERTED
    return f"{prefix if prefix not in 'fF$' else ''} {' , '.join(inner.findall(quoted))} "
