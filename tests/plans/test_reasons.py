"""Every reason that the code gives a reminder has words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import scheduler
from scheduler.channels.base import Verdict
from scheduler.plans.wording import WHY_NOT

ROOT = Path(scheduler.__file__).parent
TREES = {path: ast.parse(path.read_text()) for path in sorted(ROOT.rglob("*.py"))}
#: where a reason stands among what is passed on
PLACES = {"Decision": 1, "_follow": 2, "_again": 1, "_unsent": 2, "Unsent": 3}
NAMED = {"move": "reason", "filter": "status_reason", "update": "status_reason", "Step": "reason"}
#: strings with a name, whichever module gives it
CONSTANTS = {
    target.id: node.value.value
    for tree in TREES.values()
    for node in tree.body
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    for target in node.targets
    if isinstance(target, ast.Name) and isinstance(node.value.value, str)
}


def given(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            passed = [node.args[PLACES[name]]] if len(node.args) > PLACES.get(name, 99) else []
            passed += [one.value for one in node.keywords if one.arg == NAMED.get(name, 0)]
            for value in passed:
                yield from codes(value)


def codes(value: ast.AST) -> Iterator[str]:
    for node in [] if isinstance(value, ast.Subscript) else ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and node.id in CONSTANTS:
            yield CONSTANTS[node.id]


def listed(path: str, name: str) -> Iterator[str]:
    """What a table of a module, or a function, has of codes."""
    for node in ast.walk(TREES[ROOT / path]):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            for inner in ast.walk(node):
                yield from codes(inner) if isinstance(inner, ast.Return) else ()
        elif isinstance(node, ast.Assign) and any(getattr(t, "id", "") == name for t in node.targets):
            yield from codes(node.value)


WRITTEN = sorted(
    {code for tree in TREES.values() for code in given(tree) if code and code != "refused-"}
    | {*listed("dispatch/route.py", "choose"), *listed("plans/apply.py", "REASON")}
    | {*listed("domain/stored.py", "BY_PERSON"), "plan-changed", "episode-cancelled"}
)


@pytest.mark.parametrize("code", WRITTEN)
def test_a_reason_has_words(code: str) -> None:
    assert WHY_NOT[code]


def test_the_walk_finds_those_of_every_kind() -> None:
    found = {"paused", "opted-out", "past-send-by", "by-person", "no-sender", "other-treatment", "not-posted"}
    assert found <= set(WRITTEN)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_refusal_has_words_whatever_it_means(verdict: Verdict) -> None:
    assert {str(verdict), f"refused-{verdict}"} & WHY_NOT.keys()
