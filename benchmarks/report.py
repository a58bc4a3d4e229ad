"""Measures how long a report takes: 500 findings and 15 charts, on one core.

    taskset -c 0 python benchmarks/report.py [FORMAT]

Seconds are of computing, so that what else the machine does counts little; the clock's stand
beside them. A report is drawn and composed before it is laid out and written.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "trust"))

from keys import certificate, key, p12
from sample_report import a_finding, sample_report

from techdd import charts
from techdd.folders import data
from techdd.formats import Format
from techdd.formats.pdf import FONTS
from techdd.model import Report, Severity
from techdd.pages import compose
from techdd.plugins import discover
from techdd.trust.signing import signer
from techdd.workspace import Templates

FINDINGS, CHARTS = 500, 15
_SPENT: dict[str, tuple[float, float]] = {}


def made() -> Report:
    """The sample with as many findings, over its domains, and as many charts."""
    sample = sample_report()
    domains = [chapter.domain for chapter in sample.chapters]
    severities = list(Severity)
    findings = (
        *sample.findings,
        *(
            a_finding(
                domains[n % len(domains)],
                severities[n % len(severities)],
                f"What was found as number {n} of many",
                path=f"app/part_{n % 40}/module_{n}.py",
            )
            for n in range(FINDINGS - len(sample.findings))
        ),
    )
    drawn = [one for chapter in sample.chapters for one in chapter.series if one.chart]
    more = [
        replace(
            drawn[n % len(drawn)], name=f"exhibit.{n}", title=f"{drawn[n % len(drawn)].title} ({n})"
        )
        for n in range(CHARTS - len(drawn))
    ]
    chapters = tuple(
        replace(
            chapter,
            findings=tuple(one for one in findings if one.domain == chapter.domain),
            series=(*chapter.series, *more[number :: len(sample.chapters)]),
        )
        for number, chapter in enumerate(sample.chapters)
    )
    roadmap = tuple(
        (horizon, tuple(one.id for one in findings if one.horizon == horizon), low, high)
        for horizon, _, low, high in sample.roadmap
    )
    return replace(sample, findings=findings, chapters=chapters, roadmap=roadmap)


def timed(part: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """`work`, whose seconds are added to `part`."""

    def measured(*arguments: Any, **named: Any) -> Any:
        computed, clock = time.process_time(), time.perf_counter()
        try:
            return work(*arguments, **named)
        finally:
            before = _SPENT.get(part, (0.0, 0.0))
            spent = time.process_time() - computed, time.perf_counter() - clock
            _SPENT[part] = before[0] + spent[0], before[1] + spent[1]

    return measured


def main(name: str = "pdf") -> None:
    """Prints a line a part."""
    report, templates = made(), Templates((data("report_templates"),))
    drawn = [one for chapter in report.chapters for one in chapter.series if one.chart]
    assert len(drawn) >= CHARTS, len(drawn)
    timed("charts", lambda: [charts.draw(one) for one in drawn])()
    timed("compose", compose)(report, templates, FONTS)
    if name.startswith("pdf"):
        timed("load WeasyPrint", __import__)("weasyprint")
        import weasyprint

        weasyprint.HTML.render = timed("layout", weasyprint.HTML.render)
        document = weasyprint.document.Document
        document.write_pdf = timed("write", document.write_pdf)
    written = timed("format", discover("techdd.formats", Format)[name].render)(report, templates)
    if name.startswith("pdf"):
        from pypdf import PdfReader

        with tempfile.TemporaryDirectory() as folder:
            own = key()
            kept = p12(Path(folder) / "key.p12", own, certificate(own), password="")
            timed("sign", lambda: signer(kept, str)(written))()
        print(f"{len(PdfReader(BytesIO(written)).pages)} pages, ", end="")
    print(f"{len(written):,} bytes, {len(report.findings)} findings, {len(drawn)} charts")
    for part, (computed, clock) in _SPENT.items():
        print(f"{part:16} {computed:6.1f} s of computing {clock:8.1f} s by the clock")


if __name__ == "__main__":
    main(*sys.argv[1:])
