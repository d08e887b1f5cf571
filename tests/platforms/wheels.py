"""Wheels as maturin makes them, less the folder of the checkout, which is nobody's business."""

import base64
import hashlib
import pathlib
import re
import zipfile


def without_folder(made: pathlib.Path, out: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Copies a wheel to `out`. Its list of contents names no `folder`, and RECORD says so."""
    written = out / made.name
    changed: dict[str, bytes] = {}
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(written, "w") as new:
        # RECORD is the last of a wheel's files.
        for member in old.infolist():
            data = old.read(member)
            if ".dist-info/sboms/" in member.filename:
                data = re.sub(re.escape(folder.as_uri().encode()) + rb"/?", b"file:///", data)
                changed[member.filename] = data
            elif member.filename.endswith(".dist-info/RECORD"):
                data = "\n".join(recorded(line, changed) for line in data.decode().split("\n")).encode()
            new.writestr(member, data)
    return written


def recorded(line: str, changed: dict[str, bytes]) -> str:
    """A line of RECORD: name, digest and size of a file."""
    name = line.rsplit(",", 2)[0]
    if name not in changed:
        return line
    digest = base64.urlsafe_b64encode(hashlib.sha256(changed[name]).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(changed[name])}"
