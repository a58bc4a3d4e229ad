"""Pipelines, containers and infrastructure: good and bad answers, and what is left open."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from builders import A, opened
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd import hcl
from techdd.collectors.delivery_chain import (
    ChainFile,
    Check,
    containers,
    delivery_chain,
    infrastructure,
    pipelines,
    terraform,
)
from techdd.collectors.delivery_chain.actions import workflows
from techdd.collectors.delivery_chain.assess import RULES
from techdd.collectors.delivery_chain.checks import CHECKS, is_credential, shown, tag_of
from techdd.collectors.delivery_chain.images import dockerfile
from techdd.collectors.delivery_chain.kubernetes import Manifest, objects
from techdd.facts import frame
from techdd.model import Issue, Metric, Observation, Series
from techdd.text import PLACE_TOKEN, without_places

FILES = {
    ".github/workflows/ci.yml": """\
on: [push, pull_request]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567
      - run: pytest
  deploy:
    needs: test
    environment: production
    runs-on: ubuntu-latest
    steps:
      - run: kubectl apply -f k8s
""",
    ".github/workflows/greet.yml": """\
on:
  pull_request_target:
jobs:
  greet:
    runs-on: [self-hosted]
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: echo "${{ github.event.pull_request.title }}"
      - run: npm publish
""",
    ".gitlab-ci.yml": """\
test:
  script: [pytest]
release:
  script: [helm upgrade app ./chart]
  when: manual
""",
    "Jenkinsfile": "pipeline { stages { stage('x') { steps { sh 'kubectl apply -f x' } } } }\n",
    ".drone.yml": "kind: pipeline\nsteps: []\n",
    "Dockerfile": """\
FROM golang:1.23 AS build
RUN curl -sL https://get.example.com/install.sh | sh
FROM alpine
ENV API_KEY=kd83jdj29dk3
COPY --from=build /app /app
CMD ["/app"]
""",
    "web/Dockerfile": """\
FROM node:22-slim@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ENV API_KEY=$KEY
HEALTHCHECK CMD wget -q localhost
USER node
""",
    "compose.yaml": """\
services:
  db:
    image: postgres:16
    restart: always
    ports: ["5432:5432"]
    environment:
      POSTGRES_PASSWORD: hunter2hunter2
  cache:
    image: redis
    ports: ["127.0.0.1:6379:6379"]
    privileged: true
""",
    "k8s/api.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: example/api:1.2
          resources: {limits: {memory: 1Gi}}
          readinessProbe: {httpGet: {path: /, port: 80}}
          securityContext: {runAsNonRoot: true}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: api}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      containers:
        - name: worker
          image: example/worker
      volumes: [{name: x, hostPath: {path: /}}]
---
apiVersion: v1
kind: Secret
metadata: {name: s}
data: {token: aHVudGVyMg==}
""",
    "infra/main.tf": """\
terraform {
  backend "s3" {
    bucket = "state"
  }
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
    random = { source = "hashicorp/random" }
  }
}
resource "aws_s3_bucket" "open" {
  acl = "public-read"
}
resource "aws_s3_bucket" "kept" {
  bucket = "kept"
}
resource "aws_db_instance" "main" {
  storage_encrypted       = true
  backup_retention_period = 7
  multi_az                = var.multi_az
}
resource "aws_db_instance" "copy" {
  replicate_source_db = aws_db_instance.main.arn
}
resource "aws_security_group" "web" {
  ingress {
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
""",
    "infra/versions.tf": """\
resource "aws_s3_bucket_versioning" "kept" {
  bucket = aws_s3_bucket.kept.id
  versioning_configuration {
    status = "Enabled"
  }
}
""",
    "infra/terraform.tfstate": "{}\n",
    "infra/stack.yaml": 'AWSTemplateFormatVersion: "2010-09-09"\nResources: {}\n',
}


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return list(delivery_chain.run(opened(tmp_path_factory.mktemp("chain"), [A(FILES)])))


def answer(gathered: list[Any], check: str) -> dict[str, bool | None]:
    """Thing -> answer."""
    return {
        f"{one.path}:{one.line} {one.thing}": one.passed
        for one in gathered
        if isinstance(one, Check) and one.check == check
    }


def tables(gathered: list[Any]) -> list[Any]:
    return [
        frame(fact, [one for one in gathered if isinstance(one, fact)]).assign(repo="app")
        for fact in (Check, ChainFile)
    ]


def answers(gathered: list[Any]) -> list[Any]:
    found: list[Any] = []
    for one in (pipelines, containers, infrastructure):
        found += one.run(date(2025, 6, 1), *tables(gathered))
    return found


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("tests_run", [".github/workflows/ci.yml:1", ".gitlab-ci.yml:2"],
         [".github/workflows/greet.yml:1", "Jenkinsfile:None"]),
        ("tested_before_deploy", [".github/workflows/ci.yml:10"],
         [".github/workflows/greet.yml:4"]),
        ("deploy_gated", [".github/workflows/ci.yml:10", ".gitlab-ci.yml:4"],
         [".github/workflows/greet.yml:4", "Jenkinsfile:None"]),
        ("action_pinned", [".github/workflows/ci.yml:8"], [".github/workflows/greet.yml:7"]),
        ("token_limited", [".github/workflows/ci.yml:1"], [".github/workflows/greet.yml:1"]),
        ("no_untrusted_checkout", [], [".github/workflows/greet.yml:7"]),
        ("no_script_injection", [".github/workflows/ci.yml:1"],
         [".github/workflows/greet.yml:10"]),
        ("no_self_hosted_for_pulls", [".github/workflows/ci.yml:1"],
         [".github/workflows/greet.yml:1"]),
        ("image_not_root", ["web/Dockerfile:4"], ["Dockerfile:3"]),
        ("base_tagged", ["Dockerfile:1", "web/Dockerfile:1"], ["Dockerfile:3"]),
        ("base_digest", ["web/Dockerfile:1"], ["Dockerfile:1", "Dockerfile:3"]),
        ("no_piped_shell", ["web/Dockerfile:4"], ["Dockerfile:2"]),
        ("no_secret_in_image", ["web/Dockerfile:4"], ["Dockerfile:4"]),
        ("healthcheck", ["web/Dockerfile:3"], ["Dockerfile:3"]),
        ("service_tagged", ["compose.yaml:3"], ["compose.yaml:9"]),
        ("database_not_published", ["compose.yaml:8"], ["compose.yaml:2"]),
        ("service_not_privileged", ["compose.yaml:2"], ["compose.yaml:8"]),
        ("service_restarts", ["compose.yaml:2"], ["compose.yaml:8"]),
        ("service_without_secret", ["compose.yaml:8"], ["compose.yaml:7"]),
        ("several_replicas", ["k8s/api.yaml:5"], ["k8s/api.yaml:24"]),
        ("disruption_budget", ["k8s/api.yaml:2"], []),
        ("limits_set", ["k8s/api.yaml:10"], ["k8s/api.yaml:30"]),
        ("probes_set", ["k8s/api.yaml:10"], ["k8s/api.yaml:30"]),
        ("pod_image_tagged", ["k8s/api.yaml:11"], ["k8s/api.yaml:31"]),
        ("pod_not_privileged", ["k8s/api.yaml:2"], ["k8s/api.yaml:24"]),
        ("pod_not_root", ["k8s/api.yaml:2"], ["k8s/api.yaml:24"]),
        ("secret_not_in_clear", [], ["k8s/api.yaml:37"]),
        ("state_locked", [], ["infra/main.tf:2"]),
        ("provider_limited", ["infra/main.tf:6"], ["infra/main.tf:7"]),
        ("bucket_private", ["infra/main.tf:13"], ["infra/main.tf:11"]),
        ("bucket_versioned", ["infra/main.tf:13"], ["infra/main.tf:10"]),
        ("store_backed_up", ["infra/main.tf:18"], []),
        ("store_encrypted", ["infra/main.tf:17"], []),
        ("store_protected", [], ["infra/main.tf:16"]),
        ("ingress_limited", ["infra/main.tf:25"], ["infra/main.tf:30"]),
        ("state_not_committed", [], ["infra/terraform.tfstate:None"]),
    ],
)  # fmt: skip
def test_each_question_has_its_answer_and_its_line(
    gathered: list[Any], check: str, good: list[str], bad: list[str]
) -> None:
    found = answer(gathered, check)
    told = {passed: [place.split(" ")[0] for place in found if found[place] is passed]
            for passed in (True, False)}  # fmt: skip
    assert sorted(told[True]) == sorted(good)
    assert sorted(told[False]) == sorted(bad)


@pytest.mark.parametrize(
    ("stores", "days", "basis"),
    [
        ({"main": "14", "other": "7"}, 7, "2 of 2 databases say how long"),
        ({"main": "14", "other": "var.days"}, 14, "1 of 2 databases say how long"),
        ({"main": "var.days"}, None, ""),
        ({}, None, ""),
    ],
)
def test_how_long_backups_are_kept(
    tmp_path: Path, stores: dict[str, str], days: float | None, basis: str
) -> None:
    text = "".join(
        f'resource "aws_db_instance" "{name}" {{\n  backup_retention_period = {value}\n}}\n'
        for name, value in stores.items()
    )
    files = {"infra/main.tf": text, "infra/dev/main.tf": text.replace("14", "1")}
    gathered = list(delivery_chain.run(opened(tmp_path, [A(files)])))
    found = {one.name: one for one in answers(gathered) if isinstance(one, Metric) and not one.repo}
    metric = found["delivery_chain.backup_days"]
    assert (metric.value, metric.basis) == (days, basis)


def test_what_a_variable_decides_is_neither(gathered: list[Any]) -> None:
    assert answer(gathered, "store_multi_zone") == {"infra/main.tf:19 aws_db_instance.main": None}
    metrics = {one.name: one for one in answers(gathered) if isinstance(one, Metric) and one.repo}
    open_ = metrics["delivery_chain.store_multi_zone"]
    assert (open_.value, open_.note) == (None, "all 1 databases are set by variables")
    kept = metrics["delivery_chain.bucket_private"]
    assert (kept.value, kept.basis) == (0.5, "1 of 2 buckets")
    assert metrics["delivery_chain.balancer_limited"].note == "no load balancers were found"


def test_what_has_no_reader_is_seen_and_not_judged(gathered: list[Any]) -> None:
    (table,) = (
        one
        for one in answers(gathered)
        if isinstance(one, Series) and one.name == "chain_not_judged"
    )
    assert table.rows == (("app", "CloudFormation", 1), ("app", "Drone", 1))
    assert not [one for one in gathered if isinstance(one, Issue)]


def test_what_failed_is_one_observation_a_rule(gathered: list[Any]) -> None:
    observed = {one.rule: one for one in answers(gathered) if isinstance(one, Observation)}
    assert set(observed) == set(RULES) - {
        "unencrypted-store", "store-without-backup", "broad-cluster-rights",
    }  # fmt: skip
    strangers = observed["untrusted-code-in-pipeline"]
    assert strangers.values["severity"] == "high"
    assert [str(place) for place in strangers.locations] == [
        ".github/workflows/greet.yml:7", ".github/workflows/greet.yml:10",
    ]  # fmt: skip
    shown = str(observed["public-data-store"].values["examples"])
    assert PLACE_TOKEN.sub(r"\2", shown) == "aws_s3_bucket.open (acl public-read)"
    assert PLACE_TOKEN.sub(r"\1", shown) == "aws_s3_bucket (acl public-read)"  # for investors


def observed_in(tmp_path: Path, files: dict[str, str]) -> dict[str, Observation]:
    found = answers(list(delivery_chain.run(opened(tmp_path, [A(files)]))))
    return {one.key: one for one in found if isinstance(one, Observation)}


def test_what_is_set_and_what_is_left_out_are_told_apart(tmp_path: Path) -> None:
    text = """\
resource "aws_redshift_cluster" "set" {
  publicly_accessible = true
}
resource "aws_redshift_cluster" "silent" {
}
resource "aws_redshift_cluster" "good" {
  publicly_accessible = false
}
"""
    observed = observed_in(tmp_path, {"main.tf": text})
    opened_, left = observed["public-data-store"], observed["public-data-store:left out"]
    assert (opened_.values["count"], opened_.values["asked"]) == (1, 3)
    assert opened_.values["severity"] == "high"
    assert "aws_redshift_cluster.silent" not in str(opened_.values["examples"])
    assert (left.values["count"], left.values["asked"]) == (1, 3)
    assert left.values["severity"] == "medium"
    assert "leave the setting out" in str(left.values["things"])
    assert [str(place) for place in left.locations] == ["main.tf:4"]


def test_what_was_seen_alike_is_said_once(tmp_path: Path) -> None:
    flow = "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n"
    files = {f".github/workflows/{name}.yml": flow for name in ("a", "b")}
    observed = observed_in(tmp_path, files)
    token, pin = (
        str(observed[rule].values["examples"])
        for rule in ("broad-pipeline-token", "unpinned-ci-action")
    )
    why = "permissions are not stated for every job: the host's default counts"
    assert PLACE_TOKEN.sub(r"\2", token) == f"a.yml, b.yml ({why})"
    assert without_places(token) == f"GitHub Actions ({why})"
    assert PLACE_TOKEN.sub(r"\2", pin) == "actions/checkout@v4"
    assert without_places(pin) == "GitHub Actions"


def test_images_for_development_are_told_apart(tmp_path: Path) -> None:
    image = "FROM python:3.12\nCMD app\n"
    names = ("Dockerfile.dev", "compose/local/django/Dockerfile", "docker/dev.Dockerfile")
    files = dict.fromkeys((*names, "Dockerfile", "devices/Dockerfile"), image)
    observed = observed_in(tmp_path, files)
    own, aside = observed["root-container"], observed["root-container:development"]
    assert {place.path for place in own.locations} == {"Dockerfile", "devices/Dockerfile"}
    assert (own.values["asked"], own.values["severity"]) == (2, "low")
    assert {place.path for place in aside.locations} == set(names)
    assert (aside.values["severity"], aside.values["asked"]) == ("info", 3)


def test_references_are_kept_without_users_and_passwords(tmp_path: Path) -> None:
    word = "hunter" + "7Zq"
    files = {
        ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        f"    - uses: https://u:{word}@git.example.com/a/b@main\n",
        "Dockerfile": f"FROM https://u:{word}@reg.example.com/base:latest\n",
        "compose.yaml": f"services:\n  a:\n    image: u:{word}@reg.example.com/x:latest\n",
    }
    gathered = list(delivery_chain.run(opened(tmp_path, [A(files)])))
    assert word not in repr(gathered)
    things = {one.thing for one in gathered if isinstance(one, Check)}
    assert {"https://git.example.com/a/b@main", "https://reg.example.com/base:latest"} <= things
    assert "reg.example.com/x:latest" in {one.seen for one in gathered if isinstance(one, Check)}
    pinned = shown(Check("c", "k", "app:1@sha256:" + "0" * 64, "p", 1, True, ""))
    assert pinned.thing.startswith("app:1@sha256:")


@pytest.mark.parametrize(
    ("script", "safe"),
    [
        ("echo ${{ github.event.issue.title }}", False),
        ("git log ${{ github.head_ref || github.ref_name }}", False),
        ("./gradlew ${{ !startsWith(github.event.head_commit.message, 'Next') && 'build' }}", True),
        ("echo ${{ github.event.pull_request.number }} ${{ github.sha }}", True),
    ],
)
def test_only_text_that_gets_into_a_script_is_injected(script: str, *, safe: bool) -> None:
    document = {"on": "issues", "jobs": {"a": {"steps": [{"run": script}]}}}
    checks = {one.check: one.passed for one in workflows({".github/workflows/a.yml": document})}
    assert checks["no_script_injection"] is safe


def test_values_are_never_kept(gathered: list[Any]) -> None:
    text = repr(gathered) + repr(answers(gathered))
    for value in ("hunter2", "kd83jdj29dk3", "aHVudGVyMg"):
        assert value not in text


def test_a_file_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "a: [\n",
        "main.tf": 'resource "aws_ebs_volume" "x" {\n  encrypted = true\n}\n}}}\n',
    }
    gathered = list(delivery_chain.run(opened(tmp_path, [A(files)])))
    reasons = {one.path: one.reason for one in gathered if isinstance(one, Issue)}
    assert reasons == {
        "compose.yaml": "file could not be judged",
        "main.tf": "file read in part",
    }
    assert answer(gathered, "store_encrypted") == {"main.tf:2 aws_ebs_volume.x": True}


def test_charts_say_what_is_plain_and_the_rest_is_not_judged(tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "name: x\n",
        "chart/values.yaml": "replicaCount: 1\n",
        "chart/values-prod.yaml": "replicaCount: 1\nautoscaling: {enabled: true}\n",
        "chart/templates/web.yaml": "kind: Deployment\nspec: {{ x }}\n",
        "mail/templates/hello.yaml": "subject: hello\n",
        "live/terragrunt.hcl": "inputs = {}\n",
        "pnpm-lock.yaml": "a: 1\n" * 200_000,
    }
    gathered = list(delivery_chain.run(opened(tmp_path, [A(files)])))
    assert answer(gathered, "several_replicas") == {
        "chart/values-prod.yaml:1 values-prod.yaml": True,
        "chart/values.yaml:1 values.yaml": False,
    }
    seen = {one.path: (one.system, one.judged) for one in gathered if isinstance(one, ChainFile)}
    assert seen == {
        "chart/values.yaml": ("Helm values", True),
        "chart/values-prod.yaml": ("Helm values", True),
        "chart/templates/web.yaml": ("Helm templates", False),
        "live/terragrunt.hcl": ("Terragrunt", False),
    }
    assert not [one for one in gathered if isinstance(one, Issue)]


def test_own_actions_are_followed_to_see_whether_tests_run(tmp_path: Path) -> None:
    files = {
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n"
        "      - uses: ./.github/actions/build\n",
        ".github/actions/build/action.yml": "runs:\n  using: composite\n  steps:\n"
        "    - run: pytest\n      shell: bash\n",
    }
    gathered = list(delivery_chain.run(opened(tmp_path, [A(files)])))
    assert answer(gathered, "tests_run") == {".github/workflows/ci.yml:1 ci.yml": True}


@pytest.mark.parametrize(
    ("condition", "first", "passed"),
    [
        ("github.event.workflow_run.conclusion == 'success'", "Checks", True),
        ("github.event.workflow_run.conclusion == 'success'", "Greetings", False),
        ("always()", "Checks", False),
    ],
)
def test_a_deployment_may_follow_a_workflow_with_tests(
    tmp_path: Path, condition: str, first: str, *, passed: bool
) -> None:
    ci = "name: Checks\non: push\njobs:\n  test:\n    steps:\n      - run: pytest\n"
    deploy = (
        f"on:\n  workflow_run:\n    workflows: [{first}]\njobs:\n  ship:\n"
        f"    if: ${{{{ {condition} }}}}\n    steps:\n      - run: kubectl apply -f k8s\n"
    )
    files = {".github/workflows/ci.yml": ci, ".github/workflows/ship.yml": deploy}
    found = list(delivery_chain.run(opened(tmp_path, [A(files)])))
    checks = [one for one in found if isinstance(one, Check)]
    assert [one.passed for one in checks if one.check == "tested_before_deploy"] == [passed]


def test_images_that_are_set_on_the_way_are_left_open(tmp_path: Path) -> None:
    files = {
        "k8s/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n"
        "  template: {spec: {containers: [{name: web, image: web}]}}\n",
        "skaffold.yaml": "apiVersion: skaffold/v4beta6\nkind: Config\n"
        "build: {artifacts: [{image: web}]}\n",
    }
    gathered = list(delivery_chain.run(opened(tmp_path, [A(files)])))
    assert list(answer(gathered, "pod_image_tagged").values()) == [None]


def test_every_check_of_a_rule_is_known() -> None:
    assert {check for members in RULES.values() for check in members} <= set(CHECKS)


@pytest.mark.parametrize(
    ("image", "said"),
    [("a", "latest"), ("h:5000/a", "latest"), ("a:latest", "latest"), ("a:1", "tag"),
     ("a:1@sha256:0", "digest"), ("a:${V}", "computed")],
)  # fmt: skip
def test_tags(image: str, said: str) -> None:
    assert tag_of(image) == said


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [("DB_PASSWORD", "s3cr3tvalue", True), ("DB_PASSWORD", "${DB}", False),
     ("DB_PASSWORD", "changeme", False), ("DB_PASSWORD_FILE", "/run/secrets/x", False),
     ("TOKEN_URL", "https://x", False), ("KEYBOARD", "de", False), ("API_KEY", "", False)],
)  # fmt: skip
def test_credentials_by_name(name: str, value: str, *, held: bool) -> None:
    assert is_credential(name, value) is held


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from('FROM USER x\n\\"${}:=#<EOF'), max_size=120))
def test_any_dockerfile_is_read_or_refused(text: str) -> None:
    assert all(isinstance(one, Check) for one in dockerfile("Dockerfile", text))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_are_blocks_or_none(data: bytes) -> None:
    found, whole = hcl.blocks(data)
    assert isinstance(whole, bool)
    assert all(isinstance(one, hcl.Block) for one in found)


LAUGHS = "a0: &a0 [lol]\n" + "".join(
    f"a{n + 1}: &a{n + 1} [{f'*a{n}, ' * 9}*a{n}]\n" for n in range(9)
)  # stands for a billion words
BILLION = "*a9"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("k8s/a.yaml", "kind: Deployment\nmetadata: {name: @}\nspec: {replicas: @, template: "
         "{metadata: {labels: {a: @}}, spec: {containers: [{name: @, image: @}]}}}\n"),
        ("k8s/a.yaml", "kind: HorizontalPodAutoscaler\nspec: {scaleTargetRef: {name: @}}\n"),
        ("k8s/a.yaml", "kind: Service\nmetadata: {annotations: {a: @}}\n"
         "spec: {type: LoadBalancer}\n"),
        ("k8s/a.yaml", "kind: Kustomization\nimages: [{name: @}]\n"),
        ("k8s/a.yaml", "kind: ClusterRole\nrules: [{apiGroups: [@], resources: [@]}]\n"),
        ("compose.yaml", "services: {a: {image: @, command: @, environment: {PASSWORD: @}}}\n"),
        (".github/workflows/a.yml", "on: @\njobs: {a: {runs-on: @, needs: [@], steps: "
         "[{uses: @, run: @}]}}\n"),
    ],
)  # fmt: skip
def test_an_alias_in_place_of_a_text_stays_small(tmp_path: Path, path: str, text: str) -> None:
    head = "" if path == "compose.yaml" or "workflows" in path else "apiVersion: v1\n"
    whole = f"{LAUGHS}{head}{text.replace('@', BILLION)}"
    found = list(delivery_chain.run(opened(tmp_path, [A({path: whole})])))
    assert not [one for one in found if isinstance(one, Issue)]
    assert [one.path for one in found if isinstance(one, ChainFile)] == [path]
    assert all(len(str(one)) < 1_000 for one in found)


def test_a_folder_of_many_buckets_takes_no_longer_than_its_parts() -> None:
    bucket = 'resource "aws_s3_bucket" "b{0}" {{}}\n'
    logs = 'resource "aws_s3_bucket_acl" "l{0}" {{\n bucket = aws_s3_bucket.b{0}.id\n}}\n'
    text = "".join((bucket + logs).format(n) for n in range(6_000))
    blocks, _ = hcl.blocks((text + "resource {\n bucket = aws_s3_bucket.b1.id\n}\n").encode())
    started = process_time()
    assert len(list(terraform.resources([("main.tf", blocks)]))) == 12_000
    assert process_time() - started < 3.0


def test_many_budgets_are_not_compared_with_every_workload() -> None:
    def labels(n: int) -> dict[str, Any]:
        return {"app": f"a{n}", "team": "t"}

    budgets = [{"kind": "PodDisruptionBudget", "spec": {"selector": {"matchLabels": labels(n)}}}
               for n in range(20_000)]  # fmt: skip
    pods = [
        {"kind": "Deployment", "spec": {"replicas": "2", "template": {"metadata": {"labels": {
            **labels(n), "tier": "web"}}}}}
        for n in range(10_000, 30_000)
    ]  # fmt: skip
    found = [Manifest("a.yaml", {"apiVersion": "v1", **one}) for one in [*budgets, *pods]]
    started = process_time()
    kept = [one.passed for one in objects(found) if one.check == "disruption_budget"]
    assert (kept.count(True), kept.count(False)) == (10_000, 10_000)
    assert process_time() - started < 5.0


RIGHTS = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: boss}
roleRef: {kind: ClusterRole, name: cluster-admin}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: all}
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["*"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reads}
rules:
  - {apiGroups: [""], resources: ["*"], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: operator}
rules:
  - {apiGroups: [acme.example], resources: ["*"], verbs: ["*"]}
  - {apiGroups: [""], resources: [configmaps], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: binds}
roleRef: {kind: Role, name: reads}
"""


def test_rights_to_everything_in_a_cluster_are_told(tmp_path: Path) -> None:
    found = list(delivery_chain.run(opened(tmp_path, [A({"k8s/rbac.yaml": RIGHTS})])))
    assert answer(found, "rights_limited") == {
        "k8s/rbac.yaml:4 boss": False,
        "k8s/rbac.yaml:12 all": False,
        "k8s/rbac.yaml:18 reads": False,
        "k8s/rbac.yaml:21 operator": True,
    }
    seen = {one.thing: one.seen for one in found if isinstance(one, Check)}
    assert seen["all"] == "every right to every object"
    assert seen["reads"] == "every object, Secrets too within its namespace"
    (told,) = (one for one in answers(found) if isinstance(one, Observation))
    assert (told.rule, told.values["severity"], told.values["count"]) == (
        "broad-cluster-rights", "medium", 3,
    )  # fmt: skip


NETWORKS = """\
resource "google_sql_database_instance" "open" {
  settings {
    ip_configuration {
      authorized_networks {
        name  = "office"
        value = "198.51.100.0/24"
      }
      authorized_networks {
        value = "0.0.0.0/0"
      }
    }
  }
}
resource "google_sql_database_instance" "office" {
  settings {
    ip_configuration {
      authorized_networks {
        value = "198.51.100.0/24"
      }
    }
  }
}
resource "google_sql_database_instance" "variable" {
  settings {
    ip_configuration {
      dynamic "authorized_networks" {
        for_each = var.networks
        content {
          value = authorized_networks.value
        }
      }
    }
  }
}
resource "google_sql_database_instance" "proxy" {}
resource "azurerm_mssql_firewall_rule" "all" {
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}
resource "azurerm_postgresql_flexible_server_firewall_rule" "azure" {
  start_ip_address = "0.0.0.0"
  end_ip_address   = "0.0.0.0"
}
resource "azurerm_network_security_group" "group" {
  security_rule {
    direction              = "Inbound"
    access                 = "Allow"
    source_address_prefix  = "*"
    destination_port_range = "22"
  }
  security_rule {
    direction               = "Inbound"
    access                  = "Allow"
    source_address_prefix   = "Internet"
    destination_port_ranges = ["80", "443"]
  }
  security_rule {
    direction             = "Outbound"
    access                = "Allow"
    source_address_prefix = "*"
  }
}
resource "azurerm_network_security_rule" "office" {
  direction               = "Inbound"
  access                  = "Allow"
  source_address_prefixes = ["198.51.100.0/24"]
  destination_port_range  = "3389"
}
"""


def test_who_may_connect_is_asked_of_each_cloud(tmp_path: Path) -> None:
    found = list(delivery_chain.run(opened(tmp_path, [A({"main.tf": NETWORKS})])))
    assert answer(found, "store_not_public") == {
        "main.tf:9 google_sql_database_instance.open": False,
        "main.tf:14 google_sql_database_instance.office": True,
        "main.tf:23 google_sql_database_instance.variable": None,
        "main.tf:35 google_sql_database_instance.proxy": True,
        "main.tf:36 azurerm_mssql_firewall_rule.all": False,
        "main.tf:40 azurerm_postgresql_flexible_server_firewall_rule.azure": True,
    }
    assert answer(found, "ingress_limited") == {
        "main.tf:45 azurerm_network_security_group.group": False,
        "main.tf:51 azurerm_network_security_group.group": True,
        "main.tf:63 azurerm_network_security_rule.office": True,
    }


def test_clouds_that_no_check_knows_are_told(tmp_path: Path) -> None:
    text = 'resource "alicloud_oss_bucket" "a" {\n  acl = "public-read-write"\n}\n'
    text += 'resource "aws_ebs_volume" "b" {\n  encrypted = true\n}\n'
    found = list(delivery_chain.run(opened(tmp_path, [A({"main.tf": text})])))
    (told,) = [one for one in found if isinstance(one, Issue)]
    assert (told.reason, told.path, told.detail) == (
        "resources of a cloud that no check knows", "main.tf", "alicloud",
    )  # fmt: skip
