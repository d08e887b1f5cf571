"""The README's snippets, run from top to bottom as one program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from connectly_conversions import Sandbox

README = Path(__file__).parents[1] / "README.md"


def test_the_snippets_run(connectly_sandbox: Sandbox) -> None:
    snippets = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(snippets) == 6
    names: dict[str, Any] = {}
    for snippet in snippets:
        exec(compile(snippet, str(README), "exec"), names)
    connectly_sandbox.assert_reported("ORD-7821", value="99.97", times=4)

    connectly_sandbox.reset()
    names["test_an_order_is_reported"](connectly_sandbox)
