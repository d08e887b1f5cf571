"""Joins the platforms' archives into one artifact bundle, and prints the checksum SwiftPM asks for.

bundle.py FOLDER      holds connectly_ffi-*.tar.gz; gets ConnectlyFFI.artifactbundle.zip and .sha256
"""

import hashlib
import json
import pathlib
import shutil
import sys
import tempfile
import zipfile

NAME = "ConnectlyFFI.artifactbundle"
folder = pathlib.Path(sys.argv[1])
archives = sorted(folder.glob("connectly_ffi-*.tar.gz"))
if not archives:
    sys.exit(f"no connectly_ffi-*.tar.gz in {folder}")
packed = folder / f"{NAME}.zip"
with tempfile.TemporaryDirectory() as temporary:
    bundle = pathlib.Path(temporary) / NAME
    infos = []
    for archive in archives:
        shutil.unpack_archive(archive, bundle.parent / archive.name)
        shutil.copytree(bundle.parent / archive.name / NAME, bundle, dirs_exist_ok=True)
        infos.append(json.loads((bundle / "info.json").read_text()))
    joined = infos[0]
    artifact = joined["artifacts"]["CConnectlyFFI"]
    artifact["variants"] = [
        variant for info in infos for variant in info["artifacts"]["CConnectlyFFI"]["variants"]
    ]
    (bundle / "info.json").write_text(json.dumps(joined, indent=2) + "\n")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
            # A time that says nothing, so that the same libraries give the same checksum.
            entry = zipfile.ZipInfo(f"{NAME}/{path.relative_to(bundle)}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            out.writestr(entry, path.read_bytes())
checksum = hashlib.sha256(packed.read_bytes()).hexdigest()
packed.with_suffix(".zip.sha256").write_text(f"{checksum}  {packed.name}\n")
platforms = ", ".join(variant["path"].partition("/")[0] for variant in artifact["variants"])
print(f"{packed.name}: {packed.stat().st_size:,} bytes, sha256 {checksum}, for {platforms}")
