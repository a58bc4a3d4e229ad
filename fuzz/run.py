"""Fuzzes one target or all: `python fuzz/run.py [TARGET]... [--minutes N] [--seed N]`.

With Atheris (pip install atheris) the inputs are led by coverage, without it they are real samples
mutated at random. An input that breaks its parser is written to fuzz/crashes/.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
import time
import traceback
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
SLOW = 10.0  # seconds that one small input may take
LONGEST = 20_000  # bytes


def main() -> int:
    """Fuzzes and tells; 1 where something broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--led", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.led:
        _led(given.targets[0], given.minutes)
    from targets import TARGETS  # not before: what is led by coverage is instrumented as it loads

    broken = 0
    for name in given.targets or TARGETS:
        if find_spec("atheris"):
            command = [sys.executable, __file__, name, "--led", f"--minutes={given.minutes}"]
            broken |= subprocess.run(command, check=False).returncode != 0
        else:
            broken |= _at_random(name, given.minutes, random.Random(given.seed))
    return int(broken)


def _led(name: str, minutes: float) -> None:
    """Hands the process over to libFuzzer, which ends it."""
    import atheris

    with atheris.instrument_imports(include=["techdd"]):
        import targets

        targets.TARGETS[name](b"0")  # loads the parsers, which are found at run time

    crashes = HERE / "crashes"
    crashes.mkdir(exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix="techdd-fuzz-"))
    for number, seed in enumerate(targets.seeds(name)):
        (corpus / f"{number:04}").write_bytes(seed)
    options = [f"-max_total_time={minutes * 60:.0f}", f"-timeout={SLOW:.0f}", "-rss_limit_mb=4096",
               f"-max_len={LONGEST}", f"-artifact_prefix={crashes}/{name}-", "-verbosity=1",
               "-print_final_stats=1"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], targets.TARGETS[name])
    atheris.Fuzz()


def _at_random(name: str, minutes: float, chance: random.Random) -> bool:
    """Whether the target broke, or took too long."""
    from targets import TARGETS, seeds

    run, known = TARGETS[name], seeds(name) or [b""]
    end = time.monotonic() + minutes * 60
    tried, kinds = 0, set[str]()
    while time.monotonic() < end:
        data = mutated(chance.choice(known), chance, known)
        started = time.process_time()
        try:
            run(data)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        else:
            kind = "takes too long" if time.process_time() - started > SLOW else ""
        if kind and kind not in kinds:
            kinds.add(kind)
            print(f"{name}: {kind}: {_kept(name, data)}", flush=True)
        tried += 1
    print(f"{name}: {tried:,} inputs, {len(kinds)} ways to break it", flush=True)
    return bool(kinds)


_PIECES = (b"", b'"', b"'", b"{", b"}", b"[", b"(", b"\n", b"\r", b"\0", b": ", b"null", b"\\",
           b"<", b">", b"&a ", b"*a", b"<<: ", b"-", b"@", b"#", b"\xff", b"\xe2\x80\xae",
           b"9" * 5_000, b"1e999", b"a." * 200, b"[" * 2_000, b"/*", b"{{", b"${")  # fmt: skip


def mutated(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """`data` with a few pieces cut out, doubled, or replaced by what parsers stumble over."""
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(data))
        end = min(len(data), start + chance.choice((0, 1, 2, 8, 100, 2_000)))
        other = chance.choice(others)
        at = chance.randint(0, len(other))
        piece = chance.choice(
            (
                chance.choice(_PIECES),
                data[start:end] * chance.randint(2, 20),
                other[at : at + chance.randint(1, 200)],
                chance.randbytes(chance.randint(1, 8)),
            )
        )
        data = data[:start] + piece + data[end:]
    return data[:LONGEST]


def _kept(name: str, data: bytes) -> Path:
    folder = HERE / "crashes"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    sys.exit(main())
