"""A wheel tells nobody where it was packed, and says the truth of what it holds."""

import base64
import hashlib
import pathlib
import tempfile
import unittest
import zipfile

import wheels

FOLDER = pathlib.Path("/home/somebody/checkout")
SBOM = "a-1.dist-info/sboms/a.cyclonedx.json"


def line_of(name: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}"


class WheelTest(unittest.TestCase):
    def test_the_list_of_contents_names_no_folder_and_the_record_holds(self) -> None:
        code, listed = b"code", f'{{"bom-ref":"path+file://{FOLDER}/core#1"}}'.encode()
        record = f"{line_of('a.py', code)}\n{line_of(SBOM, listed)}\na-1.dist-info/RECORD,,\n"
        with tempfile.TemporaryDirectory() as folder:
            made, out = pathlib.Path(folder) / "a.whl", pathlib.Path(folder) / "out"
            out.mkdir()
            with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as wheel:
                for name, data in (("a.py", code), (SBOM, listed), ("a-1.dist-info/RECORD", record)):
                    wheel.writestr(name, data)
            with zipfile.ZipFile(wheels.without_folder(made, out, FOLDER)) as wheel:
                packed = {name: wheel.read(name) for name in wheel.namelist()}
        self.assertEqual(packed["a.py"], code)
        self.assertEqual(packed[SBOM], b'{"bom-ref":"path+file:///core#1"}')
        lines = packed["a-1.dist-info/RECORD"].decode().splitlines()
        self.assertEqual(
            lines, [line_of("a.py", code), line_of(SBOM, packed[SBOM]), "a-1.dist-info/RECORD,,"]
        )


if __name__ == "__main__":
    unittest.main()
