"""Measures the metrics of code against lizard, and how long whole collections take.

    python benchmarks/code_health.py REPOSITORY... [--most 3000000]

For each language with both a grammar of ours and a reader of lizard's: the same files, held in
memory, one process each, interleaved, medians of three rounds of computing time (so what else the
machine does tells less); at most so many bytes of a language in a repository. lizard does less: no
nesting, no cognitive complexity, no comments. "At most" is the parser of the grammar, in C, with
one query over its tree that finds nothing: no measuring by this grammar can take less. Then `techdd
collect` as whole processes: `code` the first time and again, `duplication` and `trend` after it.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import lizard
from tree_sitter import Query, QueryCursor

from techdd.evidence import Evidence
from techdd.facts import File
from techdd.intake import open_repository
from techdd.languages import Unmeasurable, languages
from techdd.repository import Repository
from techdd.syntax.trees import engine

ROUNDS = 3
COLLECTED = (
    ("code", "code"),
    ("code again", "code"),
    ("duplication", "duplication"),
    ("trend", "trend"),
)


def seconds(work: Callable[[], None]) -> float:
    """How long `work` computes."""
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def by_language(
    repository: Repository, evidence: Path, most: int
) -> dict[str, list[tuple[str, bytes]]]:
    """Language -> (name, content) of the files that were measured with a grammar of ours."""
    files = Evidence(evidence).table(File, [repository.name])
    files = files[(files["measured"] == "tree-sitter") & files["role"].isin(["source", "test"])]
    chosen: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    paths = dict(
        zip(files["blob"], files[["path", "language"]].itertuples(index=False), strict=True)
    )
    sizes: dict[str, int] = defaultdict(int)
    for blob, content in repository.blobs(sorted(paths)):
        path, language = paths[blob]
        if content and sizes[language] < most:
            sizes[language] += len(content)
            chosen[language].append((path, content))
    return chosen


def ours(language: str, files: list[tuple[str, bytes]]) -> None:
    """Measures the files as `code` does."""
    reader = languages()[language]
    for _, content in files:
        try:
            reader.measure(content)
        except Unmeasurable:
            continue


def lizards(files: list[tuple[str, bytes]]) -> None:
    """Measures the files with lizard's own default."""
    for path, content in files:
        try:
            lizard.analyze_file.analyze_source_code(path, content.decode("utf-8", "replace"))
        except (RecursionError, IndexError):
            continue


def parser_alone(language: str, files: list[tuple[str, bytes]]) -> None:
    """What no measuring by this grammar can do without: the tree, and one look at all its nodes."""
    grammar = languages()[language].grammar
    assert grammar
    ours = engine(grammar)
    nothing = QueryCursor(Query(ours.language, "(ERROR) @broken"))
    for _, content in files:
        nothing.captures(ours.parser.parse(content).root_node)


def compared(files: dict[str, list[tuple[str, bytes]]]) -> None:
    """Prints a line a language."""
    print(
        "\n| language | files | lines | lizard, s | techdd, s | times as fast | at most |"
        "\n|---|---|---|---|---|---|---|"
    )
    for language, some in sorted(files.items()):
        if not lizard.get_reader_for(some[0][0]):
            continue
        ours(language, some[:1])  # loads the grammar
        rounds = [
            [
                seconds(lambda: lizards(some)),  # noqa: B023
                seconds(lambda: ours(language, some)),  # noqa: B023
                seconds(lambda: parser_alone(language, some)),  # noqa: B023
            ]
            for _ in range(ROUNDS)
        ]
        theirs, own, least = (statistics.median(column) for column in zip(*rounds, strict=True))
        lines = sum(content.count(b"\n") for _, content in some)
        shown = f"{theirs:.2f} | {own:.2f} | {theirs / own:.1f} | {theirs / least:.1f}"
        print(f"| {language} | {len(some):,} | {lines:,} | {shown} |")


def collected(folder: Path, name: str) -> float:
    """Seconds of one `techdd collect --only`."""
    command = ["techdd", "collect", str(folder), "--quiet", "--only", name]
    begun = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"failed: {' '.join(command)}\n{done.stderr}")
    return time.perf_counter() - begun


def main() -> None:
    """Measures each repository and prints two tables."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("repositories", type=Path, nargs="+")
    words.add_argument("--most", type=int, default=3_000_000, help="bytes of a language")
    given = words.parse_args()
    for repository in given.repositories:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            overlay = folder / ".cache" / "it" / "overlay.git"
            opened = open_repository("it", repository.resolve(), overlay)
            document = {
                "format_version": 1,
                "client": "Benchmark",
                "repositories": [
                    {"name": "it", "source": str(repository.resolve()), "revision": opened.head}
                ],
            }
            (folder / "engagement.yaml").write_text(json.dumps(document))
            took = [(what, collected(folder, only)) for what, only in COLLECTED]
            files = Evidence(folder / "evidence").table(File, ["it"])
            lines = int(files[files["measured"] != ""]["lines"].sum())
            print(f"\n{repository}: {lines:,} lines in languages whose functions are measured")
            print("\n| what | seconds |\n|---|---|")
            for what, one in took:
                print(f"| {what} | {one:.1f} |")
            compared(by_language(opened, folder / "evidence", given.most))


if __name__ == "__main__":
    main()
