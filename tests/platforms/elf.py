"""What a library demands of the machine that loads it, read from its ELF file."""

import dataclasses
import struct
from collections.abc import Iterator

DYNAMIC, DYNSYM, VERNEED, VERSYM = 6, 11, 0x6FFFFFFE, 0x6FFFFFFF
DT_NEEDED = 1
MACHINES = {62: "x86_64", 183: "aarch64"}
WEAK = 2


@dataclasses.dataclass(frozen=True)
class Demands:
    machine: str
    libraries: frozenset[str]
    """The files that are loaded with it."""
    versions: frozenset[str]
    """The versions of symbols, like `GLIBC_2.17`."""
    unversioned: frozenset[str]
    """Symbols that anybody may give, but somebody must."""


class Elf:
    """A 64-bit little-endian ELF file."""

    def __init__(self, data: bytes) -> None:
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a 64-bit little-endian ELF file")
        self.data = data
        (self.machine,) = struct.unpack_from("<H", data, 18)
        (offset,) = struct.unpack_from("<Q", data, 40)
        size, count = struct.unpack_from("<HH", data, 58)
        # type, offset, size, link
        fields = [struct.unpack_from("<IIQQQQI", data, offset + size * n) for n in range(count)]
        self.sections = [(each[1], each[4], each[5], each[6]) for each in fields]

    def section(self, kind: int) -> tuple[int, int, int] | None:
        """Offset, size and offset of its texts, of the only section of a kind."""
        for found, offset, size, link in self.sections:
            if found == kind:
                return offset, size, self.sections[link][1]
        return None

    def text(self, offset: int) -> str:
        return self.data[offset : self.data.index(b"\0", offset)].decode()

    def records(self, kind: int, form: str) -> Iterator[tuple[int, ...]]:
        offset, size, _ = self.section(kind) or (0, 0, 0)
        yield from struct.iter_unpack(form, self.data[offset : offset + size])

    def libraries(self) -> Iterator[str]:
        _, _, texts = self.section(DYNAMIC) or (0, 0, 0)
        for tag, value in self.records(DYNAMIC, "<QQ"):
            if tag == DT_NEEDED:
                yield self.text(texts + value)

    def versions(self) -> Iterator[str]:
        found = self.section(VERNEED)
        if found is None:
            return
        at, _, texts = found
        while True:
            _, count, _, entry, following = struct.unpack_from("<HHIII", self.data, at)
            entry += at
            for _ in range(count):
                _, _, _, name, further = struct.unpack_from("<IHHII", self.data, entry)
                yield self.text(texts + name)
                entry += further
            if not following:
                return
            at += following

    def unversioned(self) -> Iterator[str]:
        _, _, texts = self.section(DYNSYM) or (0, 0, 0)
        symbols = list(self.records(DYNSYM, "<IBBHQQ"))
        versions = [version for (version,) in self.records(VERSYM, "<H")] or [1] * len(symbols)
        for (name, info, _, section, _, _), version in zip(symbols, versions, strict=True):
            if name and section == 0 and info >> 4 != WEAK and version & 0x7FFF <= 1:
                yield self.text(texts + name)


def demands(data: bytes) -> Demands:
    elf = Elf(data)
    return Demands(
        MACHINES.get(elf.machine, f"machine {elf.machine}"),
        frozenset(elf.libraries()),
        frozenset(elf.versions()),
        frozenset(elf.unversioned()),
    )
