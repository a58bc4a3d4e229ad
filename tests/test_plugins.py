"""The contracts that every plug-in keeps; they grow by themselves with every new one."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from inspect import Parameter, getdoc, isgeneratorfunction, signature
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import techdd
from techdd import plugins
from techdd.checklists import Checklist
from techdd.collectors import Collector, Probe
from techdd.documents import load
from techdd.errors import TechddError
from techdd.facts import Identity, Person, schema
from techdd.folders import data
from techdd.formats import Format
from techdd.identity import Domain, Employment
from techdd.languages import Language
from techdd.licensing import Delivery, Term
from techdd.lockfiles import Lockfile
from techdd.plugins import discover
from techdd.policy import FindingRules
from techdd.portfolio import Membership
from techdd.remediation import Basis, Remediation
from techdd.sarif import HandedIn
from techdd.vex import Statement

COLLECTORS = discover("techdd.collectors", Collector)
PROBES = discover("techdd.collectors", Probe)
FORMATS = discover("techdd.formats", Format)
CHECKLISTS = [load(path, Checklist) for path in sorted(data("checklists").glob("*.yaml"))]
RULES = [
    rule
    for path in sorted((data("checklists") / "policy" / "findings").glob("*.yaml"))
    for rule in load(path, FindingRules).rules
]
DOMAINS = {one.id for one in CHECKLISTS}
SOURCE = Path(techdd.__file__).parent


# --- how they are found ---------------------------------------------------------------------------


class Toy(NamedTuple):
    name: str


def door(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **modules: str) -> None:
    """A package `toys` whose modules hold what is said."""
    package = tmp_path / "toys"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, text in modules.items():
        (package / f"{name}.py").write_text(f"from test_plugins import Toy\n{text}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins._modules.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "toys"]:
        monkeypatch.delitem(sys.modules, name)


def test_a_plugin_is_a_value_in_a_module_of_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    door(
        monkeypatch,
        tmp_path,
        b="B = Toy('two')\nX = 5",
        a="A = Toy('one')",
        c="from toys.a import A",
    )
    assert list(discover("toys", Toy).items()) == [("one", Toy("one")), ("two", Toy("two"))]
    assert discover("toys", ModuleType) == {}


def test_two_of_one_name_are_a_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    door(monkeypatch, tmp_path, a="A = Toy('one')", b="B = Toy('one')")
    with pytest.raises(TechddError, match=r"^toys: two plug-ins are named 'one'$"):
        discover("toys", Toy)


@pytest.mark.parametrize("kind", [Collector, Probe, Format, Language, Lockfile])
def test_all_kinds_are_found_by_their_names_in_order(kind: Any) -> None:
    package = {Probe: "collectors"}.get(kind, f"{kind.__name__.lower()}s")
    found = discover(f"techdd.{package}", kind)
    assert found
    assert [one.name for one in found.values()] == list(found) == sorted(found)


# --- collectors and probes ------------------------------------------------------------------------


@pytest.mark.parametrize("one", COLLECTORS.values(), ids=COLLECTORS)
def test_a_collector_is_documented_and_declares_what_it_takes(one: Collector) -> None:
    assert isgeneratorfunction(one.run)
    assert getdoc(one.run)
    assert one.makes
    parameters = list(signature(one.run).parameters.values())
    positional = [p for p in parameters if p.kind is not Parameter.KEYWORD_ONLY]
    assert len(positional) == 1 + len(one.needs)
    for fact in one.makes:
        assert getdoc(fact), f"{fact.__name__} has no docstring"
        assert "repo" not in schema(fact), "the runner adds the column"
    assert 0 < one.minutes <= 240


RESOLVED = {
    Person,
    Employment,
    Domain,
    Statement,
    Delivery,
    Term,
    HandedIn,
    Remediation,
    Basis,
    Membership,
}  # from identities and what people wrote, when read


def test_every_fact_is_made_by_exactly_one_collector() -> None:
    makers = Counter(fact for one in COLLECTORS.values() for fact in one.makes)
    assert {fact.__name__ for fact, count in makers.items() if count > 1} == set()
    for one in (*COLLECTORS.values(), *PROBES.values()):
        missing = set(one.needs) - set(makers) - RESOLVED
        assert not missing, f"{one.name} needs what nobody makes"
    assert Identity in makers


@pytest.mark.parametrize("one", PROBES.values(), ids=PROBES)
def test_a_probe_asks_one_question_of_one_domain(one: Probe) -> None:
    assert one.question.endswith("?")
    assert one.domain in DOMAINS
    assert one.needs
    assert isgeneratorfunction(one.run)
    assert len(signature(one.run).parameters) == 1 + len(one.needs) + len(one.helps)


# --- policy and probes speak of the same things ---------------------------------------------------


def patterns(tree: ast.AST) -> set[str]:
    """The strings below `tree` as patterns; {value} may be any word, or none."""
    found = set()
    for part in ast.walk(tree):
        if isinstance(part, ast.JoinedStr):
            literal = (getattr(one, "value", None) for one in part.values)
            words = (re.escape(w) if isinstance(w, str) else r"\w*" for w in literal)
            found.add("".join(words))
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found.add(re.escape(part.value))
    return found - {""}


def written(call: str) -> set[str]:
    """First arguments of `call(...)` in the collectors, as patterns."""
    found: set[str] = set()
    for path in SOURCE.glob("collectors/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == call and node.args:
                found |= patterns(node.args[0])
    return found


def test_every_metric_that_policy_names_belongs_to_a_probe() -> None:
    used = {rule.metric for rule in RULES if rule.metric}
    used |= {rule.metric for one in CHECKLISTS for item in one.items for rule in item.evidence}
    # Some are made by a helper that is handed the name, so every dotted name counts.
    spelled = [patterns(ast.parse(one.read_text())) for one in SOURCE.glob("collectors/**/*.py")]
    made = [re.compile(one) for one in set().union(*spelled) if r"\." in one]
    assert {name for name in used if not any(one.fullmatch(name) for one in made)} == set()


def test_every_observation_has_its_rule() -> None:
    observed = {rule.id for rule in RULES if rule.observed}
    made = {pattern.replace("\\-", "-") for pattern in written("Observation")}
    assert {name for name in made if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)} <= observed


def test_every_rule_and_probe_speaks_for_a_domain_that_is_there() -> None:
    # What people said is judged for the chapter of its question.
    assert {rule.domain for rule in RULES} <= DOMAINS | {"interview"}
    assert {probe.domain for probe in PROBES.values()} <= DOMAINS


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", FORMATS.values(), ids=FORMATS)
def test_a_format_is_documented_and_has_an_ending(one: Format) -> None:
    assert one.suffix == f".{'.'.join(reversed(one.name.split('-')))}"  # pdf-ua: .ua.pdf
    assert getdoc(one.render)
