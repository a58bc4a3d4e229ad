"""Programs, applications and apps that the manifests and sources of a language name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError
from posixpath import basename, dirname
from typing import Any

from techdd.collectors.stack.containers import manifest
from techdd.collectors.stack.started import Started, line_in, text_of
from techdd.lockfiles import decoded, json_object, table, tables, toml_table
from techdd.xmls import line_at, xml_root

_HOSTS = {"app": "Google App Engine", "fly": "Fly.io", "render": "Render", "vercel": "Vercel",
          "netlify": "Netlify"}  # fmt: skip
_PROCESS = re.compile(rb"^([A-Za-z0-9_-]{1,60}):[ \t]*(\S[^\n]{0,200})", re.MULTILINE)
_CRON = re.compile(rb"^[ \t]*((?:[\d*/,A-Za-z-]+[ \t]+){5}|@[a-z]+[ \t]+)(\S[^\n]{0,200})", re.M)
_CONSOLE = re.compile(rb"console_scripts[^\]]{0,200}?\[([^\]]{0,5000})\]")
_SCRIPT = re.compile(rb"[\"']\s*([\w.-]{1,80})\s*=\s*([\w.:]{1,200})")
_GO_PACKAGE = re.compile(rb"^package[ \t]+main\b", re.MULTILINE)
_GO_MAIN = re.compile(rb"^func[ \t]+main[ \t]*\(", re.MULTILINE)
_SPRING_MAIN = re.compile(rb"^@SpringBootApplication\b", re.MULTILINE)
_WEB_SDK = ("Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.BlazorWebAssembly")
_GRADLE_APPLICATION = re.compile(rb"^[ \t]*(?:id[ \t(]+)?[\"'`]?application[\"'`]?\)?[ \t]*$", re.M)
_ANDROID_APPLICATION = re.compile(rb"com\.android\.application[\"'](?!.*apply false)")
_APP_TYPE = re.compile(rb"productType = \"com\.apple\.product-type\.application[\w.-]*\"")
_PRODUCT = re.compile(rb"productName = \"?([\w .-]{1,80}?)\"?;")


def procfile(_: str, content: bytes) -> Iterator[Started]:
    """The kinds of processes that a platform starts."""
    for match in _PROCESS.finditer(content):
        name = match[1].decode()
        yield Started("process", name, line_in(content, match.start()), _said(match[2]))


def crontab(_: str, content: bytes) -> Iterator[Started]:
    """What the clock starts."""
    for match in _CRON.finditer(content):
        command, line = _said(match[2]), line_in(content, match.start())
        name = basename(command.split()[0])
        yield Started("scheduled job", name, line, f"cron {_said(match[1])}")


def package_json(path: str, content: bytes) -> Iterator[Started]:
    """Commands that a package installs, and the program that `start` starts."""
    said = json_object(content)
    own = text_of(said.get("name")) or basename(dirname(path)) or "package"
    bins = said.get("bin")
    named = bins if isinstance(bins, dict) else {own: bins} if text_of(bins) else {}
    for name, target in named.items():
        yield Started("command", str(name), _line(content, f'"{name}"'), text_of(target))
    if start := text_of(table(said.get("scripts")).get("start")):
        yield Started("application", own, _line(content, '"start"'), start)


def pyproject(_: str, content: bytes) -> Iterator[Started]:
    """The commands that a Python distribution installs."""
    said = toml_table(content)
    poetry = table(table(said.get("tool")).get("poetry"))
    for holder in (table(said.get("project")), poetry):
        for name, target in table(holder.get("scripts")).items():
            yield Started("command", name, _line(content, name), text_of(target))


def setuptools(path: str, content: bytes) -> Iterator[Started]:
    """The same in setup.cfg and, where it is written out, in setup.py."""
    if path.endswith(".py"):
        for block in _CONSOLE.finditer(content):
            for match in _SCRIPT.finditer(content, *block.span(1)):
                line = line_in(content, match.start(1))
                yield Started("command", match[1].decode(), line, match[2].decode())
        return
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(decoded(content))
    except ConfigError as error:
        raise ValueError(str(error).partition("\n")[0]) from None
    listed = parser.get("options.entry_points", "console_scripts", fallback="")
    for entry in listed.splitlines():
        name, _, target = (part.strip() for part in entry.partition("="))
        if name and target:
            yield Started("command", name, _line(content, name), target)


def python_web(path: str, content: bytes) -> Iterator[Started]:
    """How a Python web server finds the application."""
    name = basename(dirname(path)) or basename(path)
    if path.endswith("manage.py"):
        if b"execute_from_command_line" in content:
            yield Started("command", "manage.py", 1, "Django's administration")
    elif re.search(rb"^\s*application\b", content, re.MULTILINE):
        kind = "WSGI" if path.endswith("wsgi.py") else "ASGI"
        yield Started("application", name, 1, f"{kind} entry point")


def cargo(path: str, content: bytes) -> Iterator[Started]:
    """Programs that a manifest of Rust names; the one of `src/main.rs` stands there."""
    for target in tables(toml_table(content).get("bin")):
        if name := text_of(target.get("name")):
            yield Started("command", name, _line(content, name), text_of(target.get("path")))


def rust_main(path: str, _: bytes) -> Iterator[Started]:
    """The program of a Rust package."""
    folder = dirname(dirname(path))
    yield Started("command", basename(folder) or "main", 1, "Rust program")


def go_main(path: str, content: bytes) -> Iterator[Started]:
    """The program of a Go package `main`."""
    if path.endswith("_test.go") or not _GO_PACKAGE.search(content):
        return
    if match := _GO_MAIN.search(content):
        name = basename(dirname(path)) or "main"
        yield Started("command", name, line_in(content, match.start()), "Go package main")


def spring_main(path: str, content: bytes) -> Iterator[Started]:
    """The class with which a Spring Boot application starts."""
    if match := _SPRING_MAIN.search(content):
        name = basename(path).rpartition(".")[0]
        line = line_in(content, match.start())
        yield Started("application", name, line, "@SpringBootApplication")


def maven(_: str, content: bytes) -> Iterator[Started]:
    """A module that is built for an application server, or by Quarkus to be started alone."""
    root = xml_root(content)
    name = root.findtext("artifactId") or "module"
    for plugin in root.findall("build/plugins/plugin"):
        if (plugin.findtext("artifactId") or "").strip() == "quarkus-maven-plugin":
            yield Started("application", name.strip(), line_at(plugin), "quarkus-maven-plugin")
    packaging = root.find("packaging")
    if packaging is not None and packaging.text in ("war", "ear"):
        detail = f"packaging {packaging.text}"
        yield Started("application", name.strip(), line_at(packaging), detail)


def gradle(path: str, content: bytes) -> Iterator[Started]:
    """Applications of Gradle by the plugins that are applied; Android's apps too."""
    name = basename(dirname(path)) or "root project"
    for kind, pattern, detail in (
        ("application", _GRADLE_APPLICATION, "application plugin"),
        ("mobile app", _ANDROID_APPLICATION, "Android application plugin"),
    ):
        if match := pattern.search(content):
            yield Started(kind, name, line_in(content, match.start()), detail)


def dotnet(path: str, content: bytes) -> Iterator[Started]:
    """Projects of .NET that are web applications, workers or programs."""
    root = xml_root(content.removeprefix(b"\xef\xbb\xbf"))
    sdk = root.attrib.get("Sdk", "")
    name = basename(path).rpartition(".")[0]
    output = next((text.strip() for text in map(_text, root.iter("OutputType")) if text), "")
    if any(text.strip().lower() == "true" for text in map(_text, root.iter("UseMaui"))):
        yield Started("mobile app", name, line_at(root), ".NET MAUI")
    elif sdk in _WEB_SDK:
        yield Started("application", name, line_at(root), sdk)
    elif sdk == "Microsoft.NET.Sdk.Worker" or output.lower() in ("exe", "winexe"):
        yield Started("command", name, line_at(root), sdk if not output else f"OutputType {output}")


def composer(_: str, content: bytes) -> Iterator[Started]:
    """Commands that a PHP package installs."""
    bins = json_object(content).get("bin")
    for target in bins if isinstance(bins, list) else [bins]:
        if file := text_of(target):
            yield Started("command", basename(file), _line(content, '"bin"'), file)


def by_name(path: str, _: bytes) -> Iterator[Started]:
    """Files whose name is a framework's entry point."""
    name = basename(path)
    kind, detail = {
        "artisan": ("command", "Laravel's administration"),
        "config.ru": ("application", "Rack entry point"),
    }.get(name, ("application", "PHP front controller"))
    yield Started(kind, name, 1, detail)


def platform(path: str, content: bytes) -> Iterator[Started]:
    """What a hosting platform is told to run, by the name of its file."""
    name = basename(path).lower()
    if name.startswith("app.") and not re.search(rb"^(?:runtime|env):", content, re.MULTILINE):
        yield from manifest(path, content)  # anybody's "app"
        return
    host = _HOSTS.get(name.partition(".")[0], name)
    yield Started("platform deployment", basename(dirname(path)) or "root", 1, host)


def android(path: str, content: bytes) -> Iterator[Started]:
    """An app that stands among the programs of an Android device."""
    if b"android.intent.category.LAUNCHER" in content:
        root = xml_root(content)
        name = root.attrib.get("package") or path.partition("/")[0]
        yield Started("mobile app", name, line_at(root), "Android manifest")


def xcode(path: str, content: bytes) -> Iterator[Started]:
    """The applications that an Xcode project builds."""
    for match in _APP_TYPE.finditer(content):
        named = _PRODUCT.findall(content, max(match.start() - 600, 0), match.start())
        name = named[-1].decode() if named else basename(dirname(path)).partition(".")[0]
        yield Started("mobile app", name, line_in(content, match.start()), "Xcode target")


def _line(content: bytes, text: str) -> int:
    """The first line on which `text` stands; 1 where it is written in another way."""
    return line_in(content, max(content.find(text.encode()), 0))


def _said(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()


def _text(element: Any) -> str:
    return element.text or ""
