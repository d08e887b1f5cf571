"""Reads the contract that every language runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CONTRACT = Path(__file__).parents[3] / "tests"
_OF_EVERY_CASE = {"name", "why"}


def cases(name: str, *members: str) -> list[Any]:
    """The cases of a file as parameters; a member that is not known fails the run."""
    file = json.loads((CONTRACT / "vectors" / f"{name}.json").read_text(encoding="utf-8"))
    parameters = []
    for case in file["cases"]:
        unknown = case.keys() - {*members} - _OF_EVERY_CASE
        assert not unknown, f"{name}.json, {case['name']}: unknown {unknown}"
        parameters.append(pytest.param(case, id=case["name"]))
    assert parameters
    return parameters


def compare(expected: list[dict[str, Any]], found: Any) -> None:
    """Compares exact sets of problems, and their suggestions where one is expected."""
    wanted = sorted((problem["code"], problem["path"]) for problem in expected)
    assert wanted == sorted((issue.code, issue.path) for issue in found)
    for problem in expected:
        assert problem.keys() <= {"code", "path", "suggestion"}
        if "suggestion" in problem:
            of_path = [issue.suggestion for issue in found if issue.path == problem["path"]]
            assert of_path[0] == problem["suggestion"], problem
