"""The types of what a ledger shows say what its JSON Schemas say."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest

from mpj.ledger.looks import LedgerStatus, RepairLine, Work

SCHEMAS = files("mpj.ledger.schemas")


def schema(name: str) -> dict[str, Any]:
    """One of the published schemas."""
    found: dict[str, Any] = json.loads(SCHEMAS.joinpath(name).read_text("utf-8"))
    return found


def compare(kind: Any, of: dict[str, Any], defs: dict[str, Any], path: str) -> list[str]:
    """Return where a type and a schema differ in the names they require, allow or list."""
    of = defs[of["$ref"].rpartition("/")[2]] if "$ref" in of else of
    if is_typeddict(kind):
        inner = get_type_hints(kind)
        properties = of.get("properties", {key: {} for key in of["required"]})
        wrong = [f"{path}: required"] if set(kind.__required_keys__) != set(of["required"]) else []
        wrong += [f"{path}: {name}" for name in set(inner) ^ set(properties)]
        return wrong + [
            more for name in set(inner) & set(properties) for more in compare(inner[name], properties[name], defs, f"{path}.{name}")
        ]
    args = get_args(kind)
    if getattr(kind, "__origin__", None) is dict:
        named = of.get("propertyNames", {}).get("enum")
        wrong = [f"{path}: names"] if named and set(get_args(args[0])) != set(named) else []
        return wrong + compare(args[1], of["additionalProperties"], defs, f"{path}[]")
    if getattr(kind, "__origin__", None) is list:
        return compare(args[0], of["items"], defs, f"{path}[]")
    return [f"{path}: words"] if "enum" in of and set(args) != set(of["enum"]) else []


@pytest.mark.parametrize(
    ("kind", "name", "inner"), [(LedgerStatus, "ledger_status.json", ""), (RepairLine, "herstellijst.json", "regels")]
)
def test_types_and_schemas_agree(kind: type, name: str, inner: str) -> None:
    of = schema(name)
    defs = of.get("$defs", {})
    assert compare(kind, of["properties"][inner]["items"] if inner else of, defs, kind.__name__) == []


def test_work_is_what_status_has() -> None:
    assert get_type_hints(LedgerStatus)["onderhanden_werk"] is Work
