"""Which versions of runtimes and stores the files of a repository state, as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from techdd import hcl
from techdd.collectors import Gathered, collector
from techdd.collectors._practice_patterns import DOCUMENTS, FOREIGN
from techdd.collectors.stack.started import line_in, text_of
from techdd.collectors.stack.uses import use_of
from techdd.guard import one_file
from techdd.lockfiles import decoded, json_object, table, toml_table
from techdd.lockfiles._poms import filled
from techdd.model import Issue
from techdd.repository import MISSING, Entry, Repository
from techdd.text import masked
from techdd.xmls import line_at, xml_root

MAX_FILE = 1_000_000  # bytes
_LONGEST = 60  # characters of a stated version


class RuntimeVersion(NamedTuple):
    """One statement of a version. `meaning` is "runs" where that version is what runs, "targets"
    where it is only the language level that is built for.
    """

    product: str  # such as "python", as in `readings` of policy/end_of_life.yaml
    stated: str
    meaning: str
    sign: str  # what states it
    use: str  # one of uses.USES
    path: str
    line: int | None


class _Stated(NamedTuple):
    product: str
    version: str
    sign: str
    line: int
    meaning: str = "runs"


_TOOLS = {"nodejs": "node", "node": "node", "python": "python", "ruby": "ruby", "java": "java",
          "golang": "go", "go": "go", "php": "php", "elixir": "elixir", "erlang": "erlang",
          "dotnet": "dotnet", "dotnet-core": "dotnet", "deno": "deno"}  # fmt: skip
_FIRST = re.compile(rb"^[ \t]*([^#\s][^#\n]{0,100})", re.MULTILINE)
_TOOL = re.compile(rb"^[ \t]*([a-z-]{2,20})[ \t]+([^\s#]{1,60})", re.MULTILINE)
_SDKMAN = re.compile(rb"^java=(\S{1,40})", re.MULTILINE)
_GO_LINE = re.compile(rb"^(go|toolchain)[ \t]+(?:go)?(\d[\w.]{0,20})", re.MULTILINE)
_GRADLE_JAVA = re.compile(
    rb"JavaLanguageVersion\.of\((\d{1,2})\)|\bjvmToolchain\((\d{1,2})\)"
    rb"|\b(?:source|target)Compatibility[ \t]*=?[ \t]*[\"']?(?:JavaVersion\.VERSION_)?([\d._]{1,6})"
)
_GEMFILE_RUBY = re.compile(rb"^[ \t]*ruby[ \t(]+[\"']([^\"'\n]{1,40})[\"']", re.MULTILINE)
_PYTHON_REQUIRES = re.compile(rb"python_requires[ \t]*=[ \t]*[\"']?([^\"'\n]{1,60})")
_FRAMEWORKS = re.compile(r"net(coreapp)?(\d{1,2}(?:\.\d+)?|\d{2,3})(?=[-;]|$)")
_FUNCTION = re.compile(
    rb"^[ \t]*(?:-[ \t]+)?[Rr]untime[\"']?[ \t]*[:=][ \t]*[\"']?"
    rb"(nodejs|python|java|dotnetcore|dotnet|ruby|go|php)(\d[\d.]{0,6})(?:\.x)?",
    re.MULTILINE,
)
_ENGINES = {"postgres": "postgresql", "mysql": "mysql", "mariadb": "mariadb", "redis": "redis",
            "valkey": "valkey"}  # fmt: skip
_CLOUD_SQL = re.compile(r"(POSTGRES|MYSQL)_(\d+(?:_\d+)?)")
_JAVA_KEYS = ("java.version", "maven.compiler.release", "maven.compiler.source", "jdk.version")


def _plain(product: str, sign: str) -> Callable[[bytes], Iterator[_Stated]]:
    """A reader of files that hold nothing but a version."""

    def read(content: bytes) -> Iterator[_Stated]:
        if match := _FIRST.search(content):
            said = match[1].decode("utf-8", "replace").strip().removeprefix(f"{product}-")
            yield _Stated(product, said, sign, line_in(content, match.start(1)))

    return read


def _tool_versions(content: bytes) -> Iterator[_Stated]:
    for match in _TOOL.finditer(content):
        if product := _TOOLS.get(match[1].decode()):
            # Builds of Java bear their vendor's name: `temurin-17.0.1+12`.
            version = re.sub(r"^[a-z-]+-(?=\d)", "", match[2].decode("utf-8", "replace"))
            yield _Stated(product, version, ".tool-versions", line_in(content, match.start()))


def _sdkman(content: bytes) -> Iterator[_Stated]:
    for match in _SDKMAN.finditer(content):
        version = match[1].decode("utf-8", "replace").partition("-")[0]
        yield _Stated("java", version, ".sdkmanrc", line_in(content, match.start()))


def _package_json(content: bytes) -> Iterator[_Stated]:
    said = json_object(content)
    line = line_in(content, max(content.find(b'"engines"'), 0))
    if wish := text_of(table(said.get("engines")).get("node")):
        yield _Stated("node", wish, "engines of package.json", line)
    if pinned := text_of(table(said.get("volta")).get("node")):
        yield _Stated("node", pinned, "volta of package.json", line)


def _go_mod(content: bytes) -> Iterator[_Stated]:
    lines = {match[1].decode(): match for match in _GO_LINE.finditer(content)}
    # With a toolchain, the go line only says which older one could build it too.
    for key, meaning in (("toolchain", "runs"), ("go", "targets")):
        if match := lines.get(key):
            line = line_in(content, match.start())
            yield _Stated("go", match[2].decode(), f"{key} line of go.mod", line, meaning)
            return


def _pom(content: bytes) -> Iterator[_Stated]:
    root = xml_root(content)
    found = root.find("properties")
    named = {} if found is None else {one.tag: (one.text or "").strip() for one in found}
    for element in () if found is None else found:
        if element.tag in _JAVA_KEYS and named[element.tag]:
            version = filled(named[element.tag], named)
            yield _Stated("java", version, element.tag, line_at(element), "targets")
            return  # the others say the same, or refer to it


def _gradle(content: bytes) -> Iterator[_Stated]:
    if match := _GRADLE_JAVA.search(content):
        version = next(one for one in match.groups() if one).decode().replace("_", ".")
        line = line_in(content, match.start())
        yield _Stated("java", version, "Java version of Gradle", line, "targets")


def _global_json(content: bytes) -> Iterator[_Stated]:
    if version := text_of(table(json_object(content, comments=True).get("sdk")).get("version")):
        line = line_in(content, max(content.find(version.encode()), 0))
        yield _Stated("dotnet", version, "SDK of global.json", line)


def _project(content: bytes) -> Iterator[_Stated]:
    root = xml_root(content.removeprefix(b"\xef\xbb\xbf"))
    for element in (*root.iter("TargetFramework"), *root.iter("TargetFrameworks")):
        for core, version in _FRAMEWORKS.findall((element.text or "").strip()):
            old = not core and "." not in version  # net48, net472
            shown = ".".join(version) if old else version
            product = "netfx" if old else "dotnet"
            yield _Stated(product, shown, "target framework", line_at(element))


def _gemfile(content: bytes) -> Iterator[_Stated]:
    if match := _GEMFILE_RUBY.search(content):
        version = match[1].decode("utf-8", "replace")
        yield _Stated("ruby", version, "ruby line of the Gemfile", line_in(content, match.start()))


def _composer(content: bytes) -> Iterator[_Stated]:
    said = json_object(content)
    line = line_in(content, max(content.find(b'"php"'), 0))
    if wish := text_of(table(said.get("require")).get("php")):
        yield _Stated("php", wish, "php of composer.json", line)
    platform = table(table(said.get("config")).get("platform"))
    if pinned := text_of(platform.get("php")):
        # Packages are chosen for that version; a newer one may run.
        yield _Stated("php", pinned, "platform of composer.json", line, "targets")


def _pyproject(content: bytes) -> Iterator[_Stated]:
    said = toml_table(content)
    poetry = table(table(table(said.get("tool")).get("poetry")).get("dependencies"))
    for key, wish in (("requires-python", table(said.get("project")).get("requires-python")),
                      ("python", poetry.get("python"))):  # fmt: skip
        if text_of(wish):
            line = line_in(content, max(content.find(key.encode()), 0))
            yield _Stated("python", text_of(wish), f"{key} of pyproject.toml", line)


def _setup(content: bytes) -> Iterator[_Stated]:
    if match := _PYTHON_REQUIRES.search(content):
        version = match[1].decode("utf-8", "replace")
        yield _Stated("python", version, "python_requires", line_in(content, match.start()))


def _functions(content: bytes) -> Iterator[_Stated]:
    """The runtimes of functions in the cloud, where they are written out."""
    names = {"nodejs": "node", "dotnetcore": "dotnet"}
    for match in _FUNCTION.finditer(content):
        product, version = match[1].decode(), match[2].decode().rstrip(".")
        if product == "python" and re.fullmatch(r"[23]\d{1,2}", version):  # App Engine's python39
            version = f"{version[0]}.{version[1:]}"
        line = line_in(content, match.start(1))
        yield _Stated(names.get(product, product), version, "runtime of a function", line)


def _terraform(content: bytes) -> Iterator[_Stated]:
    yield from _functions(content)
    for block in hcl.blocks(content)[0]:
        kind = block.labels[0] if block.kind == "resource" and block.labels else ""
        for key in ("engine_version", "database_version", "version", "min_master_version"):
            value, line = block.values.get(key), block.lines.get(key, block.line)
            if not isinstance(value, str) or not value:
                continue
            product = ""
            if kind.startswith(("aws_db_", "aws_elasticache_")) and key == "engine_version":
                product = _ENGINES.get(str(block.values.get("engine")), "")
            elif kind == "google_sql_database_instance" and (said := _CLOUD_SQL.match(value)):
                value = said[2].replace("_", ".")
                product = "postgresql" if said[1] == "POSTGRES" else "mysql"
            elif kind in ("aws_eks_cluster", "google_container_cluster"):
                product = "kubernetes"
            elif kind.startswith(("azurerm_postgresql_", "azurerm_mysql_")) and key == "version":
                product = kind.split("_")[1]
            if product:
                yield _Stated(product, value, f"{key} of {kind}", line)


_READERS: tuple[tuple[re.Pattern[str], Callable[[bytes], Iterator[_Stated]]], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (r"(?:^|/)\.python-version$", _plain("python", ".python-version")),
        (r"(?:^|/)runtime\.txt$", _plain("python", "runtime.txt")),
        (r"(?:^|/)\.(?:nvmrc|node-version)$", _plain("node", "the file for nvm")),
        (r"(?:^|/)\.ruby-version$", _plain("ruby", ".ruby-version")),
        (r"(?:^|/)\.java-version$", _plain("java", ".java-version")),
        (r"(?:^|/)\.php-version$", _plain("php", ".php-version")),
        (r"(?:^|/)\.tool-versions$", _tool_versions),
        (r"(?:^|/)\.sdkmanrc$", _sdkman),
        (r"(?:^|/)package\.json$", _package_json),
        (r"(?:^|/)go\.mod$", _go_mod),
        (r"(?:^|/)pom\.xml$", _pom),
        (r"(?:^|/)build\.gradle(?:\.kts)?$", _gradle),
        (r"(?:^|/)global\.json$", _global_json),
        (r"\.(?:cs|fs|vb)proj$|(?:^|/)directory\.build\.props$", _project),
        (r"(?:^|/)gemfile$", _gemfile),
        (r"(?:^|/)composer\.json$", _composer),
        (r"(?:^|/)pyproject\.toml$", _pyproject),
        (r"(?:^|/)setup\.(?:py|cfg)$", _setup),
        (r"\.(?:tf|tofu)$", _terraform),
        (r"(?:^|/)(?:serverless|app|template|samconfig)\.ya?ml$", _functions),
    )
)  # fmt: skip


@collector(makes=(RuntimeVersion,), version=2)
def runtimes(repo: Repository) -> Gathered:
    """The versions that files state; images and packages state theirs in the inventory."""
    wanted: list[tuple[Entry, Callable[[bytes], Iterator[_Stated]]]] = []
    for entry in repo.regular_files():
        lower = entry.path.lower()
        reader = next((read for pattern, read in _READERS if pattern.search(lower)), None)
        if reader is None or FOREIGN.search(lower) or DOCUMENTS.search(lower):
            continue
        if 0 <= entry.size <= MAX_FILE:
            wanted.append((entry, reader))
        else:
            yield Issue("file too large to be searched for versions", entry.path)
    contents = repo.blobs(entry.blob for entry, _ in wanted)
    for (entry, reader), (_, content) in zip(wanted, contents, strict=True):
        if content is None:
            yield Issue(MISSING, entry.path, transient=True)
            continue
        rows: list[_Stated] = []
        try:
            with one_file(content):
                rows.extend(reader(decoded(content).encode()))
        except ValueError as error:
            yield Issue("file could not be searched for versions", entry.path, str(error)[:200])
        use = use_of(entry.path)
        for product, version, sign, line, meaning in dict.fromkeys(rows):
            shown = masked(version.strip())[:_LONGEST]
            yield RuntimeVersion(product, shown, meaning, sign, use, entry.path, line)
