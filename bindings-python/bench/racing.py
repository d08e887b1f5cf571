"""Programs that do the same, each in a process of its own, round by round."""

from __future__ import annotations

import statistics
import subprocess
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 7


class Contender:
    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE
        )
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit(f"{command} does not work")
        self.rounds = []

    def round(self, events: int) -> None:
        self.process.stdin.write(f"{events}\n")
        self.process.stdin.flush()
        self.rounds.append(tuple(map(float, self.process.stdout.readline().split())))

    @property
    def cpu(self) -> float:
        return statistics.median(cpu for cpu, _ in self.rounds)

    @property
    def rate(self) -> float:
        return 1e6 / statistics.median(wall for _, wall in self.rounds)

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def race(commands: dict[str, list[str]], events: int) -> dict[str, Contender]:
    with ExitStack() as stack:
        contenders = {}
        for name, command in commands.items():
            contenders[name] = Contender(*command)
            stack.callback(contenders[name].stop)
        for _ in range(ROUNDS):
            for contender in contenders.values():
                contender.round(events)
    return contenders
