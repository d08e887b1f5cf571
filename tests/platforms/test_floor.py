"""The check of the floor: it lets through what is below, and fails on each planted excess.

The libraries are made with this machine's C compiler, whose glibc is newer than the floor.
"""

import contextlib
import io
import pathlib
import platform
import subprocess
import tarfile
import tempfile
import unittest
import zipfile

import floor
from table import PLATFORMS, Platform

MACHINE = platform.machine()


def of(machine: str, libc: str) -> Platform:
    return next(known for known in PLATFORMS if (known.machine, known.libc) == (machine, libc))


def library(source: str, *options: str) -> bytes:
    """A shared library of C source."""
    with tempfile.TemporaryDirectory() as folder:
        code, made = pathlib.Path(folder) / "a.c", pathlib.Path(folder) / "a.so"
        code.write_text(source)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", made, code, *options], check=True)
        return made.read_bytes()


def old() -> bytes:
    return library("#include <stdlib.h>\nvoid *f(void) { return malloc(1); }")


class Floor(unittest.TestCase):
    def excesses(self, data: bytes, libc: str = "glibc") -> list[str]:
        return floor.excesses(of(MACHINE, libc), data)

    def test_what_every_glibc_has_passes(self) -> None:
        self.assertEqual(self.excesses(old()), [])

    def test_a_newer_symbol_fails(self) -> None:
        source = "int getentropy(void *, unsigned long);\nint f(char *p) { return getentropy(p, 1); }"
        self.assertEqual(self.excesses(library(source)), ["needs a symbol of version GLIBC_2.25"])

    def test_a_symbol_that_no_library_gave_fails(self) -> None:
        bad = self.excesses(library("void planted(void);\nvoid f(void) { planted(); }"))
        self.assertEqual(bad, ["needs the symbol planted, which glibc 2.17 does not have"])

    def test_a_weak_symbol_may_be_absent(self) -> None:
        source = "__attribute__((weak)) void maybe(void);\nvoid f(void) { if (maybe) maybe(); }"
        self.assertEqual(self.excesses(library(source)), [])

    def test_the_interpreters_give_their_own(self) -> None:
        source = "void PyNone(void);\nvoid napi_x(void);\nvoid f(void) { PyNone(); napi_x(); }"
        self.assertEqual(self.excesses(library(source)), [])

    def test_a_foreign_library_fails(self) -> None:
        bad = self.excesses(library("int f;", "-Wl,--no-as-needed", "-lresolv"))
        self.assertEqual(bad, ["needs libresolv.so.2"])

    def test_a_library_of_glibc_is_none_of_musl(self) -> None:
        bad = self.excesses(old(), "musl")
        self.assertIn("needs libc.so.6", bad)
        self.assertIn("needs a symbol of version GLIBC_2.2.5", bad)

    def test_a_library_of_another_processor_fails(self) -> None:
        other = "aarch64" if MACHINE == "x86_64" else "x86_64"
        self.assertEqual(floor.excesses(of(other, "glibc"), old()), [f"is for {MACHINE}"])

    def test_versions_are_compared_by_their_numbers(self) -> None:
        self.assertTrue(floor.at_most("GLIBC_2.2.5", "2.17"))
        self.assertTrue(floor.at_most("GLIBC_2.17", "2.17"))
        self.assertFalse(floor.at_most("GLIBC_2.100", "2.17"))
        self.assertFalse(floor.at_most("GLIBC_PRIVATE", "2.17"))
        self.assertFalse(floor.at_most("GLIBCXX_3.4", "2.17"))


class Packages(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def check(self, package: pathlib.Path) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            floor.check(of(MACHINE, "glibc"), package)
        return out.getvalue()

    def test_the_library_in_a_wheel_is_found(self) -> None:
        with zipfile.ZipFile(self.folder / "a.whl", "w") as archive:
            archive.writestr("a/_native.abi3.so", library("void planted(void);\nvoid f(void) { planted(); }"))
        with self.assertRaisesRegex(SystemExit, "_native.abi3.so needs the symbol planted"):
            self.check(self.folder / "a.whl")

    def test_the_library_in_a_tarball_is_found(self) -> None:
        (self.folder / "connectly.node").write_bytes(old())
        with tarfile.open(self.folder / "a.tgz", "w:gz") as archive:
            archive.add(self.folder / "connectly.node", "package/connectly.node")
        self.assertIn("needs no more than glibc 2.17", self.check(self.folder / "a.tgz"))

    def test_a_package_without_a_library_fails(self) -> None:
        with zipfile.ZipFile(self.folder / "a.whl", "w") as archive:
            archive.writestr("a/__init__.py", "")
        with self.assertRaisesRegex(SystemExit, "holds no library"):
            self.check(self.folder / "a.whl")


if __name__ == "__main__":
    unittest.main()
