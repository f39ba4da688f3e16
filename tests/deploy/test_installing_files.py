"""The files that containers, compose, systemd and Kubernetes read: well-formed, and as strict as they claim to be."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from deploy.cli import app
from deploy.settings import Settings, read_channels, read_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
Document = dict[str, Any]
COMMANDS: set[str] = set(getattr(get_command(app), "commands", {}))


def _is_setting(name: str) -> bool:
    bare = name.removeprefix("MADOGUCHI_").removesuffix("_FILE").lower()
    return (
        bare in Settings.model_fields
        or re.fullmatch(r"line_\w+_(channel_secret(_old)?|access_token|basic_id)", bare) is not None
    )


# --- Dockerfile: our own reading of what linters of such files ask for ---


def _instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "container/Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in joined.splitlines()]


def _stages() -> list[list[tuple[str, str]]]:
    stages: list[list[tuple[str, str]]] = []
    for name, rest in _instructions():
        if name == "FROM":
            stages.append([])
        if stages:
            stages[-1].append((name, rest))
    return stages


def _last(name: str) -> str:
    return [rest for found, rest in _stages()[-1] if found == name][-1]


def test_the_image_is_built_in_stages_from_named_versions() -> None:
    build, run = _stages()
    (base,) = [rest.partition("=")[2] for name, rest in _instructions() if name == "ARG"]
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)
    assert [rest for name, rest in (*build, *run) if name == "FROM"] == [
        "${PYTHON_IMAGE} AS build",
        "${PYTHON_IMAGE} AS run",
    ]
    assert {name for name, _ in _instructions()}.isdisjoint({"ADD", "MAINTAINER", "VOLUME"})


def test_the_parts_are_locked_and_the_last_stage_has_no_tools_to_build() -> None:
    build, run = _stages()
    built, ran = (" ".join(rest for name, rest in stage if name == "RUN") for stage in (build, run))
    assert "--require-hashes --only-binary :all: -r /src/deploy/requirements.lock" in built
    assert "pip uninstall --yes hatchling" in built
    assert "pip install" not in ran
    assert "pip uninstall --yes pip" in ran
    assert re.search(r"\b(gcc|build-essential|git|curl|make|-dev)\b", ran) is None
    assert "--no-install-recommends" in ran
    assert "rm -rf /var/lib/apt/lists/*" in ran
    assert all(rest.startswith("--from=build") for name, rest in run if name == "COPY")


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    assert _last("USER") == "10001:10001"
    assert re.fullmatch(r'\["[\w-]+"\]', _last("ENTRYPOINT"))
    assert _last("CMD") == '["serve"]'
    assert '"madoguchi-health"' in _last("HEALTHCHECK")
    assert "http://127.0.0.1:8000/readyz" in _last("HEALTHCHECK")
    scripts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'madoguchi-health = "deploy.health:main"' in scripts
    settings = re.findall(r"MADOGUCHI_\w+", " ".join(rest for _, rest in _stages()[-1]))
    assert settings
    assert all(_is_setting(name) for name in settings)


def test_secrets_and_databases_never_go_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "only what is named goes in"
    assert {"**/secrets", "**/.env", "deploy/compose"} <= set(rules)
    named = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    assert all((ROOT / name).exists() for name in named)
    assert {"admin", "bot", "deploy", "knowledge", "pyproject.toml"} <= set(named)


# --- compose ---


@pytest.fixture(scope="module")
def compose() -> Document:
    loaded: Document = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_every_container_is_shut_in_and_bounded(compose: Document) -> None:
    assert {"caddy", "db", "migrate", "web", "worker"} <= set(compose["services"])
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert re.search(r":(?!latest)[\w.-]+\}?$", service["image"]), name
        assert "healthcheck" in service or name == "web", f"{name}: web has the image's own"
        assert "privileged" not in service


def test_only_the_relay_listens_outside_and_the_database_goes_nowhere(compose: Document) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["caddy"]
    assert compose["services"]["db"]["networks"] == ["back"]
    assert compose["networks"]["back"]["internal"] is True
    assert "back" not in compose["services"]["caddy"]["networks"]


def test_secrets_come_from_files(compose: Document) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY|TOKEN|DATABASE_URL", variable):
                assert variable.endswith("_FILE"), (name, variable)
                assert Path(value).name in service["secrets"]
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())


def test_settings_and_commands_of_compose_exist(compose: Document) -> None:
    for service in compose["services"].values():
        for variable in service.get("environment", {}):
            assert not variable.startswith("MADOGUCHI_") or variable == "MADOGUCHI_SITE" or _is_setting(variable), (
                variable
            )
        if service["image"].startswith("${MADOGUCHI_IMAGE") and "entrypoint" not in service:
            assert service["command"][0] in COMMANDS
    assert compose["services"]["web"]["command"] == ["serve", "--no-worker"]
    example = (DEPLOY / "compose/madoguchi.env.example").read_text(encoding="utf-8")
    assert all(_is_setting(name) for name in re.findall(r"^#? ?(MADOGUCHI_\w+)=", example, re.MULTILINE))


def test_the_relay_overwrites_what_browsers_say_of_their_address(compose: Document) -> None:
    text = (DEPLOY / "compose/Caddyfile").read_text(encoding="utf-8")
    assert "header_up X-Forwarded-For {remote_host}" in text
    assert "trusted_proxies" not in text, "then Caddy would keep what came in"
    assert not re.search(r"^\s*log\b", text, re.MULTILINE), "addresses of pages hold what people asked"
    assert text.count("{") == text.count("}")
    environment = compose["services"]["web"]["environment"]
    assert environment["MADOGUCHI_TRUSTED_PROXIES"] == compose["networks"]["front"]["ipam"]["config"][0]["subnet"]


# --- systemd ---

SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "LockPersonality": "yes",
    "UMask": "0077",
}


def _unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return parser


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_services_are_hardened_and_run_a_command_there_is(path: Path) -> None:
    service = _unit(path)["Service"]
    assert {name: service[name] for name in HARDENING} == HARDENING
    assert service["User"] == "madoguchi"
    words = service["ExecStart"].split()
    assert words[0] == "/opt/madoguchi/bin/madoguchi"
    assert words[1] in COMMANDS
    if service["Type"] == "exec":
        assert (service["Restart"], service["KillSignal"]) == ("always", "SIGTERM")


def test_each_timer_has_its_service_and_catches_up() -> None:
    assert {path.stem for path in TIMERS} == {
        "madoguchi-purge",
        "madoguchi-backup",
        "madoguchi-digest",
        "madoguchi-links",
    }
    for path in TIMERS:
        assert path.with_suffix(".service").exists()
        assert _unit(path)["Timer"]["Persistent"] == "yes"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_systemd_itself_finds_little_exposed(path: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


# --- Kubernetes ---


def _manifests(folder: str) -> Iterator[Document]:
    for path in sorted((DEPLOY / "kubernetes" / folder).glob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


BASE = list(_manifests("base"))


def _pod_spec(document: Document) -> Document:
    spec: Document = document["spec"]
    while "containers" not in spec:
        spec = spec["template"]["spec"] if "template" in spec else spec["jobTemplate"]["spec"]
    return spec


WORKLOADS = [document for document in BASE if document["kind"] in {"Deployment", "Job", "CronJob"}]


def test_there_is_one_of_everything_that_is_needed() -> None:
    kinds = sorted(document["kind"] for document in BASE)
    assert {"CronJob", "Deployment", "HorizontalPodAutoscaler", "Job", "NetworkPolicy", "Service"} <= set(kinds)
    assert (
        kinds.count("Deployment") == kinds.count("PodDisruptionBudget") == kinds.count("HorizontalPodAutoscaler") == 2
    )


def test_kustomizations_name_files_that_exist() -> None:
    for folder in ("base", "overlays/example"):
        place = DEPLOY / "kubernetes" / folder
        document = yaml.safe_load((place / "kustomization.yaml").read_text(encoding="utf-8"))
        assert all((place / name).exists() for name in document["resources"])
        listed = {name for name in document["resources"] if name.endswith(".yaml")}
        assert listed | {"kustomization.yaml"} == {path.name for path in place.glob("*.yaml")}
        settings = [line.partition("=")[0] for made in document["configMapGenerator"] for line in made["literals"]]
        assert all(_is_setting(name) for name in settings)
        assert all(image["newTag"] != "latest" for image in document["images"])


@pytest.mark.parametrize("document", WORKLOADS, ids=lambda document: document["metadata"]["name"])
def test_pods_may_do_nothing_they_need_not(document: Document) -> None:
    pod = _pod_spec(document)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]
    assert container["args"][0] in COMMANDS
    assert "env" not in container, "settings from the map, secrets from files"


def test_the_web_is_probed_and_leaves_in_peace() -> None:
    (web,) = [d for d in WORKLOADS if d["metadata"]["name"] == "madoguchi-web"]
    pod = _pod_spec(web)
    (container,) = pod["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz", (
        "a database that is away is no reason to restart"
    )
    assert container["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert container["lifecycle"]["preStop"]
    assert pod["terminationGracePeriodSeconds"] > 25 + 5
    assert web["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_the_worker_is_probed_where_it_tells_its_health() -> None:
    (worker,) = [d for d in WORKLOADS if d["metadata"]["name"] == "madoguchi-worker"]
    (container,) = _pod_spec(worker)["containers"]
    base = (DEPLOY / "kubernetes/base/kustomization.yaml").read_text(encoding="utf-8")
    assert f"MADOGUCHI_WORKER_PORT={container['ports'][0]['containerPort']}" in base
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "operations"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "operations"}


def test_selectors_find_their_pods() -> None:
    labels = {_label(document) for document in WORKLOADS}
    for document in BASE:
        if document["kind"] == "Service":
            assert document["spec"]["selector"]["app.kubernetes.io/component"] in labels
        if document["kind"] == "PodDisruptionBudget":
            assert document["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] in labels
        if document["kind"] == "HorizontalPodAutoscaler":
            named = [other["metadata"]["name"] for other in WORKLOADS]
            assert document["spec"]["scaleTargetRef"]["name"] in named


def _label(document: Document) -> str:
    template = document["spec"].get("template") or document["spec"]["jobTemplate"]["spec"]["template"]
    return str(template["metadata"]["labels"]["app.kubernetes.io/component"])


def test_nothing_comes_in_but_to_the_web() -> None:
    policies = {d["metadata"]["name"]: d["spec"] for d in BASE if d["kind"] == "NetworkPolicy"}
    assert policies["madoguchi"]["podSelector"] == {}
    assert policies["madoguchi"]["ingress"] == []
    assert [name for name, spec in policies.items() if spec["ingress"]] == ["madoguchi-web"]
    assert all({"Ingress", "Egress"} == set(spec["policyTypes"]) for spec in policies.values())


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on this machine")
def test_kustomize_itself_puts_the_example_together() -> None:
    folder = DEPLOY / "kubernetes/overlays/example"
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == 0, done.stderr
    documents = list(yaml.safe_load_all(done.stdout))
    images = {
        c["image"]
        for d in documents
        if d["kind"] in {"Deployment", "Job", "CronJob"}
        for c in _pod_spec(d)["containers"]
    }
    assert images == {"registry.example.lg.jp/madoguchi:0.1.0"}
    assert {d["metadata"].get("namespace") for d in documents if d["kind"] != "Namespace"} == {"madoguchi"}


# --- env.example ---


def test_the_example_of_settings_can_be_used_as_it_stands(tmp_path: Path) -> None:
    text = (DEPLOY / "env.example").read_text(encoding="utf-8")
    for name in re.findall(r"^(?:# )?(MADOGUCHI_\w+_FILE)=", text, re.MULTILINE):
        (tmp_path / name).write_text(f"{name:s<64}", encoding="utf-8")
    given = dict(re.findall(r"^(?:# )?(MADOGUCHI_\w+)=(.*)$", text, re.MULTILINE))
    environment = {
        name: str(tmp_path / name) if name.endswith("_FILE") else value.strip('"') for name, value in given.items()
    }
    assert read_settings(environment).mode == "production"
    assert set(read_channels(environment)) == {"kokubunji"}


def test_every_setting_has_its_own_line_with_words_above_it() -> None:
    lines = (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines()
    places = {
        match[1]: number
        for number, line in enumerate(lines)
        if (match := re.match(r"#? ?MADOGUCHI_(\w+?)(_FILE)?=", line))
    }
    for name in Settings.model_fields:
        number = places[name.upper()]
        above = [line for line in lines[max(0, number - 8) : number] if line.startswith("# ") and "=" not in line[:30]]
        assert above, name
    assert all(_is_setting(f"MADOGUCHI_{name}") for name in places)
