"""The page in a real browser: nothing is wider than the screen, and no text of a picture leaves its picture."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path

from svcdns import documentation
from svcdns.documentation import Book

WIDTHS = (360, 768, 1280)
#: One frame for each width: how wide is what is in it, and which texts of pictures stand out of them?
FRAMES = """<!DOCTYPE html><meta charset="utf-8"><body>{frames}<pre id="measured"></pre><script>
const measured = () => [...document.querySelectorAll("iframe")].map((frame) => {{
  const page = frame.contentDocument;
  const beyond = [...page.querySelectorAll("figure svg")].flatMap((svg) => {{
    const right = svg.viewBox.baseVal.width;
    return [...svg.querySelectorAll("text")].filter((text) => {{
      const box = text.getBBox();
      return box.x + box.width > right;
    }}).map((text) => text.textContent);
  }});
  return {{width: frame.width, needs: page.documentElement.scrollWidth, beyond}};
}});
addEventListener("load", () => {{ document.getElementById("measured").textContent = JSON.stringify(measured()); }});
</script>"""


def test_the_page_fits_every_screen_and_every_text_its_picture(book: Book, browser: str, tmp_path: Path) -> None:
    source = html.escape(documentation.page(book))
    frames = "".join(
        f'<iframe width="{width}" height="800" style="border:0" srcdoc="{source}"></iframe>' for width in WIDTHS
    )
    file = tmp_path / "frames.html"
    file.write_text(FRAMES.format(frames=frames), encoding="utf-8")
    done = subprocess.run(
        [
            browser,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            f"--user-data-dir={tmp_path / 'profile'}",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    found = re.search(r'<pre id="measured">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    for frame in json.loads(html.unescape(found[1])):
        assert frame["needs"] <= int(frame["width"]), frame
        assert frame["beyond"] == []
