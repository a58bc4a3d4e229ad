"""Finds the component that an import statement means, from what stands in the repository alone."""

from __future__ import annotations

import posixpath
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from techdd.collectors.coupling.statements import Statements

_SCRIPT_ENDINGS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".vue", ".d.ts")
_INDEXES = ("/index.ts", "/index.tsx", "/index.js", "/index.jsx", "/index.mjs")
_ALIASES = ("@/", "~/", "src/")  # that bundlers are set up with for the folder of the sources
# Namespaces of .NET itself, in which extensions are written so that nobody has to name them.
_MAKERS = re.compile(r"(?:System|Microsoft)(?:\.|$)")
_RUBY_ROOTS = ("lib/", "app/models/", "app/controllers/", "app/services/", "app/")


class Places:
    """What each family of languages knows its parts by, with the components they are in.

    A name that stands for several components means the importer's own one, else none: better no
    arrow than a wrong one.
    """

    def __init__(
        self, component: Mapping[str, str], go: Mapping[str, str], packages: Mapping[str, str]
    ) -> None:
        """`component` of every file that could be imported; the folders of Go modules and of
        JavaScript packages by name.
        """
        self.component = component
        self.go, self.packages = go, packages
        self.folders: dict[str, str] = {}
        self.names: dict[str, set[str]] = defaultdict(set)
        for path, own in component.items():
            for folder in _folders(path, own):
                self.folders.setdefault(folder, own)
            for name in _known_as(path, component):
                self.names[name].add(own)

    def declare(self, path: str, family: str, found: Statements) -> None:
        """Notes the package that a file says it is in, and itself as a member of it."""
        if not found.package or (family == "csharp" and _MAKERS.match(found.package)):
            return
        own = self.component[path]
        self.names[f"{family}:{found.package}"].add(own)
        mark = "\\" if family == "php" else "."
        stem = posixpath.basename(path).split(".")[0]
        self.names[f"{family}:{found.package}{mark}{stem}"].add(own)

    def target(self, path: str, family: str, name: str) -> str:
        """The component that `name` means in the file at `path`; "" = outside, or not known."""
        finders = {
            "python": self._python,
            "script": self._script,
            "go": self._go,
            "ruby": self._ruby,
            "include": self._include,
        }
        finder = finders.get(family)
        if finder is not None:
            return finder(path, name)
        if name.startswith("./"):
            return self._file(path, name, ("",))
        mark = "\\" if family == "php" else "."
        return self._named(path, f"{family}:", name.removesuffix(".*"), mark)

    def _python(self, path: str, name: str) -> str:
        rest = name.lstrip(".")
        dots = len(name) - len(rest)
        if not dots:
            own = rest.partition(".")[0] not in sys.stdlib_module_names
            return self._named(path, "python:", name, ".") if own else ""
        folder = posixpath.dirname(path)
        for _ in range(dots - 1):
            folder = posixpath.dirname(folder)
        parts = rest.split(".") if rest else []
        for length in range(len(parts), -1, -1):
            place = posixpath.join(folder, *parts[:length])
            for candidate in (f"{place}.py", f"{place}.pyi", f"{place}/__init__.py"):
                if candidate in self.component:
                    return self.component[candidate]
        return ""

    def _script(self, path: str, name: str) -> str:
        if name.startswith("."):
            return self._file(path, name, (*_SCRIPT_ENDINGS, *_INDEXES))
        parts = name.split("/")
        for length in (1, 2):  # "package/file" and "@scope/package/file"
            folder = self.packages.get("/".join(parts[:length]))
            if folder and folder in self.folders:
                return self.folders[folder]
        bare = next((name.removeprefix(a) for a in _ALIASES if name.startswith(a)), name)
        root = path[: path.index("src/") + 4] if "src/" in path else "src/"
        for ending in (*_SCRIPT_ENDINGS[1:], *_INDEXES):
            if f"{root}{bare}{ending}" in self.component:
                return self.component[f"{root}{bare}{ending}"]
        return ""

    def _go(self, path: str, name: str) -> str:
        for module in sorted(self.go, key=len, reverse=True):
            if name == module or name.startswith(f"{module}/"):
                folder = posixpath.join(self.go[module], name[len(module) + 1 :]).rstrip("/")
                return self.folders.get(folder, "")
        return ""

    def _ruby(self, path: str, name: str) -> str:
        if name.startswith("./"):
            return self._file(path, name, ("", ".rb"))
        return self._one(path, self.names.get(f"ruby:{name.removesuffix('.rb')}"))

    def _include(self, path: str, name: str) -> str:
        beside = self._file(path, name, ("",))
        return beside or self._one(path, self.names.get(f"include:{name}"))

    def _file(self, path: str, name: str, endings: Iterable[str]) -> str:
        """The component of the file that a relative path names."""
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        found = (self.component.get(f"{place}{ending}") for ending in endings)
        return next((one for one in found if one is not None), "")

    def _named(self, path: str, prefix: str, name: str, mark: str) -> str:
        """The longest beginning of a dotted name that is known: the rest is a member of it."""
        while name:
            if known := self.names.get(f"{prefix}{name}"):
                return self._one(path, known)
            name = name.rpartition(mark)[0]
        return ""

    def _one(self, path: str, known: set[str] | None) -> str:
        if not known:
            return ""
        own = self.component[path]
        return own if own in known else next(iter(known)) if len(known) == 1 else ""


def _folders(path: str, component: str) -> Iterator[str]:
    """The folders around a file that lie within its component."""
    folder = posixpath.dirname(path)
    yield folder
    while (folder := posixpath.dirname(folder)) == component or folder.startswith(f"{component}/"):
        yield folder


def _known_as(path: str, component: Mapping[str, str]) -> Iterable[str]:
    """The names under which other files may import the file at `path`, with their families."""
    if path.endswith((".py", ".pyi")):
        module = path.rpartition(".")[0].removesuffix("/__init__")
        folder = posixpath.dirname(path)
        while folder and f"{folder}/__init__.py" in component:
            folder = posixpath.dirname(folder)
        for root in {folder, "", "src", "lib"}:
            if not root or module.startswith(f"{root}/"):
                yield f"python:{module.removeprefix(root).strip('/').replace('/', '.')}"
    elif path.endswith(".rb"):
        for root in _RUBY_ROOTS:
            _, found, name = f"/{path}".rpartition(f"/{root}")
            if found:
                yield f"ruby:{name.removesuffix('.rb')}"
    elif path.endswith((".h", ".hpp", ".hh", ".hxx", ".inc")):
        parts = path.split("/")
        for start in range(max(len(parts) - 3, 0), len(parts)):
            yield f"include:{'/'.join(parts[start:])}"
