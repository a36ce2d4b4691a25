#!/usr/bin/env python3
"""Opens reports in a real browser: python3 .ci/browser.py PROGRAM [PICTURES]

Needs Playwright for Python and Debian's chromium. With a directory PICTURES, it also writes a picture of each kind of report there.
"""

import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent
DUMP = pathlib.Path("fixtures/fashion-ae")
CHROMIUM = "/usr/bin/chromium"
HOSTILE = ["<img src=x onerror=alert(1)>", "\"'&amp;", "\u202egnp", "</script><script>alert(2)</script>"]


def npy(path, rows):
    """Writes rows of float32 as .npy."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    header = header.ljust(117) + "\n"
    data = b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


def pictures_of(path, count, size):
    """Writes a picture for each of so many rows, all of one shade, as .npy."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, {size}, {size}), }}".ljust(117) + "\n"
    data = b"".join(bytes([row % 256]) * size * size for row in range(count))
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


def reports(program, place):
    """A report of each kind, and one whose names are markup."""
    # Reports name what they are of as it was typed, and pictures of them are kept.
    run = lambda *args: subprocess.run(
        [program, *map(str, args), "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, cwd=ROOT)
    labels = ["--labels", DUMP / "y.npy"]
    everything = ["--per-class", "--explain", "--companions"]
    pictures_of(place / "images.npy", 240, 8)
    run(DUMP / "snnl", *labels, *everything, "--map", "tsne", "--thumbnails", place / "images.npy",
        "--export-html", place / "score.html")
    run("compare", DUMP / "init", DUMP / "plain", DUMP / "snnl", *labels, "--per-class", "--export-html", place / "compare.html")
    run("gate", DUMP / "plain", *labels, "--max", "3", "--baseline", place / "base.json", "--init", "--update-baseline")
    run("gate", DUMP / "snnl", *labels, "--max", "0.8", "--max-regression", "2%", "--baseline", place / "base.json",
        "--export-html", place / "gate.html")
    draw = random.Random(1)
    classes = 30
    dump = place / "hostile"
    dump.mkdir()
    for name in HOSTILE[:3]:
        npy(dump / f"{name}.npy", [[draw.gauss(at % classes, 4.0) for _ in range(8)] for at in range(300)])
    (place / "y.txt").write_text("".join(f"{HOSTILE[3]} {at % classes}\n" for at in range(300)))
    run(dump, "--labels", place / "y.txt", *everything, "--export-html", place / "hostile.html")
    return [place / f"{name}.html" for name in ("score", "compare", "gate", "hostile")]


def check(condition, said):
    if not condition:
        sys.exit(f"failed: {said}")


def column(page, heading):
    """The numbers of the first table's column."""
    texts = page.evaluate(
        """heading => {
            const table = document.querySelector('table');
            const at = [...table.tHead.rows[0].cells].findIndex(cell => cell.textContent === heading);
            return [...table.tBodies[0].rows].map(row => row.cells[at].textContent);
        }""", heading)
    return [float(text) for text in texts]


def sorts(page):
    """A click on a heading sorts, another turns it round."""
    button = page.locator("table").first.get_by_role("button", name="T=0.1", exact=True)
    button.click()
    check(column(page, "T=0.1") == sorted(column(page, "T=0.1")), "a click sorts")
    button.click()
    check(column(page, "T=0.1") == sorted(column(page, "T=0.1"), reverse=True), "another click turns it round")


def pointed_at(page, canvas):
    """What is said somewhere on the canvas: it is searched, line by line, for something."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for y in range(4, int(box["height"]), 9):
        for x in range(4, int(box["width"]), 9):
            page.mouse.move(box["x"] + x, box["y"] + y)
            if page.evaluate("getComputedStyle(document.querySelector('#tip')).display") != "none":
                return page.locator("#tip").text_content()
    return ""


def shows(page, text):
    """A pointer on a map says whose row it is, and a click on a class shows it alone."""
    said = pointed_at(page, page.locator(".map canvas").first)
    check("row " in said and "class " in said and "loss" in said, f"a row is named: {said}")
    picture = "document.querySelector('.map canvas').toDataURL()"
    before = page.evaluate(picture)
    button = page.locator(".classes button").first
    check(button.text_content() == text, f"a class is named: {button.text_content()}")
    button.click()
    alone = page.evaluate(picture)
    check(button.get_attribute("aria-pressed") == "true" and alone != before, "a class is shown alone")
    button.click()
    check(page.evaluate(picture) == before, "and with the others again")


def pictured(page):
    """The picture of a row stands above what is said of it, and beside its neighbors."""
    pointed_at(page, page.locator(".map canvas").first)
    check(page.locator("#tip .thumb").count() == 1, "the picture of the row under the pointer")
    shown = """[...document.querySelectorAll('.cards .thumb')].map(box => {
        const {backgroundImage, width} = getComputedStyle(box);
        return backgroundImage.startsWith('url("data:image/png') && parseFloat(width) >= 48;
    })"""
    cards = page.evaluate(shown)
    check(len(cards) > 100 and all(cards), f"pictures of the worst rows and of their neighbors: {len(cards)}")


def open_page(browser, path, width, scheme):
    """The page, that has asked for nothing and complained of nothing."""
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_function("[...document.querySelectorAll('canvas')].every(canvas => canvas.width)")
    where = f"{path.name} at {width} px, {scheme}"
    check(not said, f"{where}: {said}")
    check(asked == [path.as_uri()], f"{where} asks for {asked}")
    check(not page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{where} is wider than the window")
    return page


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for path in reports(program, pathlib.Path(place)):
            for width in (360, 1280, 2560):
                for scheme in ("light", "dark"):
                    page = open_page(browser, path, width, scheme)
                    if pictures and width == 1280 and path.stem != "hostile":
                        pictures.mkdir(parents=True, exist_ok=True)
                        top = {"x": 0, "y": 0, "width": 1280, "height": min(1150, page.evaluate("document.body.scrollHeight"))}
                        page.screenshot(path=pictures / f"{path.stem}-{scheme}.png", clip=top, full_page=True)
                    if path.stem == "score":
                        sorts(page)
                        shows(page, "0")
                        pictured(page)
                    if path.stem == "hostile":
                        shows(page, f"{HOSTILE[3]} 0")
                        picks = pointed_at(page, page.locator(".matrix canvas").first)
                        check(" picks " in picks, f"a pair of classes is named: {picks}")
                        check(page.locator("img").count() == 0, "names are text")
                    page.context.close()
            print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, as it should be")
        browser.close()


if __name__ == "__main__":
    main()
