"""A made-up, rich Report to design and test formats against: eight domains, two of them grey."""

from __future__ import annotations

from dataclasses import replace

from techdd.model import (
    Chapter,
    Check,
    Difference,
    Finding,
    Grade,
    Horizon,
    Issue,
    ItemScore,
    Location,
    Metric,
    Move,
    Outcome,
    Rating,
    Report,
    RepositoryScope,
    Run,
    Score,
    Series,
    Severity,
    Status,
    Step,
    Verdict,
    fingerprint,
)

API, WEB, BILLING = "ledger-api", "ledger-web", "billing-legacy"
COMMIT = "4f1c9a7be2d05533c81fd1a6a9e07b2c64d1f8aa"

CRITICAL, HIGH, MEDIUM, LOW, INFO = (
    Severity.CRITICAL,
    Severity.HIGH,
    Severity.MEDIUM,
    Severity.LOW,
    Severity.INFO,
)


def a_finding(
    domain: str = "security",
    severity: Severity = HIGH,
    title: str = "Credentials are stored in the repository",
    repo: str = API,
    *,
    path: str = "app/settings.py",
    observation: str = "2 live-looking credentials were found in 1 file of the audited commit.",
    why: str = "Anyone with read access to the code can reach production data.",
    remedy: str = "Revoke both keys today, move secrets to a vault, and scan every change.",
    effort: tuple[float, float] = (2.0, 5.0),
    horizon: Horizon = Horizon.DAYS_30,
    treatment: str = "",
    tags: tuple[str, ...] = (),
    deal_breaker: bool = False,
    references: tuple[str, ...] = (),
) -> Finding:
    """A finding with believable texts; the id follows from domain, title and repository."""
    return Finding(
        id=fingerprint(domain, title, repo),
        rule=title.lower().replace(" ", "-")[:40],
        title=title,
        severity=severity,
        domain=domain,
        repo=repo,
        locations=(Location(path, 42, COMMIT),) if path else (),
        observation=observation,
        why=why,
        remedy=remedy,
        effort=effort,
        horizon=horizon,
        treatment=treatment,
        tags=tags,
        references=references,
        source="techdd 0.1.0",
        threshold="any",
        deal_breaker=deal_breaker,
    )


FINDINGS = (
    a_finding(
        severity=CRITICAL,
        title="A production database password is readable in the repository",
        observation="1 database URL with a password stands in the audited commit; the same value "
        "was first committed 31 months ago and has not changed since.",
        why="Whoever holds or held a copy of the code, contractors included, can read and alter "
        "customer ledgers. Disclosure duties may already have been triggered.",
        remedy="Rotate the credential before signing, review the database's access log for the "
        "31 months, and move secrets to a managed vault.",
        horizon=Horizon.BEFORE_SIGNING,
        treatment="condition precedent",
        tags=("continuity", "cash"),
        deal_breaker=True,
        references=(
            "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
        ),
    ),
    a_finding(
        "team",
        CRITICAL,
        "Two people hold four fifths of the ledger core, and one has left",
        path="",
        observation="2 of 14 contributors are the main authors of 81 % of source files. One of "
        "them, Engineer 2, has made no commit in the last 196 days.",
        why="The investment case assumes a rewrite of settlement within a year. Today one person "
        "can explain that code; losing them stops both the rewrite and its support.",
        remedy="Retention agreement for Engineer 1, paired ownership of the four core modules, and "
        "a paid hand-over with Engineer 2 while good will lasts.",
        effort=(25, 45),
        horizon=Horizon.BEFORE_SIGNING,
        treatment="condition precedent",
        tags=("continuity", "clock"),
        deal_breaker=True,
    ),
    a_finding(
        severity=HIGH,
        title="Old credentials remain in the history",
        observation="7 credentials were deleted from the tree but remain in the history.",
        path="deploy/prod.env",
        remedy="Confirm that each was revoked; rewrite the history before sharing the code.",
    ),
    a_finding(
        severity=HIGH,
        title="SQL is built from request parameters in the export service",
        repo=BILLING,
        path="src/export/report.php",
        observation="5 places join request parameters into SQL; 2 can be reached without login.",
        why="A single crafted link can read every customer's invoices.",
        remedy="Bind parameters in the 5 places and add an automated check to the pipeline.",
        effort=(3, 6),
        tags=("continuity",),
        references=("https://cwe.mitre.org/data/definitions/89.html",),
    ),
    a_finding(severity=MEDIUM, title="Checks were silenced without a reason", path="app/auth.py"),
    a_finding(severity=LOW, title="Temporary files are created with predictable names", repo=WEB),
    a_finding(
        "dependencies",
        HIGH,
        "3 critical vulnerabilities stand in packages that are shipped",
        WEB,
        path="package-lock.json",
        observation="Of 1,148 locked packages, 3 have critical and 11 have high known "
        "vulnerabilities in the versions that are shipped.",
        why="Exploits for two of them are public; customers' own scanners will find them.",
        remedy="Update the 3 packages; two are drop-in, the third needs a test of uploads.",
        effort=(4, 8),
    ),
    a_finding(
        "dependencies",
        HIGH,
        "A package under AGPL-3.0 is linked into the commercial product",
        API,
        path="poetry.lock",
        observation="1 package in runtime scope is licensed AGPL-3.0-only.",
        why="If the network clause applies, the product's source must be offered to its users.",
        remedy="Replace the package or obtain a commercial licence; ask counsel first.",
        treatment="specific indemnity",
        horizon=Horizon.BEFORE_SIGNING,
        tags=("cash",),
    ),
    a_finding("dependencies", MEDIUM, "Dependencies of the legacy service are not locked", BILLING),
    a_finding("dependencies", LOW, "Licences of 4 % of packages are unknown", WEB),
    a_finding(
        "code_health",
        HIGH,
        "The settlement module concentrates complexity and change",
        API,
        path="app/settlement/engine.py",
        observation="38 % of changes in 12 months touched the 5 % most complex files; "
        "settle_batch() alone has a complexity of 71.",
        why="Changes to the product's heart are slow and risky; estimates for it will slip.",
        remedy="Characterisation tests, then split by settlement type; 4 steps, each releasable.",
        effort=(30, 55),
        horizon=Horizon.YEAR,
        tags=("clock",),
    ),
    a_finding("code_health", MEDIUM, "Tests cover little of the billing service", BILLING, path=""),
    a_finding("code_health", MEDIUM, "Long functions hold 22 % of the code", WEB, path=""),
    a_finding("code_health", LOW, "Debt markers are frequent", API, path=""),
    a_finding("sdlc", HIGH, "37 % of changes carry no mark of a review", API, path=""),
    a_finding("sdlc", MEDIUM, "The pipeline runs no tests for the legacy service", BILLING),
    a_finding("sdlc", MEDIUM, "Build steps are not pinned to a version", WEB),
    a_finding("sdlc", LOW, "Releases are irregular", API, path=""),
    a_finding("team", HIGH, "23 % of files have no active author", BILLING, path=""),
    a_finding("team", MEDIUM, "A third of commits come from private addresses", API, path=""),
    a_finding("continuity", HIGH, "No restore procedure was found", API, path=""),
    a_finding("continuity", MEDIUM, "All replicas run in one zone", API, path="infra/main.tf"),
    a_finding("architecture", MEDIUM, "Two services share one database schema", BILLING),
    a_finding("architecture", LOW, "No decisions are recorded", WEB, path=""),
    a_finding(
        "architecture", INFO, "Interfaces are described in OpenAPI", API, path="openapi.yaml"
    ),
)

_OPEN = "8 of 12 applicable items assessed."
_SCORES = {
    "architecture": Score(64, 0.72, "medium", Rating.AMBER, 52, 76, rationale=(_OPEN,)),
    "code_health": Score(
        72, 0.91, "high", Rating.AMBER, 69, 74,
        rationale=(_OPEN, "1 open finding(s) of severity high: at best amber."),
    ),
    "security": Score(
        25, 0.83, "high", Rating.RED, 25, 25,
        rationale=(
            _OPEN,
            "Capped at 25 by critical item SEC-02.",
            "1 open finding(s) of severity critical: at best red.",
        ),
    ),
    "dependencies": Score(83, 0.95, "high", Rating.GREEN, 81, 86, rationale=(_OPEN,)),
    "sdlc": Score(61, 0.78, "medium", Rating.AMBER, 50, 69, rationale=(_OPEN,)),
    "team": Score(
        38, 0.69, "medium", Rating.RED, 27, 55,
        rationale=(_OPEN, "1 open finding(s) of severity critical: at best red."),
    ),
    "continuity": Score(
        42, 0.21, "low", Rating.GREY, 8, 87,
        rationale=("Less than 40% of the weight is assessed: no traffic light.",),
    ),
    "compliance": Score(None, 0.0, "none", Rating.GREY, rationale=("No item was assessed.",)),
}  # fmt: skip
_TITLES = {
    "architecture": "Architecture and scalability",
    "code_health": "Code health",
    "security": "Security",
    "dependencies": "Dependencies and licences",
    "sdlc": "Development process",
    "team": "Team and key people",
    "continuity": "Continuity and recovery",
    "compliance": "Compliance and data protection",
}
_ASKS = (
    "How are secrets kept out of the code and rotated?",
    "Who reviews a change before it reaches customers, and how is that recorded?",
    "How long would it take to restore service after the loss of the primary region?",
    "Which parts of the system could only one person change safely?",
    "How are third-party packages chosen, updated and removed?",
    "What happens when a component's load grows tenfold?",
    "Which automated checks must pass before a release?",
)


def an_item(domain: str, number: int) -> ItemScore:
    """A checklist item; every third is unanswered, every fifth contradicted."""
    prefix = {"code_health": "COD", "sdlc": "DEV", "security": "SEC"}.get(
        domain, domain[:3].upper()
    )
    ask = _ASKS[(number + len(domain)) % len(_ASKS)]
    if _SCORES[domain].rating is Rating.GREY or number % 3 == 2:
        return ItemScore(
            f"{prefix}-{number:02}", ask, "minor", 1.0, None, None, None, Grade.NONE,
            Outcome.NOT_TESTABLE, True, "not asked, and no repository speaks to it",
        )  # fmt: skip
    if number % 5 == 0:
        return ItemScore(
            f"{prefix}-{number:02}", ask, "critical", 3.0, 1.0, 3, 1, Grade.MEASURED,
            Outcome.CONTRADICTED, True,
            "37 % of 412 changes in 12 months carry no mark of a review",
            evidence=("review.unreviewed_share = 37 % (412 commits in 12 months)",),
            capped="measured level 1 replaces stated level 3",
            note="“Every change is reviewed by a second engineer before it is merged.”",
            by="Head of engineering", metrics=("review.unreviewed_share",),
        )  # fmt: skip
    grade = (Grade.STATED, Grade.SHOWN, Grade.SAMPLED, Grade.MEASURED)[number % 4]
    outcome = Outcome.SUPPORTED if number % 2 else Outcome.NO_EVIDENCE
    return ItemScore(
        f"{prefix}-{number:02}", ask, "major", 2.0, (2.0, 2.5, 3.0, 4.0)[number % 4], 3, None,
        grade, outcome, True, "stated at level 3 in the interview of 12 November",
        capped="a statement alone earns at most level 2" if grade is Grade.STATED else "",
        by="Head of engineering", note="Described the vault and its rotation job.",
    )  # fmt: skip


_MONTHS = tuple(f"{2025 + month // 12}-{month % 12 + 1:02}" for month in range(22))
_CHARTS: dict[str, tuple[Series, ...]] = {
    "code_health": (
        Series(
            "complexity.profile",
            "Function complexity: four fifths of the code is simple, the rest is concentrated",
            ("repository", "simple (1–5)", "moderate (6–10)", "high (11–25)", "very high (> 25)"),
            (
                (API, 0.58, 0.19, 0.14, 0.09),
                (WEB, 0.71, 0.18, 0.09, 0.02),
                (BILLING, 0.44, 0.21, 0.19, 0.16),
            ),
            "stacked",
            "Share of code lines by McCabe complexity of the function they stand in.",
        ),
        Series(
            "hotspots.files",
            "Five files draw most of the change to complex code",
            ("file", "changes in 12 months"),
            (
                ("app/settlement/engine.py", 148),
                ("app/settlement/batches.py", 97),
                ("app/models/ledger_entry.py", 81),
                ("app/api/v2/transfers.py", 64),
                ("app/jobs/reconcile.py", 41),
            ),
            "bar",
            "Changes to the 5 % most complex files, 12 months to 23 November 2026.",
            API,
        ),
    ),
    "team": (
        Series(
            "truck_factor.curve",
            "Losing two people leaves 81 % of files without a main author",
            ("after the leaving of", "share of files with an author"),
            (
                ("nobody", 1.0), ("Engineer 1", 0.57), ("Engineer 2", 0.19), ("Engineer 3", 0.11),
                ("Engineer 4", 0.07), ("Engineer 5", 0.04),
            ),
            "curve",
            "Degree of authorship (Avelino et al. 2016); people in order of files held.",
        ),
        Series(
            "activity.commits",
            "Activity has fallen since the spring",
            ("month", "commits by people", "commits by bots"),
            tuple((m, 88 - 2 * i + (i * 37) % 23, (i * 7) % 12) for i, m in enumerate(_MONTHS)),
            "line",
            "Commits on the main branch by month of authorship.",
        ),
        Series(
            "ownership.people",
            "Who holds the code today",
            ("person", "files held", "share of files", "last commit", "active"),
            (
                ("Engineer 1", 412, 0.43, "2026-11-20", True),
                ("Engineer 2", 365, 0.38, "2026-05-11", False),
                ("Engineer 3", 77, 0.08, "2026-11-22", True),
                ("Engineer 4", 38, 0.04, "2026-11-18", True),
                ("Engineer 5", 31, 0.03, "2025-12-02", False),
            ),
            "",
            "Main author by degree of authorship; active = a commit in the last 90 days.",
        ),
    ),
    "dependencies": (
        Series(
            "vulnerabilities.by_repository",
            "Known vulnerabilities in shipped packages",
            ("repository", "low", "medium", "high", "critical"),
            ((API, 4, 9, 5, 0), (WEB, 12, 18, 11, 3), (BILLING, 0, 2, 1, 0)),
            "stacked",
            "Vulnerable package versions in runtime scope by worst severity; advisory data of "
            "20 November 2026.",
        ),
    ),
    "sdlc": (
        Series(
            "delivery.releases",
            "Releases a quarter",
            ("quarter", "releases"),
            (("2025 Q1", 7), ("2025 Q2", 9), ("2025 Q3", 4), ("2025 Q4", 6), ("2026 Q1", 3),
             ("2026 Q2", 1), ("2026 Q3", 2)),
            "area",
            "Version tags on the main branch.",
        ),
    ),
}  # fmt: skip
_METRICS: dict[str, tuple[Metric, ...]] = {
    "code_health": (
        Metric("size.code_lines", 48210, "lines", "", "3 repositories"),
        Metric("complexity.over_25", 0.074, "share", "", "40,112 lines in functions"),
        Metric("testing.ratio", 0.41, "ratio", "", "13,900 test lines"),
        Metric("hotspots.top_share", 0.38, "share", "", "1,204 changes in 12 months"),
        Metric("maintainability.low_share", None, "share", "", "", "no Python in 2 repositories"),
        Metric("testing.ratio", 0.62, "ratio", API, "9,100 test lines"),
        Metric("testing.ratio", 0.04, "ratio", BILLING, "310 test lines"),
    ),
    "security": (
        Metric("secrets.in_tree", 1, "", "", "1,904 files"),
        Metric("secrets.in_history", 7, "", "", "5,531 commits"),
        Metric("weaknesses.high", 5, "", "", "48,210 lines"),
    ),
    "dependencies": (
        Metric("vulnerabilities.critical", 3, "", "", "1,389 packages"),
        Metric("licences.unknown_share", 0.04, "share", "", "1,389 packages"),
        Metric("locking.locked_share", 0.67, "share", "", "3 manifests"),
    ),
    "sdlc": (
        Metric("review.unreviewed_share", 0.37, "share", "", "412 commits in 12 months"),
        Metric("releases.per_quarter", 4.6, "", "", "7 quarters"),
    ),
    "team": (
        Metric("truck_factor.people", 2, "people", "", "956 source files"),
        Metric("truck_factor.top_share", 0.43, "share", "", "956 source files"),
        Metric("departures.orphaned_share", 0.23, "share", "", "956 source files"),
        Metric("activity.active_people", 6, "people", "", "last 90 days"),
        Metric("activity.trend", 0.71, "ratio", "", "412 commits in 12 months"),
        Metric("affiliation.free_mail_share", 0.33, "share", "", "412 commits in 12 months"),
        Metric("truck_factor.people", 1, "people", BILLING, "118 source files"),
        Metric("truck_factor.people", 2, "people", API, "512 source files"),
        Metric("truck_factor.people", 3, "people", WEB, "326 source files"),
    ),
}


def _chapter(domain: str) -> Chapter:
    is_grey = _SCORES[domain].rating is Rating.GREY
    return Chapter(
        domain=domain,
        title=_TITLES[domain],
        intro="Whether the product can carry the plan, and what stands in the way.",
        score=_SCORES[domain],
        items=tuple(an_item(domain, number) for number in range(1, 13)),
        findings=tuple(f for f in FINDINGS if f.domain == domain),
        metrics=_METRICS.get(domain, ()),
        series=_CHARTS.get(domain, ()),
        strengths=()
        if is_grey
        else (
            "Interfaces are described in OpenAPI and checked in the pipeline.",
            "No cycle between modules in two of three repositories.",
        ),
        gaps=("No interview was held on this domain.",)
        if is_grey
        else ("4 of 12 questions were not answered.",),
    )


def _scope(name: str, commits: int, contributors: int, shallow: bool = False) -> RepositoryScope:
    return RepositoryScope(
        name=name,
        commit=fingerprint(name) * 3 + "beef",
        committed="2026-11-22",
        branch="main",
        commits=commits,
        contributors=contributors,
        files=commits // 5,
        lines_by_language=(
            ("Python", commits * 4, "functions by tree-sitter"),
            ("SQL", commits // 3, "lines only"),
            ("Elixir", commits // 9, "not measured"),
        ),
        left_out=(("generated", 31, 12800), ("vendored", 212, 48031), ("test data", 9, 310)),
        shallow=shallow,
        issues=(
            ("code", "syntax error", 3, "app/legacy/convert.py"),
            ("history", "shallow clone: older commits are not there", 1, ""),
        )
        if shallow
        else (("code", "file larger than 5 MB", 1, "static/bundle.js"),),
        unread=tuple(
            (f"services/{n:02}/package-lock.json", "cannot be parsed: npm: Expecting value: line 1")
            for n in range(14)
        )
        if shallow
        else (),
    )


_METHODOLOGY: dict[str, object] = {
    "power": 0.5,
    "caps": {"NONE": 0, "STATED": 2, "SHOWN": 3, "SAMPLED": 4, "MEASURED": 4},
    "importance": {"critical": 3.0, "major": 2.0, "minor": 1.0},
    "critical_caps": ((0, 25.0), (1, 50.0)),
    "contradiction": 2,
    "bounds": {"green": 70.0, "amber": 40.0},
    "severity_caps": {"critical": "red", "high": "amber"},
    "domain_coverage": 0.4,
    "confidence": (("high", 0.8, 3.0), ("medium", 0.6, 2.0), ("low", 0.0, 0.0)),
    "verdicts": (
        {"label": "No opinion", "rating": "grey", "says": "Too little could be assessed.",
         "coverage_below": 0.4},
        {"label": "Do not proceed as structured", "rating": "red", "deal_breakers_from": 3,
         "says": "Matters were found that would stop most investors."},
        {"label": "Proceed with conditions", "rating": "amber", "critical_from": 1,
         "says": "Material matters with a known remedy must be settled before closing."},
        {"label": "Proceed", "rating": "green", "says": "Nothing found that needs conditions."},
    ),
    "quick": 10,
    "horizons": {
        "critical": ["before signing", "before signing"],
        "high": ["first 30 days", "first 60 days"],
        "medium": ["first 60 days", "first 100 days"],
    },
    "day_rate": (900.0, 1400.0),
    "currency": "EUR",
}  # fmt: skip


def _roadmap(
    findings: tuple[Finding, ...],
) -> tuple[tuple[str, tuple[str, ...], float, float], ...]:
    rows = []
    for horizon in Horizon:
        due = [finding for finding in findings if finding.horizon is horizon]
        low, high = (sum(finding.effort[i] for finding in due) for i in (0, 1))
        rows.append((horizon.value, tuple(finding.id for finding in due), low, high))
    return tuple(rows)


def sample_report() -> Report:
    """A full report on an invented client, as an investor would get it."""
    repos = ((API, 5531, 14), (WEB, 2870, 9), (BILLING, 640, 4))
    collectors = ("code", "dependencies", "history", "infrastructure", "secrets", "staticscan")
    return Report(
        client="Northwind Ledger",
        title="Technical due diligence: Northwind Ledger",
        date="2026-11-23",
        audience="investor",
        adviser="Harbour & Finch Technical Advisers",
        tool="techdd 0.1.0",
        verdict=Verdict(
            label="Proceed with conditions",
            rating=Rating.AMBER,
            rationale=(
                "Material matters with a known remedy must be settled before closing.",
                "68% of the assessment's weight was assessed.",
                "Open findings: 2 critical, 9 high; 2 red flag(s) that can stop a deal; "
                "2 domain(s) red.",
                "Not assessed: Continuity and recovery, Compliance and data protection.",
            ),
            rule="Proceed with conditions: 1 or more critical findings",
            coverage=0.68,
            confidence="medium",
            score=52.0,
            low=41.0,
            high=70.0,
            told=61.0,
            told_coverage=0.4,
        ),
        summary=(
            "The product is built on sound foundations and its interfaces are well described. "
            "Two matters stand between today and the plan: a production credential that anyone "
            "with the code can read, and a settlement core that two people hold, one of whom has "
            "left.",
            "Both can be settled before signing. Continuity and compliance were not assessed: no "
            "interview was held on them and the repositories do not speak to them.",
        ),
        chapters=tuple(_chapter(domain) for domain in _TITLES),
        findings=tuple(sorted(FINDINGS, key=lambda f: (-f.severity.rank, f.id))),
        checks=tuple(
            Check(
                f"rule-{number // 3:02}",
                f"Check number {number // 3} of what can go wrong",
                list(_TITLES)[number // 3 % 8],
                (API, WEB, BILLING)[number % 3],
                f"{number} %",
                "> 20 %",
                ("did not fire", "fired", "did not fire", "not assessable")[number % 4],
            )
            for number in range(1, 61)
        ),
        strengths=(
            "Interfaces are described in OpenAPI and checked in the pipeline.",
            "72 % of functions are short and simple, with little duplication.",
            "Dependencies of two of three repositories are locked and updated by a bot.",
        ),
        scope=(
            _scope(*repos[0]),
            _scope(*repos[1]),
            _scope(*repos[2], shallow=True),
        ),
        runs=tuple(
            Run(
                collector,
                repo,
                Status.PARTIAL if repo == BILLING and collector == "history" else Status.OK,
                fingerprint(collector, repo),
                {"files": 1904, "functions": 9120},
                (Issue("shallow clone", "", "older commits are not there"),)
                if repo == BILLING and collector == "history"
                else (),
            )
            for collector in collectors
            for repo, *_ in repos
        ),
        limits=(
            "No interview was held on continuity and compliance.",
            "The history of billing-legacy is shallow: 640 commits could be read.",
            "Vulnerabilities are judged by advisory data of 20 November 2026; newer ones are "
            "not known to this report.",
        ),
        roadmap=_roadmap(FINDINGS),
        day_rate=(900.0, 1400.0),
        currency="EUR",
        rate_given=True,
        methodology=_METHODOLOGY,
        differences=(
            Difference(
                "TEA-01", "TEA-01", "team", "Without which people would the next release slip?",
                "", "", "", "Management names five who know the core; the history shows two.",
            ),
        ),
        clarifying=2,
        moves=(
            Move(
                "SEC-01", "security", "Have production secrets ever been in a repository?", 0.0,
                21.8, 52.0, "Proceed with conditions",
                (Step(1.0, 28.0, 52.9, "Proceed with conditions"),
                 Step(3.0, 33.1, 53.6, "Proceed")),
                "Now at level 0; at level 1 Security goes from 21.8 to 28.0 and the whole goes "
                "from 52.0 to 52.9; at level 3 Security goes from 21.8 to 33.1 and the whole goes "
                'from 52.0 to 53.6, and the verdict becomes "Proceed".',
            ),
        ),
        versions=(
            ("techdd", "0.1.0"), ("git", "2.39.5"), ("bandit", "1.9.4"), ("kingfisher", "2.14.0"),
            ("advisory data", "2026-11-20"), ("checklist security", "1.0"),
        ),
    )  # fmt: skip


def hostile_report(foreign: str = "漢字かな交じり文の題名と한국어 제목") -> Report:
    """The sample with texts that try to break out, break the layout or break an encoder."""
    nasty = (
        '<script>alert(1)</script><img src="http://127.0.0.1:9/x.png">{{ 7*7 }}{% raw %}',
        "\u202egnp.exe\u202c \x1b[31mred\x1b[0m \x00 \udce9 \u200bhidden",
        "x" * 2_000,
        foreign,
        "javascript:alert(1)",
    )
    report = sample_report()
    findings = tuple(
        replace(
            finding,
            title=nasty[i % 5],
            observation=nasty[(i + 1) % 5],
            repo=nasty[(i + 2) % 5],
            locations=(Location(nasty[i % 5], 1, COMMIT),),
            references=("javascript:alert(1)", "file:///etc/passwd", nasty[0]),
        )
        for i, finding in enumerate(report.findings)
    )
    series = tuple(
        Series(f"nasty.{kind}", nasty[0], (nasty[1], nasty[0]), tuple((n, 3) for n in nasty), kind)
        for kind in ("bar", "")
    )
    chapters = tuple(
        replace(
            chapter,
            findings=tuple(f for f in findings if f.domain == chapter.domain),
            series=series,
            strengths=nasty,
            items=tuple(replace(item, ask=nasty[i % 5]) for i, item in enumerate(chapter.items)),
        )
        for chapter in (report.chapters[2], report.chapters[5])
    )
    return replace(
        report,
        client=nasty[0],
        summary=nasty,
        findings=findings,
        chapters=chapters,
        strengths=nasty,
        limits=nasty,
        scope=tuple(replace(scope, branch=nasty[1], name=nasty[0]) for scope in report.scope),
        people=((nasty[0], nasty[1]),),
    )


def empty_report() -> Report:
    """Nothing assessed and nothing found: what an audit of nothing must still say honestly."""
    report = sample_report()
    grey = Score(None, 0.0, "none", Rating.GREY)
    return replace(
        report,
        verdict=Verdict(
            "No opinion",
            Rating.GREY,
            ("0 % of the scope could be assessed",),
            "coverage",
            0.0,
            "none",
        ),
        summary=(),
        chapters=tuple(
            replace(
                chapter,
                score=grey,
                items=(),
                findings=(),
                metrics=(),
                series=(),
                strengths=(),
                gaps=(),
            )
            for chapter in report.chapters
        ),
        findings=(),
        checks=(),
        strengths=(),
        scope=(),
        runs=(),
        limits=(),
        roadmap=(),
        methodology={},
        versions=(),
        differences=(),
        clarifying=0,
        moves=(),
    )


def longest_summary(domains: int) -> Report:
    """Many domains, every text of the executive summary as long as texts get: still one page."""
    report = empty_report()
    words = "Several long words that say what has been found in this product. " * 12
    findings = tuple(
        replace(a_finding(severity=CRITICAL, title=f"{n} {words}"), deal_breaker=True)
        for n in range(9)
    )
    chapters = tuple(
        replace(report.chapters[0], domain=f"domain_{n}", title=words, findings=findings[n : n + 1])
        for n in range(domains)
    )
    return replace(
        report,
        verdict=replace(report.verdict, label=words, rationale=(words,) * 6),
        summary=(words, words, words),
        chapters=chapters,
        findings=findings,
        strengths=(words,) * 6,
        limits=(words,) * 6,
        roadmap=_roadmap(findings),
    )


def huge_report() -> Report:
    """300 findings in one domain and 250 repositories: every table has to stop somewhere."""
    report = sample_report()
    findings = tuple(a_finding(title=f"Finding number {n}", repo=f"repo-{n}") for n in range(300))
    chapters = tuple(
        replace(chapter, findings=findings if chapter.domain == "security" else ())
        for chapter in report.chapters
    )
    scope = tuple(replace(report.scope[0], name=f"repo-{n}") for n in range(250))
    return replace(
        report, findings=findings, chapters=chapters, scope=scope, roadmap=_roadmap(findings)
    )
