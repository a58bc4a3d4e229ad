"""The sample report with the house's look, the adviser's comments and the client's responses."""

from __future__ import annotations

from dataclasses import replace

from sample_report import sample_report

from techdd.model import Brand, Comment, Report, Response, Series

LOGO = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAC"
    "hwGA60e6kgAAAABJRU5ErkJggg=="
)
PACKAGES = Series(
    "packages",
    "Dependencies, one by one",
    ("repository", "package", "version"),
    tuple(("ledger-web", f"package-{number}", "1.0.0") for number in range(40)),
    full=True,
)


def spoken_report() -> Report:
    """Comments in three kinds of places, two responses, one of which nobody has replied to."""
    report = sample_report()
    first, last = report.findings[0], report.findings[-1]
    chapters = tuple(
        replace(one, series=(*one.series, PACKAGES)) if one.domain == "dependencies" else one
        for one in report.chapters
    )
    return replace(
        report,
        chapters=chapters,
        brand=Brand(LOGO, "#5a1e4b", "#0a6b5a", "Licensed adviser no. 12345"),
        comments=(
            Comment("summary", "Both **matters** can be met:\n\n- retain *Engineer 1*\n- rotate"),
            Comment("team", "The founders were candid about this."),
            Comment("scope", "Nobody could show the <b>deployment</b>."),
            Comment(first.id, "Seen in the [vault](https://vault.example/x)."),
        ),
        responses=(
            Response(
                first.id, "agreed", "It was rotated.", "CTO", "2026-11-24", "Seen.", "2026-11-25"
            ),
            Response(last.id, "disputed", "=1+1\nNot so.", "CTO", "2026-11-24", earlier=True),
        ),
    )  # fmt: skip
