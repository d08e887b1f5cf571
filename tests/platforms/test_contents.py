"""The check of what is inside a package: each planted lack is found."""

import json
import pathlib
import tempfile
import unittest
import zipfile

import contents
from table import ROOT

NOTICES = (ROOT / contents.NOTICES).read_text(encoding="utf-8")
LISTED = {"components": [{"name": "ring", "version": "0.17.14"}]}
WHOLE = {
    "a/LICENSE-MIT": "",
    "a/LICENSE-APACHE": "",
    f"a/{contents.NOTICES}": NOTICES,
    "a/sboms/a.cyclonedx.json": json.dumps(LISTED),
}


class Notices(unittest.TestCase):
    def test_a_crate_that_is_linked_and_not_named_is_found(self) -> None:
        (name, version), *_ = contents.linked(*contents.BINDINGS)
        text = NOTICES.replace(f"  {name} {version}", "")
        self.assertIn(f"{contents.NOTICES} lacks {name} {version}", contents.faults_of_notices(text))

    def test_a_crate_of_another_version_is_found(self) -> None:
        faults = contents.faults_of_notices(f"{NOTICES}\n  ring 0.0.1\n")
        self.assertIn(f"{contents.NOTICES} names ring 0.0.1, which Cargo.lock does not", faults)


class Packages(unittest.TestCase):
    def faults(self, files: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder) / "a.whl"
            with zipfile.ZipFile(package, "w") as archive:
                for name, text in files.items():
                    archive.writestr(name, text)
            return contents.faults_of(package, {("ring", "0.17.14")})

    def test_a_whole_package_has_no_fault(self) -> None:
        self.assertEqual(self.faults(WHOLE), [])

    def test_every_file_that_is_left_out_is_missed(self) -> None:
        expected = {
            "a/LICENSE-MIT": "a.whl lacks LICENSE-MIT",
            "a/LICENSE-APACHE": "a.whl lacks LICENSE-APACHE",
            f"a/{contents.NOTICES}": f"a.whl lacks {contents.NOTICES}",
            "a/sboms/a.cyclonedx.json": "a.whl lacks a CycloneDX list of its contents",
        }
        for name, fault in expected.items():
            with self.subTest(name):
                self.assertEqual(self.faults({k: v for k, v in WHOLE.items() if k != name}), [fault])

    def test_other_notices_than_the_checkouts_are_found(self) -> None:
        faults = self.faults(WHOLE | {f"a/{contents.NOTICES}": "none"})
        self.assertEqual(faults, [f"a.whl has another {contents.NOTICES} than this checkout"])

    def test_a_crate_that_is_not_listed_is_found(self) -> None:
        empty = json.dumps({"components": []})
        faults = self.faults(WHOLE | {"a/sboms/a.cyclonedx.json": empty})
        self.assertEqual(faults, ["a.whl does not list ring 0.17.14"])

    def test_more_than_six_megabytes_are_found(self) -> None:
        faults = self.faults(WHOLE | {"a/_native.so": "x" * 6_000_000})
        self.assertEqual(len(faults), 1)
        self.assertRegex(faults[0], r"^a\.whl has 6,\d{3},\d{3} bytes, more than 6,000,000$")

    def test_a_folder_of_this_machine_is_found(self) -> None:
        for folder in contents.FOLDERS:
            with self.subTest(folder):
                faults = self.faults(WHOLE | {"a/library.so": f"panicked at {folder}/lib.rs"})
                self.assertEqual(faults, [f"a.whl names {folder} in a/library.so"])


if __name__ == "__main__":
    unittest.main()
