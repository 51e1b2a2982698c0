"""Who may ask for what: every function of the API with its roles. A function that is added is added here as well."""

from __future__ import annotations

import pytest

from mpj.service.operations import OPERATIONS
from mpj.service.roles import ROLES

pytestmark = pytest.mark.lowest
ALL = "clerk controller reader owner"
MAY = {
    "declare_month": "clerk owner",
    "explain_month": "clerk owner",
    "verify_messages": "controller owner",
    "look_at_export": "clerk controller owner",
    "tariffs_check": "controller owner",
    "tariffs_show": "controller owner",
    "tariffs_diff": "controller owner",
    "tariffs_reprice": "controller owner",
    "tariffs_import": "controller owner",
    "ledger_begin": "clerk owner",
    "ledger_declare": "clerk owner",
    "ledger_send": "clerk owner",
    "ledger_answer": "clerk controller owner",
    "ledger_verify": "controller owner",
    "ledger_seen": "clerk owner",
    "ledger_withdraw": "clerk owner",
    "ledger_resend": "clerk owner",
    "ledger_messages": "clerk owner",
    "ledger_explain": ALL,
    "ledger_reprice": "clerk owner",
    "ledger_close_year": "clerk owner",
    "ledger_erase": "owner",
    "ledger_inzage": "owner",
    "ledger_pay": "clerk owner",
    "ledger_status": ALL,
    "ledger_repair": ALL,
    "ledger_work": ALL,
    "ledger_check": ALL,
    "reports_year": ALL,
    "reports_use": ALL,
    "reports_benchmark": ALL,
    "reports_kpi": ALL,
}


def test_the_roles_of_every_function_stand_here() -> None:
    assert {one.name: one.rollen for one in OPERATIONS} == {name: frozenset(told.split()) for name, told in MAY.items()}


def test_the_owner_may_do_everything_and_who_reads_changes_nothing() -> None:
    assert all("owner" in one.rollen for one in OPERATIONS)
    read = {one.path for one in OPERATIONS if "reader" in one.rollen}
    assert read == {
        *("/ledger/status", "/ledger/repair", "/ledger/work", "/ledger/check", "/ledger/explain"),
        *("/reports/year", "/reports/use", "/reports/benchmark", "/reports/kpi"),
    }
    assert set(ROLES) == set(ALL.split())
