"""Kubernetes manifests: what survives the loss of a pod, and what a break-in into one reaches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from techdd.collectors.delivery_chain.checks import Check, is_credential, tag_of, tagged
from techdd.yamls import items, line_of, mappings

_SERVED = ("Deployment", "StatefulSet", "ReplicaSet")
_WORKLOADS = (*_SERVED, "DaemonSet", "Job", "CronJob", "Pod")
_SENT = ("Deployment", "StatefulSet", "DaemonSet", "Pod", "ReplicaSet")  # that run until stopped
_RESTRICTED = ("loadBalancerSourceRanges",)
_CORE_GROUPS = {"", "*"}  # of the API; Secrets are in it
IN_NAMESPACE = "within its namespace"


class Manifest(NamedTuple):
    """One object of one file."""

    path: str
    document: dict[str, Any]

    @property
    def kind(self) -> str:
        """What it is, such as "Deployment"."""
        return str(self.document.get("kind", ""))

    @property
    def name(self) -> str:
        """What it is called."""
        return str(_table(self.document.get("metadata")).get("name", "") or "unnamed")[:200]

    @property
    def spec(self) -> dict[str, Any]:
        """What it asks for."""
        return _table(self.document.get("spec"))


def manifests(path: str, documents: Sequence[Any]) -> Iterator[Manifest]:
    """The objects among the documents of a file, those of a List too."""
    for document in mappings(documents):
        if document.get("kind") == "List":
            yield from manifests(path, list(items([document.get("items")])))
        elif isinstance(document.get("kind"), str) and "apiVersion" in document:
            yield Manifest(path, document)


def objects(found: Sequence[Manifest]) -> Iterator[Check]:
    """The checks of all objects of one repository, which scale and protect each other."""
    scaled = {
        _table(one.spec.get("scaleTargetRef")).get("name")
        for one in found
        if one.kind in ("HorizontalPodAutoscaler", "ScaledObject")
    }
    budgets = _Budgets(found)
    replaced = set(_replaced(found))
    for one in found:
        if one.kind in _WORKLOADS:
            for check in _workload(one, scaled, budgets):
                # What Kustomize or Skaffold fills in on the way, the manifest cannot say.
                known = check.check != "pod_image_tagged" or check.seen not in replaced
                yield check if known else check._replace(passed=None)
        elif one.kind == "Secret":
            yield _secret(one)
        elif one.kind == "Service" and one.spec.get("type") == "LoadBalancer":
            limited = any(one.spec.get(key) for key in _RESTRICTED) or _is_internal(one)
            seen = "address ranges or internal" if limited else "open to every address"
            yield _told(one, "balancer_limited", limited, seen, one.spec["type"])
        elif one.kind in ("Role", "ClusterRole"):
            yield _role(one)
        elif one.kind in ("RoleBinding", "ClusterRoleBinding"):
            yield from _binding(one)


class _Budgets:
    """The labels that budgets for disruptions ask for, found by the rarest of each: a cluster can
    have as many of them as workloads.
    """

    def __init__(self, found: Sequence[Manifest]) -> None:
        every = [
            _table(_table(one.spec.get("selector")).get("matchLabels"))
            for one in found
            if one.kind == "PodDisruptionBudget"
        ]
        asked = [frozenset(pairs) for pairs in map(_pairs, every) if pairs]
        known = Counter(pair for labels in asked for pair in labels)
        self._by_rarest: dict[tuple[str, str], set[frozenset[tuple[str, str]]]] = defaultdict(set)
        for labels in asked:
            self._by_rarest[min(labels, key=lambda pair: (known[pair], pair))].add(labels)

    def match(self, labels: dict[str, Any]) -> bool:
        """Whether one of them asks for no more than these labels."""
        pairs = _pairs(labels)
        return any(asked <= pairs for one in pairs for asked in self._by_rarest.get(one, ()))


def _pairs(labels: dict[str, Any]) -> set[tuple[str, str]]:
    return {(key, value) for key, value in labels.items() if isinstance(value, str)}


def values(path: str, documents: Sequence[Any]) -> Iterator[Check]:
    """What the values of a Helm chart say plainly: how many copies run."""
    for document in mappings(documents):
        stated = document.get("replicaCount")
        if isinstance(stated, str) and stated.isdigit() and stated != "0":
            grows = _table(document.get("autoscaling")).get("enabled") == "true"
            seen = "an autoscaler" if grows else f"replicaCount: {stated}"[:40]
            name, several = path.rpartition("/")[2], grows or int(stated) > 1
            line = line_of(stated)
            yield Check("several_replicas", "Helm values", name, path, line, several, seen)


def _replaced(found: Sequence[Manifest]) -> Iterator[str]:
    """The images whose version is set by Kustomize or Skaffold."""
    for one in found:
        if one.kind == "Kustomization":
            yield from (
                str(entry.get("name")) for entry in mappings(items([one.document.get("images")]))
            )
        elif one.kind == "Config" and "skaffold" in str(one.document.get("apiVersion")):
            built = _table(one.document.get("build")).get("artifacts")
            yield from (str(entry.get("image")) for entry in mappings(items([built])))


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _told(one: Manifest, check: str, passed: bool | None, seen: str, at: Any = "") -> Check:
    line = line_of(at) if isinstance(at, str) else None
    line = line or line_of(one.document.get("kind", ""))
    return Check(check, one.kind, one.name, one.path, line, passed, seen)


def _is_internal(one: Manifest) -> bool:
    notes = _table(_table(one.document.get("metadata")).get("annotations"))
    return any("internal" in f"{key} {value}".lower() for key, value in notes.items())


def _pod(one: Manifest) -> dict[str, Any]:
    """The description of the pods of a workload."""
    if one.kind == "Pod":
        return one.spec
    outer = _table(one.spec.get("jobTemplate")) if one.kind == "CronJob" else {"spec": one.spec}
    return _table(_table(_table(outer.get("spec")).get("template")).get("spec"))


def _workload(one: Manifest, scaled: set[Any], budgets: _Budgets) -> Iterator[Check]:
    if one.kind in _SERVED:
        yield from _copies(one, scaled, budgets)
    pod = _pod(one)
    containers = list(mappings(items([pod.get("containers")])))
    if not containers:
        return
    guards = [_table(pod.get("securityContext"))]
    guards += [_table(container.get("securityContext")) for container in containers]
    volumes = mappings(items([pod.get("volumes")]))
    wide = [
        *("privileged" for guard in guards if guard.get("privileged") == "true"),
        *("hostPath" for volume in volumes if "hostPath" in volume),
        *(key for key in ("hostNetwork", "hostPID", "hostIPC") if pod.get(key) == "true"),
    ]
    yield _told(one, "pod_not_privileged", not wide, ", ".join(dict.fromkeys(wide)) or "none")
    users = [guard.get("runAsUser") for guard in guards]
    unprivileged = any(guard.get("runAsNonRoot") == "true" for guard in guards) or any(
        isinstance(user, str) and user not in ("", "0") for user in users
    )
    seen = "runAsNonRoot or a user" if unprivileged else "left to the image"
    yield _told(one, "pod_not_root", unprivileged, seen)
    for container in containers:
        yield from _container(one, container)


def _copies(one: Manifest, scaled: set[Any], budgets: _Budgets) -> Iterator[Check]:
    stated = one.spec.get("replicas", "1")
    number = int(stated) if isinstance(stated, str) and stated.isdigit() else None
    if number == 0:  # switched off
        return
    grows = one.name in scaled
    several = True if grows else None if number is None else number > 1
    seen = "an autoscaler" if grows else f"replicas: {stated}"[:40]
    seen = "replicas are not stated, so 1" if "replicas" not in one.spec and not grows else seen
    yield _told(one, "several_replicas", several, seen, one.spec.get("replicas"))
    if several:
        template = _table(one.spec.get("template"))
        labels = _table(_table(template.get("metadata")).get("labels"))
        kept = budgets.match(labels)
        seen = "a PodDisruptionBudget" if kept else "no PodDisruptionBudget"
        yield _told(one, "disruption_budget", kept, seen)


def _container(one: Manifest, container: dict[str, Any]) -> Iterator[Check]:
    at = container.get("name", "")
    image = container.get("image")
    if isinstance(image, str) and image and tag_of(image) != "computed":
        yield _told(one, "pod_image_tagged", tagged(image), image[:200], image)
    limited = bool(_table(_table(container.get("resources")).get("limits")).get("memory"))
    yield _told(one, "limits_set", limited, "a memory limit" if limited else "no memory limit", at)
    if one.kind in _SENT:
        probed = any(container.get(key) for key in ("readinessProbe", "livenessProbe"))
        yield _told(one, "probes_set", probed, "a probe" if probed else "no probe", at)


def _secret(one: Manifest) -> Check:
    """A Secret in a file holds its values for every reader; base64 hides nothing."""
    data = _table(one.document.get("data")) | _table(one.document.get("stringData"))
    held = [key for key, value in data.items() if isinstance(value, str) and value]
    held = [key for key in held if "data" in one.document or is_credential(key, data[key])]
    held = [key for key in held if not any(mark in data[key] for mark in ("${", "{{", "<"))]
    seen = f"{len(held)} keys with a value" if held else "no value"
    return _told(one, "secret_not_in_clear", not held, seen, held[0] if held else "")


def _role(one: Manifest) -> Check:
    """Whether a role gives every right, or every object, of the core of the API."""
    for rule in mappings(items([one.document.get("rules")])):
        groups, resources, verbs = (
            [text for text in items([rule.get(key)]) if isinstance(text, str)]
            for key in ("apiGroups", "resources", "verbs")
        )
        if _CORE_GROUPS.isdisjoint(groups):
            continue
        at = next(iter(verbs), "")
        if "*" in resources:
            seen = "every right to every object" if "*" in verbs else "every object, Secrets too"
            return _told(one, "rights_limited", False, _where(one, seen), at)
        if "*" in verbs and "secrets" in resources:
            return _told(one, "rights_limited", False, _where(one, "every right to Secrets"), at)
    return _told(one, "rights_limited", True, "named objects and rights")


def _binding(one: Manifest) -> Iterator[Check]:
    """Only what gives away everything is told by the binding; else its role tells."""
    role = _table(one.document.get("roleRef")).get("name")
    if role == "cluster-admin":
        yield _told(one, "rights_limited", False, _where(one, "bound to cluster-admin"), role)


def _where(one: Manifest, seen: str) -> str:
    return seen if one.kind.startswith("Cluster") else f"{seen} {IN_NAMESPACE}"
