"""Files that a Linux desktop reads about an app: launcher, icon, software-center entry, MIME type of bundles."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from eum_app import APP_ID, __version__
from sync.bundle_format import MAGIC

ROOT = Path(__file__).resolve().parents[2]
SUMMARY = "End-use monitoring of defense articles, offline first"
MIME_TYPE = "application/vnd.eum.bundle"

# The launcher claims no MIME type: bundles are imported from inside the app, after unlocking.
DESKTOP = """\
[Desktop Entry]
Type=Application
Name=EUM
GenericName=End-Use Monitoring
Comment={summary}
Exec=eum
Icon={app_id}
Terminal=false
StartupNotify=true
StartupWMClass={app_id}
Categories=Office;Database;
Keywords=inspection;inventory;barcode;UID;
"""
METAINFO = """\
<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{app_id}</id>
  <name>EUM</name>
  <summary>{summary}</summary>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>Apache-2.0</project_license>
  <launchable type="desktop-id">{app_id}.desktop</launchable>
  <icon type="stock">{app_id}</icon>
  <description>
    <p>Inspectors scan and check items without a network and seal what they found into bundles. Headquarters imports
    and reviews the bundles; auditors export reports that name the entries they were made from.</p>
  </description>
  <categories>
    <category>Office</category>
    <category>Database</category>
  </categories>
  <provides>
    <binary>eum</binary>
    <mediatype>{mime}</mediatype>
  </provides>
  <content_rating type="oars-1.1"/>
  <releases>
    <release version="{version}" date="{day}"/>
  </releases>
</component>
"""
MIME = """\
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{mime}">
    <comment>EUM bundle</comment>
    <generic-icon name="package-x-generic"/>
    <magic priority="60">
      <match type="string" offset="0" value="{magic}"/>
    </magic>
    <glob pattern="*.eumb"/>
  </mime-type>
</mime-info>
"""


def write_desktop_files(share: Path, day: date) -> list[Path]:
    """Write all files below `share` (`/usr/share` of a package) and return them; `day` is the day of the release."""
    magic = "".join(f"\\{byte:03o}" if not 32 < byte < 127 else chr(byte) for byte in MAGIC)
    values = {
        "app_id": APP_ID,
        "summary": escape(SUMMARY),
        "version": escape(__version__),
        "day": day.isoformat(),
        "mime": MIME_TYPE,
        "magic": escape(magic),
    }
    files = {
        f"applications/{APP_ID}.desktop": DESKTOP,
        f"metainfo/{APP_ID}.metainfo.xml": METAINFO,
        f"mime/packages/{APP_ID}.xml": MIME,
    }
    for name, template in files.items():
        (share / name).parent.mkdir(parents=True, exist_ok=True)
        (share / name).write_text(template.format(**values), encoding="utf-8", newline="\n")
    icon = share / "icons" / "hicolor" / "scalable" / "apps" / f"{APP_ID}.svg"
    icon.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "assets" / "brand" / "eum.svg", icon)
    return [*(share / name for name in files), icon]
